using Rongtong.Outbreak.Cases;

namespace Rongtong.Outbreak.Tiers;

/// <summary>The facts that the tier rule reads for one region on one day.</summary>
/// <param name="CumulativeConfirmed">Confirmed cases up to and including the day, persons.</param>
/// <param name="NewConfirmed14d">New confirmed cases in the 14 days that end with the day, persons.</param>
/// <param name="ClusterWithin14d">Whether investigators found a cluster outbreak in those days; null while nobody has said.</param>
public readonly record struct TierFacts(int CumulativeConfirmed, int NewConfirmed14d, bool? ClusterWithin14d)
{
    /// <summary>Length of the rule's window, days.</summary>
    public const int WindowDays = 14;

    /// <summary>The facts of a day from a series and the findings about clusters.</summary>
    public static TierFacts On(DateOnly day, CaseSeries series, IReadOnlyList<ClusterFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(findings);
        var windowStart = day.AddDays(1 - WindowDays);
        var cumulative = series.CumulativeOn(CaseKind.Confirmed, day);
        var rise = 0;
        // The sum of daily rises, not the difference of two totals: a later correction downwards must not hide new cases.
        for (var d = windowStart; d <= day; d = d.AddDays(1))
            rise += Math.Max(0, series.CumulativeOn(CaseKind.Confirmed, d) - series.CumulativeOn(CaseKind.Confirmed, d.AddDays(-1)));
        return new(cumulative, rise, ClusterIn(windowStart, day, findings));
    }

    /// <summary>A found cluster that touches the window decides; a "no cluster" finding decides only when it covers all of it.</summary>
    private static bool? ClusterIn(DateOnly from, DateOnly to, IReadOnlyList<ClusterFinding> findings)
    {
        if (findings.Any(f => f.IsCluster && f.FromDay <= to && f.ToDay >= from)) return true;
        return findings.Any(f => !f.IsCluster && f.FromDay <= from && f.ToDay >= to) ? false : null;
    }
}

/// <summary>What investigators found out about clusters in a region between two days, both included.</summary>
public sealed record ClusterFinding
{
    public long Id { get; init; }
    public string RegionCode { get; init; } = "";
    public DateOnly FromDay { get; init; }
    public DateOnly ToDay { get; init; }
    public bool IsCluster { get; init; }
    public string Evidence { get; init; } = "";
    public string Author { get; init; } = "";
    public DateTimeOffset KnownFrom { get; init; }
}
