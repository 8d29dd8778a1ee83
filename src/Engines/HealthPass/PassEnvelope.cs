using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Rongtong.HealthPass;

/// <summary>The wrapping of a signed message: zlib, Base45, prefix (hcert-spec 1.0.8, section 4).</summary>
internal static class PassEnvelope
{
    public const string Prefix = "HC1:";

    /// <summary>What the largest QR code holds in its alphanumeric mode (version 40, level L).</summary>
    public const int TokenCharsMax = 4296;

    /// <summary>A pass has some hundred bytes and the largest certificate two thousand; a deflate bomb from one QR code could reach three million.</summary>
    public const int InflatedBytesMax = 16 * 1024;

    /// <summary>Below this deflate gains nothing: ids, hashes and signatures do not shrink, and a stored block is six times as fast to write.</summary>
    private const int DeflateBytesMin = 256;

    private const uint AdlerModulus = 65521;

    /// <summary>The signed message inside a token, or why there is none.</summary>
    public static (ReadOnlyMemory<byte> Message, PassFault Fault, string Detail) Open(string token)
    {
        if (!token.StartsWith(Prefix, StringComparison.Ordinal)) return (default, PassFault.PrefixMissing, $"a pass starts with {Prefix}");
        if (token.Length > TokenCharsMax) return (default, PassFault.TokenTooLong, $"{token.Length} characters; a QR code holds {TokenCharsMax}.");
        var compressed = ArrayPool<byte>.Shared.Rent(Base45.DecodedLengthMax(token.Length));
        try
        {
            return Base45.Decode(token.AsSpan(Prefix.Length), compressed, out var length) is { } fault
                ? (default, PassFault.NotBase45, fault)
                : Inflate(compressed, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(compressed);
        }
    }

    public static (ReadOnlyMemory<byte> Message, PassFault Fault, string Detail) Inflate(byte[] compressed, int length)
    {
        // CMF and FLG of RFC 1950. .NET's stream takes fewer than two bytes for an empty stream, which must not pass for a message.
        if (length < 2 || (compressed[0] & 0x0F) != 8 || (compressed[0] << 8 | compressed[1]) % 31 != 0) return (default, PassFault.NotZlib, "the bytes have no zlib header; passes are compressed.");
        var buffer = ArrayPool<byte>.Shared.Rent(InflatedBytesMax + 1);
        try
        {
            using var input = new LastByteApart(compressed, length);
            using var stream = new ZLibStream(input, CompressionMode.Decompress);
            var inflated = stream.ReadAtLeast(buffer.AsSpan(0, InflatedBytesMax + 1), InflatedBytesMax + 1, throwOnEndOfStream: false);
            if (inflated > InflatedBytesMax) return (default, PassFault.InflatesTooFar, $"the content is larger than {InflatedBytesMax} bytes.");
            // .NET's stream is content with one that is cut off and with one that bytes stand behind. Either would give one pass two spellings: the
            // check sum must be the last four bytes, and the very last one must have been needed.
            var isWhole = input.IsUsedUp && length >= 6 && BinaryPrimitives.ReadUInt32BigEndian(compressed.AsSpan(length - 4)) == Adler32(buffer.AsSpan(0, inflated));
            return isWhole ? (buffer.AsMemory(0, inflated).ToArray(), PassFault.None, "") : (default, PassFault.NotZlib, "the zlib stream is cut off, or something stands behind it.");
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // IOException is what zlib's rarer refusals come as (a preset dictionary); the stream itself lies in memory.
            return (default, PassFault.NotZlib, "the zlib stream is broken: " + e.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static string Wrap(ReadOnlySpan<byte> message)
    {
        var compressed = message.Length < DeflateBytesMin ? Stored(message) : Deflated(message);
        var rented = ArrayPool<char>.Shared.Rent(Prefix.Length + Base45.EncodedLength(compressed.Length));
        try
        {
            Prefix.CopyTo(rented);
            return new string(rented, 0, Prefix.Length + Base45.Encode(compressed, rented.AsSpan(Prefix.Length)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    private static ReadOnlySpan<byte> Deflated(ReadOnlySpan<byte> message)
    {
        var output = new MemoryStream(message.Length + 64);
        // The better levels save 2 % of the characters and set up four times the memory for it: 45,000 signed passes a second become 25,000.
        using (var stream = new ZLibStream(output, CompressionLevel.Fastest, leaveOpen: true)) stream.Write(message);
        return output.GetBuffer().AsSpan(0, (int)output.Length);
    }

    /// <summary>A zlib stream of one stored block (RFC 1951, section 3.2.4): 78 01, 01, length, its complement, the bytes, Adler-32.</summary>
    private static byte[] Stored(ReadOnlySpan<byte> message)
    {
        var stream = new byte[7 + message.Length + 4];
        (stream[0], stream[1], stream[2]) = (0x78, 0x01, 0x01);
        BinaryPrimitives.WriteUInt16LittleEndian(stream.AsSpan(3), (ushort)message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(stream.AsSpan(5), (ushort)(~message.Length & 0xFFFF));
        message.CopyTo(stream.AsSpan(7));
        BinaryPrimitives.WriteUInt32BigEndian(stream.AsSpan(7 + message.Length), Adler32(message));
        return stream;
    }

    /// <summary>The check sum of RFC 1950.</summary>
    private static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        // The longest run that both sums take without a modulus on the way: n (n + 1) / 2 * 255 + (n + 1) * 65520 stays below 2^32.
        const int Run = 5_552;
        uint a = 1, b = 0;
        while (bytes.Length > 0)
        {
            var run = bytes[..Math.Min(Run, bytes.Length)];
            foreach (var value in run)
            {
                a += value;
                b += a;
            }
            (a, b) = (a % AdlerModulus, b % AdlerModulus);
            bytes = bytes[run.Length..];
        }
        return b << 16 | a;
    }
}

/// <summary>Hands out all bytes but the last, and the last when asked again: a zlib stream that ends before it never asks.</summary>
internal sealed class LastByteApart(byte[] bytes, int length) : Stream
{
    private int _position;

    public bool IsUsedUp => _position == length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var end = _position < length - 1 ? length - 1 : length;
        var read = Math.Min(buffer.Length, end - _position);
        bytes.AsSpan(_position, read).CopyTo(buffer);
        _position += read;
        return read;
    }

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
