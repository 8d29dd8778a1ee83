using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Controls.Tables;

namespace Rongtong.Supplies.Prices;

/// <summary>The public figures, and the reports behind them for inspectors.</summary>
internal static class PricesTable
{
    public const string Name = "supplies.prices";
    public const string ReportsName = "supplies.price-reports";

    private const string Rise = "coalesce((p.median_fen - p.reference_fen) * 10000 / nullif(p.reference_fen, 0), 0)";

    public static ITable Create(IRegions regions) => new SqlTable<PriceDay>(Name, null, "supplies.price_day p", "p.region_code, p.item, p.day, p.shops, p.reports, p.q1_fen, p.median_fen, p.q3_fen, p.reference_fen",
        new("p.item || ':' || p.region_code || ':' || p.day", "text"),
        [
            new("region", "supplies.prices.region", (p, _) => new(RegionName(regions, p.RegionCode), Link(p)), new("p.region_code", "text")),
            new("item", "supplies.prices.item", (p, _) => new(Goods.NameOf(p.Item, Texts.Language)), new("p.item", "text")),
            new("day", "supplies.prices.day", (p, _) => new(Iso(p.Day)), new("p.day", "date")),
            new("median", "supplies.prices.median", (p, texts) => new(Yuan(p.MedianFen, texts)), new("coalesce(p.median_fen, 0)", "bigint"), true),
            new("quartiles", "supplies.prices.quartiles", (p, _) => new(p.Q1Fen is null ? "–" : $"{Yuan(p.Q1Fen)} – {Yuan(p.Q3Fen)}"), IsNumber: true),
            new("reference", "supplies.prices.reference", (p, _) => new(Yuan(p.ReferenceFen)), IsNumber: true),
            new("rise", "supplies.prices.rise", (p, _) => new(Percent(p)), new(Rise, "bigint"), true),
            new("shops", "supplies.prices.shops", (p, _) => new(p.Shops.ToString(CultureInfo.InvariantCulture)), new("p.shops", "integer"), true),
            new("reports", "supplies.prices.reports", (p, _) => new(p.Reports.ToString(CultureInfo.InvariantCulture)), new("p.reports", "integer"), true),
        ],
        [
            ItemFilter("p.item", Goods.All),
            ProvinceFilter(regions, "p.region_code"),
            new TextFilter("place", "supplies.prices.region", "p.region_code = ANY (@place)", text => CodesNamed(regions, text)),
            new DayFilter("day", "supplies.prices.day", "p.day = @day") { Otherwise = "p.day = (SELECT max(l.day) FROM supplies.price_day l WHERE l.item = p.item AND l.region_code = p.region_code)" },
        ], "-rise", topic: RefreshPriceDay.Topic);

    // texts: supplies.prices.verdict.* supplies.prices.reporter.*
    public static ITable CreateReports(IRegions regions) => new SqlTable<ReportRow>(ReportsName, MarketPermissions.Market, "supplies.price_report r LEFT JOIN supplies.price_case c ON c.id = r.case_id",
        "r.id, r.item, r.region_code, r.shop_name, r.reporter, r.price_fen, r.seen_on, r.verdict, r.case_id, coalesce(c.is_open, false) AS is_open, (SELECT count(*)::int FROM supplies.price_report o WHERE o.case_id = r.case_id) AS together", new("r.id", "bigint"),
        [
            new("number", "supplies.prices.number", (r, _) => new(r.Id.ToString(CultureInfo.InvariantCulture), $"/supplies/prices/reports/{r.Id}"), new("r.id", "bigint"), true),
            new("item", "supplies.prices.item", (r, _) => new(Goods.NameOf(r.Item, Texts.Language)), new("r.item", "text")),
            new("region", "supplies.prices.region", (r, _) => new(RegionName(regions, r.RegionCode)), new("r.region_code", "text")),
            new("shop", "supplies.prices.shop", (r, _) => new(r.ShopName), new("r.shop_name", "text")),
            new("price", "supplies.prices.price", (r, _) => new(Yuan(r.PriceFen)), new("r.price_fen", "bigint"), true),
            new("day", "supplies.prices.day", (r, _) => new(Iso(r.SeenOn)), new("r.seen_on", "date")),
            new("reporter", "supplies.prices.reporter", (r, texts) => new(texts["supplies.prices.reporter." + r.Reporter])),
            new("verdict", "supplies.prices.verdict", (r, texts) => new(texts["supplies.prices.verdict." + r.Verdict], Class: PriceRules.IsBreach(r.Verdict) ? "rt-tier rt-tier-high" : null)),
            new("case", "supplies.prices.case", (r, texts) => new(r.CaseId is null ? "–" : texts[r.IsOpen ? "supplies.prices.case.open" : "supplies.prices.case.closed", r.Together])),
        ],
        [
            ItemFilter("r.item", Goods.All),
            new ChoiceFilter("verdict", "supplies.prices.verdict", "r.verdict = @verdict", () => PriceRules.Severity, (v, texts) => texts["supplies.prices.verdict." + v]),
            new TextFilter("shop", "supplies.prices.shop", "r.shop_name ILIKE @shop"),
        ], "-number", "supplies.price-reports-read", RefreshPriceDay.Topic);

    public static ChoiceFilter ItemFilter(string column, IReadOnlyList<Good> goods) =>
        new("item", "supplies.prices.item", $"{column} = @item", () => goods.Select(g => g.Code), (code, _) => Goods.NameOf(code, Texts.Language));

    public static ChoiceFilter ProvinceFilter(IRegions regions, string column) => new("province", "supplies.prices.province", $"{column} ^@ @province",
        () => regions.Current.ChildrenOf(RegionCode.Nation).Select(p => p.Code.Value), (code, _) => RegionName(regions, code));

    public static string RegionName(IRegions regions, string code) => regions.Current.Find(new(code))?.NameIn(Texts.Language) ?? code;

    public static string[] CodesNamed(IRegions regions, string text) =>
        [.. regions.Current.All.Where(r => r.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || r.EnglishName?.Contains(text, StringComparison.OrdinalIgnoreCase) == true).Select(r => r.Code.Value)];

    public static string Yuan(long? fen) => fen is { } known ? (known / 100m).ToString("0.00", CultureInfo.InvariantCulture) : "–";

    public static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Percent(PriceDay p) => p is { MedianFen: { } median, ReferenceFen: > 0 } ? ((median - p.ReferenceFen.Value) * 100m / p.ReferenceFen.Value).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) + "%" : "–";

    private static string Yuan(long? fen, Texts texts) => fen is null ? texts["supplies.prices.few"] : Yuan(fen);

    private static string Link(PriceDay p) => $"/supplies/prices?item={p.Item}&region={(p.RegionCode.Length == 0 ? "cn" : p.RegionCode)}";
}

/// <summary>A published cell.</summary>
internal sealed record PriceDay
{
    public string RegionCode { get; init; } = "";
    public string Item { get; init; } = "";
    public DateOnly Day { get; init; }
    public int Shops { get; init; }
    public int Reports { get; init; }
    public long? Q1Fen { get; init; }
    public long? MedianFen { get; init; }
    public long? Q3Fen { get; init; }
    public long? ReferenceFen { get; init; }
}

/// <summary>A report as inspectors see it in the list.</summary>
internal sealed record ReportRow
{
    public long Id { get; init; }
    public string Item { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public string ShopName { get; init; } = "";
    public string Reporter { get; init; } = "";
    public long PriceFen { get; init; }
    public DateOnly SeenOn { get; init; }
    public string Verdict { get; init; } = "";
    public long? CaseId { get; init; }
    public bool IsOpen { get; init; }
    public int Together { get; init; }
}
