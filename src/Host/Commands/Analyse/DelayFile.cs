using Rongtong.Platform.Imports;

namespace Rongtong.Host.Commands.Analyse;

/// <summary>Events of one day that were reported on one day.</summary>
internal readonly record struct DelayRow(string? Key, DateOnly Onset, DateOnly Report, double Count)
{
    /// <summary>Days from event to report.</summary>
    public int Delay => Report.DayNumber - Onset.DayNumber;
}

/// <summary>A CSV of events with the day they happened and the day they were reported, one event a row or counted.</summary>
internal sealed record DelayFile(string? KeyName, IReadOnlyList<DelayRow> Rows)
{
    private static readonly string[] s_onsetNames = ["onset", "event", "发病日期"];
    private static readonly string[] s_reportNames = ["report", "reported", "报告日期"];

    public static DelayFile Read(string path)
    {
        using var reader = new StreamReader(path);
        var csv = new CsvRecords(reader);
        if (!csv.Read()) throw new CommandException($"{path}: the file is empty; a header line with the columns 'onset' and 'report' was expected.");
        var header = csv.Fields.Select(name => name.Trim()).ToArray();
        int Find(string[] names) => Array.FindIndex(header, h => names.Contains(h, StringComparer.OrdinalIgnoreCase));
        var (onset, report, count, key) = (Find(s_onsetNames), Find(s_reportNames), Find(SeriesFile.CountNames), Find(SeriesFile.KeyNames));
        if (onset < 0 || report < 0)
            throw new CommandException($"{path}: no column '{(onset < 0 ? "onset" : "report")}'. Found: {string.Join(", ", header)}. Expected the day of the event (onset) and the day of its report (report).");
        var rows = new List<DelayRow>();
        while (csv.Read())
        {
            var line = csv.Line;
            var row = new DelayRow(
                key < 0 ? null : SeriesFile.Cell(csv, key),
                SeriesFile.ParseDate(path, line, header[onset], SeriesFile.Cell(csv, onset)),
                SeriesFile.ParseDate(path, line, header[report], SeriesFile.Cell(csv, report)),
                count < 0 ? 1 : SeriesFile.ParseCount(path, line, header[count], SeriesFile.Cell(csv, count)));
            if (row.Delay < 0) throw new CommandException($"{path}, row {line}, column '{header[report]}': reported on {row.Report:yyyy-MM-dd}, before it happened ({row.Onset:yyyy-MM-dd}).");
            if (!(row.Count >= 0)) throw new CommandException($"{path}, row {line}, column '{header[count]}': '{SeriesFile.Cell(csv, count)}' is not a count of 0 or more.");
            rows.Add(row);
        }
        return rows.Count > 0 ? new(key < 0 ? null : header[key], rows) : throw new CommandException($"{path}: the file has a header but no rows.");
    }
}
