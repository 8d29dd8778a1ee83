using System.Numerics;

namespace Rongtong.HealthPass;

/// <summary>What a version fixes: patterns, where the bits go, masks. Made once.</summary>
internal sealed class QrLayout
{
    private readonly int _size;
    private readonly UInt128[] _fixedDark;
    private readonly UInt128[] _fixed;
    private readonly (byte Row, byte Column)[] _places;
    private readonly UInt128[][] _masks = new UInt128[8][];
    private readonly UInt128[][] _masksByColumn = new UInt128[8][];
    private readonly UInt128[] _fixedDarkByColumn;

    public QrLayout(int version)
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
            _masksByColumn[mask] = Transposed(_masks[mask]);
        }
        _fixedDarkByColumn = Transposed(_fixedDark);
    }

    public int DataBytes { get; }

    public int AllBytes { get; }

    /// <summary>The rows of the finished symbol. Columns are kept beside the rows, so that no mask costs a turn of the whole symbol.</summary>
    public UInt128[] Place(ReadOnlySpan<byte> bytes)
    {
        Span<UInt128> rows = stackalloc UInt128[_size];
        Span<UInt128> columns = stackalloc UInt128[_size];
        _fixedDark.CopyTo(rows);
        _fixedDarkByColumn.CopyTo(columns);
        for (var i = 0; i < _places.Length && i >> 3 < bytes.Length; i++)
        {
            if ((bytes[i >> 3] >> (7 - (i & 7)) & 1) == 0) continue;
            var (row, column) = _places[i];
            rows[row] |= UInt128.One << column;
            columns[column] |= UInt128.One << row;
        }
        Span<UInt128> masked = stackalloc UInt128[_size];
        Span<UInt128> maskedColumns = stackalloc UInt128[_size];
        var best = new UInt128[_size];
        var least = int.MaxValue;
        for (var mask = 0; mask < 8; mask++)
        {
            var (byRow, byColumn) = (_masks[mask], _masksByColumn[mask]);
            for (var i = 0; i < _size; i++) (masked[i], maskedColumns[i]) = (rows[i] ^ byRow[i], columns[i] ^ byColumn[i]);
            DrawFormat(masked, maskedColumns, mask);
            var penalty = QrPenalty.Of(masked, maskedColumns);
            if (penalty >= least) continue;
            least = penalty;
            masked.CopyTo(best);
        }
        return best;
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

    private void DrawFormat(Span<UInt128> rows, Span<UInt128> columns, int mask)
    {
        const int LevelQ = 3;
        var data = LevelQ << 3 | mask;
        var remainder = data;
        for (var i = 0; i < 10; i++) remainder = (remainder << 1) ^ ((remainder >> 9) * 0x537);
        var bits = (data << 10 | remainder) ^ 0x5412;
        for (var i = 0; i <= 5; i++) Draw(rows, columns, i, 8, bits >> i);
        Draw(rows, columns, 7, 8, bits >> 6);
        Draw(rows, columns, 8, 8, bits >> 7);
        Draw(rows, columns, 8, 7, bits >> 8);
        for (var i = 9; i < 15; i++) Draw(rows, columns, 8, 14 - i, bits >> i);
        for (var i = 0; i < 8; i++) Draw(rows, columns, 8, _size - 1 - i, bits >> i);
        for (var i = 8; i < 15; i++) Draw(rows, columns, _size - 15 + i, 8, bits >> i);
    }

    private static void Draw(Span<UInt128> rows, Span<UInt128> columns, int row, int column, int bits)
    {
        if ((bits & 1) == 0) return;
        rows[row] |= UInt128.One << column;
        columns[column] |= UInt128.One << row;
    }

    private static UInt128[] Transposed(UInt128[] rows)
    {
        var columns = new UInt128[rows.Length];
        for (var r = 0; r < rows.Length; r++)
        {
            for (var rest = rows[r]; rest != 0; rest &= rest - 1) columns[(int)UInt128.TrailingZeroCount(rest)] |= UInt128.One << r;
        }
        return columns;
    }
}

/// <summary>How hard a masked symbol is to read: runs, blocks, what looks like a finder, and the share of dark.</summary>
internal static class QrPenalty
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
