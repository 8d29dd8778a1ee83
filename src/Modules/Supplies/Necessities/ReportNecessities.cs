using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Prices;

namespace Rongtong.Supplies.Necessities;

/// <summary>What an outlet has and sells of a good. Whole units; price in fen, null when it was not told.</summary>
internal sealed record NecessityLine(string Item, long Stock, long DailySales, long? PriceFen);

/// <summary>What becomes of an outlet's figures.</summary>
internal enum NecessityOutcome { Recorded, OutletUnknown, FiguresWrong }

/// <summary>An outlet's figures of today: the same again changes nothing, others are a correction.</summary>
internal sealed record ReportNecessities(string Outlet, IReadOnlyList<NecessityLine> Lines)
{
    /// <summary>Largest stock or sales believed of one outlet, units.</summary>
    public const long QuantityMax = 100_000_000;

    public async Task<NecessityOutcome> RunAsync(Session session, CancellationToken cancel = default)
    {
        if (Lines.Count == 0 || Lines.Any(l => Goods.Find(l.Item)?.WarnBelowDays is null || l.Stock is < 0 or > QuantityMax || l.DailySales is < 0 or > QuantityMax || l.PriceFen is not (null or > 0 and <= RecordPriceReport.PriceFenMax))) return NecessityOutcome.FiguresWrong;
        // The row policy of outlets decides whose it is.
        var found = await session.QueryAsync<(string Organisation, string Region)>("SELECT organisation, region_code FROM supplies.market_outlet WHERE code = @Outlet AND (organisation = platform.organisation() OR platform.is_system())", new { Outlet }, cancel);
        if (found is not [var (organisation, region)]) return NecessityOutcome.OutletUnknown;
        var day = ChinaDay.Of(session.Now);
        await session.ExecuteAsync("""
            INSERT INTO supplies.necessity_report (outlet_code, item, day, recorded_at, organisation, region_code, stock, daily_sales, price_fen, author)
            SELECT @Outlet, n.item, @day, @now, @organisation, @region, n.stock, n.sales, n.price, @author
            FROM unnest(@items, @stock, @sales, @prices) AS n (item, stock, sales, price)
            WHERE NOT EXISTS (SELECT FROM (
                SELECT stock, daily_sales, price_fen FROM supplies.necessity_report r WHERE r.item = n.item AND r.day = @day AND r.outlet_code = @Outlet ORDER BY recorded_at DESC LIMIT 1) last
                WHERE (last.stock, last.daily_sales) = (n.stock, n.sales) AND last.price_fen IS NOT DISTINCT FROM n.price)
            ON CONFLICT DO NOTHING
            """, new { Outlet, day, now = session.Now, organisation, region, author = session.Actor.Id, items = Lines.Select(l => l.Item).ToArray(), stock = Lines.Select(l => l.Stock).ToArray(), sales = Lines.Select(l => l.DailySales).ToArray(), prices = Lines.Select(l => l.PriceFen).ToArray() }, cancel);
        await session.AsSystemAsync(() => RollNecessities.RunAsync(session, day, region, cancel), cancel);
        return NecessityOutcome.Recorded;
    }
}
