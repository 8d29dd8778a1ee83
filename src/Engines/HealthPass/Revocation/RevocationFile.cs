using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Rongtong.HealthPass;

/// <summary>The two files of a revocation list: what every verifier carries, and what it fetches a piece of after a hit.</summary>
/// <param name="Filter">Header, signature, directory of shards and Bloom filter.</param>
/// <param name="Shards">All exact ids in order, 16 bytes each; the directory says which piece is which shard.</param>
public sealed record RevocationFiles(byte[] Filter, byte[] Shards);

/// <summary>
/// Layout of the filter file, integers little-endian:
/// <code>
///  0   8  "RTREVOC1"
///  8   8  number of the list
/// 16   8  made at, seconds since 1970
/// 24   8  valid until, seconds since 1970
/// 32   8  ids
/// 40   8  m, bits of the filter
/// 48   4  k, probes
/// 52   4  S, shards, a power of two; an id's shard is its first log2 S bits
/// 56   4  L, bytes of the signature
/// 60   4  zero
/// 64   L  COSE_Sign1 whose payload is SHA-256 over everything else in the file
///         S times 48: offset in the shard file (8), ids (8), SHA-256 of the shard (32)
///         m / 8 bytes of filter
/// </code>
/// 10 million ids at p = 1e-7: filter 41.9 MB, directory of 32768 shards 1.6 MB; a shard of 305 ids has 5 kB and is all that is read after a hit.
/// </summary>
internal static class RevocationFile
{
    public const int HeaderBytes = 64;
    public const int DirectoryEntryBytes = 48;

    /// <summary>A shard's hash is checked before it is used: at 512 ids and less that takes 3 us, and the directory 1.6 of 43.5 MB.</summary>
    public const int ShardIdsAim = 512;
    public const int ShardsMax = 1 << 16;
    public const int SignatureBytesMax = 1024;

    /// <summary>A filter for 400 million ids at p = 1e-7; arrays in .NET end at two thousand million.</summary>
    public const long FilterBitsMax = 8L * 1_700_000_000;

    public static ReadOnlySpan<byte> Magic => "RTREVOC1"u8;

    public static int ShardOf(RevocationId id, int shards) => shards == 1 ? 0 : (int)(id.Value >> (128 - int.Log2(shards)));

    public static RevocationFiles Write(long number, DateTimeOffset madeAt, DateTimeOffset validUntil, IEnumerable<RevocationId> revoked, SigningKey key, double falsePositives)
    {
        var ids = revoked.ToArray();
        MemoryMarshal.Cast<RevocationId, UInt128>(ids.AsSpan()).Sort();
        ids = Distinct(ids);
        var (bitCount, probes) = BloomFilter.SizeFor(ids.Length, falsePositives);
        var shards = (int)Math.Clamp((long)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(ids.Length / ShardIdsAim + 1)), 1, ShardsMax);

        var shardFile = new byte[(long)ids.Length * RevocationId.Bytes];
        for (var i = 0; i < ids.Length; i++) BinaryPrimitives.WriteUInt128BigEndian(shardFile.AsSpan(i * RevocationId.Bytes), ids[i].Value);

        var body = new byte[shards * DirectoryEntryBytes + bitCount / 8];
        foreach (var id in ids) BloomFilter.Add(body.AsSpan(shards * DirectoryEntryBytes), bitCount, probes, id);
        var first = 0;
        for (var shard = 0; shard < shards; shard++)
        {
            var end = first;
            while (end < ids.Length && ShardOf(ids[end], shards) == shard) end++;
            var entry = body.AsSpan(shard * DirectoryEntryBytes, DirectoryEntryBytes);
            BinaryPrimitives.WriteInt64LittleEndian(entry, (long)first * RevocationId.Bytes);
            BinaryPrimitives.WriteInt64LittleEndian(entry[8..], end - first);
            SHA256.HashData(shardFile.AsSpan(first * RevocationId.Bytes, (end - first) * RevocationId.Bytes), entry[16..]);
            first = end;
        }

        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), number);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), madeAt.ToUnixTimeSeconds());
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), validUntil.ToUnixTimeSeconds());
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), ids.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), bitCount);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(48), probes);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(52), shards);
        var signatureBytes = CoseSign1.Sign(key, new byte[SHA256.HashSizeInBytes]).Length;
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(56), signatureBytes);
        return new([.. header, .. CoseSign1.Sign(key, HashOf(header, body)), .. body], shardFile);
    }

    public static byte[] HashOf(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    private static RevocationId[] Distinct(RevocationId[] sorted)
    {
        var kept = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            if (kept == 0 || sorted[kept - 1] != sorted[i]) sorted[kept++] = sorted[i];
        }
        return kept == sorted.Length ? sorted : sorted[..kept];
    }
}
