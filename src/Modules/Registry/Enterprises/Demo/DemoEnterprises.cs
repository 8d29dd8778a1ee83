using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Registry.Enterprises.Merge;

namespace Rongtong.Registry.Enterprises.Demo;

/// <summary>Fills the register of a demo installation: invented enterprises, and among them the one for which the demo account "enterprise" acts.</summary>
public sealed class DemoEnterprises(Database database, IRegions regions) : IDemoData
{
    /// <summary>Enterprises of demo mode.</summary>
    public const int DemoCount = 3_000;

    private const string Source = "demo";

    /// <inheritdoc/>
    public async Task LoadAsync(string provinceCode, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(provinceCode);
        await using var session = await database.BeginAsync(Actor.System, cancel);
        if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM registry.enterprise WHERE source = @Source)", new { Source }, cancel)) return;
        await KeepAsync(session, provinceCode, DemoCount, cancel);
        await session.CommitAsync(cancel);
    }

    /// <summary>Brings the demo's register to as many enterprises as a whole province has; those that are there stay as they are. How many there are.</summary>
    public async Task<long> GrowAsync(string provinceCode, int count, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(provinceCode);
        await using var session = await database.BeginAsync(Actor.System, cancel);
        session.StatementSeconds = 0;
        await KeepAsync(session, provinceCode, count, cancel);
        var held = await session.QuerySingleAsync<long>("SELECT count(*) FROM registry.enterprise WHERE source = @Source", new { Source }, cancel);
        await session.CommitAsync(cancel);
        return held;
    }

    private async Task KeepAsync(Session session, string provinceCode, int count, CancellationToken cancel)
    {
        var invented = new InventedEnterprises(regions.Current, provinceCode);
        var held = (await session.QueryAsync<string>("SELECT code FROM registry.enterprise WHERE source = @Source", new { Source }, cancel)).ToHashSet();
        var rows = Enumerable.Range(0, count - 1).Select(invented.Of).Prepend(Own(provinceCode)).Where(r => !held.Contains(r.Code)).ToArray();
        var keep = new KeepEnterprises(session, Source, null);
        foreach (var row in rows) await keep.AddAsync(row, cancel);
        await keep.CompleteAsync(cancel);
        await PlaceAsync(session, rows, cancel);
        if (held.Count == 0) await LinkAsync(session, rows, cancel);
        await new FindDuplicates(session, regions.Current).RunAsync(null, cancel);
        await AnnounceEnterprises.TouchedAsync(session, cancel);
    }

    /// <summary>A maker of protective goods with 850 staff; it lies in the first county of the province's first prefecture.</summary>
    private EnterpriseRow Own(string provinceCode)
    {
        var tree = regions.Current;
        var city = tree.ChildrenOf(new(provinceCode)).First(r => !r.IsStatistical);
        var county = city.Level is RegionLevel.County ? city : tree.ChildrenOf(city.Code).First(r => !r.IsStatistical);
        return new(DemoAccounts.DemoEnterprise, city.Name.TrimEnd('市') + "示例防护用品有限公司", county.Code.Value)
        {
            Industry = "2770",
            Address = county.Name + "示例工业园1号",
            Persons = 850,
            Revenue = 18_600,
            Assets = 21_000,
            Park = county.Name + "经济开发区",
            Status = "active",
            RegisteredOn = new(2008, 5, 12),
        };
    }

    private static Task<int> PlaceAsync(Session session, EnterpriseRow[] rows, CancellationToken cancel)
    {
        var places = rows.SelectMany(r => (r.Code == DemoAccounts.DemoEnterprise ? s_ownPlaces : InventedEnterprises.PlacesOf(r)).Select(p => (Row: r, Place: p))).ToArray();
        return session.ExecuteAsync("""
            INSERT INTO registry.place (enterprise_id, kind, name, region_code, address, area_square_metres, capacity, recorded_at)
            SELECT e.id, r.kind, r.name, e.region_code, e.address, r.area, r.capacity, @now
            FROM unnest(@codes, @kinds, @names, @areas, @capacities) AS r (code, kind, name, area, capacity) JOIN registry.enterprise e ON e.code = r.code
            """,
            new
            {
                now = session.Now,
                codes = places.Select(p => p.Row.Code).ToArray(),
                kinds = places.Select(p => (short)p.Place.Kind).ToArray(),
                names = places.Select(p => p.Place.Name).ToArray(),
                areas = places.Select(p => p.Place.Area).ToArray(),
                capacities = places.Select(p => p.Place.Capacity).ToArray(),
            }, cancel);
    }

    /// <summary>A plant, two dormitories for 480 and a canteen of 240 seats: fewer beds and seats than staff, so that a return has to be planned.</summary>
    private static readonly (PlaceKind Kind, string Name, decimal? Area, int? Capacity)[] s_ownPlaces =
    [
        (PlaceKind.Plant, "口罩与防护服厂房", 16_000m, 620), (PlaceKind.Dormitory, "1号宿舍楼", 1_800m, 300), (PlaceKind.Dormitory, "2号宿舍楼", 1_080m, 180),
        (PlaceKind.Canteen, "员工食堂", 520m, 240), (PlaceKind.Warehouse, "成品仓库", 4_200m, null),
    ];

    /// <summary>Makers of fabrics supply the demo enterprise, wholesalers of medical goods buy from it.</summary>
    private static Task<int> LinkAsync(Session session, EnterpriseRow[] rows, CancellationToken cancel)
    {
        var suppliers = rows.Where(r => r.Industry is { } i && (i.StartsWith("17", StringComparison.Ordinal) || i.StartsWith("29", StringComparison.Ordinal))).Take(5).Select(r => r.Code).ToArray();
        var customers = rows.Where(r => r.Industry is { } i && i.StartsWith("515", StringComparison.Ordinal)).Take(3).Select(r => r.Code).ToArray();
        return session.ExecuteAsync("""
            INSERT INTO registry.supply_link (supplier_id, customer_id, item, since, recorded_at)
            SELECT s.id, own.id, '熔喷布', DATE '2019-06-01', @now FROM registry.enterprise s, registry.enterprise own WHERE s.code = ANY (@suppliers) AND own.code = @own
            UNION ALL SELECT own.id, c.id, '医用口罩', DATE '2019-06-01', @now FROM registry.enterprise c, registry.enterprise own WHERE c.code = ANY (@customers) AND own.code = @own
            """, new { suppliers, customers, own = DemoAccounts.DemoEnterprise, now = session.Now }, cancel);
    }
}
