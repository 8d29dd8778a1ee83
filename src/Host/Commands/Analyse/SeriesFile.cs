using System.Globalization;
using Rongtong.Platform.Imports;

namespace Rongtong.Host.Commands.Analyse;

/// <summary>One series of a statistics file.</summary>
/// <param name="Key">Value of the series column, or null in a file of one series.</param>
/// <param name="Times">What the file calls its days or weeks (column t, day or week), else 1, 2, 3 …</param>
/// <param name="Dates">Dates where the file has a date column, else empty.</param>
/// <param name="Counts">Cases; NaN where the cell is NA or empty.</param>
internal sealed record Series(string? Key, string[] Times, DateOnly[] Dates, double[] Counts);

/// <summary>
/// A CSV of counts: a column y, cases, observed or count; optionally t, day or week; optionally date; optionally series, county or region
/// for several series in one file, whose rows stand together.
/// </summary>
internal sealed record SeriesFile(string? KeyName, string TimeName, IReadOnlyList<Series> Series)
{
    internal static readonly string[] CountNames = ["y", "cases", "observed", "count", "counts", "value", "病例数"];
    private static readonly string[] s_timeNames = ["t", "week", "day"];
    internal static readonly string[] KeyNames = ["series", "county", "region", "code", "地区"];

    public static SeriesFile Read(string path)
    {
        using var reader = new StreamReader(path);
        var csv = new CsvRecords(reader);
        if (!csv.Read()) throw new CommandException($"{path}: the file is empty; a header line with a column 'y' or 'cases' was expected.");
        var header = csv.Fields.Select(name => name.Trim()).ToArray();
        int Find(string[] names) => Array.FindIndex(header, h => names.Contains(h, StringComparer.OrdinalIgnoreCase));
        var (count, time, key, date) = (Find(CountNames), Find(s_timeNames), Find(KeyNames), Find(["date", "日期"]));
        if (count < 0 && header.Length == 1) count = 0;
        if (count < 0)
            throw new CommandException($"{path}: no column of counts. Found: {string.Join(", ", header)}. Expected one of: {string.Join(", ", CountNames)}.");

        var rows = new List<(string? Key, string Time, DateOnly Date, double Count)>();
        while (csv.Read())
        {
            var line = csv.Line;
            rows.Add((
                key < 0 ? null : Cell(csv, key),
                time < 0 ? "" : Cell(csv, time),
                date < 0 ? default : ParseDate(path, line, header[date], Cell(csv, date)),
                ParseCount(path, line, header[count], Cell(csv, count))));
        }
        if (rows.Count == 0) throw new CommandException($"{path}: the file has a header but no rows.");
        var series = rows.GroupBy(r => r.Key).Select(g => new Series(
            g.Key,
            time < 0 ? [.. Enumerable.Range(1, g.Count()).Select(i => i.ToString(CultureInfo.InvariantCulture))] : [.. g.Select(r => r.Time)],
            DatesOf(date >= 0 ? [.. g.Select(r => r.Date)] : [.. g.Select(r => ToDate(r.Time))]),
            [.. g.Select(r => r.Count)])).ToArray();
        foreach (var one in series) CheckNumbers(path, one);
        return new(key < 0 ? null : header[key], time < 0 ? "t" : header[time], series);
    }

    /// <summary>Numbered days or weeks must not leave any out. A fall begins a new year; larger numbers, such as 202005, are names.</summary>
    private static void CheckNumbers(string path, Series series)
    {
        const int NumberMax = 100_000;
        int? last = null;
        foreach (var time in series.Times)
        {
            int? number = int.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n < NumberMax ? n : null;
            var where = series.Key is null ? path : $"{path}, series {series.Key}";
            if (number > last + 1) throw new CommandException($"{where}: after {last} comes {number}; {(number == last + 2 ? $"{last + 1} is" : $"{last + 1} to {number - 1} are")} missing. Add rows for them: 0 where nobody was reported, NA where nobody knows.");
            if (number is not null && number == last) throw new CommandException($"{where}: {number} stands twice.");
            last = number;
        }
    }

    /// <summary>Dates where every row has one: in a column of dates, or in a column of days that are dates.</summary>
    private static DateOnly[] DatesOf(DateOnly?[] days) => days.All(day => day is not null) ? [.. days.Select(day => day!.Value)] : [];

    internal static string Cell(CsvRecords csv, int column) => column < csv.Fields.Count ? csv.Fields[column].Trim() : "";

    internal static double ParseCount(string path, long line, string column, string cell) =>
        cell is "" or "NA" or "NaN" ? double.NaN
        : double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value
        : throw new CommandException($"{path}, row {line}, column '{column}': '{cell}' is not a number.");

    private static DateOnly? ToDate(string cell) =>
        DateOnly.TryParseExact(cell, ["yyyy-MM-dd", "yyyy/M/d", "yyyyMMdd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    internal static DateOnly ParseDate(string path, long line, string column, string cell) =>
        ToDate(cell) ?? throw new CommandException($"{path}, row {line}, column '{column}': '{cell}' is not a date; expected a form like 2020-02-13.");
}
