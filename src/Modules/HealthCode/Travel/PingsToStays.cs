using Rongtong.HealthCode.Facts;
using Rongtong.Platform;

namespace Rongtong.HealthCode.Travel;

/// <summary>That a telephone was seen by the cells of a region.</summary>
/// <param name="At">When.</param>
/// <param name="RegionCode">City or county of the cell, short code.</param>
/// <param name="Count">How many times around that instant; decides between two regions of the same instant.</param>
public readonly record struct CellPing(DateTimeOffset At, string RegionCode, int Count);

/// <summary>A stretch of time in one region, derived from pings.</summary>
/// <param name="RegionCode">Where.</param>
/// <param name="From">First ping.</param>
/// <param name="To">Until when: half way to the first ping elsewhere, or the last ping before silence.</param>
/// <param name="Confidence">0 to 1: the share of the time that this region had, times the share in which the telephone was heard at all.</param>
/// <param name="Absorbed">Neighbouring regions that flickered in between and were taken into this one.</param>
public sealed record DerivedStay(string RegionCode, DateTimeOffset From, DateTimeOffset To, float Confidence, IReadOnlyList<string> Absorbed)
{
    /// <summary>Whole hours.</summary>
    public int Hours => (int)(To - From).TotalHours;

    /// <summary>The stay as a fact about a person.</summary>
    public NewFact ToFact(long person, string evidence) =>
        new(person, FactKind.Stay, ChinaDay.Of(From), ChinaDay.Of(To), RegionCode, new FactDetail { Hours = Hours }, FactSource.Carrier, evidence, Confidence);
}

/// <summary>
/// Stays from raw pings. Pure; neither the order of pings nor repeated ones matter.
/// <code>
/// pings ──> one region per instant ──> runs of one region, cut at silences
///   A A B A B A ──> two neighbouring regions in turns, the lesser never for long ──> one run of the greater, less certain
/// ──> stays
/// </code>
/// </summary>
public static class PingsToStays
{
    /// <summary>A telephone not heard for longer may have been anywhere: the stay ends.</summary>
    public static readonly TimeSpan SilenceMax = TimeSpan.FromHours(12);

    /// <summary>Up to this long between two pings the telephone counts as heard.</summary>
    public static readonly TimeSpan HeardMax = TimeSpan.FromHours(2);

    /// <summary>Confidence of a stay seen by a single ping.</summary>
    public const float SinglePingConfidence = 0.3f;

    private static readonly TimeSpan s_stayMin = TimeSpan.FromHours(Colour.ColourFacts.StayHoursMin);

    /// <summary>Derives the stays, in order of time.</summary>
    public static IReadOnlyList<DerivedStay> Of(IEnumerable<CellPing> pings, Func<string, string, bool> areNeighbours)
    {
        ArgumentNullException.ThrowIfNull(pings);
        ArgumentNullException.ThrowIfNull(areNeighbours);
        var ordered = pings.GroupBy(p => p.At.UtcTicks)
            .Select(g => g.OrderByDescending(p => p.Count).ThenBy(p => p.RegionCode, StringComparer.Ordinal).First())
            .OrderBy(p => p.At.UtcTicks).ToList();
        var stays = new List<DerivedStay>();
        for (var start = 0; start < ordered.Count;)
        {
            var end = start + 1;
            while (end < ordered.Count && ordered[end].At - ordered[end - 1].At <= SilenceMax) end++;
            var runs = RunsOf(ordered[start..end]);
            while (CollapseOnce(runs, areNeighbours)) { }
            stays.AddRange(runs.Select(ToStay));
            start = end;
        }
        return stays;
    }

    private static List<Run> RunsOf(List<CellPing> pings)
    {
        var runs = new List<Run>();
        for (var i = 0; i < pings.Count; i++)
        {
            // A ping speaks for the time half way to its neighbours.
            var from = i == 0 ? pings[i].At : Middle(pings[i - 1].At, pings[i].At);
            var to = i == pings.Count - 1 ? pings[i].At : Middle(pings[i].At, pings[i + 1].At);
            var silent = i > 0 && pings[i].At - pings[i - 1].At > HeardMax ? pings[i].At - from : TimeSpan.Zero;
            if (i < pings.Count - 1 && pings[i + 1].At - pings[i].At > HeardMax) silent += to - pings[i].At;
            if (runs.Count > 0 && runs[^1].Region == pings[i].RegionCode) runs[^1] = runs[^1] with { To = to, Inside = runs[^1].Inside + (to - from), Silent = runs[^1].Silent + silent };
            else runs.Add(new(pings[i].RegionCode, from, to, to - from, silent, []));
        }
        return runs;
    }

    /// <summary>Takes the first stretch of two neighbours in turns together; false when there is none.</summary>
    private static bool CollapseOnce(List<Run> runs, Func<string, string, bool> areNeighbours)
    {
        for (var first = 0; first + 2 < runs.Count; first++)
        {
            var (a, b) = (runs[first].Region, runs[first + 1].Region);
            if (!areNeighbours(a, b)) continue;
            var last = first + 1;
            while (last + 1 < runs.Count && runs[last + 1].Region == (runs[last].Region == a ? b : a)) last++;
            if (last - first < 2) continue;
            var turns = runs[first..(last + 1)];
            var (inA, inB) = (Total(turns, a), Total(turns, b));
            var (greater, lesser) = inA >= inB ? (a, b) : (b, a);
            // A turn of the lesser at the edge may be a real departure: it stays when it is long, or nothing follows that says it ended.
            while (turns.Count > 0 && turns[^1].Region == lesser) turns.RemoveAt(turns.Count - 1);
            while (turns.Count > 0 && turns[0].Region == lesser)
            {
                turns.RemoveAt(0);
                first++;
            }
            if (turns.Count < 3 || turns.Any(r => r.Region == lesser && r.To - r.From >= s_stayMin)) continue;
            var inside = turns.Where(r => r.Region == greater).Aggregate(TimeSpan.Zero, (sum, r) => sum + r.Inside);
            var silent = turns.Aggregate(TimeSpan.Zero, (sum, r) => sum + r.Silent);
            runs.RemoveRange(first, turns.Count);
            runs.Insert(first, new(greater, turns[0].From, turns[^1].To, inside, silent, [.. turns.SelectMany(r => r.Absorbed).Append(lesser).Distinct().Order(StringComparer.Ordinal)]));
            return true;
        }
        return false;
    }

    private static TimeSpan Total(List<Run> runs, string region) => runs.Where(r => r.Region == region).Aggregate(TimeSpan.Zero, (sum, r) => sum + (r.To - r.From));

    private static DerivedStay ToStay(Run run)
    {
        var all = run.To - run.From;
        var confidence = all <= TimeSpan.Zero ? SinglePingConfidence : (float)(run.Inside / all * (1 - run.Silent / all));
        return new(run.Region, run.From, run.To, Math.Clamp(confidence, 0, 1), run.Absorbed);
    }

    private static DateTimeOffset Middle(DateTimeOffset a, DateTimeOffset b) => a + (b - a) / 2;

    private readonly record struct Run(string Region, DateTimeOffset From, DateTimeOffset To, TimeSpan Inside, TimeSpan Silent, IReadOnlyList<string> Absorbed);
}
