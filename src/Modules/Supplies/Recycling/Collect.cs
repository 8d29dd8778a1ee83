using System.Globalization;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Recycling;

/// <summary>How a step of a collection ended.</summary>
internal abstract record CollectOutcome
{
    /// <summary>Done, now or by the same key before.</summary>
    public sealed record Done(long Id) : CollectOutcome;

    /// <summary>Less was used by the entries than is to be collected.</summary>
    public sealed record UsedLess(long There) : CollectOutcome;

    /// <summary>There is no such collection that the actor may close.</summary>
    public sealed record NotFound : CollectOutcome;

    /// <summary>Field is stream, item, quantity, weight, carrier, treatment, certificate or key.</summary>
    public sealed record Invalid(string Field) : CollectOutcome;
}

/// <summary>
/// What was used is fetched: masks and suits and reusable equipment by number and weight, sharps by weight alone.
/// <code>
/// facility used ──fetched──> treatment facility recovered ──certificate──> destroyed        weighed by giver, carrier, treatment: WeighLoad
///                                                        └──cleaned──> on hand at the facility again (reusable)
/// </code>
/// </summary>
/// <param name="Stream">protective, sharps or reusable.</param>
/// <param name="Treatment">Where it is destroyed or cleaned.</param>
internal sealed record Collect(string Key, Facility Facility, string Stream, string? ItemCode, long? Quantity, long WeightGrams, string Carrier, string Treatment)
{
    /// <summary>A hundred tonnes at once.</summary>
    public const long WeightGramsMax = 100_000_000_000;

    public async Task<CollectOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (Key.Length is 0 or > 50) return new CollectOutcome.Invalid("key");
        if (Stream is not ("protective" or "sharps" or "reusable")) return new CollectOutcome.Invalid("stream");
        var item = ItemCatalogue.Current.Find(ItemCode);
        if ((Stream == "sharps") != (item is null) || (Stream == "reusable" && item is { IsReusable: false })) return new CollectOutcome.Invalid("item");
        if ((item is null) != (Quantity is null) || Quantity is < 1 or > Ledger.QuantityMax) return new CollectOutcome.Invalid("quantity");
        if (WeightGrams is < 1 or > WeightGramsMax) return new CollectOutcome.Invalid("weight");
        CollectOutcome? outcome = null;
        await session.AsSystemAsync(async () => outcome = await FetchAsync(session, item?.Code, cancel), cancel);
        return outcome!;
    }

    private async Task<CollectOutcome> FetchAsync(Session session, string? item, CancellationToken cancel)
    {
        var key = Facility.Code + "/" + Key;
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@key, 10))", new { key }, cancel);
        if (await session.QuerySingleOrDefaultAsync<long?>("SELECT id FROM supplies.collection WHERE key = @key", new { key }, cancel) is { } known) return new CollectOutcome.Done(known);
        if (await Facility.FindAsync(session, Carrier, cancel) is not { Role: "carrier" }) return new CollectOutcome.Invalid("carrier");
        if (await Facility.FindAsync(session, Treatment, cancel) is null || Treatment == Facility.Code) return new CollectOutcome.Invalid("treatment");
        IReadOnlyList<(long LotId, long Quantity)> lots = item is null ? [] : await Lots.PickAsync(session, new(Facility.Code, StockState.Used), new(Treatment, StockState.Recovered), item, Quantity!.Value, null, cancel);
        if (item is not null && lots.Sum(l => l.Quantity) is var there && there < Quantity) return new CollectOutcome.UsedLess(there);
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO supplies.collection (key, facility_code, region_code, stream, item_code, quantity, weight_grams, carrier, treatment, collected_by, collected_at)
            VALUES (@key, @Code, @RegionCode, @Stream, @item, @Quantity, @WeightGrams, @Carrier, @Treatment, @actor, @now) RETURNING id
            """, new { key, Facility.Code, Facility.RegionCode, Stream, item, Quantity, WeightGrams, Carrier, Treatment, actor = session.Actor.Id, now = session.Now }, cancel);
        if (lots.Count > 0)
        {
            await session.ExecuteAsync("INSERT INTO supplies.collection_lot (collection_id, lot_id, quantity) SELECT @id, l, q FROM unnest(@lots, @quantities) AS w (l, q)", new { id, lots = lots.Select(l => l.LotId).ToArray(), quantities = lots.Select(l => l.Quantity).ToArray() }, cancel);
            await PostAsync(session, id, "fetched", lots.Select(l => new Move(l.LotId, new(Facility.Code, StockState.Used), new(Treatment, StockState.Recovered), l.Quantity)), cancel);
        }
        return new CollectOutcome.Done(id);
    }

    /// <summary>The treatment facility (or a planner) says what became of it: destroyed under a certificate, or cleaned and given back.</summary>
    public static async Task<CollectOutcome> CloseAsync(Session session, long id, string state, string certificate, CancellationToken cancel)
    {
        if (state is not ("destroyed" or "returned")) return new CollectOutcome.Invalid("state");
        if (certificate.Length > 100 || (state == "destroyed" && string.IsNullOrWhiteSpace(certificate))) return new CollectOutcome.Invalid("certificate");
        var treatment = await session.QuerySingleOrDefaultAsync<string>("SELECT treatment FROM supplies.collection WHERE id = @id", new { id }, cancel);
        if (treatment is null || await Facility.ActingForAsync(session, treatment, cancel) is null) return new CollectOutcome.NotFound();
        // A planner may close what a furnace without an account took; the furnace itself weighs before it certifies.
        if (!session.Actor.May(SuppliesPermissions.Plan) && await session.QuerySingleAsync<bool>("SELECT received_at IS NULL FROM supplies.collection WHERE id = @id", new { id }, cancel)) return new CollectOutcome.Invalid("weight");
        CollectOutcome? outcome = null;
        await session.AsSystemAsync(async () =>
        {
            var (facility, stream, now) = await session.QuerySingleAsync<(string, string, string)>("SELECT facility_code, stream, state FROM supplies.collection WHERE id = @id FOR NO KEY UPDATE", new { id }, cancel);
            if (now != "collected")
            {
                outcome = now == state ? new CollectOutcome.Done(id) : new CollectOutcome.Invalid("state");
                return;
            }
            if (state == "returned" && stream != "reusable")
            {
                outcome = new CollectOutcome.Invalid("stream");
                return;
            }
            await session.ExecuteAsync("UPDATE supplies.collection SET state = @state, certificate = @certificate, closed_by = @actor, closed_at = @now WHERE id = @id", new { id, state, certificate, actor = session.Actor.Id, now = session.Now }, cancel);
            var lots = await session.QueryAsync<(long LotId, long Quantity)>("SELECT lot_id, quantity FROM supplies.collection_lot WHERE collection_id = @id ORDER BY lot_id", new { id }, cancel);
            var to = state == "destroyed" ? new Account(treatment, StockState.Destroyed) : new Account(facility, StockState.OnHand);
            if (lots.Count > 0) await PostAsync(session, id, state, lots.Select(l => new Move(l.LotId, new(treatment, StockState.Recovered), to, l.Quantity)), cancel);
            outcome = new CollectOutcome.Done(id);
        }, cancel);
        return outcome!;
    }

    private static async Task PostAsync(Session session, long id, string what, IEnumerable<Move> moves, CancellationToken cancel)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"collection:{id}:{what}");
        if (await Ledger.MoveAsync(session, new(key, "collection", "", [.. moves]), cancel) is not MoveOutcome.Moved and var refused) throw new InvalidOperationException($"The posting {key} was refused: {refused}.");
    }
}

/// <summary>What a facility was issued of an item, what of it was used, and what came back.</summary>
internal sealed record ReturnLine
{
    public string FacilityCode { get; init; } = "";
    public string FacilityName { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public string ItemCode { get; init; } = "";
    public long Issued { get; init; }
    public long Used { get; init; }
    public long CameBack { get; init; }

    /// <summary>Used, and not yet fetched.</summary>
    public long Gap { get; init; }

    /// <summary>As a table: facility and item, with what came to its shelf from consignments, what was used and what was fetched.</summary>
    internal const string From = """
        (SELECT t.*, t.facility_code || '|' || t.item_code AS key, t.used - t.came_back AS gap, f.name AS facility_name, f.region_code FROM (
            SELECT facility_code, item_code, sum(issued)::bigint AS issued, sum(used)::bigint AS used, sum(back)::bigint AS came_back FROM (
                SELECT to_place AS facility_code, item_code, quantity AS issued, 0::bigint AS used, 0::bigint AS back FROM supplies.entry WHERE to_state = 'received'
                UNION ALL SELECT from_place, item_code, 0, quantity, 0 FROM supplies.entry WHERE to_state = 'used'
                UNION ALL SELECT from_place, item_code, 0, 0, quantity FROM supplies.entry WHERE from_state = 'used' AND to_state = 'recovered') e
            GROUP BY facility_code, item_code) t JOIN supplies.facility f ON f.code = t.facility_code) r
        """;
}
