using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;
using Rongtong.Supplies.Prices;

namespace Rongtong.Supplies.Necessities;

/// <summary>A region on a map of the market, in the form that the map control reads. Value is null where nothing is published.</summary>
internal sealed record MapRegion(string Code, string Name, string Href, bool Reported, IReadOnlyDictionary<string, decimal?[]> Values);

/// <summary>What the map control reads: one day and the regions inside the one shown.</summary>
internal sealed record MapFigures(IReadOnlyList<string> Days, IReadOnlyList<MapRegion> Regions);

/// <summary>The last figures of the regions inside one: prices and days of stock as they are published, down to counties.</summary>
internal static class MarketMap
{
    /// <summary>Older figures say nothing of today, days.</summary>
    private const int RecentDays = 14;

    /// <summary>The median price of each region's last day, yuan.</summary>
    public static Task<MapFigures?> PricesAsync(Database database, IRegions regions, string item, string route, CancellationToken cancel) => Goods.Find(item) is null ? Task.FromResult<MapFigures?>(null) :
        ReadAsync(database, regions, "/supplies/prices", item, route, """
            SELECT DISTINCT ON (p.region_code) p.region_code, round(p.median_fen / 100.0, 2) FROM supplies.price_day p
            WHERE p.item = @item AND p.region_code = ANY (@codes) AND p.day BETWEEN @since AND @today AND p.median_fen IS NOT NULL ORDER BY p.region_code, p.day DESC
            """, cancel);

    /// <summary>Stock over sales of the outlets that reported on each county's last day; of a larger region, of its counties together.</summary>
    public static Task<MapFigures?> NecessitiesAsync(Database database, IRegions regions, string item, string route, CancellationToken cancel) => Goods.Necessities.All(g => g.Code != item) ? Task.FromResult<MapFigures?>(null) :
        ReadAsync(database, regions, "/supplies/necessities", item, route, """
            SELECT c.code, round(sum(n.stock)::numeric / nullif(sum(n.daily_sales), 0), 1) FROM unnest(@codes) AS c (code) JOIN (
                SELECT DISTINCT ON (region_code) region_code, stock, daily_sales FROM supplies.necessity_day
                WHERE item = @item AND day BETWEEN @since AND @today AND stock_days IS NOT NULL ORDER BY region_code, day DESC) n ON n.region_code ^@ c.code
            GROUP BY c.code
            """, cancel);

    /// <summary>The region that a page's address means: cn is the nation.</summary>
    public static Region? RegionOf(IRegions regions, string? route) => route is { Length: > 0 and <= 12 } ? regions.Current.Find(route == "cn" ? RegionCode.Nation : new(route)) : regions.Current.Find(RegionCode.Nation);

    private static async Task<MapFigures?> ReadAsync(Database database, IRegions regions, string page, string item, string route, string sql, CancellationToken cancel)
    {
        if (RegionOf(regions, route) is not { } region) return null;
        Region[] inside = [.. regions.Current.ChildrenOf(region.Code).Where(r => !r.IsStatistical)];
        await using var session = await database.BeginAsync(Actor.Public, cancel);
        var today = ChinaDay.Of(session.Now);
        var found = (await session.QueryAsync<(string Code, decimal? Value)>(sql, new { item, codes = inside.Select(r => r.Code.Value).ToArray(), since = today.AddDays(-RecentDays), today }, cancel)).ToDictionary(f => f.Code, f => f.Value);
        return new([today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)], [.. inside.Select(r => (Region: r, Value: found.GetValueOrDefault(r.Code.Value))).Select(r => new MapRegion(r.Region.Code.Value, r.Region.NameIn(Texts.Language),
            $"{page}?item={Uri.EscapeDataString(item)}&region={r.Region.Code.Value}", r.Value is not null, new Dictionary<string, decimal?[]> { ["value"] = [r.Value] }))]);
    }
}
