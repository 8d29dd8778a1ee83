using System.Security.Cryptography;
using System.Text;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Households;

/// <summary>What became of a step.</summary>
internal enum StepOutcome { Done, Already, NotFound, Refused, Wrong, ShortWithoutReason, NoPlace }

/// <summary>Steps of an order, each on the locked row: whoever comes second sees that it has been done, and nothing is counted twice.</summary>
internal static class AdvanceOrder
{
    public const int ReasonLengthMax = 200;

    /// <summary>Wrong hand-over codes after which an order takes no more: a million codes cannot be tried.</summary>
    public const int WrongCodesMax = 5;

    /// <summary>Times a parcel goes out; vegetables keep no longer.</summary>
    public const int TripsMax = 9;

    /// <summary>The shop packs: all of it, or less with a reason. Nothing to pack ends the order.</summary>
    public static async Task<StepOutcome> PackAsync(Session session, long id, int packed, string reason, CancellationToken cancel = default)
    {
        if (await LockAsync(session, "id = @id AND organisation = platform.organisation()", new { id }, cancel) is not { } order) return StepOutcome.NotFound;
        var step = OrderSteps.Of(order.State, "packed");
        if (step is not StepKind.Taken) return step is StepKind.Already ? StepOutcome.Already : StepOutcome.Refused;
        if (packed < 0 || packed > order.Ordered || reason.Length > ReasonLengthMax) return StepOutcome.Wrong;
        if (packed < order.Ordered && string.IsNullOrWhiteSpace(reason)) return StepOutcome.ShortWithoutReason;
        var state = packed == 0 ? "cancelled" : "packed";
        await session.ExecuteAsync("UPDATE supplies.household_order SET state = @state, packed = @packed, short = ordered - @packed, short_reason = @reason WHERE id = @id", new { id, state, packed, reason = packed < order.Ordered ? reason : "" }, cancel);
        if (packed == 0) await FreeSlotAsync(session, order.SlotId, cancel);
        await KeepStepAsync(session, id, state, reason, cancel);
        return StepOutcome.Done;
    }

    /// <summary>The grid worker takes it out, leaves it at the door, or brings it back with a reason. Row policies decide whose orders.</summary>
    public static async Task<StepOutcome> StepAsync(Session session, string number, string wanted, string note, CancellationToken cancel = default)
    {
        if (wanted is not ("out" or "left" or "returned") || note.Length > ReasonLengthMax) return StepOutcome.Wrong;
        if (await LockAsync(session, "number = @number", new { number }, cancel) is not { } order) return StepOutcome.NotFound;
        var step = OrderSteps.Of(order.State, wanted);
        if (step is not StepKind.Taken) return step is StepKind.Already ? StepOutcome.Already : StepOutcome.Refused;
        if (wanted == "returned" && string.IsNullOrWhiteSpace(note)) return StepOutcome.ShortWithoutReason;
        await session.ExecuteAsync("UPDATE supplies.household_order SET state = @wanted WHERE id = @Id", new { wanted, order.Id }, cancel);
        await KeepStepAsync(session, order.Id, wanted, note, cancel);
        return StepOutcome.Done;
    }

    /// <summary>What came back goes out once more: packed as it is, in a window of the same compound that has a place left.</summary>
    /// <param name="trip">The trip it came back from, as the page showed it: the same form sent twice is one new trip.</param>
    public static async Task<StepOutcome> SendAgainAsync(Session session, string number, int trip, long slot, CancellationToken cancel = default)
    {
        if (await LockAsync(session, "number = @number", new { number }, cancel) is not { } order) return StepOutcome.NotFound;
        if (order.Trip > trip) return StepOutcome.Already;
        if (order.State != "returned" || order.Trip != trip || order.Trip == TripsMax) return StepOutcome.Refused;
        // Counting and booking are one statement, as when it was ordered; the place it had in the window before was used.
        if (await session.ExecuteAsync("UPDATE supplies.delivery_slot SET booked = booked + 1 WHERE id = @slot AND compound_code = @CompoundCode AND day >= @today AND booked < capacity",
            new { slot, order.CompoundCode, today = ChinaDay.Of(session.Now) }, cancel) == 0) return StepOutcome.NoPlace;
        await session.ExecuteAsync("UPDATE supplies.household_order SET state = 'packed', slot_id = @slot, trip = trip + 1 WHERE id = @Id", new { order.Id, slot }, cancel);
        await KeepStepAsync(session, order.Id, "packed", "", cancel);
        return StepOutcome.Done;
    }

    /// <summary>The grid worker loads the cart: every packed order of the window goes out at once. Says how many did.</summary>
    public static async Task<int> TakeOutAsync(Session session, long slot, CancellationToken cancel = default)
    {
        // Locked in the order in which a shop packs a batch.
        var taken = await session.QueryAsync<long>("SELECT id FROM supplies.household_order WHERE slot_id = @slot AND state = 'packed' ORDER BY id FOR NO KEY UPDATE", new { slot }, cancel);
        await session.ExecuteAsync("UPDATE supplies.household_order SET state = 'out' WHERE id = ANY (@ids)", new { ids = taken.ToArray() }, cancel);
        foreach (var id in taken) await KeepStepAsync(session, id, "out", "", cancel);
        return taken.Count;
    }

    /// <summary>Whoever has the number and the code has what stood at the door. Anybody may say it: nobody has to meet anybody.</summary>
    public static async Task<StepOutcome> CollectAsync(Session session, string number, string code, CancellationToken cancel = default)
    {
        var outcome = StepOutcome.NotFound;
        await session.AsSystemAsync(async () =>
        {
            if (await LockAsync(session, "number = @number", new { number }, cancel) is not { } order) return;
            var step = OrderSteps.Of(order.State, "collected");
            if (step is not StepKind.Taken) outcome = step is StepKind.Already ? StepOutcome.Already : StepOutcome.Refused;
            else if (order.WrongCodes >= WrongCodesMax) outcome = StepOutcome.Refused;
            else if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(code), Encoding.UTF8.GetBytes(order.HandOverCode)))
            {
                await session.ExecuteAsync("UPDATE supplies.household_order SET wrong_codes = wrong_codes + 1 WHERE id = @Id", new { order.Id }, cancel);
                outcome = StepOutcome.Wrong;
            }
            else
            {
                await session.ExecuteAsync("UPDATE supplies.household_order SET state = 'collected' WHERE id = @Id", new { order.Id }, cancel);
                await KeepStepAsync(session, order.Id, "collected", "", cancel);
                outcome = StepOutcome.Done;
            }
        }, cancel);
        return outcome;
    }

    /// <summary>The household does not want it any more; until it is on its way.</summary>
    public static async Task<StepOutcome> CancelAsync(Session session, string number, string reason, CancellationToken cancel = default)
    {
        var outcome = StepOutcome.NotFound;
        await session.AsSystemAsync(async () =>
        {
            if (await LockAsync(session, "number = @number", new { number }, cancel) is not { } order) return;
            var step = OrderSteps.Of(order.State, "cancelled");
            outcome = step switch { StepKind.Taken => StepOutcome.Done, StepKind.Already => StepOutcome.Already, _ => StepOutcome.Refused };
            if (outcome is not StepOutcome.Done) return;
            await session.ExecuteAsync("""
                UPDATE supplies.household_order SET state = 'cancelled', packed = coalesce(packed, 0), short = coalesce(short, ordered), short_reason = CASE WHEN packed IS NULL THEN @reason ELSE short_reason END WHERE id = @Id
                """, new { order.Id, reason }, cancel);
            await FreeSlotAsync(session, order.SlotId, cancel);
            await KeepStepAsync(session, order.Id, "cancelled", reason, cancel);
        }, cancel);
        return outcome;
    }

    internal static Task KeepStepAsync(Session session, long id, string state, string note, CancellationToken cancel) =>
        session.ExecuteAsync("INSERT INTO supplies.household_step (order_id, trip, state, at, actor, note) SELECT id, trip, @state, @now, @actor, @note FROM supplies.household_order WHERE id = @id", new { id, state, now = session.Now, actor = session.Actor.Id, note }, cancel);

    private static Task FreeSlotAsync(Session session, long slot, CancellationToken cancel) =>
        session.AsSystemAsync(() => session.ExecuteAsync("UPDATE supplies.delivery_slot SET booked = booked - 1 WHERE id = @slot", new { slot }, cancel), cancel);

    private static async Task<LockedOrder?> LockAsync(Session session, string condition, object key, CancellationToken cancel) =>
        (await session.QueryAsync<LockedOrder>($"SELECT id, state, ordered, slot_id, compound_code, trip, hand_over_code, wrong_codes FROM supplies.household_order WHERE {condition} FOR NO KEY UPDATE", key, cancel)).SingleOrDefault();

    private sealed record LockedOrder
    {
        public long Id { get; init; }
        public string State { get; init; } = "";
        public int Ordered { get; init; }
        public long SlotId { get; init; }
        public string CompoundCode { get; init; } = "";
        public short Trip { get; init; }
        public string HandOverCode { get; init; } = "";
        public short WrongCodes { get; init; }
    }
}
