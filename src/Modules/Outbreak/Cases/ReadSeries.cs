using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;

namespace Rongtong.Outbreak.Cases;

/// <summary>The two dates of "as of": figures up to a day, as they were known at an instant.</summary>
/// <param name="Day">Last day shown; null is the last there is.</param>
/// <param name="KnownAt">What the system held for true at this instant; null is now.</param>
public readonly record struct AsOf(DateOnly? Day, DateTimeOffset? KnownAt)
{
    /// <summary>Everything, as known now.</summary>
    public static AsOf Now { get; }
}

/// <summary>Reads case series; row policies decide which rows the session's actor sees.</summary>
internal static class ReadSeries
{
    private const string Columns = "region_code, day, confirmed, suspected, cured, dead, imported";

    public static async Task<CaseSeries?> OfAsync(Session session, RegionCode region, AsOf asOf, CancellationToken cancel) =>
        (await OfAllAsync(session, [region], asOf, cancel)).GetValueOrDefault(region);

    public static async Task<IReadOnlyDictionary<RegionCode, CaseSeries>> OfAllAsync(
        Session session, IReadOnlyCollection<RegionCode> regions, AsOf asOf, CancellationToken cancel)
    {
        var rows = await session.QueryAsync<CaseCount>($"""
            SELECT {Columns} FROM outbreak.case_count
            WHERE region_code = ANY (@codes) AND {Known(asOf)} AND day <= coalesce(@day, 'infinity'::date)
            """, new { codes = regions.Select(r => r.Value).ToArray(), day = asOf.Day, at = asOf.KnownAt?.ToUniversalTime() }, cancel);
        return Group(rows);
    }

    public static async Task<IReadOnlyDictionary<RegionCode, CaseSeries>> OfEveryRegionAsync(Session session, AsOf asOf, CancellationToken cancel)
    {
        var rows = await session.QueryAsync<CaseCount>($"""
            SELECT {Columns} FROM outbreak.case_count
            WHERE {Known(asOf)} AND day <= coalesce(@day, 'infinity'::date)
            """, new { day = asOf.Day, at = asOf.KnownAt?.ToUniversalTime() }, cancel);
        return Group(rows);
    }

    private static string Known(AsOf asOf) =>
        // The partial index serves "now"; only a look back needs the interval.
        asOf.KnownAt is null ? "known_until = 'infinity'" : "known_from <= @at AND known_until > @at";

    private static Dictionary<RegionCode, CaseSeries> Group(IEnumerable<CaseCount> rows) =>
        rows.GroupBy(r => r.RegionCode).ToDictionary(g => new RegionCode(g.Key), g => CaseSeries.From(new(g.Key), [.. g]));
}
