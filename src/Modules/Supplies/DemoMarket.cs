using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Households;
using Rongtong.Supplies.Necessities;
using Rongtong.Supplies.Prices;

namespace Rongtong.Supplies;

/// <summary>Invented shops, prices, outlets and a compound of the demo province, the same every time.</summary>
internal sealed class DemoMarket(Database database, IRegions regions) : IDemoData
{
    private const int Days = 10;
    private const int CountiesMax = 6;
    private const int OutletsPerCounty = 4;
    private const int Doors = 36;
    private const int Buildings = 9;

    /// <summary>Prices before the emergency, fen a unit, by the goods of goods.json.</summary>
    private static readonly Dictionary<string, long> s_prices = new()
    {
        ["mask-medical"] = 50,
        ["mask-n95"] = 1_200,
        ["disinfectant-84"] = 800,
        ["alcohol-75"] = 1_500,
        ["thermometer"] = 600,
        ["rice"] = 600,
        ["flour"] = 500,
        ["oil"] = 1_400,
        ["pork"] = 5_200,
        ["eggs"] = 1_000,
        ["cabbage"] = 300,
        ["greens"] = 700,
        ["potatoes"] = 400,
    };

    public async Task LoadAsync(string provinceCode, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM supplies.price_reference)", cancel: cancel)) return;
        string[] counties = [.. regions.Current.All.Where(r => !r.IsStatistical && r.Level is RegionLevel.County && r.Code.IsWithin(new(provinceCode))).Select(r => r.Code.Value).Order(StringComparer.Ordinal).Take(CountiesMax)];
        if (counties.Length == 0) counties = [provinceCode];
        var today = ChinaDay.Of(session.Now);
        await LoadPricesAsync(session, provinceCode, counties, today, cancel);
        await LoadNecessitiesAsync(session, counties, today, cancel);
        await LoadHouseholdsAsync(session, counties[0], today, cancel);
        await session.CommitAsync(cancel);
        await LoadDeliveriesAsync(cancel);
    }

    private static async Task LoadPricesAsync(Session session, string province, string[] counties, DateOnly today, CancellationToken cancel)
    {
        var random = new Random(20200123);
        foreach (var (item, price) in s_prices)
            await session.ExecuteAsync("INSERT INTO supplies.price_reference (region_code, item, on_day, source, price_fen, purchase_fen) VALUES (@province, @item, '2020-01-19', 'demo', @price, @purchase)", new { province, item, price, purchase = price * 8 / 10 }, cancel);
        foreach (var item in new[] { "mask-medical", "disinfectant-84", "pork", "cabbage" })
        {
            for (var back = Days; back >= 0; back--)
            {
                foreach (var county in counties.Take(3))
                {
                    for (var shop = 1; shop <= 4; shop++)
                    {
                        // Dearer while little came, and one shop that went too far.
                        var percent = 100 + back + random.Next(-5, 12) + (shop == 4 && county == counties[0] && item == "mask-medical" && back < 3 ? 150 : 0);
                        await new RecordPriceReport("monitor", "", null, item, county, $"示例门店{shop}", Math.Max(1, s_prices[item] * percent / 100), null, null, null, today.AddDays(-back), "demo").RunAsync(session, cancel: cancel);
                    }
                }
            }
        }
    }

    private static async Task LoadNecessitiesAsync(Session session, string[] counties, DateOnly today, CancellationToken cancel)
    {
        var random = new Random(126);
        foreach (var county in counties)
        {
            for (var i = 1; i <= OutletsPerCounty; i++)
            {
                var (code, organisation) = ($"M{county}-{i}", i == 1 ? DemoAccounts.DemoEnterprise : $"DEMO-{county}-{i}");
                await session.ExecuteAsync("INSERT INTO supplies.market_outlet (code, organisation, name, kind, region_code) VALUES (@code, @organisation, @name, @kind, @county)",
                    new { code, organisation, name = i % 2 == 1 ? $"示例超市{i}号店" : $"示例农贸市场{i}", kind = i % 2 == 1 ? "chain" : "market", county }, cancel);
                // The fourth says nothing: the page shows three of four.
                if (i == OutletsPerCounty) continue;
                for (var back = Days; back >= 1; back--)
                {
                    foreach (var good in Goods.Necessities)
                    {
                        var sales = 200L + random.Next(200);
                        var stock = sales * (good.WarnBelowDays!.Value * 10 + random.Next(30) - (good.Code == "cabbage" && county == counties[0] ? 14 : 0)) / 10;
                        await session.ExecuteAsync("INSERT INTO supplies.necessity_report (outlet_code, item, day, recorded_at, organisation, region_code, stock, daily_sales, price_fen, author) VALUES (@code, @item, @day, @now, @organisation, @county, @stock, @sales, @price, 'demo')",
                            new { code, item = good.Code, day = today.AddDays(-back), now = session.Now, organisation, county, stock, sales, price = s_prices.TryGetValue(good.Code, out var price) ? price * (100 + random.Next(10)) / 100 : (long?)null }, cancel);
                    }
                }
            }
        }
        for (var back = Days; back >= 1; back--) await RollNecessities.RunAsync(session, today.AddDays(-back), null, cancel);
    }

    private static async Task LoadHouseholdsAsync(Session session, string county, DateOnly today, CancellationToken cancel)
    {
        var random = new Random(36);
        const string Compound = "DEMO-1";
        for (var i = 0; i < Doors; i++)
        {
            var building = i % Buildings;
            await ImportHouseholds.KeepAsync(session, Compound, "示例小区", county, $"{building + 1}栋", $"{i / Buildings + 1}01", i % 11 == 0, building % 3 * 80 - 60, building / 3 * 60 + 30, cancel);
        }
        const string Offer = "INSERT INTO supplies.household_package (organisation, region_code, name, content, price_fen) VALUES (@DemoEnterprise, @county, @name, @content, @price) RETURNING id";
        var package = await session.QuerySingleAsync<long>(Offer, new { DemoAccounts.DemoEnterprise, county, name = "蔬菜包 Vegetables 10 kg", content = "白菜3kg 土豆3kg 萝卜2kg 青菜2kg", price = 5_000 }, cancel);
        await session.QuerySingleAsync<long>(Offer, new { DemoAccounts.DemoEnterprise, county, name = "米油包 Rice and oil", content = "大米10kg 食用油5L", price = 11_000 }, cancel);
        var slot = await session.QuerySingleAsync<long>("INSERT INTO supplies.delivery_slot (compound_code, region_code, day, from_hour, to_hour, capacity) VALUES (@Compound, @county, @today, 9, 11, 30) RETURNING id", new { Compound, county, today }, cancel);
        await session.ExecuteAsync("INSERT INTO supplies.delivery_slot (compound_code, region_code, day, from_hour, to_hour, capacity) VALUES (@Compound, @county, @today, 14, 16, 30), (@Compound, @county, @tomorrow, 9, 11, 30)", new { Compound, county, today, tomorrow = today.AddDays(1) }, cancel);
        foreach (var code in await session.QueryAsync<string>("SELECT code FROM supplies.household WHERE compound_code = @Compound ORDER BY building, door LIMIT 24", new { Compound }, cancel))
            await new PlaceOrder("demo", code, package, 1 + random.Next(2), slot).RunAsync(session, cancel);
    }

    /// <summary>Orders in every state: the shop has packed most of them, one with less than was ordered, and the worker is half way.</summary>
    private async Task LoadDeliveriesAsync(CancellationToken cancel)
    {
        var shop = new Actor(ActorKind.Account, "demo:shop", "demo", [], new HashSet<string>([MarketPermissions.Own])) { Organisation = DemoAccounts.DemoEnterprise };
        await using var packing = await database.BeginAsync(shop, cancel);
        var orders = await packing.QueryAsync<(long Id, string Number, int Ordered, string Code)>("SELECT id, number, ordered, hand_over_code FROM supplies.household_order ORDER BY id", cancel: cancel);
        foreach (var (order, n) in orders.Take(18).Select((o, n) => (o, n))) await AdvanceOrder.PackAsync(packing, order.Id, n == 3 ? 0 : order.Ordered, n == 3 ? "演示：缺货 Demo: out of stock" : "", cancel);
        await packing.CommitAsync(cancel);
        await using var walking = await database.BeginAsync(Actor.System, cancel);
        foreach (var (order, n) in orders.Take(12).Select((o, n) => (o, n)).Where(o => o.n != 3))
        {
            await AdvanceOrder.StepAsync(walking, order.Number, "out", "", cancel);
            if (n is 1 or 6) await AdvanceOrder.StepAsync(walking, order.Number, "returned", "演示：无人应答 Demo: nobody there", cancel);
            else if (n < 8) await AdvanceOrder.StepAsync(walking, order.Number, "left", "", cancel);
            if (n is 0 or 2) await AdvanceOrder.CollectAsync(walking, order.Number, order.Code, cancel);
        }
        await walking.CommitAsync(cancel);
    }
}
