using Rongtong.Contracts.Casework;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;

namespace Rongtong.Casework.Deadlines;

/// <summary>
/// Says of each deadline that passed, once, that it did: the row's new state and the event are one transaction, and the row is locked, so neither
/// a second host nor one that died half-way can say it again. A deadline about which an event still waits to be handled is left for the next run:
/// what was done in time counts, however late the queue is.
/// </summary>
internal sealed class FireDeadlines : IJob
{
    /// <summary>Deadlines of one run; more come with the next, a few seconds later.</summary>
    public const int BatchMax = 1_000;

    private const string Due = """
        SELECT d.key, d.due_at FROM casework.deadline d
        WHERE d.state = 'open' AND d.due_at <= @now AND NOT EXISTS (
            SELECT FROM platform.outbox_event e LEFT JOIN platform.outbox_cursor c ON c.handler = e.kind
            WHERE e.kind = ANY (@kinds) AND (e.transaction, e.id) > (coalesce(c.transaction, '0'), coalesce(c.event_id, 0)) AND e.payload ->> 'key' = d.key)
            AND NOT EXISTS (SELECT FROM platform.outbox_parked p WHERE p.handler = ANY (@kinds) AND p.payload ->> 'key' = d.key)
        ORDER BY d.due_at, d.key LIMIT @BatchMax FOR UPDATE OF d SKIP LOCKED
        """;

    // The two handlers are named like the kinds they take, by which the query above finds how far they have come.
    private static readonly string[] s_kinds = [DeadlineSet.Kind, DeadlineMet.Kind];

    public string Name => "casework.fire-deadlines";

    public TimeSpan Every => TimeSpan.FromSeconds(5);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        var passed = await session.QueryAsync<Row>(Due, new { now = session.Now, kinds = s_kinds, BatchMax }, cancel);
        foreach (var (key, dueAt) in passed.Select(p => (p.Key, p.DueAt)))
        {
            await session.ExecuteAsync("UPDATE casework.deadline SET state = 'passed', ended_at = @now WHERE key = @key", new { key, now = session.Now }, cancel);
            await DeadlineHistory.AddAsync(session, key, "passed", cancel);
            await session.PublishAsync(DeadlinePassed.Kind, key, new DeadlinePassed(key, dueAt), cancel);
        }
    }

    private sealed record Row
    {
        public string Key { get; init; } = "";
        public DateTimeOffset DueAt { get; init; }
    }
}
