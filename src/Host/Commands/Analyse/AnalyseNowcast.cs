using System.CommandLine;
using System.Globalization;
using Rongtong.Surveillance;
using static Rongtong.Host.Commands.Analyse.AnalyseRun;

namespace Rongtong.Host.Commands.Analyse;

/// <summary>
/// <c>rongtong analyse nowcast</c>: how many events of the last days there will be once all are reported, from a list of events with the
/// day they happened and the day they were reported.
/// </summary>
internal static class AnalyseNowcast
{
    /// <summary>Longest series and longest delay, days; the triangle has their product of cells.</summary>
    private const int DaysMax = 3_660;

    public static Command Create()
    {
        var input = new Argument<string>("IN") { Description = "CSV of events: columns onset and report (dates), optionally count and series." };
        var output = new Argument<string>("OUT") { Description = "CSV of results; - is the standard output." };
        var now = DateOption("--now", "Last day of which reports are complete; the last report. Later rows are left out.");
        var command = new Command("nowcast", "Correction for reporting delay (reverse-time hazard).") { now, input, output };
        command.SetAction(parsed => Run(() =>
        {
            var file = DelayFile.Read(parsed.GetValue(input)!);
            using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
            text.WriteLine((file.KeyName is null ? "" : file.KeyName + ",") + "date,reported,estimate,q025,q975");
            foreach (var series in file.Rows.GroupBy(r => r.Key))
            {
                var (first, days) = Estimate(series.Key, [.. series], parsed.GetValue(now));
                foreach (var day in days)
                {
                    text.WriteLine((series.Key is null ? "" : series.Key + ",") + string.Join(',',
                        first.AddDays(day.Day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), ResultTable.Number(day.Reported), ResultTable.Number(day.Estimate), ResultTable.Number(day.Low), ResultTable.Number(day.High)));
                }
            }
            if (parsed.GetValue(output) is not "-" and var path) File.WriteAllText(path!, text.ToString());
            else Console.Out.Write(text);
        }));
        return command;
    }

    private static (DateOnly First, NowcastDay[] Days) Estimate(string? key, IReadOnlyCollection<DelayRow> rows, DateOnly? until)
    {
        var where = key is null ? "" : $"series {key}: ";
        var last = until ?? rows.Max(r => r.Report);
        DelayRow[] known = [.. rows.Where(r => r.Report <= last)];
        if (known.Length == 0) throw new CommandException($"{where}nothing was reported up to {last:yyyy-MM-dd}.");
        var first = known.Min(r => r.Onset);
        var days = last.DayNumber - first.DayNumber + 1;
        if (days > DaysMax) throw new CommandException($"{where}the events span {days} days; at most {DaysMax} were expected. Is a date wrong ({first:yyyy-MM-dd} to {last:yyyy-MM-dd})?");
        var reports = new double[days, known.Max(r => r.Delay) + 1];
        foreach (var row in known) reports[row.Onset.DayNumber - first.DayNumber, row.Delay] += row.Count;
        return (first, Nowcast.Estimate(reports));
    }
}
