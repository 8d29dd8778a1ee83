using System.Globalization;
using Rongtong.Surveillance;

namespace Rongtong.Bench;

/// <summary>The statistics against R on the same series in the same run: bench/peers/surveillance.R reads what we write.</summary>
internal static class SurveillanceBenches
{
    private const int SeriesCount = 300;

    public static async Task<IReadOnlyList<BenchResult>> EarsAsync()
    {
        var weekly = Measure.Series(SeriesCount, 293 + 11, 12);
        var bounds = new double[weekly[0].Length];
        var results = new List<BenchResult>();
        var peer = await PeerAsync("ears", weekly);
        foreach (var method in new[] { EarsMethod.C1, EarsMethod.C2, EarsMethod.C3 })
        {
            var options = new EarsOptions(method, Alpha: 0.001);
            var seconds = Measure.Seconds(() =>
            {
                foreach (var series in weekly) Ears.Bounds(series, options, bounds);
            });
            results.Add(Result($"ears {method}, {SeriesCount} series x 293 weeks, one thread", seconds * 1000, "ms", "R surveillance earsC", peer.GetValueOrDefault(method.ToString()) * 1000));
        }
        return results;
    }

    public static async Task<IReadOnlyList<BenchResult>> FarringtonAsync()
    {
        var weekly = Measure.Series(SeriesCount, 312, 12);
        DateOnly[] dates = [.. Enumerable.Range(0, 312).Select(i => new DateOnly(2015, 1, 5).AddDays(7 * i))];
        var options = FarringtonOptions.Noufaily(FarringtonThreshold.NbPlugin) with { Alpha = 0.01, LimitCases = 0 };
        var peer = (await PeerAsync("farrington", weekly)).GetValueOrDefault("farrington");
        var one = Measure.Seconds(() =>
        {
            foreach (var series in weekly) FarringtonFlexible.Evaluate(series, dates, 260, options);
        }, 5);
        var two = Measure.Seconds(() => Parallel.ForEach(weekly, new ParallelOptions { MaxDegreeOfParallelism = 2 }, series => FarringtonFlexible.Evaluate(series, dates, 260, options)), 5);
        const string Name = "R farringtonFlexible (20 of the series, scaled)";
        return [Result("farrington, 300 series x 52 weeks, one thread", one, "s", Name, peer), Result("farrington, 300 series x 52 weeks, two threads", two, "s", Name, peer)];
    }

    public static async Task<IReadOnlyList<BenchResult>> RtAsync()
    {
        var daily = Measure.Series(SeriesCount, 400, 20);
        var interval = SerialInterval.Gamma(4.8, 2.3, 400);
        var peer = (await PeerAsync("rt", daily)).GetValueOrDefault("rt");
        // A new estimator each time: what it remembers of one run must not make the next one faster.
        var one = Measure.Seconds(() =>
        {
            var estimator = new ReproductionNumber(interval);
            foreach (var series in daily) estimator.Estimate(series);
        });
        var two = Measure.Seconds(() =>
        {
            var estimator = new ReproductionNumber(interval);
            Parallel.ForEach(daily, new ParallelOptions { MaxDegreeOfParallelism = 2 }, series => estimator.Estimate(series));
        });
        return [Result("rt, 300 series x 400 days, one thread", one, "s", "R EpiEstim estimate_R", peer), Result("rt, 300 series x 400 days, two threads", two, "s", "R EpiEstim estimate_R", peer)];
    }

    private static BenchResult Result(string name, double value, string unit, string peer, double peerValue) =>
        peerValue > 0 ? new(name, value, unit, peer, peerValue, peerValue / value) : new(name, value, unit, peer + " is not installed");

    private static async Task<Dictionary<string, double>> PeerAsync(string what, double[][] series)
    {
        var file = Path.Combine(Path.GetTempPath(), $"rongtong-bench-{Guid.NewGuid():N}.csv");
        await File.WriteAllLinesAsync(file, series.Select(s => string.Join(',', s)));
        try
        {
            var output = await Measure.RunAsync("Rscript", Path.Combine(AppContext.BaseDirectory, "peers", "surveillance.R"), what, file);
            return (output ?? "").Split('\n').Select(line => line.Split('\t')).Where(parts => parts.Length == 2)
                .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
