using System.Text;

namespace Rongtong.Allocation.Files;

/// <summary>
/// Rows of a UTF-8 CSV as slices of one buffer: no string is made for a cell, because a file of lanes has tens of millions of them. Quotes as in
/// RFC 4180, without line ends inside; names and numbers have none.
/// </summary>
internal sealed class CsvRows(Stream stream)
{
    /// <summary>Longest row, bytes; a longer one is no row of ours and is refused.</summary>
    public const int RowBytesMax = 65_536;

    /// <summary>Most columns looked at; further ones are passed over.</summary>
    public const int ColumnsMax = 64;

    private readonly byte[] _buffer = new byte[1 << 20];
    private readonly (int Start, int Length)[] _cells = new (int, int)[ColumnsMax];
    private int _position, _length;
    private bool _ended;

    /// <summary>Number of the current row in the file, the header being 1.</summary>
    public long Row { get; private set; }

    public int Count { get; private set; }

    public ReadOnlySpan<byte> this[int column] => column < Count ? _buffer.AsSpan(_cells[column].Start, _cells[column].Length) : default;

    public string Text(int column) => Encoding.UTF8.GetString(this[column]);

    /// <summary>Moves to the next row that is not empty; false at the end.</summary>
    /// <exception cref="InvalidDataException">A row is longer than <see cref="RowBytesMax"/>.</exception>
    public bool Read()
    {
        while (true)
        {
            var end = _buffer.AsSpan(_position, _length - _position).IndexOf((byte)'\n');
            while (end < 0 && !_ended)
            {
                Fill();
                end = _buffer.AsSpan(_position, _length - _position).IndexOf((byte)'\n');
            }
            if (end < 0 && _position == _length) return false;
            var (start, stop) = (_position, end < 0 ? _length : _position + end);
            _position = end < 0 ? _length : stop + 1;
            Row++;
            if (stop - start > RowBytesMax) throw new InvalidDataException($"row {Row} is longer than {RowBytesMax} bytes");
            if (Row == 1 && _buffer.AsSpan(start, stop - start).StartsWith("\uFEFF"u8)) start += 3;
            if (stop > start && _buffer[stop - 1] == '\r') stop--;
            if (stop == start) continue;
            Split(start, stop);
            return true;
        }
    }

    private void Fill()
    {
        _buffer.AsSpan(_position, _length - _position).CopyTo(_buffer);
        (_position, _length) = (0, _length - _position);
        if (_length > RowBytesMax) throw new InvalidDataException($"row {Row + 1} is longer than {RowBytesMax} bytes");
        var read = stream.Read(_buffer, _length, _buffer.Length - _length);
        _length += read;
        _ended = read == 0;
    }

    private void Split(int start, int stop)
    {
        Count = 0;
        while (Count < ColumnsMax)
        {
            int end;
            if (start < stop && _buffer[start] == '"') end = Unquote(start, stop);
            else
            {
                var comma = _buffer.AsSpan(start, stop - start).IndexOf((byte)',');
                end = comma < 0 ? stop : start + comma;
                var cell = _buffer.AsSpan(start, end - start);
                var trimmed = cell.TrimStart((byte)' ');
                _cells[Count++] = (start + cell.Length - trimmed.Length, trimmed.TrimEnd((byte)' ').Length);
            }
            if (end >= stop) return;
            start = end + 1;
        }
    }

    /// <summary>Takes the quotes off in place; returns where the cell's separator is.</summary>
    private int Unquote(int start, int stop)
    {
        var (from, to) = (start + 1, start);
        for (; from < stop; from++)
        {
            if (_buffer[from] == '"' && (from + 1 >= stop || _buffer[++from] != '"')) break;
            _buffer[to++] = _buffer[from];
        }
        _cells[Count++] = (start, to - start);
        var comma = from < stop ? _buffer.AsSpan(from, stop - from).IndexOf((byte)',') : -1;
        return comma < 0 ? stop : from + comma;
    }
}
