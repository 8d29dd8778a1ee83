using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Publication;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Outbreak.Map;

/// <summary>Confirmed cases of one region over the days of a picture; persons.</summary>
/// <param name="Region">The region.</param>
/// <param name="Cumulative">Cumulative by day, or what may be published of it.</param>
/// <param name="HasReports">False when no row of this region is visible: "no data", which is not zero.</param>
/// <param name="IsHeld">True when small numbers were withheld, so that a number shown may be up to four persons behind.</param>
public sealed record RegionFigures(Region Region, int[] Cumulative, bool HasReports, bool IsHeld)
{
    /// <summary>New persons per day: the rise of <see cref="Cumulative"/>, 0 where it fell.</summary>
    public int[] New()
    {
        var rise = new int[Cumulative.Length];
        for (var i = 0; i < rise.Length; i++) rise[i] = Math.Max(0, Cumulative[i] - (i == 0 ? 0 : Cumulative[i - 1]));
        return rise;
    }
}

/// <summary>A region and the regions directly below it over the same days.</summary>
public sealed record Picture(DateOnly FirstDay, int Days, RegionFigures Whole, IReadOnlyList<RegionFigures> Parts)
{
    public DateOnly LastDay => FirstDay.AddDays(Days - 1);
}

/// <summary>
/// What the map, the public figures and the open data show of a region and its parts.
/// <code>
/// rows visible to the actor ──> gapless series ──> cut to the days of the picture
///      ── actor is the public ──> small areas held (SmallCounts) ──> figures
/// </code>
/// </summary>
internal static class ReadPicture
{
    public static async Task<Picture?> OfAsync(Session session, IRegionTree tree, RegionCode above, AsOf asOf, CancellationToken cancel)
    {
        if (tree.Find(above) is not { } whole) return null;
        var parts = tree.ChildrenOf(above);
        var series = await ReadSeries.OfAllAsync(session, [above, .. parts.Select(p => p.Code)], asOf, cancel);
        if (series.Count == 0) return null;
        var first = series.Values.Min(s => s.FirstDay);
        var last = asOf.Day ?? series.Values.Max(s => s.LastDay);
        var days = last.DayNumber - first.DayNumber + 1;
        if (days <= 0) return null;

        // Retired regions that the series still reports (a county of 2020) stand beside those in force.
        var exact = parts.Select(part => Counts(series.GetValueOrDefault(part.Code), first, days)).ToArray();
        var exactWhole = series.TryGetValue(above, out var own) ? Counts(own, first, days) : Sum(exact, days);
        var hold = session.Actor.SeesPublishedOnly;
        if (!hold) return new Picture(first, days, Figures(whole, exactWhole, exactWhole, true), [.. parts.Select((p, i) => Figures(p, exact[i], exact[i], series.ContainsKey(p.Code)))]);

        var held = SmallCounts.HoldParts(exact, [.. parts.Select(p => IsSmall(p, tree))]);
        var heldWhole = IsSmall(whole, tree) ? SmallCounts.Hold(exactWhole) : SmallCounts.HoldWhole(exactWhole, exact, held);
        return new Picture(first, days, Figures(whole, heldWhole, exactWhole, true), [.. parts.Select((p, i) => Figures(p, held[i], exact[i], series.ContainsKey(p.Code)))]);
    }

    /// <summary>Whether few enough people live there that a small count could point at one of them.</summary>
    public static bool IsSmall(Region region, IRegionTree tree) =>
        tree.PopulationOf(region.Code) is { } persons ? persons < SmallCounts.SmallPopulation : region.Level is RegionLevel.County;

    private static RegionFigures Figures(Region region, int[] shown, int[] exact, bool hasReports) =>
        new(region, shown, hasReports, !shown.AsSpan().SequenceEqual(exact));

    private static int[] Counts(CaseSeries? series, DateOnly first, int days)
    {
        var counts = new int[days];
        if (series is null) return counts;
        var carried = series.Carried(CaseKind.Confirmed);
        var shift = series.FirstDay.DayNumber - first.DayNumber;
        for (var i = Math.Max(0, shift); i < days; i++) counts[i] = carried[Math.Min(i - shift, carried.Length - 1)];
        return counts;
    }

    private static int[] Sum(int[][] parts, int days)
    {
        var sum = new int[days];
        foreach (var part in parts)
            for (var i = 0; i < days; i++) sum[i] += part[i];
        return sum;
    }
}
