using System.Buffers.Binary;
using System.Numerics;

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

    private static readonly Layout?[] s_layouts = new Layout?[28];

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
        var layout = s_layouts[version] ??= new Layout(version);
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
    private static int AllBytes(int version)
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

    private static int DataBytes(int version) => AllBytes(version) - (CorrectionPerBlock[version] * Blocks[version]);

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

    /// <summary>What a version fixes: patterns, where the bits go, masks. Made once.</summary>
    private sealed class Layout
    {
        private readonly int _size;
        private readonly UInt128[] _fixedDark;
        private readonly UInt128[] _fixed;
        private readonly (byte Row, byte Column)[] _places;
        private readonly UInt128[][] _masks = new UInt128[8][];

        public Layout(int version)
        {
            _size = 17 + (4 * version);
            (_fixedDark, _fixed) = (new UInt128[_size], new UInt128[_size]);
            DataBytes = QrSymbol.DataBytes(version);
            AllBytes = QrSymbol.AllBytes(version);
            DrawFixed(version);
            _places = [.. Places()];
            for (var mask = 0; mask < 8; mask++)
            {
                _masks[mask] = new UInt128[_size];
                for (var r = 0; r < _size; r++)
                {
                    for (var c = 0; c < _size; c++)
                    {
                        if (IsMasked(mask, r, c) && (_fixed[r] >> c & 1) == 0) _masks[mask][r] |= UInt128.One << c;
                    }
                }
            }
        }

        public int DataBytes { get; }

        public int AllBytes { get; }

        public UInt128[] Place(ReadOnlySpan<byte> bytes)
        {
            var plain = (UInt128[])_fixedDark.Clone();
            for (var i = 0; i < _places.Length && i >> 3 < bytes.Length; i++)
            {
                if ((bytes[i >> 3] >> (7 - (i & 7)) & 1) != 0) plain[_places[i].Row] |= UInt128.One << _places[i].Column;
            }
            UInt128[]? best = null;
            var least = int.MaxValue;
            Span<UInt128> columns = stackalloc UInt128[_size];
            for (var mask = 0; mask < 8; mask++)
            {
                var rows = new UInt128[_size];
                for (var r = 0; r < _size; r++) rows[r] = plain[r] ^ _masks[mask][r];
                DrawFormat(rows, mask);
                Transpose(rows, columns);
                var penalty = Penalty.Of(rows, columns);
                if (penalty < least) (least, best) = (penalty, rows);
            }
            return best!;
        }

        /// <summary>Which modules a mask turns over: ISO/IEC 18004 table 10, i the row and j the column.</summary>
        private static bool IsMasked(int mask, int i, int j) => mask switch
        {
            0 => (i + j) % 2 == 0,
            1 => i % 2 == 0,
            2 => j % 3 == 0,
            3 => (i + j) % 3 == 0,
            4 => ((i / 2) + (j / 3)) % 2 == 0,
            5 => (i * j % 2) + (i * j % 3) == 0,
            6 => ((i * j % 2) + (i * j % 3)) % 2 == 0,
            _ => (((i + j) % 2) + (i * j % 3)) % 2 == 0,
        };

        private void DrawFixed(int version)
        {
            for (var i = 0; i < _size; i++)
            {
                Set(6, i, i % 2 == 0);
                Set(i, 6, i % 2 == 0);
            }
            foreach (var (row, column) in ((int, int)[])[(3, 3), (3, _size - 4), (_size - 4, 3)])
            {
                for (var dr = -4; dr <= 4; dr++)
                {
                    for (var dc = -4; dc <= 4; dc++)
                    {
                        if (row + dr >= 0 && row + dr < _size && column + dc >= 0 && column + dc < _size) Set(row + dr, column + dc, Math.Max(Math.Abs(dr), Math.Abs(dc)) is not (2 or 4));
                    }
                }
            }
            var centres = Alignments(version);
            foreach (var row in centres)
            {
                foreach (var column in centres)
                {
                    if ((row == 6 && column == 6) || (row == 6 && column == _size - 7) || (row == _size - 7 && column == 6)) continue;
                    for (var dr = -2; dr <= 2; dr++)
                    {
                        for (var dc = -2; dc <= 2; dc++) Set(row + dr, column + dc, Math.Max(Math.Abs(dr), Math.Abs(dc)) != 1);
                    }
                }
            }
            // Room for the format, drawn with the mask.
            for (var i = 0; i < 9; i++)
            {
                if (i != 6) (_fixed[8], _fixed[i]) = (_fixed[8] | UInt128.One << i, _fixed[i] | UInt128.One << 8);
            }
            for (var i = 1; i <= 8; i++) (_fixed[8], _fixed[_size - i]) = (_fixed[8] | UInt128.One << (_size - i), _fixed[_size - i] | UInt128.One << 8);
            _fixed[8] |= UInt128.One << 8;
            Set(_size - 8, 8, true);
            if (version < 7) return;
            var remainder = version;
            for (var i = 0; i < 12; i++) remainder = (remainder << 1) ^ ((remainder >> 11) * 0x1F25);
            var bits = version << 12 | remainder;
            for (var i = 0; i < 18; i++)
            {
                Set(_size - 11 + (i % 3), i / 3, (bits >> i & 1) != 0);
                Set(i / 3, _size - 11 + (i % 3), (bits >> i & 1) != 0);
            }
        }

        private int[] Alignments(int version)
        {
            if (version == 1) return [];
            var centres = new int[(version / 7) + 2];
            centres[0] = 6;
            var step = ((version * 4) + (centres.Length * 2) + 1) / ((centres.Length * 2) - 2) * 2;
            for (int i = centres.Length - 1, at = _size - 7; i >= 1; i--, at -= step) centres[i] = at;
            return centres;
        }

        private void Set(int row, int column, bool isDark)
        {
            var bit = UInt128.One << column;
            _fixed[row] |= bit;
            _fixedDark[row] = isDark ? _fixedDark[row] | bit : _fixedDark[row] & ~bit;
        }

        /// <summary>Pairs of columns from the right, upwards and downwards in turn, past the timing column.</summary>
        private IEnumerable<(byte Row, byte Column)> Places()
        {
            for (var right = _size - 1; right >= 1; right -= 2)
            {
                if (right == 6) right = 5;
                var isUpward = (right + 1 & 2) == 0;
                for (var i = 0; i < _size; i++)
                {
                    var row = isUpward ? _size - 1 - i : i;
                    for (var column = right; column >= right - 1; column--)
                    {
                        if ((_fixed[row] >> column & 1) == 0) yield return ((byte)row, (byte)column);
                    }
                }
            }
        }

        private void DrawFormat(UInt128[] rows, int mask)
        {
            const int LevelQ = 3;
            var data = LevelQ << 3 | mask;
            var remainder = data;
            for (var i = 0; i < 10; i++) remainder = (remainder << 1) ^ ((remainder >> 9) * 0x537);
            var bits = (data << 10 | remainder) ^ 0x5412;
            void Draw(int row, int column, int i)
            {
                if ((bits >> i & 1) != 0) rows[row] |= UInt128.One << column;
            }

            for (var i = 0; i <= 5; i++) Draw(i, 8, i);
            Draw(7, 8, 6);
            Draw(8, 8, 7);
            Draw(8, 7, 8);
            for (var i = 9; i < 15; i++) Draw(8, 14 - i, i);
            for (var i = 0; i < 8; i++) Draw(8, _size - 1 - i, i);
            for (var i = 8; i < 15; i++) Draw(_size - 15 + i, 8, i);
        }

        private static void Transpose(UInt128[] rows, Span<UInt128> columns)
        {
            columns.Clear();
            for (var r = 0; r < rows.Length; r++)
            {
                var bit = UInt128.One << r;
                for (var rest = rows[r]; rest != 0; rest &= rest - 1) columns[(int)UInt128.TrailingZeroCount(rest)] |= bit;
            }
        }
    }

    /// <summary>How hard a masked symbol is to read: runs, blocks, what looks like a finder, and the share of dark.</summary>
    private static class Penalty
    {
        public static int Of(ReadOnlySpan<UInt128> rows, ReadOnlySpan<UInt128> columns)
        {
            var size = rows.Length;
            var all = (UInt128.One << size) - 1;
            var (penalty, dark) = (0, 0);
            for (var i = 0; i < size; i++)
            {
                penalty += Line(rows[i], all, size) + Line(columns[i], all, size);
                dark += Count(rows[i]);
                if (i > 0) penalty += 3 * Count(~(rows[i] ^ rows[i] >> 1) & ~(rows[i - 1] ^ rows[i - 1] >> 1) & ~(rows[i] ^ rows[i - 1]) & all >> 1);
            }
            return penalty + (10 * (Math.Abs((dark * 20) - (size * size * 10)) / (size * size)));
        }

        private static int Line(UInt128 line, UInt128 all, int size)
        {
            // A run of n >= 5 equal modules costs n - 2: it is n - 4 places at which five are equal, and two more.
            var same = ~(line ^ line >> 1) & all >> 1;
            var five = same & same >> 1 & same >> 2 & same >> 3;
            var penalty = Count(five) + (2 * Count(five & ~(five << 1)));
            // Dark 1:1:3:1:1 with four light ones on a side costs 40. Lowest bit first: 1011101 and 0000.
            var light = ~line & all;
            var finder = line & light >> 1 & line >> 2 & line >> 3 & line >> 4 & light >> 5 & line >> 6;
            var fourLight = light & light >> 1 & light >> 2 & light >> 3;
            var places = (UInt128.One << (size - 10)) - 1;
            return penalty + (40 * (Count(finder & fourLight >> 7 & places) + Count(fourLight & finder >> 4 & places)));
        }

        private static int Count(UInt128 bits) => unchecked(BitOperations.PopCount((ulong)bits) + BitOperations.PopCount((ulong)(bits >> 64)));
    }

    /// <summary>The field of 256 elements with the polynomial x^8 + x^4 + x^3 + x^2 + 1, and Reed-Solomon in it.</summary>
    private static class GaloisField
    {
        private static readonly byte[] s_exponents = new byte[510];
        private static readonly byte[] s_logarithms = new byte[256];
        private static readonly byte[]?[] s_divisors = new byte[]?[31];

        static GaloisField()
        {
            for (int i = 0, x = 1; i < 255; i++)
            {
                s_exponents[i] = s_exponents[i + 255] = (byte)x;
                s_logarithms[x] = (byte)i;
                x <<= 1;
                if (x > 255) x ^= 0x11D;
            }
        }

        /// <summary>Logarithms of the coefficients of (x - 1)(x - 2)(x - 4)…, highest power left out.</summary>
        public static byte[] Divisor(int degree)
        {
            if (s_divisors[degree] is { } made) return made;
            var polynomial = new byte[degree];
            polynomial[^1] = 1;
            for (var (i, root) = (0, 1); i < degree; i++)
            {
                for (var j = 0; j < degree; j++)
                {
                    polynomial[j] = Times(polynomial[j], (byte)root);
                    if (j + 1 < degree) polynomial[j] ^= polynomial[j + 1];
                }
                root = Times((byte)root, 2);
            }
            for (var i = 0; i < degree; i++) polynomial[i] = s_logarithms[polynomial[i]];
            return s_divisors[degree] = polynomial;
        }

        public static void Remainder(ReadOnlySpan<byte> data, byte[] divisor, Span<byte> remainder)
        {
            remainder.Clear();
            foreach (var value in data)
            {
                var factor = (byte)(value ^ remainder[0]);
                remainder[1..].CopyTo(remainder);
                remainder[^1] = 0;
                if (factor == 0) continue;
                var logarithm = s_logarithms[factor];
                for (var i = 0; i < remainder.Length; i++) remainder[i] ^= s_exponents[divisor[i] + logarithm];
            }
        }

        private static byte Times(byte one, byte other) => one == 0 || other == 0 ? (byte)0 : s_exponents[s_logarithms[one] + s_logarithms[other]];
    }

    /// <summary>A picture of one bit a pixel, uncompressed: there is nothing to gain on a kilobyte (PNG, ISO/IEC 15948).</summary>
    private static class Png
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
}
