using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Dispatch;

/// <summary>Goods to be promised.</summary>
/// <param name="Quantity">Units, 1 to <see cref="Ledger.QuantityMax"/>.</param>
/// <param name="Regime">command (an authority allots) or voluntary (given or sold).</param>
/// <param name="Reference">Unique name by which whoever asks knows it, as <c>plan:12:345</c>; asked again, it is the same consignment.</param>
/// <param name="NeedId">The need it meets; null for none.</param>
/// <param name="Tier">1 to 4.</param>
internal sealed record NewConsignment(string ItemCode, string FromFacility, string ToFacility, long Quantity, string Regime, string Reference, long? NeedId, int Tier)
{
    /// <summary>Day of a producer's output that it is to come from; null for goods on hand.</summary>
    public DateOnly? MadeOn { get; init; }
}

/// <summary>A consignment for which there is not enough on hand.</summary>
/// <param name="There">What the consignments before it in the same call left; expired lots do not count.</param>
internal sealed record StockShort(string Reference, string ItemCode, string Facility, long Wanted, long There);

/// <summary>How reserving ended.</summary>
internal abstract record ReserveOutcome
{
    /// <summary>All are reserved; their numbers in the order of the call. One that was reserved before keeps its number, whatever became of it.</summary>
    public sealed record Reserved(IReadOnlyList<long> Ids) : ReserveOutcome;

    /// <summary>None was reserved: these lack goods.</summary>
    public sealed record NotEnough(IReadOnlyList<StockShort> Which) : ReserveOutcome;

    /// <summary>None was reserved: this one is wrong. Field is item, quantity, from, to, regime, tier, need, authority, count or reference (which another consignment has).</summary>
    public sealed record Refused(string Reference, string Field) : ReserveOutcome;
}

/// <summary>
/// Promises goods: takes lots from on hand to reserved, the first to expire first. All consignments of a call are reserved, or none; the caller
/// commits.
/// <code>
/// consignments ──> checked ──> inserted (a known reference is the same one) ──> shelves locked in one order ──> lots chosen ──> ledger
///                                     └───────────── short or wrong ──> back to the savepoint, as if never asked
/// </code>
/// </summary>
internal static class Reservations
{
    /// <summary>Most consignments in one call.</summary>
    public const int ConsignmentsMax = 5_000;

    /// <summary>Longest life of an unconfirmed reservation: goods that nobody answers for are needed elsewhere.</summary>
    private static readonly TimeSpan s_lifeMax = TimeSpan.FromDays(7);

    public static Task<ReserveOutcome> ReserveAsync(Session session, IReadOnlyList<NewConsignment> consignments, TimeSpan goodFor, CancellationToken cancel) =>
        consignments.Count > ConsignmentsMax ? Task.FromResult<ReserveOutcome>(new ReserveOutcome.Refused(consignments[ConsignmentsMax].Reference, "count")) : ReserveAllAsync(session, consignments, goodFor, cancel);

    /// <summary>The same for a plan, which has limits of its own: all of it in one go, so that its shelves are locked and posted once.</summary>
    internal static async Task<ReserveOutcome> ReserveAllAsync(Session session, IReadOnlyList<NewConsignment> consignments, TimeSpan goodFor, CancellationToken cancel)
    {
        if (goodFor <= TimeSpan.Zero || goodFor > s_lifeMax) throw new ArgumentOutOfRangeException(nameof(goodFor), goodFor, $"A reservation stands for up to {s_lifeMax}.");
        if (consignments.Count == 0) return new ReserveOutcome.Reserved([]);
        ReserveOutcome? outcome = null;
        var (may, covers) = (session.Actor.May(SuppliesPermissions.Plan), (Func<string, bool>)session.Actor.Covers);
        await session.AsSystemAsync(async () => outcome = await RunAsync(session, consignments, goodFor, null, (c, from, to) => may && (covers(from) || (c.Regime == "voluntary" && covers(to))), cancel), cancel);
        return outcome!;
    }

    /// <summary>The same for a use case that has decided itself that the actor may; the session runs as the system.</summary>
    internal static Task<ReserveOutcome> ReserveForAsync(Session session, NewConsignment consignment, TimeSpan goodFor, long? offerId, CancellationToken cancel) =>
        RunAsync(session, [consignment], goodFor, offerId, (_, _, _) => true, cancel);

    private static async Task<ReserveOutcome> RunAsync(
        Session session, IReadOnlyList<NewConsignment> wanted, TimeSpan goodFor, long? offerId, Func<NewConsignment, string, string, bool> isAllowed, CancellationToken cancel)
    {
        var places = (await session.QueryAsync<(string Code, string Region)>("SELECT code, region_code FROM supplies.facility WHERE code = ANY (@codes)",
            new { codes = wanted.SelectMany(c => new[] { c.FromFacility, c.ToFacility }).Distinct().ToArray() }, cancel)).ToDictionary(p => p.Code, p => p.Region);
        var needIds = wanted.Select(c => c.NeedId).OfType<long>().Distinct().ToArray();
        var needs = needIds.Length == 0 ? [] : (await session.QueryAsync<long>("SELECT id FROM supplies.need WHERE id = ANY (@needIds)", new { needIds }, cancel)).ToHashSet();
        foreach (var c in wanted)
        {
            if (Fault(c, places, needs) is { } field) return new ReserveOutcome.Refused(c.Reference, field);
            if (!isAllowed(c, places[c.FromFacility], places[c.ToFacility])) return new ReserveOutcome.Refused(c.Reference, "authority");
        }
        if (wanted.GroupBy(c => c.Reference).FirstOrDefault(g => g.Count() > 1) is { } twice) return new ReserveOutcome.Refused(twice.Key, "reference");
        await session.ExecuteAsync("SAVEPOINT reservation", cancel: cancel);
        var outcome = await InsertAsync(session, wanted, places, goodFor, offerId, cancel);
        await session.ExecuteAsync(outcome is ReserveOutcome.Reserved ? "RELEASE SAVEPOINT reservation" : "ROLLBACK TO SAVEPOINT reservation", cancel: cancel);
        return outcome;
    }

    private static string? Fault(NewConsignment c, Dictionary<string, string> places, HashSet<long> needs) =>
        c.Reference.Length is 0 or > 100 ? "reference"
        : ItemCatalogue.Current.Find(c.ItemCode) is null ? "item"
        : c.Quantity is < 1 or > Ledger.QuantityMax ? "quantity"
        : c.Regime is not ("command" or "voluntary") ? "regime"
        : c.Tier is < 1 or > 4 ? "tier"
        : !places.ContainsKey(c.FromFacility) ? "from"
        : !places.ContainsKey(c.ToFacility) || c.ToFacility == c.FromFacility ? "to"
        : c.NeedId is { } need && !needs.Contains(need) ? "need"
        : null;

    private static async Task<ReserveOutcome> InsertAsync(Session session, IReadOnlyList<NewConsignment> wanted, Dictionary<string, string> places, TimeSpan goodFor, long? offerId, CancellationToken cancel)
    {
        if (await PromisedOutput.LockAsync(session, wanted, cancel) is { Count: > 0 } unmade) return new ReserveOutcome.NotEnough(unmade);
        var added = (await session.QueryAsync<(long Id, string Reference)>("""
            INSERT INTO supplies.consignment (reference, item_code, from_facility, from_region, to_facility, to_region, quantity, regime, need_id, offer_id, tier, made_on, reserved_until, created_by, created_at)
            SELECT r, i, f, fr, t, tr, q, g, n, @offerId::bigint, p, m, u, @actor, @now
            FROM unnest(@references, @items, @froms, @fromRegions, @tos, @toRegions, @quantities, @regimes, @needs::bigint[], @tiers, @days::date[], @untils) AS w (r, i, f, fr, t, tr, q, g, n, p, m, u) ORDER BY r
            ON CONFLICT (reference) DO NOTHING RETURNING id, reference
            """, new
        {
            references = wanted.Select(c => c.Reference).ToArray(),
            items = wanted.Select(c => c.ItemCode).ToArray(),
            froms = wanted.Select(c => c.FromFacility).ToArray(),
            fromRegions = wanted.Select(c => places[c.FromFacility]).ToArray(),
            tos = wanted.Select(c => c.ToFacility).ToArray(),
            toRegions = wanted.Select(c => places[c.ToFacility]).ToArray(),
            quantities = wanted.Select(c => c.Quantity).ToArray(),
            regimes = wanted.Select(c => c.Regime).ToArray(),
            needs = wanted.Select(c => c.NeedId).ToArray(),
            tiers = wanted.Select(c => (short)c.Tier).ToArray(),
            offerId,
            days = wanted.Select(c => c.MadeOn).ToArray(),
            untils = wanted.Select(c => (c.MadeOn is { } day ? PromisedOutput.LapsesAt(day) : session.Now + goodFor).ToUniversalTime()).ToArray(),
            actor = session.Actor.Id,
            now = session.Now,
        }, cancel)).ToDictionary(a => a.Reference, a => a.Id);
        var known = await session.QueryAsync<Consignment>($"SELECT {Consignment.Columns} FROM supplies.consignment WHERE reference = ANY (@known)",
            new { known = wanted.Select(c => c.Reference).Where(r => !added.ContainsKey(r)).ToArray() }, cancel);
        foreach (var old in known)
        {
            var c = wanted.First(c => c.Reference == old.Reference);
            if ((old.ItemCode, old.FromFacility, old.ToFacility, old.Quantity, old.MadeOn) != (c.ItemCode, c.FromFacility, c.ToFacility, c.Quantity, c.MadeOn)) return new ReserveOutcome.Refused(c.Reference, "reference");
        }
        var (lines, shorts) = Choose(wanted.Where(c => c.MadeOn is null && added.ContainsKey(c.Reference)), added, await LockShelvesAsync(session, wanted, cancel), ChinaDay.Of(session.Now));
        if (shorts.Count > 0) return new ReserveOutcome.NotEnough(shorts);
        await KeepStepsAsync(session, wanted.Where(c => added.ContainsKey(c.Reference)).Select(c => (added[c.Reference], c.Quantity)), cancel);
        if (lines.Count > 0) await PostAsync(session, lines, added.Values, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        await session.AnnounceAsync(PoolChanged.Topic, cancel);
        var ids = known.ToDictionary(k => k.Reference, k => k.Id);
        return new ReserveOutcome.Reserved([.. wanted.Select(c => added.TryGetValue(c.Reference, out var id) ? id : ids[c.Reference])]);
    }

    /// <summary>What lies on the shelves. Both sides of the posting are locked here, in the ledger's order, so that no session waits for another in a circle.</summary>
    private static async Task<Dictionary<(string Place, string Item), List<(long LotId, long Quantity, DateOnly? ExpiresOn)>>> LockShelvesAsync(Session session, IReadOnlyList<NewConsignment> wanted, CancellationToken cancel)
    {
        var shelves = wanted.Where(c => c.MadeOn is null).Select(c => (c.FromFacility, c.ItemCode)).Distinct().ToArray();
        var rows = await session.QueryAsync<(string Place, string Item, string State, long LotId, long Quantity, DateOnly? ExpiresOn)>("""
            SELECT b.place, b.item_code, b.state, b.lot_id, b.quantity, l.expires_on FROM supplies.balance b JOIN supplies.lot l ON l.id = b.lot_id
            WHERE (b.place, b.item_code) IN (SELECT * FROM unnest(@places, @items)) AND b.state IN ('on_hand', 'reserved')
            ORDER BY b.lot_id, b.place, b.state FOR NO KEY UPDATE OF b
            """, new { places = shelves.Select(s => s.FromFacility).ToArray(), items = shelves.Select(s => s.ItemCode).ToArray() }, cancel);
        return rows.Where(r => r.State == "on_hand" && r.Quantity > 0).GroupBy(r => (r.Place, r.Item)).ToDictionary(g => g.Key, g => g.Select(r => (r.LotId, r.Quantity, r.ExpiresOn)).ToList());
    }

    private static (List<(long Consignment, string From, long LotId, long Quantity)> Lines, List<StockShort> Shorts) Choose(
        IEnumerable<NewConsignment> wanted, Dictionary<string, long> ids, Dictionary<(string, string), List<(long LotId, long Quantity, DateOnly? ExpiresOn)>> shelves, DateOnly today)
    {
        var (lines, shorts) = (new List<(long, string, long, long)>(), new List<StockShort>());
        foreach (var c in wanted)
        {
            var shelf = shelves.GetValueOrDefault((c.FromFacility, c.ItemCode)) ?? [];
            var picked = Lots.FirstToExpire(shelf, c.Quantity, today);
            var there = picked.Sum(p => p.Quantity);
            if (there < c.Quantity)
            {
                shorts.Add(new(c.Reference, c.ItemCode, c.FromFacility, c.Quantity, there));
                continue;
            }
            foreach (var (lot, quantity) in picked)
            {
                lines.Add((ids[c.Reference], c.FromFacility, lot, quantity));
                var at = shelf.FindIndex(l => l.LotId == lot);
                shelf[at] = shelf[at] with { Quantity = shelf[at].Quantity - quantity };
            }
            shelf.RemoveAll(l => l.Quantity == 0);
        }
        return (lines, shorts);
    }

    private static async Task PostAsync(Session session, List<(long Consignment, string From, long LotId, long Quantity)> lines, IReadOnlyCollection<long> ids, CancellationToken cancel)
    {
        await session.ExecuteAsync("INSERT INTO supplies.consignment_line (consignment_id, lot_id, quantity) SELECT * FROM unnest(@ids, @lots, @quantities)",
            new { ids = lines.Select(l => l.Consignment).ToArray(), lots = lines.Select(l => l.LotId).ToArray(), quantities = lines.Select(l => l.Quantity).ToArray() }, cancel);
        // The numbers are new, so the name of the posting is; and every account is locked already, so that parts of it may be posted one after the other.
        var part = 0;
        foreach (var chunk in Together(lines).Chunk(Ledger.MovesMax))
        {
            if (await Ledger.MoveAsync(session, new($"consignments:{ids.Min()}-{ids.Max()}:reserved:{part++}", "reservation", "", chunk), cancel) is not MoveOutcome.Moved)
                throw new InvalidOperationException($"The consignments {ids.Min()} to {ids.Max()} could not be reserved although their shelves were locked.");
        }
    }

    /// <summary>What is set aside of a lot is one entry, for however many consignments: those stand in their lines.</summary>
    private static IEnumerable<Move> Together(List<(long Consignment, string From, long LotId, long Quantity)> lines)
    {
        foreach (var shelf in lines.GroupBy(l => (l.LotId, l.From)))
        {
            var (from, to, sum) = (new Account(shelf.Key.From, StockState.OnHand), new Account(shelf.Key.From, StockState.Reserved), 0L);
            foreach (var quantity in shelf.Select(l => l.Quantity))
            {
                if (sum > Ledger.QuantityMax - quantity)
                {
                    yield return new(shelf.Key.LotId, from, to, sum);
                    sum = 0;
                }
                sum += quantity;
            }
            yield return new(shelf.Key.LotId, from, to, sum);
        }
    }

    private static Task KeepStepsAsync(Session session, IEnumerable<(long Id, long Quantity)> reserved, CancellationToken cancel)
    {
        var steps = reserved.OrderBy(r => r.Id).ToArray();
        return session.ExecuteAsync("""
            INSERT INTO supplies.consignment_step (consignment_id, what, effect, state, quantity, actor, place, at, recorded_at)
            SELECT id, 'reserve', 'done', 'reserved', q, @actor, @place, @now, @now FROM unnest(@ids, @quantities) AS w (id, q)
            """, new { ids = steps.Select(s => s.Id).ToArray(), quantities = steps.Select(s => s.Quantity).ToArray(), actor = session.Actor.Id, place = session.Actor.Organisation, now = session.Now }, cancel);
    }
}
