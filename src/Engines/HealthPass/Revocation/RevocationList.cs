using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Rongtong.HealthPass;

/// <summary>Gives a piece of the shard file, or null where it is not at hand. Called only after the filter had a hit.</summary>
/// <param name="offset">Bytes from the start of the shard file.</param>
/// <param name="length">Bytes wanted.</param>
public delegate ReadOnlyMemory<byte>? ShardReader(long offset, int length);

/// <summary>What became of a delta.</summary>
public abstract record RevocationUpdate
{
    private RevocationUpdate() { }

    /// <summary>The list with the delta's ids.</summary>
    public sealed record Applied(RevocationList List) : RevocationUpdate;

    /// <summary>The list stays as it is.</summary>
    public sealed record Rejected(string Reason) : RevocationUpdate;
}

/// <summary>
/// Revoked passes for verifiers without a network. A Bloom filter answers nearly every question in two memory reads; what it finds is confirmed in
/// an exact shard before anything is said. Deltas add ids and carry consecutive numbers; taking an id back needs a new list.
/// </summary>
/// <remarks>A list that cannot be relied on says <see cref="RevocationFinding.AgeUnknown"/>, never "revoked" and never "not listed".</remarks>
public sealed class RevocationList
{
    /// <summary>False positives of the filter that lists are made with; each costs one read of a shard.</summary>
    public const double FalsePositivesDefault = 1e-7;

    /// <summary>Ids in one delta; beyond this a new list is due.</summary>
    public const int DeltaIdsMax = 250_000;

    private const int DeltaVersion = 1;

    private readonly string? _unusable;
    private readonly ReadOnlyMemory<byte> _directory;
    private readonly BloomFilter _filter;
    private readonly int _shards;
    private readonly ShardReader? _shardReader;
    private readonly HashSet<RevocationId> _added;

    private RevocationList(string unusable) => (_unusable, _added) = (unusable, []);

    private RevocationList(long number, DateTimeOffset madeAt, DateTimeOffset validUntil, long count, ReadOnlyMemory<byte> directory, BloomFilter filter, int shards, ShardReader? shardReader, HashSet<RevocationId> added)
    {
        (Number, AsOf, ValidUntil, Count) = (number, madeAt, validUntil, count);
        (_directory, _filter, _shards, _shardReader, _added) = (directory, filter, shards, shardReader, added);
    }

    /// <summary>Number of the list with its last delta; 0 where there is none.</summary>
    public long Number { get; }

    /// <summary>When the list, with its last delta, was made.</summary>
    public DateTimeOffset AsOf { get; }

    /// <summary>When it is too old to say anything.</summary>
    public DateTimeOffset ValidUntil { get; }

    /// <summary>Revoked ids; one that a delta names again counts twice.</summary>
    public long Count { get; }

    /// <summary>A list that knows nothing and says so.</summary>
    public static RevocationList None(string reason) => new(reason);

    /// <summary>Makes the files of a new list.</summary>
    /// <param name="number">Greater than any before, deltas included.</param>
    /// <param name="madeAt">As of when it is complete.</param>
    /// <param name="validUntil">When verifiers must have a newer one.</param>
    /// <param name="revoked">The ids, in any order.</param>
    /// <param name="key">A key that the trust list allows to sign revocation lists.</param>
    /// <param name="falsePositives">Of the filter, between 0 and 1.</param>
    public static RevocationFiles Create(long number, DateTimeOffset madeAt, DateTimeOffset validUntil, IEnumerable<RevocationId> revoked, SigningKey key, double falsePositives = FalsePositivesDefault) =>
        RevocationFile.Write(number, madeAt, validUntil, revoked, key, falsePositives);

    /// <summary>Makes a delta.</summary>
    /// <param name="from">Number of the list it builds on.</param>
    /// <param name="madeAt">As of when it is complete.</param>
    /// <param name="validUntil">When verifiers must have a newer one.</param>
    /// <param name="revoked">Ids to add.</param>
    /// <param name="key">A key that the trust list allows to sign revocation lists.</param>
    public static byte[] CreateDelta(long from, DateTimeOffset madeAt, DateTimeOffset validUntil, IReadOnlyCollection<RevocationId> revoked, SigningKey key)
    {
        if (revoked.Count > DeltaIdsMax) throw new PassException($"a delta of {revoked.Count} ids; beyond {DeltaIdsMax} a new list is due.");
        var ids = new byte[revoked.Count * RevocationId.Bytes];
        var at = 0;
        foreach (var id in revoked) BinaryPrimitives.WriteUInt128BigEndian(ids.AsSpan(RevocationId.Bytes * at++), id.Value);
        var output = new CborOutput();
        output.Array(6);
        output.Integer(DeltaVersion);
        output.Integer(from);
        output.Integer(from + 1);
        output.Integer(madeAt.ToUnixTimeSeconds());
        output.Integer(validUntil.ToUnixTimeSeconds());
        output.Bytes(ids);
        return CoseSign1.Sign(key, output.Written);
    }

    /// <summary>Reads a filter file. Never throws for its content: an unusable file gives a list that says why.</summary>
    /// <param name="filter">The file, possibly mapped into memory.</param>
    /// <param name="trust">Whose keys may sign revocation lists.</param>
    /// <param name="shardReader">Reads the shard file; null where there is none at hand.</param>
    public static RevocationList Open(ReadOnlyMemory<byte> filter, TrustList trust, ShardReader? shardReader)
    {
        var file = filter.Span;
        if (file.IsEmpty) return None("the revocation list is empty");
        if (file.Length < RevocationFile.HeaderBytes || !file.StartsWith(RevocationFile.Magic)) return None("the revocation list is not in the form RTREVOC1");
        var header = file[..RevocationFile.HeaderBytes];
        var (bitCount, probes) = (BinaryPrimitives.ReadInt64LittleEndian(header[40..]), BinaryPrimitives.ReadInt32LittleEndian(header[48..]));
        var (shards, signatureBytes) = (BinaryPrimitives.ReadInt32LittleEndian(header[52..]), BinaryPrimitives.ReadInt32LittleEndian(header[56..]));
        if (bitCount is <= 0 or > RevocationFile.FilterBitsMax || probes is < 1 or > 64 || shards is < 1 or > RevocationFile.ShardsMax || !int.IsPow2(shards) || signatureBytes is < 1 or > RevocationFile.SignatureBytesMax
            || file.Length != RevocationFile.HeaderBytes + signatureBytes + (long)shards * RevocationFile.DirectoryEntryBytes + bitCount / 8)
            return None("the revocation list is cut off or its header is broken");
        var body = filter[(RevocationFile.HeaderBytes + signatureBytes)..];
        var (message, _) = CoseSign1.Parse(filter.Slice(RevocationFile.HeaderBytes, signatureBytes));
        if (message is null || !message.Payload.Span.SequenceEqual(RevocationFile.HashOf(header, body.Span))) return None("the revocation list was changed after it was signed");
        if (FaultOfSigner(message, trust) is { } fault) return None($"the revocation list is {fault}");
        if (Instant(header[16..]) is not { } madeAt || Instant(header[24..]) is not { } validUntil) return None("the revocation list bears impossible dates");
        var directoryBytes = shards * RevocationFile.DirectoryEntryBytes;
        return new(
            BinaryPrimitives.ReadInt64LittleEndian(header[8..]), madeAt, validUntil, BinaryPrimitives.ReadInt64LittleEndian(header[32..]),
            body[..directoryBytes], new BloomFilter(body[directoryBytes..], bitCount, probes), shards, shardReader, []);
    }

    /// <summary>The list with a delta's ids; this one stays as it is for whoever is using it.</summary>
    public RevocationUpdate Apply(ReadOnlyMemory<byte> delta, TrustList trust)
    {
        if (_unusable is not null) return new RevocationUpdate.Rejected($"there is no list to build on: {_unusable}.");
        var (message, fault) = CoseSign1.Parse(delta);
        if (message is null) return new RevocationUpdate.Rejected($"the delta is {fault}");
        if (FaultOfSigner(message, trust) is { } signer) return new RevocationUpdate.Rejected($"the delta is {signer}.");
        var (node, _) = CborNode.Read(message.Payload);
        if (node is not { Kind: CborKind.Array, Items: [{ Integer: DeltaVersion }, { Kind: CborKind.Integer } from, { Kind: CborKind.Integer } to, var made, var until, { Kind: CborKind.Bytes } ids] }
            || made.AsInstant() is not { } madeAt || until.AsInstant() is not { } validUntil || ids.Bytes.Length % RevocationId.Bytes != 0 || ids.Bytes.Length / RevocationId.Bytes > DeltaIdsMax)
            return new RevocationUpdate.Rejected("the delta is malformed.");
        if (from.Integer != Number || to.Integer != Number + 1) return new RevocationUpdate.Rejected($"the delta leads from list {from.Integer} to {to.Integer}; this is list {Number}.");
        var added = new HashSet<RevocationId>(_added);
        for (var at = 0; at < ids.Bytes.Length; at += RevocationId.Bytes) added.Add(RevocationId.Read(ids.Bytes.Span[at..]));
        return new RevocationUpdate.Applied(new(to.Integer, madeAt, validUntil, Count + added.Count - _added.Count, _directory, _filter, _shards, _shardReader, added));
    }

    /// <summary>What the list says of any of these ids.</summary>
    public RevocationFinding Find(IReadOnlyList<RevocationId> ids, DateTimeOffset at)
    {
        if (_unusable is not null) return new RevocationFinding.AgeUnknown(_unusable);
        if (at > ValidUntil) return new RevocationFinding.AgeUnknown($"the revocation list of {AsOf:u} was good until {ValidUntil:u}");
        if (at < AsOf) return new RevocationFinding.AgeUnknown($"the revocation list is of {AsOf:u}, later than the time asked: one of the clocks is wrong");
        RevocationFinding.Unconfirmed? unconfirmed = null;
        for (var i = 0; i < ids.Count; i++)
        {
            if (_added.Contains(ids[i])) return new RevocationFinding.Revoked(AsOf, ids[i]);
            if (!_filter.MayContain(ids[i])) continue;
            var shard = RevocationFile.ShardOf(ids[i], _shards);
            if (ReadShard(shard) is not { } exact) unconfirmed = new(AsOf, shard);
            else if (Contains(exact.Span, ids[i])) return new RevocationFinding.Revoked(AsOf, ids[i]);
        }
        return unconfirmed is null ? new RevocationFinding.NotListed(AsOf) : unconfirmed;
    }

    /// <summary>The shard, where it can be had and is the one that was signed for.</summary>
    private ReadOnlyMemory<byte>? ReadShard(int shard)
    {
        if (_shardReader is null) return null;
        var entry = _directory.Span.Slice(shard * RevocationFile.DirectoryEntryBytes, RevocationFile.DirectoryEntryBytes);
        var length = checked((int)(BinaryPrimitives.ReadInt64LittleEndian(entry[8..]) * RevocationId.Bytes));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (_shardReader(BinaryPrimitives.ReadInt64LittleEndian(entry), length) is not { } bytes || bytes.Length != length) return null;
        SHA256.HashData(bytes.Span, hash);
        // With a conditional, null would become an empty shard, and an unconfirmed hit a clean bill.
        if (!hash.SequenceEqual(entry[16..])) return null;
        return bytes;
    }

    private static bool Contains(ReadOnlySpan<byte> shard, RevocationId id)
    {
        var (low, high) = (0, shard.Length / RevocationId.Bytes - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var found = RevocationId.Read(shard[(middle * RevocationId.Bytes)..]);
            if (found == id) return true;
            if (found.Value < id.Value) low = middle + 1;
            else high = middle - 1;
        }
        return false;
    }

    private static string? FaultOfSigner(CoseSign1 message, TrustList trust)
    {
        var (region, key, _, detail) = trust.FindSigner(message);
        if (key is null) return "not signed by a key of the trust list: " + detail.TrimEnd('.');
        return key.Usages.HasFlag(KeyUsages.Revocation) ? null : $"signed by a key of {region!.Code} that may not sign revocation lists";
    }

    private static DateTimeOffset? Instant(ReadOnlySpan<byte> seconds) => CborNode.OfInteger(BinaryPrimitives.ReadInt64LittleEndian(seconds)).AsInstant();
}
