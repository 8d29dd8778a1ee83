using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Households;

/// <summary>One order as the worker carries it.</summary>
internal sealed record Parcel
{
    public string Number { get; init; } = "";
    public string State { get; init; } = "";
    public string Building { get; init; } = "";
    public string Door { get; init; } = "";
    public bool IsIsolated { get; init; }
    public string Package { get; init; } = "";
    public int Ordered { get; init; }
    public int? Packed { get; init; }
    public long SlotId { get; init; }
    public string Compound { get; init; } = "";
    public short FromHour { get; init; }
    public short ToHour { get; init; }
    public int EastM { get; init; }
    public int NorthM { get; init; }
}

/// <summary>A building at which the worker stops, with its parcels by door.</summary>
internal sealed record Visit(string Building, bool IsContactFree, IReadOnlyList<Parcel> Parcels);

/// <summary>A window of a compound: isolated households first, each part of the walk in its shortest known order.</summary>
internal sealed record Walk(long SlotId, string Compound, int FromHour, int ToHour, IReadOnlyList<Visit> Visits, long LengthM, long BoundM, bool IsExact)
{
    /// <summary>Every parcel of the walk, in its order.</summary>
    public IReadOnlyList<Parcel> Parcels => [.. Visits.SelectMany(v => v.Parcels)];
}

/// <summary>A parcel that came back, and why.</summary>
internal sealed record CameBack
{
    public string Number { get; init; } = "";
    public short Trip { get; init; }
    public string CompoundCode { get; init; } = "";
    public string Compound { get; init; } = "";
    public string Building { get; init; } = "";
    public string Door { get; init; } = "";
    public string Package { get; init; } = "";
    public int Packed { get; init; }
    public string Note { get; init; } = "";
    public DateTimeOffset At { get; init; }
}

/// <summary>A window that still takes a parcel.</summary>
internal sealed record OpenSlot
{
    public long Id { get; init; }
    public string CompoundCode { get; init; } = "";
    public DateOnly Day { get; init; }
    public short FromHour { get; init; }
    public short ToHour { get; init; }
    public int Free { get; init; }
}

/// <summary>The grid worker's day.</summary>
internal static class DayList
{
    /// <summary>Parcels of one worker's day that a page shows.</summary>
    private const int ParcelsMax = 1_000;

    /// <summary>What came back and has not gone out again, of whichever day; the longest waiting first.</summary>
    public static Task<IReadOnlyList<CameBack>> CameBackAsync(Session session, CancellationToken cancel) => session.QueryAsync<CameBack>("""
        SELECT o.number, o.trip, o.compound_code, c.name AS compound, h.building, h.door, p.name AS package, coalesce(o.packed, 0) AS packed, s.note, s.at
        FROM supplies.household_order o JOIN supplies.household_step s ON s.order_id = o.id AND s.trip = o.trip AND s.state = 'returned'
        JOIN supplies.household h ON h.code = o.household_code JOIN supplies.compound c ON c.code = o.compound_code JOIN supplies.household_package p ON p.id = o.package_id
        WHERE o.state = 'returned' AND o.trip < @TripsMax ORDER BY s.at, o.id LIMIT @ParcelsMax
        """, new { AdvanceOrder.TripsMax, ParcelsMax }, cancel);

    /// <summary>Windows from a day on in which there is a place left.</summary>
    public static Task<IReadOnlyList<OpenSlot>> OpenSlotsAsync(Session session, DateOnly today, CancellationToken cancel) => session.QueryAsync<OpenSlot>(
        "SELECT id, compound_code, day, from_hour, to_hour, capacity - booked AS free FROM supplies.delivery_slot WHERE day >= @today AND booked < capacity ORDER BY day, from_hour, id LIMIT @ParcelsMax", new { today, ParcelsMax }, cancel);

    public static async Task<IReadOnlyList<Walk>> ReadAsync(Session session, DateOnly day, CancellationToken cancel = default)
    {
        var parcels = await session.QueryAsync<Parcel>("""
            SELECT o.number, o.state, h.building, h.door, o.is_isolated, p.name AS package, o.ordered, o.packed, s.id AS slot_id, c.name AS compound, s.from_hour, s.to_hour, coalesce(b.east_m, 0) AS east_m, coalesce(b.north_m, 0) AS north_m
            FROM supplies.delivery_slot s JOIN supplies.household_order o ON o.slot_id = s.id JOIN supplies.household h ON h.code = o.household_code
            JOIN supplies.compound c ON c.code = s.compound_code JOIN supplies.household_package p ON p.id = o.package_id
            LEFT JOIN supplies.building b ON b.compound_code = h.compound_code AND b.name = h.building
            WHERE s.day = @day AND o.state <> 'cancelled' ORDER BY s.from_hour, c.name, s.id, h.building, h.door, o.id LIMIT @ParcelsMax
            """, new { day, ParcelsMax }, cancel);
        return [.. parcels.GroupBy(p => p.SlotId).Select(g => Walk([.. g]))];
    }

    /// <summary>
    /// From the gate through the buildings of isolated households, then on from the last of them through the others. What is left at the door does
    /// not need another stop.
    /// </summary>
    internal static Walk Walk(IReadOnlyList<Parcel> parcels)
    {
        var visits = new List<Visit>();
        var (length, bound, isExact) = (0L, 0L, true);
        var at = new Stop("", 0, 0);
        foreach (var part in parcels.GroupBy(p => p.IsIsolated).OrderByDescending(g => g.Key))
        {
            Visit[] buildings = [.. part.GroupBy(p => p.Building).Select(b => new Visit(b.Key, part.Key, [.. b]))];
            Stop[] stops = [.. buildings.Select(b => new Stop(b.Building, b.Parcels[0].EastM, b.Parcels[0].NorthM))];
            foreach (var chunk in Enumerable.Range(0, stops.Length).Chunk(Routes.StopsMax))
            {
                var route = Routes.Plan(at, [.. chunk.Select(i => stops[i])]);
                visits.AddRange(route.Order.Select(i => buildings[chunk[i]]));
                at = stops[chunk[route.Order[^1]]];
                (length, bound, isExact) = (length + route.LengthM, bound + route.BoundM, isExact && route.IsExact);
            }
        }
        return new(parcels[0].SlotId, parcels[0].Compound, parcels[0].FromHour, parcels[0].ToHour, visits, length, bound, isExact);
    }
}
