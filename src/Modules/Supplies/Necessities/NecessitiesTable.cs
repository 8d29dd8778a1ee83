using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;
using Rongtong.Supplies.Prices;
using Rongtong.Web.Controls.Tables;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Necessities;

/// <summary>A county's figure of a good and a day.</summary>
internal sealed record NecessityDay
{
    public string RegionCode { get; init; } = "";
    public string Item { get; init; } = "";
    public DateOnly Day { get; init; }
    public int Expected { get; init; }
    public int Reported { get; init; }
    public long? Stock { get; init; }
    public long? DailySales { get; init; }
    public decimal? StockDays { get; init; }
    public long? MedianFen { get; init; }
    public bool IsLow { get; init; }
}

/// <summary>Days of stock and prices by county.</summary>
internal static class NecessitiesTable
{
    public const string Name = "supplies.necessities";

    public static ITable Create(IRegions regions) => new SqlTable<NecessityDay>(Name, null, "supplies.necessity_day n", "n.region_code, n.item, n.day, n.expected, n.reported, n.stock, n.daily_sales, n.stock_days, n.median_fen, n.is_low",
        new("n.item || ':' || n.region_code || ':' || n.day", "text"),
        [
            new("region", "supplies.prices.region", (n, _) => new(PricesTable.RegionName(regions, n.RegionCode), $"/supplies/necessities?item={n.Item}&region={n.RegionCode}"), new("n.region_code", "text")),
            new("item", "supplies.prices.item", (n, _) => new(Goods.NameOf(n.Item, Texts.Language)), new("n.item", "text")),
            new("day", "supplies.prices.day", (n, _) => new(PricesTable.Iso(n.Day)), new("n.day", "date")),
            new("days", "supplies.necessities.days", (n, texts) => new(n.StockDays is { } days ? days.ToString("0.0", CultureInfo.InvariantCulture) : texts["supplies.necessities.unknown"], Class: n.IsLow ? "rt-tier rt-tier-high" : null), new("coalesce(n.stock_days, 1e12)", "numeric"), true),
            new("stock", "supplies.necessities.stock", (n, _) => new(n.Stock is { } stock ? $"{stock.ToString("#,0", CultureInfo.InvariantCulture)} {Goods.Find(n.Item)?.Unit.In(Texts.Language)}" : "–"), IsNumber: true),
            new("sales", "supplies.necessities.sales", (n, _) => new(n.DailySales?.ToString("#,0", CultureInfo.InvariantCulture) ?? "–"), IsNumber: true),
            new("price", "supplies.prices.median", (n, _) => new(PricesTable.Yuan(n.MedianFen)), new("coalesce(n.median_fen, 0)", "bigint"), true),
            new("complete", "supplies.necessities.complete", (n, _) => new($"{n.Reported}/{n.Expected}"), new("n.reported::numeric / greatest(n.expected, 1)", "numeric"), true),
        ],
        [
            PricesTable.ItemFilter("n.item", Goods.Necessities),
            PricesTable.ProvinceFilter(regions, "n.region_code"),
            new ChoiceFilter("low", "supplies.necessities.low", "n.is_low = (@low = 'low')", () => ["low", "enough"], (value, texts) => texts["supplies.necessities.low." + value]),
            new DayFilter("day", "supplies.prices.day", "n.day = @day") { Otherwise = "n.day = (SELECT max(day) FROM supplies.necessity_day)" },
        ], "days", topic: RollNecessities.Topic);

    // texts: supplies.necessities.low.* supplies.necessities.problem.*
    public static void MapNecessities(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/supplies/necessities/mine", async (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            var outlet = form["outlet"].ToString();
            var back = "/supplies/necessities/mine?outlet=" + Uri.EscapeDataString(outlet);
            var lines = new List<NecessityLine>();
            foreach (var good in Goods.Necessities)
            {
                var (stock, sales, price) = (form["stock-" + good.Code].ToString(), form["sales-" + good.Code].ToString(), form["price-" + good.Code].ToString());
                // A good left empty is not said to be out of stock.
                if (stock.Length == 0 && sales.Length == 0) continue;
                if (!long.TryParse(stock, NumberStyles.None, CultureInfo.InvariantCulture, out var has) || !long.TryParse(sales, NumberStyles.None, CultureInfo.InvariantCulture, out var sells) || (price.Length > 0 && ImportPriceList.Fen(price) is null)) return Results.LocalRedirect(back + "&problem=figures");
                lines.Add(new(good.Code, has, sells, price.Length == 0 ? null : ImportPriceList.Fen(price)));
            }
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await new ReportNecessities(outlet, lines).RunAsync(session, cancel))
            {
                case NecessityOutcome.Recorded:
                    await session.CommitAsync(cancel);
                    Toast.Say(http, "supplies.necessities.recorded");
                    return Results.LocalRedirect(back);
                case NecessityOutcome.OutletUnknown:
                    return Results.LocalRedirect("/supplies/necessities/mine?problem=outlet");
                default:
                    return Results.LocalRedirect(back + "&problem=figures");
            }
        }).RequirePermission(MarketPermissions.Own).ExcludeFromDescription();
}
