using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;

namespace Rongtong.Outbreak.Publication;

/// <summary>
/// The one published number of every region and day: the same on its own page, on the page above it and in every file, so that no two of
/// them can be subtracted to find one to four persons.
/// <code>
/// counties, told exactly ──HoldParts──> published ──HoldWhole──> what their city may tell
///    cities, as told     ──HoldParts──> published ──HoldWhole──> what their province may tell, and so on up to the nation
/// </code>
/// Cumulative confirmed cases, persons. A day's number rests on that day and those before it, so that a cut at any day is consistent too.
/// </summary>
public sealed class PublishedCounts
{
    private readonly Dictionary<RegionCode, int[]> _published = [];
    private readonly DateOnly _firstDay;

    private PublishedCounts(DateOnly firstDay) => _firstDay = firstDay;

    /// <summary>Works out every region's numbers from all series that the public may see.</summary>
    public static PublishedCounts Of(IRegionTree tree, IReadOnlyDictionary<RegionCode, CaseSeries> series)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(series);
        if (series.Count == 0) return new(default);
        var first = series.Values.Min(s => s.FirstDay);
        var days = series.Values.Max(s => s.LastDay).DayNumber - first.DayNumber + 1;
        var counts = new PublishedCounts(first);
        var below = ReportingBelow(tree, series.Keys);
        counts._published[RegionCode.Nation] = Visit(tree.Find(RegionCode.Nation)!).Told;
        return counts;

        (int[] Exact, int[] Told) Visit(Region region)
        {
            var parts = below.GetValueOrDefault(region.Code) ?? [];
            var seen = parts.Select(Visit).ToArray();
            int[][] exactParts = [.. seen.Select(s => s.Exact)];
            var published = SmallCounts.HoldParts([.. seen.Select(s => s.Told)], [.. parts.Select(p => IsSmall(p, tree))]);
            for (var i = 0; i < published.Length; i++) counts._published[parts[i].Code] = published[i];
            var exact = series.TryGetValue(region.Code, out var own) ? own.CumulativeOver(CaseKind.Confirmed, first, days) : Sum(exactParts, days);
            return (exact, SmallCounts.HoldWhole(exact, exactParts, published));
        }
    }

    /// <summary>Whether few enough people live there that a small count could point at one of them.</summary>
    public static bool IsSmall(Region region, IRegionTree tree)
    {
        ArgumentNullException.ThrowIfNull(region);
        ArgumentNullException.ThrowIfNull(tree);
        return tree.PopulationOf(region.Code) is { } persons ? persons < SmallCounts.SmallPopulation : region is { Level: RegionLevel.County, IsPlace: true };
    }

    /// <summary>The region's published numbers of some days; 0 before the first report of all, the last one after the last.</summary>
    public int[] Of(RegionCode region, DateOnly first, int days)
    {
        var cut = new int[days];
        if (!_published.TryGetValue(region, out var all)) return cut;
        var shift = first.DayNumber - _firstDay.DayNumber;
        for (var i = Math.Max(0, -shift); i < days; i++) cut[i] = all[Math.Min(i + shift, all.Length - 1)];
        return cut;
    }

    /// <summary>Sum of several regions day by day.</summary>
    public static int[] Sum(IEnumerable<int[]> parts, int days)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var sum = new int[days];
        foreach (var part in parts)
            for (var i = 0; i < days; i++) sum[i] += part[i];
        return sum;
    }

    /// <summary>Regions that report, or with a part that does, by the region above; retired codes among them.</summary>
    private static Dictionary<RegionCode, List<Region>> ReportingBelow(IRegionTree tree, IEnumerable<RegionCode> reporting)
    {
        var below = new Dictionary<RegionCode, List<Region>>();
        var known = new HashSet<RegionCode>();
        foreach (var code in reporting)
        {
            for (var region = tree.Find(code); region is not null && region.Level != RegionLevel.Nation && known.Add(region.Code); region = tree.Find(region.Parent))
            {
                if (!below.TryGetValue(region.Parent, out var parts)) below[region.Parent] = parts = [];
                parts.Add(region);
            }
        }
        return below;
    }
}
