using Rongtong.Supplies.Items;
using Rongtong.Web.Controls.Tables;
using static Rongtong.Supplies.Pages.RegionTexts;

namespace Rongtong.Supplies.Pages;

/// <summary>An item over all facilities that the reader may see.</summary>
internal sealed record OverviewRow
{
    public string ItemCode { get; init; } = "";
    public decimal StockReceivers { get; init; }
    public decimal StockSuppliers { get; init; }
    public decimal Asked { get; init; }
    public int Ranges { get; init; }
    public decimal RangeLow { get; init; }
    public int Unknown { get; init; }
    public decimal Burn { get; init; }
    public decimal Gap { get; init; }
    public decimal? CoverDays { get; init; }
    public decimal? EstimateLow { get; init; }
    public decimal? EstimateHigh { get; init; }
}

/// <summary>
/// Stock, demand, gap and cover by item. What was asked in numbers, in ranges and without a number stand in columns of their own, and so do estimates:
/// no column adds up what is known and what is not.
/// </summary>
internal static class OverviewTable
{
    public const string Name = "supplies.overview";

    public const string Columns = "item_code, stock_receivers, stock_suppliers, asked, ranges, range_low, unknown, burn, gap, cover_days, estimate_low, estimate_high";

    /// <summary>The gap is what was asked in numbers and has not come, less what suppliers have free; cover is receivers' stock by what a day takes.</summary>
    public const string From = """
        (SELECT item_code, coalesce(s.receivers, 0) AS stock_receivers, coalesce(s.suppliers, 0) AS stock_suppliers, coalesce(n.asked, 0) AS asked, coalesce(n.ranges, 0) AS ranges,
            coalesce(n.range_low, 0) AS range_low, coalesce(n.unknown, 0) AS unknown, coalesce(s.burn, 0) AS burn,
            greatest(0, coalesce(n.asked, 0) - coalesce(s.suppliers, 0)) AS gap, round(s.burning_stock / nullif(s.burn, 0), 1) AS cover_days, e.low AS estimate_low, e.high AS estimate_high
        FROM (SELECT c.item_code, sum(c.stock) FILTER (WHERE f.role = 'receiver') AS receivers, sum(c.stock) FILTER (WHERE f.role = 'supplier') AS suppliers,
                sum(c.burn_per_day) FILTER (WHERE f.role = 'receiver') AS burn, sum(c.stock) FILTER (WHERE f.role = 'receiver' AND c.burn_per_day > 0) AS burning_stock
              FROM supplies.cover_at(now()) c JOIN supplies.facility f ON f.code = c.facility_code GROUP BY c.item_code) s
        FULL JOIN (SELECT item_code, sum(greatest(0, quantity - met_quantity)) FILTER (WHERE amount_kind = 'known') AS asked, count(*) FILTER (WHERE amount_kind = 'range')::int AS ranges,
                sum(low) FILTER (WHERE amount_kind = 'range') AS range_low, count(*) FILTER (WHERE amount_kind = 'unknown')::int AS unknown
              FROM supplies.need WHERE state IN ('open', 'partly_met') AND item_code IS NOT NULL GROUP BY item_code) n USING (item_code)
        FULL JOIN (SELECT item_code, sum(low) AS low, sum(high) AS high FROM supplies.demand_estimate GROUP BY item_code) e USING (item_code)) o
        """;

    public static ITable Create() => new SqlTable<OverviewRow>(Name, SuppliesPermissions.Read, From, Columns, new("item_code", "text"),
        [
            // The answer first: on a phone the first three columns are what is seen.
            new("item", "supplies.item", (r, _) => new(Titled(r.ItemCode), "/supplies/needs?item=" + r.ItemCode), new("item_code", "text")),
            new("gap", "supplies.gap", (r, _) => new(Number(r.Gap)), new("gap", "numeric"), IsNumber: true),
            new("cover", "supplies.cover", (r, texts) => new(r.CoverDays is null ? texts["supplies.cover.unknown"] : Number(r.CoverDays)), new("coalesce(cover_days, 1e12)", "numeric"), IsNumber: true),
            new("stock", "supplies.stock.receivers", (r, _) => new(Number(r.StockReceivers)), new("stock_receivers", "numeric"), IsNumber: true),
            new("supply", "supplies.stock.suppliers", (r, _) => new(Number(r.StockSuppliers)), new("stock_suppliers", "numeric"), IsNumber: true),
            new("asked", "supplies.asked", (r, _) => new(Number(r.Asked)), new("asked", "numeric"), IsNumber: true),
            new("range", "supplies.asked.range", (r, texts) => new(r.Ranges == 0 ? "" : texts["supplies.asked.range.value", r.Ranges, Number(r.RangeLow)])),
            new("unknown", "supplies.asked.unknown", (r, _) => new(r.Unknown == 0 ? "" : Number(r.Unknown)), new("unknown", "integer"), IsNumber: true),
            new("estimate", "supplies.estimate", (r, texts) => new(r.EstimateHigh is null ? "" : texts["supplies.estimate.value", Number(r.EstimateLow), Number(r.EstimateHigh)])),
        ],
        [new ChoiceFilter("class", "supplies.class", "item_code = ANY (string_to_array(@class, ','))", () => ItemCatalogue.Current.Classes.Select(CodesOf), (codes, _) => ItemCatalogue.Current.Classes.First(c => CodesOf(c) == codes).Name)],
        "-gap", "supplies.overview-read", SuppliesModule.Topic);

    private static string Titled(string code) => ItemCatalogue.Current.Find(code) is { } item ? $"{item.Name} ({item.Unit})" : code;

    private static string CodesOf(ItemClass c) => string.Join(',', ItemCatalogue.Current.All.Where(i => i.Class == c.Code).Select(i => i.Code));
}
