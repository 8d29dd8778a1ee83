using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Producers;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Demo;

/// <summary>
/// An invented province in February: sixty receivers with stock, use and needs, twenty producers with figures, ten carriers with lanes. The same every
/// time; names say that they are invented.
/// </summary>
internal sealed class DemoSupplies(Database database, IRegions regions, EstimateDemand estimate) : IDemoData
{
    private const int Hospitals = 60;
    private const int Producers = 20;
    private const int Carriers = 10;
    private static readonly string[] s_used = ["respirator-medical", "mask-surgical", "suit", "goggles", "gloves-exam", "alcohol-75"];

    /// <summary>What the smallest plant makes in a day: respirators, suits and goggles lack in the province as they did in February 2020, gloves and alcohol do not.</summary>
    private static readonly (string Item, long Design)[] s_made =
    [
        ("respirator-medical", 500), ("mask-surgical", 6_000), ("mask-medical", 6_000), ("suit", 110), ("gown-isolation", 600), ("goggles", 50), ("gloves-exam", 20_000), ("alcohol-75", 9_000), ("test-pcr", 1_000), ("respirator-kn95", 700),
    ];

    public async Task LoadAsync(string provinceCode, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM supplies.facility WHERE is_demo)", cancel: cancel)) return;
        var tree = regions.Current;
        var cities = tree.ChildrenOf(new(provinceCode)).Where(r => !r.IsStatistical).Select(r => (r.Code.Value, r.Name)).ToArray();
        FacilityDraft[] hospitals = [.. Enumerable.Range(1, Hospitals).Select(n => Hospital(n, cities[n % cities.Length]))];
        FacilityDraft[] producers = [.. Enumerable.Range(1, Producers).Select(n => new FacilityDraft(string.Create(CultureInfo.InvariantCulture, $"S-DEMO-{n}"), $"{cities[n * 3 % cities.Length].Name}演示防护用品厂（{n}）", "producer", cities[n * 3 % cities.Length].Value) { SizeClass = n % 3 == 0 ? "large" : "small" })];
        FacilityDraft[] carriers = [.. Enumerable.Range(1, Carriers).Select(n => new FacilityDraft(n == 1 ? DemoAccounts.DemoCarrier : string.Create(CultureInfo.InvariantCulture, $"C-DEMO-{n}"), $"演示运输公司（{n}）", "carrier", cities[n % cities.Length].Value))];
        await RegisterFacilities.RunAsync(session, [.. hospitals, .. producers, .. carriers], null, isDemo: true, cancel);
        var facilities = (await session.QueryAsync<Facility>($"SELECT {Facility.Columns} FROM supplies.facility WHERE is_demo", cancel: cancel)).ToDictionary(f => f.Code);
        for (var n = 0; n < Hospitals; n++) await FillHospitalAsync(session, facilities[hospitals[n].Code], n + 1, cancel);
        for (var n = 0; n < Producers; n++) await FillProducerAsync(session, facilities[producers[n].Code], n + 1, cancel);
        for (var n = 0; n < Carriers; n++)
        {
            foreach (var (city, _) in cities.Where((_, i) => i % (n + 2) == 0)) await new ReportLane(facilities[carriers[n].Code], provinceCode, city, 2 + (n * 7 % 15)) { Source = "demo" }.RunAsync(session, tree, cancel);
        }
        await session.CommitAsync(cancel);
        await estimate.RefreshAsync(cancel);
    }

    private static FacilityDraft Hospital(int n, (string Code, string Name) city)
    {
        var (kind, frontLine, word) = (n % 6) switch { 0 => ("health_centre", 1, "卫生院"), 1 => ("hospital", 3, "定点医院"), 5 => ("cdc", 1, "疾病预防控制中心"), _ => ("hospital", n % 2 + 1, "人民医院") };
        return new(n == 1 ? DemoAccounts.DemoFacility : string.Create(CultureInfo.InvariantCulture, $"H-DEMO-{n}"), $"{city.Name}演示{word}（{n}）", kind, city.Code)
        { FrontLine = frontLine, Staff = 80 + (n * 37 % 900), SizeClass = n % 4 == 1 ? "large" : n % 4 == 0 ? "small" : "medium", Address = $"{city.Name}演示路{n}号" };
    }

    private static async Task FillHospitalAsync(Session session, Facility hospital, int n, CancellationToken cancel)
    {
        for (var i = 0; i < s_used.Length; i++)
        {
            var item = s_used[i];
            var use = Math.Max(1, (hospital.Staff ?? 100) * (1 + (n + i) % 4) / (i is 2 or 3 ? 20 : 5));
            var stock = use * ((n * 5 + i * 3) % 9);
            var today = ChinaDay.Of(session.Now);
            var lot = new LotLabel(item, "演示", string.Create(CultureInfo.InvariantCulture, $"D{n % 7}{i}"), today.AddDays(30 + (n * 11 % 700)));
            await new CountStock($"demo:{hospital.Code}:{item}", hospital.Code, item, null, stock) { Lot = lot }.RunAsync(session, cancel);
            if (stock >= use) await new CountStock($"demo:{hospital.Code}:{item}:use", hospital.Code, item, use, null).RunAsync(session, cancel);
            // Who has a week in store does not ask; every fifth does not know how much.
            if (stock >= use * 6 || (n + i) % 7 == 0) continue;
            var amount = (n + i) % 5 == 0 ? Amount.Unknown : (n + i) % 11 == 0 ? Amount.Range(100, 499) : Amount.Known(use * 7L);
            await new AskFor(hospital, item, "", amount) { BurnPerDay = use, Urgency = stock < use * 2 ? 3 : 2, Source = "demo" }.RunAsync(session, cancel);
        }
    }

    private static async Task FillProducerAsync(Session session, Facility producer, int n, CancellationToken cancel)
    {
        var (item, smallest) = s_made[n % s_made.Length];
        var design = smallest * (1 + (n % 6));
        var figures = new DayFigures { ItemCode = item, Day = ChinaDay.Of(session.Now), DesignCapacity = design, Output = design * (3 + (n % 6)) / 10, ExpandableCapacity = design / 2, Stock = design * (1 + (n % 3)) / 2, RawMaterialDays = 2 + (n % 12) };
        await new ReportDay(producer, figures) { Source = "demo" }.RunAsync(session, cancel);
        if (n % 2 == 0 && ItemCatalogue.Current.Find(item) is not null) await new MakeOffer(producer, item, design, n % 4 == 0, n % 4 == 0 ? null : 100 + (n * 35), null).RunAsync(session, cancel);
    }
}
