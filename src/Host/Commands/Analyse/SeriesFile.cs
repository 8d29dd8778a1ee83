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
    private static readonly string[] s_countNames = ["y", "cases", "observed", "count", "counts", "value", "病例数"];
    private static readonly string[] s_timeNames = ["t", "week", "day"];
    private static readonly string[] s_keyNames = ["series", "county", "region", "code", "地区"];

    public static SeriesFile Read(string path)
    {
        using var reader = new StreamReader(path);
        var csv = new CsvRecords(reader);
        if (!csv.Read()) throw new CommandException($"{path}: the file is empty; a header line with a column 'y' or 'cases' was expected.");
        var header = csv.Fields.Select(name => name.Trim()).ToArray();
        int Find(string[] names) => Array.FindIndex(header, h => names.Contains(h, StringComparer.OrdinalIgnoreCase));
        var (count, time, key, date) = (Find(s_countNames), Find(s_timeNames), Find(s_keyNames), Find(["date", "日期"]));
        if (count < 0 && header.Length == 1) count = 0;
        if (count < 0)
            throw new CommandException($"{path}: no column of counts. Found: {string.Join(", ", header)}. Expected one of: {string.Join(", ", s_countNames)}.");

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
            date < 0 ? [] : [.. g.Select(r => r.Date)],
            [.. g.Select(r => r.Count)])).ToArray();
        return new(key < 0 ? null : header[key], time < 0 ? "t" : header[time], series);
    }

    private static string Cell(CsvRecords csv, int column) => column < csv.Fields.Count ? csv.Fields[column].Trim() : "";

    private static double ParseCount(string path, long line, string column, string cell) =>
        cell is "" or "NA" or "NaN" ? double.NaN
        : double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value
        : throw new CommandException($"{path}, row {line}, column '{column}': '{cell}' is not a number.");

    private static DateOnly ParseDate(string path, long line, string column, string cell) =>
        DateOnly.TryParseExact(cell, ["yyyy-MM-dd", "yyyy/M/d", "yyyyMMdd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new CommandException($"{path}, row {line}, column '{column}': '{cell}' is not a date; expected a form like 2020-02-13.");
}
