using Rongtong.Outbreak.Cases;
using Rongtong.Surveillance;

namespace Rongtong.Outbreak.Warnings;

/// <summary>What a method said of one day of one region.</summary>
public sealed record Signal
{
    public string RegionCode { get; init; } = "";
    public DateOnly Day { get; init; }

    /// <summary>One of <see cref="DetectSignals.Methods"/>.</summary>
    public string Method { get; init; } = "";

    /// <summary>New cases of the day, or of the seven days that end on it for the weekly methods, persons.</summary>
    public double Observed { get; init; }

    /// <summary>The level it went beyond.</summary>
    public double Bound { get; init; }
}

/// <summary>
/// Runs every early-warning method that a series allows. EARS needs 7 to 11 days of history; the first case after fourteen silent days is a
/// signal by itself. The methods that compare with past years (Farrington, moving percentile) look at weeks that end on the last reported
/// weekday and begin where <see cref="PastYears"/> years lie behind; an outbreak of a new disease has none, and the back-test page says so.
/// </summary>
public static class DetectSignals
{
    /// <summary>Years that the weekly methods compare with.</summary>
    public const int PastYears = 5;

    private const int WeeksPerYear = 52;

    /// <summary>Percentile of past weeks above which a week is a signal: CIDARS uses 0.8 for most diseases.</summary>
    private const double Percentile = 0.8;

    /// <summary>Fewer cases in a week than this are no signal by comparison with years: the bound of a rare disease is near nothing.</summary>
    private const int WeekCasesMin = 5;

    /// <summary>Names of the methods in the database, routes and texts.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["c1", "c2", "c3", "first-case", "farrington", "percentile"];

    /// <summary>Days of history before the first day on which the method can speak.</summary>
    public static int HistoryDays(string method) => method is "farrington" or "percentile" ? (PastYears * WeeksPerYear + 4) * 7 : 0;

    /// <summary>Days without a case after which the next one is a signal by itself.</summary>
    public const int SilentDays = 14;

    /// <summary>All signals of a series, by method and day. <paramref name="days"/> days of silence are set before the series, where it is known that nobody was reported.</summary>
    public static IReadOnlyList<Signal> Of(CaseSeries series, int days = SilentDays)
    {
        ArgumentNullException.ThrowIfNull(series);
        // Before its first report a region had no case: without this run-in the first eleven days of an outbreak would be blind.
        var counts = new double[days + series.Length];
        var cases = series.NewPerDay(CaseKind.Confirmed);
        for (var i = 0; i < cases.Length; i++) counts[days + i] = cases[i];
        var signals = new List<Signal>();
        var bounds = new double[counts.Length];
        foreach (var (name, method) in new[] { ("c1", EarsMethod.C1), ("c2", EarsMethod.C2), ("c3", EarsMethod.C3) })
        {
            var options = new EarsOptions(method, MinSigma: EarsOptions.RecommendedMinSigma);
            if (counts.Length <= options.FirstIndex) continue;
            Ears.Bounds(counts, options, bounds);
            for (var t = Math.Max(days, options.FirstIndex); t < counts.Length; t++)
            {
                if (counts[t] > 0 && Ears.IsAlarm(counts[t], bounds[t], method) == true) signals.Add(Make(t, name, bounds[t]));
            }
        }
        var silent = 0;
        for (var t = 0; t < counts.Length; t++)
        {
            if (t >= days && silent >= SilentDays && FixedThreshold.IsAlarm(counts[t])) signals.Add(Make(t, "first-case", 1));
            silent = counts[t] > 0 ? 0 : silent + 1;
        }
        AddWeekly(series, cases, signals);
        return signals;

        Signal Make(int t, string method, double bound) =>
            new() { RegionCode = series.Region.Value, Day = series.FirstDay.AddDays(t - days), Method = method, Observed = counts[t], Bound = bound };
    }

    private static void AddWeekly(CaseSeries series, int[] cases, List<Signal> signals)
    {
        // Weeks end on the last day, so that the newest is whole; what does not fill a week at the beginning is left out.
        var weeks = new double[cases.Length / 7];
        var skipped = cases.Length % 7;
        for (var i = 0; i < weeks.Length * 7; i++) weeks[i / 7] += cases[skipped + i];
        var options = FarringtonOptions.Noufaily(FarringtonThreshold.NbPlugin) with { Years = PastYears };
        var first = PastYears * WeeksPerYear + options.HalfWindow;
        if (weeks.Length <= first || weeks.All(w => w == 0)) return;
        foreach (var week in FarringtonFlexible.Evaluate(weeks, first, options))
        {
            if (week.IsAlarm && week.Observed >= WeekCasesMin) Add("farrington", week.Index, week.UpperBound);
        }
        var bounds = MovingPercentile.Bounds(weeks, Percentile, PastYears);
        for (var i = 0; i < weeks.Length; i++)
        {
            if (weeks[i] >= WeekCasesMin && weeks[i] > bounds[i]) Add("percentile", i, bounds[i]);
        }

        void Add(string method, int week, double bound) =>
            signals.Add(new() { RegionCode = series.Region.Value, Day = series.FirstDay.AddDays(skipped + week * 7 + 6), Method = method, Observed = weeks[week], Bound = bound });
    }
}
