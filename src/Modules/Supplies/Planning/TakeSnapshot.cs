using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Planning;

/// <summary>
/// Reads what is plannable now, as far as the session's actor sees it: needs of the region, supply from anywhere.
/// <code>
/// supply   on hand at producers, warehouses, donors, by expiry; output day by day, less what is promised of it
///          offers are voluntary: they are asked for, not commanded, and stand beside the plan
/// demand   open needs - what came - what is on the way; of a range the low end; estimates apart, behind all tiers
/// </code>
/// </summary>
internal static class TakeSnapshot
{
    /// <summary>Needs in one plan; the region is to be planned in parts beyond.</summary>
    public const int NeedsMax = 200_000;

    /// <summary>Supplies in one plan.</summary>
    public const int SuppliesMax = 200_000;

    public static async Task<PlanSnapshot> RunAsync(Session session, Places places, string region, PlanSettings settings, IReadOnlyList<string> scope, CancellationToken cancel)
    {
        var today = ChinaDay.Of(session.Now);
        var collected = new Collected(places);
        var needs = await NeedsAsync(session, collected, region, settings, cancel);
        var supplies = await SuppliesAsync(session, collected, today, settings, [.. scope.Select(s => s == Actor.WholeCountry ? "" : s)], cancel);
        var trucks = settings.KeepsToTrucks ? await TrucksAsync(session, collected, supplies, cancel) : [];
        return new(PlanSnapshot.FormatVersion, session.Now, today, region, settings, ItemCatalogue.Current.Version, LaneCosts.Version, collected.Places, supplies, needs, trucks)
        { Lots = settings.KeepsToLots ? await LotsAsync(session, collected, supplies, cancel) : null };
    }

    private static async Task<List<PlannedNeed>> NeedsAsync(Session session, Collected places, string region, PlanSettings settings, CancellationToken cancel)
    {
        IReadOnlyList<NeedRow> rows = [];
        // Who plans for the whole region sees every need in it: asked once, not of each row.
        if (session.Actor.May(SuppliesPermissions.Plan) && session.Actor.Covers(region)) await session.AsSystemAsync(ReadAsync, cancel);
        else await ReadAsync();
        if (rows.Count > NeedsMax) throw new PlanTooLargeException("needs", NeedsMax);
        var peers = rows.Where(r => r.AmountKind != "unknown").GroupBy(r => r.ItemCode).ToDictionary(g => g.Key, g => g.Select(r => r.Quantity ?? r.Low!.Value).Order().ToArray());
        var needs = new List<PlannedNeed>();
        foreach (var row in rows)
        {
            var range = row.AmountKind switch
            {
                "known" => new AmountRange(row.Quantity!.Value, null, "told"),
                "range" => new(row.Low!.Value, row.High, "told"),
                _ => UnknownAmounts.RangeOf(row.ItemCode, settings.HorizonDays, row.BurnPerDay, row.Staff, peers.GetValueOrDefault(row.ItemCode, [])),
            };
            var open = range.Low - row.Covered;
            if (open <= 0) continue;
            needs.Add(new(places.IndexOf(row.FacilityCode, row.Name, row.RegionCode, row.Longitude, row.Latitude), row.Id, row.ItemCode, row.AmountKind, range.Basis, open, range.High - row.Covered, row.Tier, row.NeededBy, row.FrontLine));
        }
        if (!settings.IncludesEstimates) return needs;
        var estimates = await session.QueryAsync<(string Region, string Item, long Low, long High)>(
            "SELECT region_code, item_code, low, high FROM supplies.demand_estimate WHERE low > 0 AND region_code ^@ @region ORDER BY region_code COLLATE \"C\", item_code COLLATE \"C\" LIMIT @limit", new { region, limit = NeedsMax - needs.Count }, cancel);
        foreach (var (place, item, low, high) in estimates)
        {
            needs.Add(new(places.IndexOf("region:" + place, "", place, null, null), null, item, "estimated", "estimate", Capped((Int128)low * settings.HorizonDays), Capped((Int128)high * settings.HorizonDays), PlanSnapshot.EstimateTier, null, 0));
        }
        return needs;

        async Task ReadAsync()
        {
            rows = await session.QueryAsync<NeedRow>($"""
                SELECT n.id, n.facility_code, f.name, n.region_code, f.longitude, f.latitude, n.item_code, n.amount_kind, n.quantity, n.low, n.high,
                    n.met_quantity + coalesce(w.quantity, 0) AS covered, n.burn_per_day, n.tier, n.needed_by, f.front_line, f.staff
                FROM supplies.need n JOIN supplies.facility f ON f.code = n.facility_code
                LEFT JOIN ({OnTheWay.Sql}) w ON w.need_id = n.id
                WHERE n.state IN ('open', 'partly_met') AND n.item_code IS NOT NULL AND n.region_code ^@ @region ORDER BY n.id LIMIT @limit
                """, new { region, limit = NeedsMax + 1 }, cancel);
        }
    }

    private static async Task<List<PlannedSupply>> SuppliesAsync(Session session, Collected places, DateOnly today, PlanSettings settings, string[] scope, CancellationToken cancel)
    {
        var end = today.AddDays(settings.HorizonDays);
        var args = new { today, end, far = end.AddDays(LaneCosts.TransitDaysMax), since = today.AddDays(-PromisedOutput.ReportDaysMax), session.Now, scope, limit = SuppliesMax + 1 };
        var stock = await session.QueryAsync<StockRow>("""
            SELECT f.code, f.name, f.region_code, f.longitude, f.latitude, b.item_code, CASE WHEN l.expires_on <= @far THEN l.expires_on END AS expires, sum(b.quantity)::bigint AS quantity, @today AS from_day
            FROM supplies.balance b JOIN supplies.lot l ON l.id = b.lot_id JOIN supplies.facility f ON f.code = b.place
            WHERE b.state = 'on_hand' AND b.quantity > 0 AND b.region_code ^@ ANY (@scope) AND f.role = 'supplier' AND (l.expires_on IS NULL OR l.expires_on >= @today)
            GROUP BY f.code, b.item_code, 7 ORDER BY f.code COLLATE "C", b.item_code COLLATE "C", 7 NULLS LAST LIMIT @limit
            """, args, cancel);
        var output = await session.QueryAsync<OutputRow>("""
            SELECT DISTINCT ON (f.code COLLATE "C", r.item_code COLLATE "C") f.code, f.name, f.region_code, f.longitude, f.latitude, r.item_code, r.day, r.output, r.design_capacity, r.raw_material_days
            FROM supplies.producer_report r JOIN supplies.facility f ON f.code = r.facility_code
            WHERE r.item_code IS NOT NULL AND r.day >= @since ORDER BY f.code COLLATE "C", r.item_code COLLATE "C", r.day DESC, r.id DESC LIMIT @limit
            """, args, cancel);
        var taken = (await session.QueryAsync<(string Place, string Item, DateOnly Day, long Quantity)>("SELECT facility_code, item_code, day, committed + made FROM supplies.production_promise WHERE day > @today AND day <= @end", args, cancel))
            .ToDictionary(t => (t.Place, t.Item, t.Day), t => t.Quantity);
        var supplies = stock.Select(row => Of(row, "on_hand", row.Quantity, row.FromDay, row.Expires)).ToList();
        foreach (var row in output)
        {
            var perDay = row.Output ?? (settings.CountsCapacity ? row.DesignCapacity : null) ?? 0;
            var last = row.RawMaterialDays is { } raw && row.Day.AddDays(raw) < end ? row.Day.AddDays(raw) : end;
            for (var day = today.AddDays(1); day <= last; day = day.AddDays(1))
            {
                if (perDay - taken.GetValueOrDefault((row.Code, row.ItemCode, day)) is > 0 and var free) supplies.Add(Of(row, "planned", free, day, null));
            }
        }
        return supplies.Count <= SuppliesMax ? supplies : throw new PlanTooLargeException("supplies", SuppliesMax);

        PlannedSupply Of(PlaceRow row, string source, long quantity, DateOnly from, DateOnly? expires) =>
            new(places.IndexOf(row.Code, row.Name, row.RegionCode, row.Longitude, row.Latitude), row.ItemCode, source, Capped(quantity), from, expires);
    }

    private static async Task<List<PlannedLot>> LotsAsync(Session session, Collected places, List<PlannedSupply> supplies, CancellationToken cancel)
    {
        var told = (await session.QueryAsync<(string Place, string Item, long Units)>("SELECT facility_code, item_code, units FROM supplies.minimum_lot", cancel: cancel)).ToDictionary(l => (l.Place, l.Item), l => l.Units);
        return [.. supplies.Select(s => (s.Place, s.Item)).Distinct().Where(s => told.ContainsKey((places.Places[s.Place].Code, s.Item))).Select(s => new PlannedLot(s.Place, s.Item, told[(places.Places[s.Place].Code, s.Item)]))];
    }

    /// <summary>Trucks of the lanes that begin where a supplier is, where each of them told how many and how large.</summary>
    private static async Task<List<PlannedTruck>> TrucksAsync(Session session, Collected places, List<PlannedSupply> supplies, CancellationToken cancel)
    {
        var lanes = await session.QueryAsync<(string From, int? Trucks, long? Units)>("SELECT DISTINCT ON (carrier_code, from_region) from_region, trucks, truck_units FROM supplies.lane ORDER BY carrier_code, from_region, trucks DESC NULLS FIRST", cancel: cancel);
        var trucks = new List<PlannedTruck>();
        foreach (var place in supplies.Select(s => s.Place).Distinct())
        {
            var region = places.Places[place].Region;
            var here = lanes.Where(l => l.From.Length > 0 && region.StartsWith(l.From, StringComparison.Ordinal)).ToArray();
            if (here.Length > 0 && here.All(l => l.Trucks is not null && l.Units is not null)) trucks.Add(new(place, Capped(here.Aggregate(Int128.Zero, (sum, l) => sum + ((Int128)l.Trucks!.Value * l.Units!.Value)))));
        }
        return trucks;
    }

    private static long Capped(Int128 quantity) => (long)Int128.Min(quantity, Stock.Ledger.QuantityMax);

    private sealed class Collected(Places places)
    {
        private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);

        public List<PlannedPlace> Places { get; } = [];

        public int IndexOf(string code, string name, string region, decimal? longitude, decimal? latitude)
        {
            if (_index.TryGetValue(code, out var known)) return known;
            var (x, y, z) = places.Locate(region, longitude, latitude);
            Places.Add(new(code, name, region, x, y, z));
            return _index[code] = Places.Count - 1;
        }
    }

    private record PlaceRow
    {
        public string Code { get; init; } = "";
        public string Name { get; init; } = "";
        public string RegionCode { get; init; } = "";
        public decimal? Longitude { get; init; }
        public decimal? Latitude { get; init; }
        public string ItemCode { get; init; } = "";
    }

    private sealed record StockRow : PlaceRow
    {
        public DateOnly? Expires { get; init; }
        public long Quantity { get; init; }
        public DateOnly FromDay { get; init; }
    }

    private sealed record OutputRow : PlaceRow
    {
        public DateOnly Day { get; init; }
        public long? Output { get; init; }
        public long? DesignCapacity { get; init; }
        public int? RawMaterialDays { get; init; }
    }

    private sealed record NeedRow : PlaceRow
    {
        public long Id { get; init; }
        public string FacilityCode { get; init; } = "";
        public string AmountKind { get; init; } = "";
        public long? Quantity { get; init; }
        public long? Low { get; init; }
        public long? High { get; init; }
        public long Covered { get; init; }
        public long? BurnPerDay { get; init; }
        public short Tier { get; init; }
        public DateOnly? NeededBy { get; init; }
        public short FrontLine { get; init; }
        public int? Staff { get; init; }
    }
}

/// <summary>More than one plan takes.</summary>
internal sealed class PlanTooLargeException(string what, int most) : Exception($"There are more than {most} {what} in the region; plan its parts one by one.")
{
    public string What { get; } = what;

    public int Most { get; } = most;
}
