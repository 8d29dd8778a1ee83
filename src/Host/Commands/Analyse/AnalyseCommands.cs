using System.CommandLine;
using System.Globalization;
using Rongtong.Surveillance;
using static Rongtong.Host.Commands.Analyse.AnalyseRun;

namespace Rongtong.Host.Commands.Analyse;

/// <summary><c>rongtong analyse …</c>: the surveillance statistics for people with files only. CSV in, CSV out, no database.</summary>
internal static class AnalyseCommands
{
    public static Command Create() => new("analyse", "Surveillance statistics over CSV files: ears, farrington, percentile, threshold, rt, nowcast.") { Ears(), Farrington(), AnalyseThresholds.Percentile(), AnalyseThresholds.Threshold(), Rt(), AnalyseNowcast.Create() };

    private static readonly string[] s_earsHeader = ["observed", "upperbound", "alarm"];

    private static Command Ears()
    {
        var (input, output) = Files();
        var method = new Option<string>("--method") { Description = "C1, C2, C3 (as R's earsC) or C3textbook.", Required = true };
        var baseline = new Option<int>("--baseline") { Description = "Length of the baseline.", DefaultValueFactory = _ => 7 };
        var alpha = new Option<double?>("--alpha") { Description = "False-alarm probability; 0.001, for C3 0.025." };
        var minSigma = new Option<double>("--min-sigma") { Description = "Least standard deviation, cases; 0 agrees with R." };
        var command = new Command("ears", "EARS C1, C2, C3.") { method, baseline, alpha, minSigma, input, output };
        command.SetAction(parsed => Run(() =>
        {
            var options = new EarsOptions(ParseEnum<EarsMethod>(parsed.GetValue(method)!, "--method"), parsed.GetValue(baseline), parsed.GetValue(alpha), parsed.GetValue(minSigma));
            var file = SeriesFile.Read(parsed.GetValue(input)!);
            var table = new ResultTable(parsed.GetValue(output)!, file, "t", s_earsHeader);
            foreach (var series in file.Series)
            {
                var bounds = new double[series.Counts.Length];
                InSeries(series, () => SeriesCheck.Regular(series.Dates));
                InSeries(series, () => Surveillance.Ears.Bounds(series.Counts, options, bounds));
                for (var i = options.FirstIndex; i < bounds.Length; i++)
                    table.Write(series, i, ResultTable.Number(series.Counts[i]), ResultTable.Number(bounds[i], "NaN"), table.Truth(Surveillance.Ears.IsAlarm(series.Counts[i], bounds[i], options.Method)));
            }
            table.Save();
        }));
        return command;
    }

    private static Command Farrington()
    {
        var (input, output) = Files();
        var preset = new Option<string?>("--preset") { Description = "delta_default, noufaily_nbPlugin or noufaily_muan." };
        var method = new Option<string?>("--method") { Description = "delta, nbPlugin or muan." };
        var years = new Option<int?>("--years", "-b") { Description = "Years back; 5." };
        var halfWindow = new Option<int?>("--half-window", "-w") { Description = "Weeks before and after the same week; 3." };
        var frequency = new Option<int?>("--freq") { Description = "Observations per year; 52." };
        var periods = new Option<int?>("--no-periods") { Description = "Blocks of the year; 1." };
        var past = new Option<int?>("--past-weeks-not-included") { Description = "Weeks before the current one left out; the half window." };
        var trend = new Option<bool?>("--trend") { Description = "Try a trend; true." };
        var trendP = new Option<double?>("--p-threshold-trend") { Description = "Keep the trend below this p-value; 0.05." };
        var reweight = new Option<bool?>("--reweight") { Description = "Give past outbreaks less weight; true." };
        var threshold = new Option<double?>("--weights-threshold") { Description = "Residual above which weight is lost; 2.58." };
        var alpha = new Option<double?>("--alpha") { Description = "False-alarm probability; 0.05." };
        var limit = new Option<double[]>("--limit54") { Description = "Least cases and period for a bound; 5 4.", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
        var power = new Option<string?>("--powertrans") { Description = "2/3, 1/2 or none, for delta." };
        var last = new Option<int>("--last") { Description = "How many of the last weeks to evaluate.", Required = true };
        var start = DateOption("--start", "Date of the first week, where the file numbers its weeks; past years are then found by the calendar.");
        var command = new Command("farrington", "Farrington flexible.")
        {
            start, preset, method, years, halfWindow, frequency, periods, past, trend, trendP, reweight, threshold, alpha, limit, power, last, input, output,
        };
        command.SetAction(parsed => Run(() =>
        {
            var configuration = parsed.GetValue(preset) switch
            {
                null or "delta_default" => new FarringtonOptions(),
                "noufaily_nbPlugin" => FarringtonOptions.Noufaily(FarringtonThreshold.NbPlugin),
                "noufaily_muan" => FarringtonOptions.Noufaily(FarringtonThreshold.Muan),
                var other => throw new CommandException($"--preset: '{other}' is not known; expected delta_default, noufaily_nbPlugin or noufaily_muan."),
            };
            var limits = parsed.GetValue(limit);
            var options = configuration with
            {
                Threshold = parsed.GetValue(method) is { } name ? ParseEnum<FarringtonThreshold>(name, "--method") : configuration.Threshold,
                Years = parsed.GetValue(years) ?? configuration.Years,
                HalfWindow = parsed.GetValue(halfWindow) ?? configuration.HalfWindow,
                Frequency = parsed.GetValue(frequency) ?? configuration.Frequency,
                Periods = parsed.GetValue(periods) ?? configuration.Periods,
                PastWeeksNotIncluded = parsed.GetValue(past) ?? configuration.PastWeeksNotIncluded,
                Trend = parsed.GetValue(trend) ?? configuration.Trend,
                TrendPThreshold = parsed.GetValue(trendP) ?? configuration.TrendPThreshold,
                Reweight = parsed.GetValue(reweight) ?? configuration.Reweight,
                WeightsThreshold = parsed.GetValue(threshold) ?? configuration.WeightsThreshold,
                Alpha = parsed.GetValue(alpha) ?? configuration.Alpha,
                LimitCases = limits is [var cases, _] ? cases : configuration.LimitCases,
                LimitPeriod = limits is [_, var period] ? (int)period : configuration.LimitPeriod,
                Power = parsed.GetValue(power) switch
                {
                    null => configuration.Power,
                    "2/3" => PowerTransform.TwoThirds,
                    "1/2" => PowerTransform.SquareRoot,
                    "none" => PowerTransform.None,
                    var other => throw new CommandException($"--powertrans: '{other}' is not known; expected 2/3, 1/2 or none."),
                },
            };
            var count = parsed.GetValue(last);
            var file = SeriesFile.Read(parsed.GetValue(input)!);
            if (count < 1) throw new CommandException("--last must be at least 1.");
            var several = file.KeyName is not null;
            string[] header = several
                ? ["observed", "upperbound", "alarm", "score", "expected", "phi", "pvalue", "trend"]
                : ["observed", "upperbound", "alarm", "expected", "phi", "score", "pvalue", "trend"];
            var table = new ResultTable(parsed.GetValue(output)!, file, "week", header);
            foreach (var series in file.Series)
            {
                if (count >= series.Counts.Length) throw new CommandException($"--last {count}: the series has {series.Counts.Length} values, and those before the last {count} are the history that they are compared with.");
                var results = InSeries(series, () => FarringtonFlexible.Evaluate(series.Counts, Dated(series, parsed.GetValue(start), options.Frequency), series.Counts.Length - count, options));
                foreach (var r in results)
                {
                    var (observed, bound) = (ResultTable.Number(r.Observed), ResultTable.Number(r.UpperBound));
                    // Without a model there is no answer, which is not "no alarm".
                    var alarm = table.Truth(double.IsNaN(r.Phi) ? null : r.IsAlarm);
                    var (expected, phi, score, p) = (ResultTable.Number(r.Expected), ResultTable.Number(r.Phi), ResultTable.Number(r.Score), ResultTable.Number(r.PValue));
                    if (several) table.Write(series, r.Index, observed, bound, alarm, score, expected, phi, p, double.IsNaN(r.Trend) ? "0" : "1");
                    else table.Write(series, r.Index, observed, bound, alarm, expected, phi, score, p, ResultTable.Number(r.Trend));
                }
            }
            table.Save();
        }));
        return command;
    }

    private static Command Rt()
    {
        var (input, output) = Files();
        var mean = new Option<double?>("--mean-si") { Description = "Mean of the serial interval, days." };
        var sd = new Option<double?>("--sd-si") { Description = "Its standard deviation, days." };
        var given = new Option<string?>("--si-file") { Description = "CSV with columns k,w instead of mean and standard deviation." };
        var window = new Option<int>("--window") { Description = "Days of the sliding window.", DefaultValueFactory = _ => 7 };
        var priorMean = new Option<double>("--mean-prior") { Description = "Mean of the prior.", DefaultValueFactory = _ => 5 };
        var priorSd = new Option<double>("--sd-prior") { Description = "Standard deviation of the prior.", DefaultValueFactory = _ => 5 };
        var command = new Command("rt", "Reproduction number (Cori et al. 2013).") { mean, sd, given, window, priorMean, priorSd, input, output };
        command.SetAction(parsed => Run(() =>
        {
            var file = SeriesFile.Read(parsed.GetValue(input)!);
            if (file.TimeName.Equals("week", StringComparison.OrdinalIgnoreCase)) throw new CommandException("The counts are weekly (column 'week'), and the method needs daily counts.");
            var longest = file.Series.Max(s => s.Counts.Length);
            SerialInterval interval;
            if (parsed.GetValue(given) is { } siFile) interval = ReadInterval(siFile);
            else if (parsed.GetValue(mean) is { } m && parsed.GetValue(sd) is { } s) interval = SerialInterval.Gamma(m, s, longest);
            else throw new CommandException("Give --mean-si and --sd-si, or --si-file.");
            var estimator = new ReproductionNumber(interval, parsed.GetValue(window), new ReproductionPrior(parsed.GetValue(priorMean), parsed.GetValue(priorSd)));
            string[] header = ["t_end", "mean", "sd", "q025", "q05", "q25", "median", "q75", "q95", "q975", .. parsed.GetValue(mean) is not null && file.KeyName is null ? new[] { "mean_si", "sd_si" } : []];
            var table = new ResultTable(parsed.GetValue(output)!, file, "t_start", header);
            foreach (var series in file.Series)
            {
                InSeries(series, () => SeriesCheck.Daily(series.Dates));
                foreach (var r in InSeries(series, () => estimator.Estimate(series.Counts)))
                {
                    var cells = new[] { r.Mean, r.Sd, r.Q025, r.Q05, r.Q25, r.Median, r.Q75, r.Q95, r.Q975 }.Select(v => ResultTable.Number(v)).Prepend(r.EndDay.ToString(CultureInfo.InvariantCulture));
                    if (header.Length > 10) cells = cells.Append(ResultTable.Number(parsed.GetValue(mean)!.Value)).Append(ResultTable.Number(parsed.GetValue(sd)!.Value));
                    table.WriteAt(series, r.StartDay.ToString(CultureInfo.InvariantCulture), [.. cells]);
                }
            }
            table.Save();
        }));
        return command;
    }

    private static DateOnly[] Dated(Series series, DateOnly? start, int frequency)
    {
        if (start is not { } first) return series.Dates;
        if (series.Dates.Length > 0) throw new CommandException("--start is for files without dates; this one has them.");
        return frequency switch
        {
            52 => [.. series.Counts.Select((_, i) => first.AddDays(7 * i))],
            365 => [.. series.Counts.Select((_, i) => first.AddDays(i))],
            12 => [.. series.Counts.Select((_, i) => first.AddMonths(i))],
            _ => throw new CommandException($"--start needs --freq 52, 365 or 12; it is {frequency}."),
        };
    }

    private static SerialInterval ReadInterval(string path)
    {
        var weights = new List<double>();
        foreach (var (line, number) in File.ReadLines(path).Select((line, i) => (line, i + 1)).Skip(1).Where(l => l.line.Length > 0))
        {
            var cell = line.Split(',')[^1];
            weights.Add(double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var w) ? w : throw new CommandException($"{path}, row {number}: '{cell}' is not a probability."));
        }
        return SerialInterval.Given([.. weights]);
    }
}
