using Rongtong.Platform.Data;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Dispatch;

/// <summary>Some of one item on its way from one facility to another; see Schema/0015_consignments.sql for its states.</summary>
internal sealed record Consignment
{
    public long Id { get; init; }
    public string Reference { get; init; } = "";
    public string ItemCode { get; init; } = "";
    public string FromFacility { get; init; } = "";
    public string FromRegion { get; init; } = "";
    public string ToFacility { get; init; } = "";
    public string ToRegion { get; init; } = "";
    public string? Carrier { get; init; }
    public long? OrderId { get; init; }
    public long Quantity { get; init; }
    public long? ReceivedQuantity { get; init; }
    public string? DifferenceReason { get; init; }

    /// <summary>command or voluntary.</summary>
    public string Regime { get; init; } = "";
    public long? NeedId { get; init; }
    public long? OfferId { get; init; }
    public short Tier { get; init; }
    public string State { get; init; } = "";
    public DateTimeOffset ReservedUntil { get; init; }

    /// <summary>Day of the output that it was reserved from; null where it was reserved from stock.</summary>
    public DateOnly? MadeOn { get; init; }
    public DateTimeOffset? DueAt { get; init; }
    public DateTimeOffset? ShippedAt { get; init; }
    public DateTimeOffset? ArrivedAt { get; init; }
    public DateTimeOffset? ReceivedAt { get; init; }
    public int Version { get; init; }

    internal const string Columns = "id, reference, item_code, from_facility, from_region, to_facility, to_region, carrier, order_id, quantity, received_quantity, difference_reason, regime, need_id, offer_id, tier, state, reserved_until, due_at, shipped_at, arrived_at, received_at, version, made_on";

    /// <summary>What a facility is to it: supplier, carrier, receiver, or nothing.</summary>
    public string VoiceOf(string facility) => facility == FromFacility ? "supplier" : facility == ToFacility ? "receiver" : facility.Length > 0 && facility == Carrier ? "carrier" : "";

    /// <summary>The consignment, where the session's actor may see it.</summary>
    public static Task<Consignment?> FindAsync(Session session, long id, CancellationToken cancel = default) =>
        session.QuerySingleOrDefaultAsync<Consignment>($"SELECT {Columns} FROM supplies.consignment WHERE id = @id", new { id }, cancel);

    /// <summary>
    /// Consignments for a step, with all that a step of theirs may change outside the ledger, before anything is changed. Everybody who promises or moves
    /// goods locks in this one order, so that no two wait for each other in a circle:
    /// <code>plan ──> consignments by number ──> offers ──> days of output ──> lots ──> place of a count, see <see cref="Shelves"/> ──> accounts, see <see cref="Ledger"/> ──> public sums ──> need</code>
    /// Whoever enters a consignment under a known reference waits for a session that has changed that one, and never for one that only holds it: such a
    /// session has all its locks but the last. The locks leave keys free, so that rows that point here are entered meanwhile.
    /// </summary>
    internal static async Task<IReadOnlyList<Consignment>> LockAsync(Session session, long[] ids, CancellationToken cancel)
    {
        var locked = await session.QueryAsync<Consignment>($"SELECT {Columns} FROM supplies.consignment WHERE id = ANY (@ids) ORDER BY id FOR NO KEY UPDATE", new { ids }, cancel);
        var offers = locked.Select(c => c.OfferId).OfType<long>().Distinct().ToArray();
        if (offers.Length > 0) await session.ExecuteAsync("SELECT FROM supplies.offer WHERE id = ANY (@offers) ORDER BY id FOR NO KEY UPDATE", new { offers }, cancel);
        if (locked.Any(c => c.MadeOn is not null))
        {
            await session.ExecuteAsync("""
                SELECT FROM supplies.production_promise WHERE (facility_code, item_code, day) IN (SELECT from_facility, item_code, made_on FROM supplies.consignment WHERE id = ANY (@ids))
                ORDER BY facility_code COLLATE "C", item_code COLLATE "C", day FOR NO KEY UPDATE
                """, new { ids }, cancel);
        }
        return locked;
    }

    /// <summary>The lots it is made of.</summary>
    internal static Task<IReadOnlyList<(long LotId, long Quantity)>> LinesAsync(Session session, long id, CancellationToken cancel) =>
        session.QueryAsync<(long, long)>("SELECT lot_id, quantity FROM supplies.consignment_line WHERE consignment_id = @id ORDER BY lot_id", new { id }, cancel);
}

/// <summary>Published when goods that were promised are free again or did not come, so that plans can be solved anew.</summary>
/// <param name="Reference">Whoever reserved knows the consignment by it.</param>
/// <param name="Quantity">Units that the receiver did not get.</param>
/// <param name="State">lapsed, declined or cancelled; received where less came than was sent; lost.</param>
internal sealed record PoolChanged(long ConsignmentId, string Reference, string ItemCode, string FromFacility, string ToFacility, long Quantity, string State)
{
    /// <summary>Kind of the event in the outbox.</summary>
    public const string Kind = "supplies.pool-changed";

    /// <summary>Announced to caches and boards at the same time.</summary>
    public const string Topic = "supplies.pool";
}

/// <summary>One step as the page of the consignment shows it.</summary>
internal sealed record ConsignmentStep
{
    public string What { get; init; } = "";

    /// <summary>done, noted or contradicts; see the column.</summary>
    public string Effect { get; init; } = "";
    public long? Quantity { get; init; }
    public string? Reason { get; init; }
    public string Actor { get; init; } = "";
    public string Place { get; init; } = "";
    public DateTimeOffset At { get; init; }
    public DateTimeOffset RecordedAt { get; init; }

    public static Task<IReadOnlyList<ConsignmentStep>> OfAsync(Session session, long consignment, CancellationToken cancel) => session.QueryAsync<ConsignmentStep>(
        "SELECT what, effect, quantity, reason, actor, place, at, recorded_at FROM supplies.consignment_step WHERE consignment_id = @consignment ORDER BY at, id", new { consignment }, cancel);
}
