using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;

namespace Rongtong.Supplies.Prices;

/// <summary>
/// Imports price lists: <c>rongtong import price-list FILE</c>. A row with a shop is a price that monitors saw there; a row without one is the
/// reference price of its region and day. Prices are yuan with at most two decimals.
/// </summary>
internal sealed class ImportPriceList(IRegions regions) : IImportKind
{
    private const int SourceLengthMax = 200;

    public string Name => "price-list";

    public string Permission => MarketPermissions.Market;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("item", true, "商品", "品种", "good"),
        new("price", true, "价格", "零售价", "单价"),
        new("day", true, "日期", "date"),
        new("province", false, "省份", "省"),
        new("place", false, "地区", "区县", "市", "region"),
        new("code", false, "代码", "行政区划代码", "regionCode"),
        new("purchase", false, "进价", "购进价"),
        new("shop", false, "门店", "商店"),
        new("source", false, "来源", "数据来源"),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context, regions);

    public async Task UndoAsync(Session session, long batchId, CancellationToken cancel)
    {
        await session.ExecuteAsync("DELETE FROM supplies.price_reference WHERE batch_id = @batchId", new { batchId }, cancel);
        await session.AsSystemAsync(async () =>
        {
            var cells = await session.QueryAsync<(string Item, string Region, DateOnly Day)>("WITH gone AS (DELETE FROM supplies.price_report WHERE batch_id = @batchId RETURNING item, region_code, seen_on) SELECT DISTINCT item, region_code, seen_on FROM gone", new { batchId }, cancel);
            foreach (var (item, region, day) in cells) await RefreshPriceDay.RunAsync(session, item, region, day, cancel);
        }, cancel);
    }

    /// <summary>Yuan as fen; null when it is no price.</summary>
    internal static long? Fen(string text) =>
        decimal.TryParse(text.Trim().TrimStart('¥', '￥'), NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var yuan) && yuan > 0 && yuan <= RecordPriceReport.PriceFenMax / 100m && yuan * 100 == decimal.Truncate(yuan * 100) ? (long)(yuan * 100) : null;

    private sealed class Sink(ImportContext context, IRegions regions) : IImportSink
    {
        private readonly IRegionTree _tree = regions.Current;
        private readonly List<(string Item, string Region, long Price, long? Purchase, DateOnly Day, string Shop, string Source)> _rows = [];

        public ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            var good = Goods.Named(row.Text("item"));
            if (good is null) row.Reject("item", "supplies.prices.expected.item");
            var price = Fen(row.Text("price"));
            if (price is null) row.Reject("price", "supplies.prices.expected.price");
            var purchase = row.Text("purchase").Length == 0 ? null : Fen(row.Text("purchase"));
            if (row.Text("purchase").Length > 0 && purchase is null) row.Reject("purchase", "supplies.prices.expected.price");
            var day = row.Day("day");
            if (day > ChinaDay.Of(context.Session.Now)) row.Reject("day", "supplies.prices.expected.day");
            var (province, place, code) = (row.Text("province"), row.Text("place"), row.Text("code"));
            var found = _tree.Resolve(province.Length > 0 ? province : place, code.Length >= 2 ? code[..2] : null, province.Length > 0 ? place : "", code);
            if (found is not { Region.IsStatistical: false, Match: not RegionMatch.Unknown } || !context.Session.Actor.Covers(found.Value.Region.Code.Value)) row.Reject(code.Length > 0 ? "code" : "place", "supplies.prices.expected.region");
            if (row.Text("shop").Length > RecordPriceReport.ShopLengthMax) row.Reject("shop", "supplies.prices.expected.shop");
            if (row.Text("source").Length > SourceLengthMax) row.Reject("source", "supplies.prices.expected.source");
            if (row.Rejects.Count == 0) _rows.Add((good!.Code, found!.Value.Region.Code.Value, price!.Value, purchase, day, row.Text("shop"), row.Text("source")));
            return ValueTask.CompletedTask;
        }

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            var session = context.Session;
            var (added, changed) = (0L, 0L);
            // References first: the prices of the same file are measured against them.
            foreach (var row in _rows.Where(r => r.Shop.Length == 0))
            {
                var isNew = await session.QuerySingleAsync<bool>("""
                    INSERT INTO supplies.price_reference (region_code, item, on_day, source, price_fen, purchase_fen, batch_id) VALUES (@Region, @Item, @Day, @Source, @Price, @Purchase, @BatchId)
                    ON CONFLICT (item, region_code, on_day, source) DO UPDATE SET price_fen = excluded.price_fen, purchase_fen = excluded.purchase_fen, batch_id = excluded.batch_id RETURNING xmax = 0
                    """, new { row.Region, row.Item, row.Day, row.Source, row.Price, row.Purchase, context.BatchId }, cancel);
                if (isNew) added++; else changed++;
            }
            foreach (var row in _rows.Where(r => r.Shop.Length > 0))
            {
                await new RecordPriceReport("monitor", "", null, row.Item, row.Region, row.Shop, row.Price, row.Purchase, null, null, row.Day, row.Source).RunAsync(session, context.BatchId, cancel);
                added++;
            }
            return new(added, changed, 0, []);
        }
    }
}
