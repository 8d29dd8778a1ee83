using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Publication;
using Rongtong.Outbreak.Tiers;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Surveillance;

namespace Rongtong.Outbreak.Map;

/// <summary>Everything the page of a region shows.</summary>
/// <param name="Picture">Figures of the region and its parts, as this reader may see them.</param>
/// <param name="Own">The region's exact series; null for the public in a small area.</param>
/// <param name="Flags">What is odd about the series.</param>
/// <param name="Reproduction">Reproduction number by window; empty where it cannot be estimated.</param>
/// <param name="Growth">Growth of the last fourteen days, or null.</param>
/// <param name="Tiers">Tier of every region shown on the last day.</param>
internal sealed record RegionReading(
    Picture Picture, CaseSeries? Own, IReadOnlyList<SeriesFlag> Flags, IReadOnlyList<ReproductionEstimate> Reproduction, Growth? Growth, IReadOnlyDictionary<string, TierPeriod> Tiers)
{
    /// <summary>Serial interval of COVID-19 in the first 425 cases: mean 7.5 days, sd 3.4 (Li et al., N Engl J Med 2020; 382:1199).</summary>
    public const double SerialIntervalMeanDays = 7.5;

    /// <summary>Its standard deviation, days.</summary>
    public const double SerialIntervalSdDays = 3.4;

    /// <summary>Days the growth rate is fitted over.</summary>
    public const int GrowthDays = 14;

    private const int LongestSeriesDays = 2_000;

    private static readonly ReproductionNumber s_estimator = new(SerialInterval.Gamma(SerialIntervalMeanDays, SerialIntervalSdDays, LongestSeriesDays));

    public static async Task<RegionReading?> OfAsync(Session session, IRegionTree tree, RegionCode code, AsOf asOf, PublishedCounts? published, CancellationToken cancel)
    {
        var picture = await ReadPicture.OfAsync(session, tree, code, asOf, published, cancel);
        if (picture is null) return null;
        var isPublic = session.Actor.SeesPublishedOnly;
        var own = isPublic && PublishedCounts.IsSmall(picture.Whole.Region, tree) ? null : await ReadSeries.OfAsync(session, code, asOf, cancel);
        // Figures of the public are held ones, and a flag would tell the exact number behind them.
        var flags = own is null || isPublic ? [] : SeriesFlag.Find(own);
        var daily = picture.Whole.New().Select(v => (double)v).ToArray();
        var hasCases = daily.Any(v => v > 0);
        var reproduction = hasCases && daily.Length > 8 && daily.Length <= LongestSeriesDays ? s_estimator.Estimate(daily) : [];
        var growth = daily.Length >= GrowthDays ? DoublingTime.Estimate(daily.AsSpan()[^GrowthDays..]) : null;
        return new(picture, own, flags, reproduction, growth, await TiersOnAsync(session, picture.LastDay, asOf, cancel));
    }

    /// <summary>Tier of every region on a day.</summary>
    public static async Task<IReadOnlyDictionary<string, TierPeriod>> TiersOnAsync(Session session, DateOnly day, AsOf asOf, CancellationToken cancel)
    {
        var periods = await session.QueryAsync<TierPeriod>($"""
            SELECT region_code, from_day, to_day, tier, is_provisional FROM outbreak.tier_period
            WHERE from_day <= @day AND to_day >= @day AND {(asOf.KnownAt is null ? "known_until = 'infinity'" : "known_from <= @at AND known_until > @at")}
            """, new { day, at = asOf.KnownAt?.ToUniversalTime() }, cancel);
        return periods.ToDictionary(p => p.RegionCode);
    }
}
