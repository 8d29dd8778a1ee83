namespace Rongtong.HealthPass;

/// <summary>
/// A pass as a QR code: alphanumeric mode, error level Q, versions 1 to 27 (21 to 125 modules a side), as the health pass needs it and no more.
/// <code>
/// text ──> 11 bits a pair ──> blocks with Reed-Solomon remainder, interleaved ──> placed around the fixed patterns ──> the mask of least penalty ──> PNG
/// </code>
/// A row is one 128-bit number, so that a rule of the penalty is a handful of shifts for a whole row: about 0.1 ms a symbol, where looking at single
/// modules takes 1.5 ms. Source: ISO/IEC 18004:2015; the four penalties are those of its 7.8.3.
/// </summary>
public sealed class QrSymbol
{
    /// <summary>Characters the largest version takes.</summary>
    public const int LengthMax = 1_172;

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

    /// <summary>Codewords of error correction in a block, by version, level Q.</summary>
    private static ReadOnlySpan<byte> CorrectionPerBlock => [0, 13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30, 28, 30];

    /// <summary>Blocks by version, level Q.</summary>
    private static ReadOnlySpan<byte> Blocks => [0, 1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34];

    private static readonly QrLayout?[] s_layouts = new QrLayout?[28];

    private readonly UInt128[] _rows;

    private QrSymbol(UInt128[] rows) => _rows = rows;

    /// <summary>Modules a side, without the quiet zone.</summary>
    public int Size => _rows.Length;

    /// <summary>True for a dark module.</summary>
    public bool this[int row, int column] => (_rows[row] >> column & 1) != 0;

    /// <summary>The symbol of a text.</summary>
    /// <exception cref="PassException">A character outside the 45 of the alphanumeric mode, or more than <see cref="LengthMax"/>.</exception>
    public static QrSymbol Of(ReadOnlySpan<char> text)
    {
        var version = VersionFor(text.Length);
        var layout = s_layouts[version] ??= new QrLayout(version);
        Span<byte> data = stackalloc byte[layout.DataBytes];
        Write(text, version, data);
        Span<byte> all = stackalloc byte[layout.AllBytes];
        Interleave(data, version, all);
        return new(layout.Place(all));
    }

    /// <summary>A picture of one pixel a module with a quiet zone around it, to be shown enlarged without smoothing.</summary>
    /// <param name="quiet">Modules of the quiet zone; four are asked for.</param>
    public byte[] ToPng(int quiet = 4)
    {
        var side = Size + (2 * quiet);
        var stride = ((side + 7) / 8) + 1;
        var pixels = new byte[stride * side];
        for (var y = 0; y < side; y++)
        {
            var line = pixels.AsSpan(y * stride + 1, stride - 1);
            line.Fill(0xFF);
            if (y < quiet || y >= quiet + Size) continue;
            for (var bits = _rows[y - quiet]; bits != 0; bits &= bits - 1)
            {
                var x = (int)UInt128.TrailingZeroCount(bits) + quiet;
                line[x >> 3] &= unchecked((byte)~(0x80 >> (x & 7)));
            }
        }
        return Png.Of(side, pixels);
    }

    private static int VersionFor(int length)
    {
        for (var version = 1; version < Blocks.Length; version++)
        {
            var bits = 4 + CountBits(version) + (length / 2 * 11) + (length % 2 * 6);
            if (bits <= 8 * DataBytes(version)) return version;
        }
        throw new PassException($"a text of {length} characters is too long for the QR code of a pass: {LengthMax} is the most.");
    }

    private static int CountBits(int version) => version switch { < 10 => 9, < 27 => 11, _ => 13 };

    /// <summary>Codewords that fit besides the fixed patterns.</summary>
    internal static int AllBytes(int version)
    {
        var modules = (((16 * version) + 128) * version) + 64;
        if (version >= 2)
        {
            var alignments = (version / 7) + 2;
            modules -= (((25 * alignments) - 10) * alignments) - 55;
            if (version >= 7) modules -= 36;
        }
        return modules / 8;
    }

    internal static int DataBytes(int version) => AllBytes(version) - (CorrectionPerBlock[version] * Blocks[version]);

    private static void Write(ReadOnlySpan<char> text, int version, Span<byte> data)
    {
        ulong waiting = 0;
        var (bits, at) = (0, 0);
        void Put(int value, int count, Span<byte> into)
        {
            waiting = waiting << count | (uint)value;
            for (bits += count; bits >= 8; bits -= 8) into[at++] = unchecked((byte)(waiting >> (bits - 8)));
        }

        Put(0b0010, 4, data);
        Put(text.Length, CountBits(version), data);
        var i = 0;
        for (; i + 1 < text.Length; i += 2) Put((ValueOf(text[i]) * 45) + ValueOf(text[i + 1]), 11, data);
        if (i < text.Length) Put(ValueOf(text[i]), 6, data);
        // The end is told by up to four zeros; then whole bytes, then two fillers in turn.
        Put(0, Math.Min(4, (8 * data.Length) - (8 * at) - bits), data);
        if (bits > 0) Put(0, 8 - bits, data);
        for (var filler = 0xEC; at < data.Length; filler ^= 0xEC ^ 0x11) data[at++] = (byte)filler;
    }

    private static int ValueOf(char c)
    {
        var value = Alphabet.IndexOf(c, StringComparison.Ordinal);
        return value >= 0 ? value : throw new PassException($"the character '{c}' cannot stand in the QR code of a pass: digits, capital letters and $%*+-./: and space can.");
    }

    private static void Interleave(ReadOnlySpan<byte> data, int version, Span<byte> all)
    {
        int blocks = Blocks[version], correction = CorrectionPerBlock[version];
        // The last blocks are one byte longer where the data do not divide.
        var (shorter, shortCount) = (data.Length / blocks, blocks - (data.Length % blocks));
        var divisor = GaloisField.Divisor(correction);
        Span<byte> remainder = stackalloc byte[correction];
        for (int block = 0, from = 0; block < blocks; block++)
        {
            var length = shorter + (block < shortCount ? 0 : 1);
            var part = data.Slice(from, length);
            from += length;
            for (var k = 0; k < length; k++) all[k < shorter ? (k * blocks) + block : (shorter * blocks) + block - shortCount] = part[k];
            GaloisField.Remainder(part, divisor, remainder);
            for (var k = 0; k < correction; k++) all[data.Length + (k * blocks) + block] = remainder[k];
        }
    }
}
