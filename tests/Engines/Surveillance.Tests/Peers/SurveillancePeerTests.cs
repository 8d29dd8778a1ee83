using System.Globalization;

namespace Rongtong.Surveillance.Tests.Peers;

/// <summary>Random series and settings, computed by R in the same run and compared cell by cell.</summary>
public sealed class SurveillancePeerTests
{
    [RPackageFact("surveillance")]
    public async Task Ears_agrees_with_R_on_random_series_of_every_shape()
    {
        var random = new RandomSeries(R.Seed);
        double[][] series = [.. Enumerable.Range(0, 84).Select(i => random.Next(RandomSeries.ShapesAndMissing[i % RandomSeries.ShapesAndMissing.Count], random.Between(30, 120)))];
        EarsOptions[] settings =
        [
            .. from method in new[] { EarsMethod.C1, EarsMethod.C2, EarsMethod.C3 }
               from baseline in new[] { 3, 7, 21 }
               from minSigma in new[] { 0, 0.5 }
               select new EarsOptions(method, baseline, random.Of(0.001, 0.025, 0.2), minSigma),
        ];
        var theirs = await R.AskAsync("ears", series, "method,baseline,minSigma,alpha",
            settings.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Method},{s.Baseline},{s.MinSigma},{s.EffectiveAlpha}")));
        var differences = new List<string>();
        foreach (var cells in theirs.GroupBy(row => (row.Series, row.Setting)))
        {
            var (counts, options) = (series[cells.Key.Series], settings[cells.Key.Setting]);
            var bounds = new double[counts.Length];
            Ears.Bounds(counts, options, bounds);
            bounds.Take(options.FirstIndex).ShouldAllBe(b => double.IsNaN(b));
            cells.Count().ShouldBe(counts.Length - options.FirstIndex);
            foreach (var (_, _, row) in cells)
            {
                var t = (int)R.Number(row[0]) - 1;
                var where = $"series {cells.Key.Series} ({RandomSeries.ShapesAndMissing[cells.Key.Series % RandomSeries.ShapesAndMissing.Count]}), {options}, value {t + 1}: ";
                if (R.Difference("bound", bounds[t], R.Number(row[1]), 1e-9, 1) is { } difference) differences.Add(where + difference);
                var alarm = Ears.IsAlarm(counts[t], bounds[t], options.Method);
                if (alarm != (row[2] == "NaN" ? null : row[2] == "1")) differences.Add(where + $"alarm {alarm} against R's {row[2]}");
            }
        }
        Report(differences, theirs.Count, least: 84 * 18 * 20);
    }

    [RPackageFact("surveillance")]
    public async Task Farrington_flexible_agrees_with_R_on_random_series_and_settings()
    {
        const int Last = 4;
        var random = new RandomSeries(R.Seed);
        double[][] series = [.. Enumerable.Range(0, 28).Select(i => random.Next(RandomSeries.ShapesAndMissing[i % RandomSeries.ShapesAndMissing.Count], random.Between(290, 330)))];
        var settings = RandomSettings(random);
        var theirs = await R.AskAsync("farrington", series, "b,w,noPeriods,trend,threshold,powertrans,reweight,weightsThreshold,pThresholdTrend,past,alpha,cases,period,dated,last",
            settings.Select(s => string.Create(CultureInfo.InvariantCulture,
                $"{s.Options.Years},{s.Options.HalfWindow},{s.Options.Periods},{Truth(s.Options.Trend)},{Word(s.Options.Threshold)},{Word(s.Options.Power)},{Truth(s.Options.Reweight)},{s.Options.WeightsThreshold},{s.Options.TrendPThreshold},{s.Options.PastWeeksNotIncluded},{s.Options.Alpha},{s.Options.LimitCases},{s.Options.LimitPeriod},{Truth(s.Dated)},{Last}")));
        var differences = new List<string>();
        var knifeEdges = 0;
        foreach (var cells in theirs.GroupBy(row => (row.Series, row.Setting)))
        {
            var (counts, (options, dated)) = (series[cells.Key.Series], settings[cells.Key.Setting]);
            DateOnly[] dates = dated ? [.. Enumerable.Range(0, counts.Length).Select(i => new DateOnly(2013, 1, 7).AddDays(7 * i))] : [];
            var ours = FarringtonFlexible.Evaluate(counts, dates, counts.Length - Last, options);
            foreach (var ((_, _, row), result) in cells.Zip(ours))
            {
                var where = $"series {cells.Key.Series} ({RandomSeries.ShapesAndMissing[cells.Key.Series % RandomSeries.ShapesAndMissing.Count]}), setting {cells.Key.Setting} {(dated ? "dated" : "")} {options}, week {result.Index + 1}: ";
                if (row[1] == "error")
                {
                    differences.Add(where + "R refuses");
                    continue;
                }
                // A slope of nothing but rounding (a constant series, a symmetric one) is kept or dropped by its last bit, here and in R.
                var theirTrend = R.Number(row[7]);
                if (double.IsNaN(result.Trend) != double.IsNaN(theirTrend) && Math.Abs(double.IsNaN(theirTrend) ? result.Trend : theirTrend) < 1e-12)
                {
                    knifeEdges++;
                    continue;
                }
                double[] ourCells = [result.UpperBound, result.Expected, result.Phi, result.Score, result.PValue, result.Trend];
                string[] theirCells = [row[1], row[3], row[4], row[5], row[6], row[7]];
                // A score is a difference divided by another: near 0 only its distance from 1, the alarm level, means anything.
                foreach (var (name, a, b) in new[] { "bound", "expected", "phi", "score", "p", "trend" }.Zip(ourCells, theirCells))
                    if (R.Difference(name, a, R.Number(b), 1e-6, name == "score" ? 1e-3 : 1e-12) is { } difference) differences.Add(where + difference);
                if (result.IsAlarm != (row[2] == "1")) differences.Add(where + $"alarm {result.IsAlarm} against R's {row[2]}");
            }
        }
        knifeEdges.ShouldBeLessThan(theirs.Count / 100);
        Report(differences, theirs.Count, least: 28 * 24 * Last);
    }

    [RPackageFact("EpiEstim")]
    public async Task Rt_agrees_with_EpiEstim_on_random_series_windows_and_intervals()
    {
        var random = new RandomSeries(R.Seed);
        (string Shape, double[] Counts)[] series = [.. Enumerable.Range(0, 39).Select(i => RandomSeries.Shapes[i % RandomSeries.Shapes.Count])
            .Select(shape => (shape, random.Next(shape, random.Between(30, 90), year: 30))).Where(s => s.Item2.Any(y => y > 0))];
        double[] given = [0, 0.1, 0.25, 0.3, 0.2, 0.1, 0.05];
        (int Window, double Mean, double Sd, double[]? Given, ReproductionPrior Prior)[] settings =
        [
            (7, 4.8, 2.3, null, new()), (1, 4.8, 2.3, null, new()), (7, 2.6, 1.5, null, new(2, 3)), (14, 7.5, 3.4, null, new(1, 1)),
            (1, 1.6, 0.4, null, new()), (3, 11.6, 6.1, null, new()), (7, 0, 0, given, new()), (1, 0, 0, given, new(3, 2)), (5, 0, 0, [0, 1], new()),
        ];
        var theirs = await R.AskAsync("rt", series.Select(s => s.Counts), "window,mean,sd,given,priorMean,priorSd", settings.Select(s => string.Create(CultureInfo.InvariantCulture,
            $"{s.Window},{s.Mean},{s.Sd},{(s.Given is null ? "-" : string.Join(';', s.Given.Select(w => w.ToString(CultureInfo.InvariantCulture))))},{s.Prior.Mean},{s.Prior.Sd}")));
        var differences = new List<string>();
        foreach (var cells in theirs.GroupBy(row => (row.Series, row.Setting)))
        {
            var ((shape, counts), setting) = (series[cells.Key.Series], settings[cells.Key.Setting]);
            var interval = setting.Given is null ? SerialInterval.Gamma(setting.Mean, setting.Sd, counts.Length) : SerialInterval.Given(setting.Given);
            var ours = new ReproductionNumber(interval, setting.Window, setting.Prior).Estimate(counts);
            cells.Count().ShouldBe(ours.Length);
            foreach (var ((_, _, row), e) in cells.Zip(ours))
            {
                var where = $"series {cells.Key.Series} ({shape}), setting {cells.Key.Setting}, days {row[0]} to {row[1]}: ";
                (e.StartDay, e.EndDay).ShouldBe(((int)R.Number(row[0]), (int)R.Number(row[1])));
                double[] ourCells = [e.Mean, e.Sd, e.Q025, e.Q05, e.Q25, e.Median, e.Q75, e.Q95, e.Q975];
                for (var i = 0; i < ourCells.Length; i++)
                    if (R.Difference(i switch { 0 => "mean", 1 => "sd", _ => "quantile" }, ourCells[i], R.Number(row[i + 2]), i < 2 ? 1e-9 : 1e-8, 1) is { } difference) differences.Add(where + difference);
            }
        }
        Report(differences, theirs.Count, least: 25 * 9 * 15);
    }

    [Fact]
    public void Farrington_flexible_ends_on_every_shape_of_series()
    {
        var random = new RandomSeries(R.Seed);
        foreach (var shape in RandomSeries.Shapes)
        {
            var counts = random.Next(shape, 320);
            foreach (var (options, _) in RandomSettings(random))
                FarringtonFlexible.Evaluate(counts, 300, options).ShouldAllBe(r => double.IsNaN(r.UpperBound) || r.UpperBound >= 0, shape);
        }
    }

    [Theory]
    [InlineData(1e12, 3)]
    [InlineData(1.5848931924611758E+28, 1)]
    [InlineData(4.786300923226615E+29, 1.0246246993290542)]
    [InlineData(1e200, 1)]
    public void A_mean_beyond_all_counts_has_a_quantile_and_the_search_for_it_ends(double mean, double dispersion) =>
        // A window with hardly a case has so uncertain a mean that its upper quantile, on which muan builds, is astronomical.
        CountDistributions.Quantile(0.995, mean, dispersion).ShouldBe(mean, 1e-5 * mean);

    private static (FarringtonOptions Options, bool Dated)[] RandomSettings(RandomSeries random) => [.. Enumerable.Range(0, 24).Select(i => (new FarringtonOptions
        {
            Years = random.Of(2, 3, 4, 5),
            HalfWindow = i % 2 == 0 ? 3 : 2,
            Periods = i / 2 % 2 == 0 ? 10 : 1,
            Trend = i / 4 % 2 == 0,
            Threshold = (FarringtonThreshold)(i % 3),
            Power = random.Of(PowerTransform.TwoThirds, PowerTransform.TwoThirds, PowerTransform.SquareRoot, PowerTransform.None),
            Reweight = random.Between(0, 3) > 0,
            WeightsThreshold = random.Of(2.58, 1),
            TrendPThreshold = random.Of(0.05, 1),
            PastWeeksNotIncluded = random.Of(26, 3),
            Alpha = random.Of(0.05, 0.01, 0.005, 0.1),
            LimitCases = random.Of(5, 0),
            LimitPeriod = 4,
        }, i % 5 < 3))];

    private static void Report(List<string> differences, int compared, int least)
    {
        compared.ShouldBeGreaterThanOrEqualTo(least, "R answered for fewer cells than asked");
        differences.ShouldBeEmpty($"{differences.Count} differences in {compared} cells:\n{string.Join('\n', differences.Take(25))}");
    }

    private static string Truth(bool truth) => truth ? "TRUE" : "FALSE";

    private static string Word(FarringtonThreshold threshold) => threshold switch { FarringtonThreshold.Delta => "delta", FarringtonThreshold.NbPlugin => "nbPlugin", _ => "muan" };

    private static string Word(PowerTransform power) => power switch { PowerTransform.TwoThirds => "2/3", PowerTransform.SquareRoot => "1/2", _ => "none" };
}
