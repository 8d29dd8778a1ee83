using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;
using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Dispatch;

/// <summary>Lets reservations lapse that nobody confirmed in time: the goods are free again, and planning is told.</summary>
internal sealed class LapseReservations : IJob
{
    /// <summary>Reservations in one run; the next run takes the rest.</summary>
    private const int RunMax = 2_000;

    public string Name => "supplies.lapse-reservations";

    public TimeSpan Every => TimeSpan.FromMinutes(1);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        var due = await session.QueryAsync<long>("SELECT id FROM supplies.consignment WHERE state = 'reserved' AND reserved_until <= @Now ORDER BY id LIMIT @RunMax FOR NO KEY UPDATE SKIP LOCKED", new { session.Now, RunMax }, cancel);
        // All of them before the first moves: what one gives back may lie in accounts that somebody holds who waits for the next.
        await Consignment.LockAsync(session, [.. due], cancel);
        await session.ExecuteAsync("""
            SELECT FROM supplies.balance WHERE (lot_id, place) IN (SELECT l.lot_id, c.from_facility FROM supplies.consignment_line l JOIN supplies.consignment c ON c.id = l.consignment_id WHERE c.id = ANY (@due))
                AND state IN ('on_hand', 'reserved') ORDER BY lot_id, place, state FOR NO KEY UPDATE
            """, new { due = due.ToArray() }, cancel);
        foreach (var id in due) await new TakeStep(id, new StepInput.Lapse()).RunAsync(session, cancel);
    }
}

/// <summary>
/// A truck that has not arrived when it was due: a case is opened for whoever waits. The goods stay in transit in the ledger, because nobody knows yet
/// what became of them; they leave it when somebody receives them or states the loss.
/// </summary>
internal sealed class WhenTruckIsLate : IEventSubscriber
{
    private const string Prefix = "supplies.consignment:";

    /// <summary>Working days in which somebody must have asked where it is.</summary>
    private const int AnswerDays = 1;

    public string Name => "supplies.when-truck-is-late";

    public string EventKind => DeadlinePassed.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var passed = happened.Read<DeadlinePassed>();
        if (!passed.Key.StartsWith(Prefix, StringComparison.Ordinal) || !long.TryParse(passed.Key.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return;
        var c = await session.QuerySingleOrDefaultAsync<Consignment>($"SELECT {Consignment.Columns} FROM supplies.consignment WHERE id = @id FOR NO KEY UPDATE", new { id }, cancel);
        if (c is not { State: "shipped" }) return;
        await session.ExecuteAsync("INSERT INTO supplies.consignment_step (consignment_id, what, effect, state, actor, at, recorded_at) VALUES (@id, 'late', 'done', 'shipped', @actor, @DueAt, @Now)",
            new { id, actor = session.Actor.Id, DueAt = passed.DueAt.ToUniversalTime(), session.Now }, cancel);
        var item = ItemCatalogue.Current.Find(c.ItemCode);
        var detail = string.Create(CultureInfo.InvariantCulture, $"{c.Quantity} {c.FromFacility} → {c.ToFacility}, {c.Carrier}, {passed.DueAt:O}");
        await session.PublishAsync(CaseWanted.Kind, passed.Key, new CaseWanted(passed.Key, "supplies", c.ToRegion, null, $"物资逾期未到：{item?.Zh ?? c.ItemCode}", $"Goods have not arrived: {item?.En ?? c.ItemCode}", detail,
            string.Create(CultureInfo.InvariantCulture, $"/supplies/shipments/{id}"), AnswerDays), cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
    }
}
