using System.Buffers.Binary;

namespace Rongtong.HealthPass;

/// <summary>A picture of one bit a pixel, uncompressed: there is nothing to gain on a kilobyte (PNG, ISO/IEC 15948).</summary>
internal static class Png
{
    private static readonly uint[] s_crc = [.. Enumerable.Range(0, 256).Select(n =>
    {
        var c = (uint)n;
        for (var k = 0; k < 8; k++) c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
        return c;
    })];

    public static byte[] Of(int side, ReadOnlySpan<byte> lines)
    {
        var png = new byte[8 + 25 + 12 + 2 + 5 + lines.Length + 4 + 12];
        ((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]).CopyTo(png);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], side);
        header[8] = 1;
        var at = Chunk(png, 8, "IHDR"u8, header);
        Span<byte> data = new byte[2 + 5 + lines.Length + 4];
        // One stored block of deflate; 65,535 bytes fit, and 133 x 18 are the most.
        ((ReadOnlySpan<byte>)[0x78, 0x01, 0x01]).CopyTo(data);
        BinaryPrimitives.WriteUInt16LittleEndian(data[3..], (ushort)lines.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(data[5..], unchecked((ushort)~lines.Length));
        lines.CopyTo(data[7..]);
        BinaryPrimitives.WriteUInt32BigEndian(data[^4..], Adler(lines));
        at = Chunk(png, at, "IDAT"u8, data);
        Chunk(png, at, "IEND"u8, []);
        return png;
    }

    private static int Chunk(Span<byte> png, int at, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        BinaryPrimitives.WriteInt32BigEndian(png[at..], data.Length);
        type.CopyTo(png[(at + 4)..]);
        data.CopyTo(png[(at + 8)..]);
        var crc = uint.MaxValue;
        foreach (var b in png.Slice(at + 4, 4 + data.Length)) crc = s_crc[unchecked((byte)(crc ^ b))] ^ (crc >> 8);
        BinaryPrimitives.WriteUInt32BigEndian(png[(at + 8 + data.Length)..], ~crc);
        return at + 12 + data.Length;
    }

    private static uint Adler(ReadOnlySpan<byte> bytes)
    {
        var (a, b) = (1u, 0u);
        foreach (var x in bytes) (a, b) = ((a + x) % 65_521, (b + a + x) % 65_521);
        return b << 16 | a;
    }
}
