using System.CommandLine;
using Rongtong.Surveillance;
using static Rongtong.Host.Commands.Analyse.AnalyseRun;

namespace Rongtong.Host.Commands.Analyse;

/// <summary>The two simplest detectors: the moving percentile of past years, and a fixed number.</summary>
internal static class AnalyseThresholds
{
    private static readonly string[] s_header = ["observed", "upperbound", "alarm"];

    public static Command Percentile()
    {
        var (input, output) = Files();
        var percentile = new Option<double>("--percentile") { Description = "Which percentile, between 0 and 1.", DefaultValueFactory = _ => 0.8 };
        var years = new Option<int>("--years") { Description = "Years back.", DefaultValueFactory = _ => 5 };
        var halfWindow = new Option<int>("--half-window") { Description = "Weeks before and after the same week.", DefaultValueFactory = _ => 2 };
        var frequency = new Option<int>("--freq") { Description = "Observations per year.", DefaultValueFactory = _ => 52 };
        var command = new Command("percentile", "Moving percentile of past years (CIDARS).") { percentile, years, halfWindow, frequency, input, output };
        command.SetAction(parsed => Run(() => Write(SeriesFile.Read(parsed.GetValue(input)!), parsed.GetValue(output)!,
            series =>
            {
                if (parsed.GetValue(frequency) == 52) SeriesCheck.Weekly(series.Dates);
                else SeriesCheck.Rising(series.Dates);
                return MovingPercentile.Bounds(series.Counts, parsed.GetValue(percentile), parsed.GetValue(years), parsed.GetValue(halfWindow), parsed.GetValue(frequency));
            },
            (count, bound) => double.IsNaN(bound) ? null : count > bound)));
        return command;
    }

    public static Command Threshold()
    {
        var (input, output) = Files();
        var cases = new Option<double>("--cases") { Description = "So many cases are an alarm.", DefaultValueFactory = _ => 1 };
        var command = new Command("threshold", "Fixed threshold: so many cases are an alarm, whatever was usual.") { cases, input, output };
        command.SetAction(parsed => Run(() =>
        {
            var threshold = parsed.GetValue(cases);
            if (!(threshold > 0)) throw new CommandException("--cases must be above 0.");
            Write(SeriesFile.Read(parsed.GetValue(input)!), parsed.GetValue(output)!,
                series =>
                {
                    SeriesCheck.Rising(series.Dates);
                    SeriesCheck.CountsOrMissing(series.Counts);
                    return [.. series.Counts.Select(_ => threshold)];
                },
                (count, bound) => double.IsNaN(count) ? null : FixedThreshold.IsAlarm(count, bound));
        }));
        return command;
    }

    private static void Write(SeriesFile file, string output, Func<Series, double[]> bounds, Func<double, double, bool?> isAlarm)
    {
        var table = new ResultTable(output, file, "t", s_header);
        foreach (var series in file.Series)
        {
            var upper = InSeries(series, () => bounds(series));
            for (var i = 0; i < upper.Length; i++) table.Write(series, i, ResultTable.Number(series.Counts[i]), ResultTable.Number(upper[i]), table.Truth(isAlarm(series.Counts[i], upper[i])));
        }
        table.Save();
    }
}
