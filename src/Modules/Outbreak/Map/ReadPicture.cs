using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Publication;
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
///      ── actor is the public ──> the published number of each region (PublishedCounts) ──> figures
/// </code>
/// </summary>
internal static class ReadPicture
{
    /// <summary>Reads a picture; for the public <paramref name="published"/> says what it is told.</summary>
    public static async Task<Picture?> OfAsync(Session session, IRegionTree tree, RegionCode above, AsOf asOf, PublishedCounts? published, CancellationToken cancel)
    {
        if (session.Actor.SeesPublishedOnly) ArgumentNullException.ThrowIfNull(published);
        if (tree.Find(above) is not { } whole) return null;
        var parts = tree.ChildrenOf(above);
        var series = await ReadSeries.OfAllAsync(session, [above, .. parts.Select(p => p.Code)], asOf, cancel);
        if (series.Count == 0) return null;
        var first = series.Values.Min(s => s.FirstDay);
        var last = asOf.Day ?? series.Values.Max(s => s.LastDay);
        var days = last.DayNumber - first.DayNumber + 1;
        if (days <= 0) return null;

        var exact = parts.Select(part => series.GetValueOrDefault(part.Code)?.CumulativeOver(CaseKind.Confirmed, first, days) ?? new int[days]).ToArray();
        var exactWhole = series.TryGetValue(above, out var own) ? own.CumulativeOver(CaseKind.Confirmed, first, days) : PublishedCounts.Sum(exact, days);
        return new Picture(first, days, Figures(whole, exactWhole, hasReports: true), [.. parts.Select((p, i) => Figures(p, exact[i], series.ContainsKey(p.Code)))]);

        RegionFigures Figures(Region region, int[] counts, bool hasReports)
        {
            var shown = published is null || !hasReports ? counts : published.Of(region.Code, first, days);
            return new(region, shown, hasReports, !shown.AsSpan().SequenceEqual(counts));
        }
    }
}
