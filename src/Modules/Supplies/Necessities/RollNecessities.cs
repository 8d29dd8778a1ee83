using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;
using Rongtong.Supplies.Prices;

namespace Rongtong.Supplies.Necessities;

/// <summary>
/// The county's figures of a day from what its outlets said. Days of stock are stock over sales of the outlets that reported both; those that are
/// silent are counted as silent, not as empty. As a job it makes the rows of a day on which nobody has said anything yet.
/// </summary>
internal sealed class RollNecessities : IJob
{
    public const string Topic = "supplies.necessities";

    private const int WorkingDaysToAnswer = 1;

    public string Name => "supplies.roll-necessities";

    public TimeSpan Every => TimeSpan.FromMinutes(15);

    public Task RunAsync(Session session, CancellationToken cancel) => RunAsync(session, ChinaDay.Of(session.Now), null, cancel);

    /// <summary>Refreshes a day, in one county or in all.</summary>
    public static async Task RunAsync(Session session, DateOnly day, string? region, CancellationToken cancel)
    {
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended('supplies.necessities', 0))", cancel: cancel);
        var changed = await session.QueryAsync<(string Region, string Item, bool IsLow, bool WasLow, decimal? Days, int Reported, int Expected)>("""
            WITH expected AS (
                SELECT region_code, count(*)::int AS outlets FROM supplies.market_outlet WHERE is_expected AND (@region::text IS NULL OR region_code = @region) GROUP BY region_code),
            latest AS (
                SELECT DISTINCT ON (outlet_code, item) outlet_code, item, region_code, stock, daily_sales, price_fen
                FROM supplies.necessity_report WHERE day = @day AND (@region::text IS NULL OR region_code = @region) ORDER BY outlet_code, item, recorded_at DESC),
            figure AS (
                SELECT e.region_code, g.item, g.warn_below, e.outlets AS expected, count(l.outlet_code)::int AS reported, sum(l.stock)::bigint AS stock, sum(l.daily_sales)::bigint AS sales,
                    round(sum(l.stock) / nullif(sum(l.daily_sales), 0), 1) AS days, percentile_disc(0.5) WITHIN GROUP (ORDER BY l.price_fen) AS median
                FROM expected e CROSS JOIN unnest(@items, @thresholds) AS g (item, warn_below) LEFT JOIN latest l ON l.region_code = e.region_code AND l.item = g.item
                GROUP BY e.region_code, g.item, g.warn_below, e.outlets),
            before AS (
                SELECT f.region_code, f.item, coalesce((SELECT d.is_low FROM supplies.necessity_day d WHERE d.region_code = f.region_code AND d.item = f.item AND d.day <= @day AND d.reported > 0 ORDER BY d.day DESC LIMIT 1), false) AS was_low
                FROM figure f),
            written AS (
                INSERT INTO supplies.necessity_day AS n (region_code, item, day, expected, reported, stock, daily_sales, stock_days, median_fen, is_low)
                SELECT region_code, item, @day, expected, reported, stock, sales, days, median, coalesce(days < warn_below, false) FROM figure
                ON CONFLICT (item, region_code, day) DO UPDATE SET expected = excluded.expected, reported = excluded.reported, stock = excluded.stock, daily_sales = excluded.daily_sales,
                    stock_days = excluded.stock_days, median_fen = excluded.median_fen, is_low = excluded.is_low
                WHERE (n.expected, n.reported, n.is_low) <> (excluded.expected, excluded.reported, excluded.is_low) OR (n.stock, n.daily_sales, n.median_fen) IS DISTINCT FROM (excluded.stock, excluded.daily_sales, excluded.median_fen)
                RETURNING region_code, item, is_low, stock_days, reported, expected)
            SELECT w.region_code, w.item, w.is_low, b.was_low, w.stock_days, w.reported, w.expected FROM written w JOIN before b USING (region_code, item)
            """, new { day, region, items = Goods.Necessities.Select(g => g.Code).ToArray(), thresholds = Goods.Necessities.Select(g => g.WarnBelowDays!.Value).ToArray() }, cancel);
        if (changed.Count > 0) await session.AnnounceAsync(Topic, cancel);
        foreach (var c in changed)
        {
            var key = $"supplies.necessity:{c.Region}:{c.Item}";
            if (c is { IsLow: true, WasLow: false })
            {
                await session.PublishAsync(CaseWanted.Kind, key, new CaseWanted(key, "supplies", c.Region, null, $"{Goods.NameOf(c.Item, "zh-CN")}库存不足", $"{Goods.NameOf(c.Item, "en")}: stock is running low",
                    string.Create(CultureInfo.InvariantCulture, $"{c.Days} d < {Goods.Find(c.Item)!.WarnBelowDays} d · {c.Reported}/{c.Expected}"), $"/supplies/necessities?item={c.Item}&region={c.Region}", WorkingDaysToAnswer), cancel);
            }
            else if (c is { IsLow: false, WasLow: true, Reported: > 0 })
            {
                await session.PublishAsync(CaseNoLongerWanted.Kind, key, new CaseNoLongerWanted(key, string.Create(CultureInfo.InvariantCulture, $"{c.Days} d · {c.Reported}/{c.Expected}")), cancel);
            }
        }
    }
}
