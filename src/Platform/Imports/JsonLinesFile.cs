using System.Text;
using System.Text.Json;

namespace Rongtong.Platform.Imports;

/// <summary>
/// JSON lines as a table: one object a line, its names the columns. The header is what the first lines name together; a later line with another name
/// has a field too many, and a line that is no object too, so that each is rejected by itself and the others are taken.
/// </summary>
internal sealed class JsonLinesFile(StreamReader reader) : ITableFile
{
    /// <summary>Lines whose names make the header: a gateway leaves out what it does not know.</summary>
    private const int HeaderLines = 1_000;

    private readonly Queue<(long Line, string Text)> _ahead = [];
    private readonly StringBuilder _line = new();
    private readonly List<string> _fields = [];
    private Dictionary<string, int>? _columns;
    private long _read;

    public long Line { get; private set; }

    public IReadOnlyList<string> Fields => _fields;

    public bool Read()
    {
        _fields.Clear();
        if (_columns is null) return ReadHeader();
        if ((_ahead.Count > 0 ? _ahead.Dequeue() : NextLine()) is not (var line, var text)) return false;
        Line = line;
        _fields.AddRange(Enumerable.Repeat("", _columns.Count));
        using var json = Parse(text);
        if (json is null)
        {
            _fields.Add(text.Length > 100 ? text[..100] : text);
            return true;
        }
        foreach (var property in json.RootElement.EnumerateObject())
        {
            if (_columns.TryGetValue(property.Name, out var column)) _fields[column] = TextOf(property.Value);
            else _fields.Add(property.Name);
        }
        return true;
    }

    public void Dispose() => reader.Dispose();

    private bool ReadHeader()
    {
        _columns = [];
        Line = 1;
        while (_ahead.Count < HeaderLines && NextLine() is { } next)
        {
            _ahead.Enqueue(next);
            using var json = Parse(next.Text);
            if (json is null) continue;
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (_columns.Count >= CsvRecords.FieldsMax) throw new ImportFileException("import.file.too-many-columns", next.Line, CsvRecords.FieldsMax);
                if (_columns.TryAdd(property.Name, _columns.Count)) _fields.Add(property.Name);
            }
        }
        return _ahead.Count > 0;
    }

    /// <summary>The next line that is not empty; null at the end.</summary>
    private (long Line, string Text)? NextLine()
    {
        while (true)
        {
            _line.Clear();
            int c;
            while ((c = reader.Read()) is not ('\n' or -1))
            {
                if (_line.Length >= CsvRecords.RecordLengthMax) throw new ImportFileException("import.file.record-too-long", _read + 1, CsvRecords.RecordLengthMax);
                _line.Append((char)c);
            }
            _read++;
            var text = _line.ToString().Trim();
            if (text.Length > 0) return (_read, text);
            if (c < 0) return null;
        }
    }

    private static JsonDocument? Parse(string text)
    {
        try
        {
            var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind is JsonValueKind.Object) return json;
            json.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };
}
