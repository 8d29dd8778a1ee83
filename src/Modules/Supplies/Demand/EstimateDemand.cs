using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;

namespace Rongtong.Supplies.Demand;

/// <summary>What one patient or one member of staff takes in a day.</summary>
/// <param name="Item">Code of the item.</param>
/// <param name="Per">patient or staff.</param>
/// <param name="Low">Units a day, lower end of the sources.</param>
/// <param name="High">Units a day, upper end of the sources.</param>
/// <param name="Source">Where the numbers stand, and what of them is our reading.</param>
internal sealed record ConsumptionRow(string Item, string Per, int Low, int High, string Source);

/// <summary>The consumption table that ships with the product.</summary>
internal sealed record ConsumptionTable(string Version, string Citation, IReadOnlyList<ConsumptionRow> Rows)
{
    public static ConsumptionTable Current { get; } = Items.Resource.Read<ConsumptionTable>("Demand/consumption.json");
}

/// <summary>An estimate of what a region takes in a day, where nobody asked.</summary>
internal sealed record DemandEstimate(string Region, string Item, DateOnly Day, long Low, long High, long ActiveCases, long Staff);

/// <summary>
/// Estimates what nobody asked for. A region and item in which anybody has an open need is left out: who asks knows better than a table.
/// <code>published active cases x units per patient + staff of facilities x units per head ──> low .. high units a day, by city and item</code>
/// </summary>
internal sealed class EstimateDemand(IActiveCases cases, IRegions regions, Database database) : IJob
{
    public string Name => "supplies.estimate-demand";

    public TimeSpan Every => TimeSpan.FromHours(6);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        var published = await cases.PublishedAsync(RegionCode.Nation, cancel);
        var staff = (await session.QueryAsync<(string City, long Staff)>(
            "SELECT left(region_code, 4), sum(staff)::bigint FROM supplies.facility WHERE role = 'receiver' AND staff > 0 GROUP BY 1", cancel: cancel)).ToDictionary(s => s.City, s => s.Staff);
        var asked = (await session.QueryAsync<(string City, string Item)>(
            "SELECT DISTINCT left(region_code, 4), item_code FROM supplies.need WHERE state IN ('open', 'partly_met') AND item_code IS NOT NULL", cancel: cancel)).ToHashSet();
        var estimates = Of(Cities(published, regions.Current), staff, asked, ConsumptionTable.Current, ChinaDay.Of(session.Now));
        await session.ExecuteAsync("DELETE FROM supplies.demand_estimate WHERE computed_at <= @Now", new { session.Now }, cancel);
        await session.ExecuteAsync("""
            INSERT INTO supplies.demand_estimate (region_code, item_code, day, low, high, active_cases, staff, table_version, computed_at)
            SELECT r, i, d::date, l, h, a, s, @version, @now FROM unnest(@regions, @items, @days, @lows, @highs, @active, @staff) AS e (r, i, d, l, h, a, s)
            ON CONFLICT DO NOTHING
            """,
            new
            {
                version = ConsumptionTable.Current.Version,
                now = session.Now,
                regions = estimates.Select(e => e.Region).ToArray(),
                items = estimates.Select(e => e.Item).ToArray(),
                days = estimates.Select(e => e.Day).ToArray(),
                lows = estimates.Select(e => e.Low).ToArray(),
                highs = estimates.Select(e => e.High).ToArray(),
                active = estimates.Select(e => e.ActiveCases).ToArray(),
                staff = estimates.Select(e => e.Staff).ToArray(),
            }, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
    }

    /// <summary>Runs it now, for the product itself.</summary>
    public async Task RefreshAsync(CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Platform.Access.Actor.System, cancel);
        await RunAsync(session, cancel);
        await session.CommitAsync(cancel);
    }

    /// <summary>One figure a city: cities where they are published, the province alone where none of its cities is.</summary>
    internal static IReadOnlyList<ActiveCases> Cities(IReadOnlyList<ActiveCases> published, IRegionTree tree)
    {
        // Districts of a municipality hang under the municipality and have four digits plus two: their first four digits are the "city" of staff too.
        var known = published.Where(c => tree.Find(c.Region) is { IsStatistical: false }).ToArray();
        var withCities = known.Where(c => c.Region.Value.Length == 4).Select(c => c.Region.Value[..2]).ToHashSet();
        return [.. known.Where(c => c.Region.Value.Length == 4 || (c.Region.Value.Length == 2 && !withCities.Contains(c.Region.Value)))];
    }

    /// <summary>The pure part.</summary>
    internal static IReadOnlyList<DemandEstimate> Of(
        IReadOnlyList<ActiveCases> cities, IReadOnlyDictionary<string, long> staffByCity, IReadOnlySet<(string City, string Item)> asked, ConsumptionTable table, DateOnly today)
    {
        var estimates = new List<DemandEstimate>();
        var byCity = cities.ToDictionary(c => c.Region.Value);
        foreach (var city in byCity.Keys.Union(staffByCity.Keys).Order(StringComparer.Ordinal))
        {
            var (figures, staff) = (byCity.GetValueOrDefault(city), staffByCity.GetValueOrDefault(city));
            var active = figures?.Active ?? 0;
            foreach (var item in table.Rows.GroupBy(r => r.Item))
            {
                if (asked.Contains((city, item.Key))) continue;
                long HeadsOf(ConsumptionRow row) => row.Per == "patient" ? active : staff;
                var (low, high) = (item.Sum(r => checked(r.Low * HeadsOf(r))), item.Sum(r => checked(r.High * HeadsOf(r))));
                if (high > 0) estimates.Add(new(city, item.Key, figures?.Day ?? today, low, high, active, staff));
            }
        }
        return estimates;
    }
}
