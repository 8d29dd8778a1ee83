using System.Globalization;

namespace Rongtong.Platform.Imports;

/// <summary>One record of a file: fields by column, read as the type wanted; what does not fit is collected, not thrown.</summary>
public sealed class ImportRow
{
    /// <summary>Longest value quoted in a message, characters.</summary>
    private const int QuotedLengthMax = 60;

    private readonly IReadOnlyDictionary<string, (int Index, string Header)> _columns;
    private readonly IReadOnlyList<string> _fields;
    private readonly List<ImportReject> _rejects = [];

    internal ImportRow(long line, IReadOnlyList<string> fields, IReadOnlyDictionary<string, (int, string)> columns) => (Line, _fields, _columns) = (line, fields, columns);

    /// <summary>Line of the file on which the row begins.</summary>
    public long Line { get; }

    /// <summary>Why the row is rejected; empty while nothing was wrong.</summary>
    public IReadOnlyList<ImportReject> Rejects => _rejects;

    /// <summary>True when the file has the column.</summary>
    public bool Has(string column) => _columns.ContainsKey(column);

    /// <summary>The text of a field without surrounding space; empty when the column is not there.</summary>
    public string Text(string column)
    {
        if (!_columns.TryGetValue(column, out var place) || place.Index >= _fields.Count) return "";
        var text = _fields[place.Index].Trim();
        // The reader replaces bytes that are no text; such a field must not be stored as if it had been read.
        if (text.Contains('\uFFFD', StringComparison.Ordinal) || text.Contains('\0', StringComparison.Ordinal)) Reject(column, "import.expected.text");
        return text;
    }

    /// <summary>A calendar day: 2020-02-13, 2020/2/13, 20200213, 2020年2月13日, or a spreadsheet's day number.</summary>
    public DateOnly Day(string column)
    {
        var text = Text(column);
        if (DateOnly.TryParseExact(text, ["yyyy-MM-dd", "yyyy/M/d", "yyyy-M-d", "yyyyMMdd", "yyyy年M月d日", "yyyy.M.d"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
        // Day 60 of the 1900 system is a 29 February that never was; from day 61 on the epoch is 1899-12-30.
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var serial) && serial is > 20_000 and < 80_000) return new DateOnly(1899, 12, 30).AddDays(serial);
        Reject(column, "import.expected.day");
        return default;
    }

    /// <summary>A count of persons or things; null when the field is empty or the column is not there.</summary>
    public int? Count(string column)
    {
        var text = Text(column);
        if (text.Length == 0) return null;
        if (decimal.TryParse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) && number >= 0 && number <= int.MaxValue && number == decimal.Truncate(number)) return (int)number;
        Reject(column, "import.expected.count");
        return null;
    }

    /// <summary>A large whole number; null when empty.</summary>
    public long? LongCount(string column)
    {
        var text = Text(column);
        if (text.Length == 0) return null;
        if (decimal.TryParse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) && number >= 0 && number <= long.MaxValue && number == decimal.Truncate(number)) return (long)number;
        Reject(column, "import.expected.count");
        return null;
    }

    /// <summary>Rejects the row because of a field.</summary>
    public void Reject(string column, string textKey)
    {
        var (value, header) = _columns.TryGetValue(column, out var place) ? (place.Index < _fields.Count ? _fields[place.Index] : "", place.Header) : ("", column);
        if (value.Length > QuotedLengthMax) value = value[..QuotedLengthMax] + "…";
        _rejects.Add(new(Line, header, value.Replace('\0', '␀'), textKey));
    }
}
