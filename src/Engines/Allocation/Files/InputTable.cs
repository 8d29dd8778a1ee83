using System.Buffers.Text;

namespace Rongtong.Allocation.Files;

/// <summary>One input file: its columns by name, its rows one after another, and findings that name the cell.</summary>
internal sealed class InputTable
{
    private readonly int[] _at;
    private readonly string[] _columns;

    public InputTable(string file, Stream stream, string[] required, string[] optional)
    {
        (File, Rows, _columns) = (file, new CsvRows(stream), [.. required, .. optional]);
        Advance();
        var header = Enumerable.Range(0, Rows.Count).Select(Rows.Text).ToList();
        _at = [.. _columns.Select(c => header.FindIndex(h => string.Equals(h, c, StringComparison.OrdinalIgnoreCase)))];
        FileProblem[] missing = [.. required.Where((_, i) => _at[i] < 0).Select(c => new FileProblem(file, 1, c, string.Join(',', header), $"a header with the columns {string.Join(", ", required)}"))];
        if (missing.Length > 0) throw new ProblemFileException(missing);
    }

    public string File { get; }

    public CsvRows Rows { get; }

    public bool Advance()
    {
        try
        {
            return Rows.Read();
        }
        catch (InvalidDataException e)
        {
            throw new ProblemFileException([new(File, Rows.Row, "", e.Message, $"rows of at most {CsvRows.RowBytesMax} bytes")]);
        }
    }

    public ReadOnlySpan<byte> Cell(int column) => _at[column] < 0 ? default : Rows[_at[column]];

    public string Text(int column) => _at[column] < 0 ? "" : Rows.Text(_at[column]);

    public FileProblem Wrong(int column, string expected) => new(File, Rows.Row, _columns[column], Text(column), expected);

    /// <summary>The whole number in the cell, or null where it is none within the range.</summary>
    public long? Number(int column, long least, long most) =>
        Utf8Parser.TryParse(Cell(column), out long value, out var used) && used == Cell(column).Length && value >= least && value <= most ? value : null;
}
