using Rongtong.Platform.Data;

namespace Rongtong.Platform.Jobs;

/// <summary>Forgets what has served: events every handler is past, and answers kept for repeated requests.</summary>
internal sealed class SweepPlatform : IJob
{
    /// <summary>Days an event stays, so that a new handler or an inquiry can look back.</summary>
    private const int EventDays = 7;

    /// <summary>Hours within which a repeated request gets its first answer.</summary>
    private const int AnswerHours = 24;

    public string Name => "platform.sweep";

    public TimeSpan Every => TimeSpan.FromHours(1);

    public Task RunAsync(Session session, CancellationToken cancel) => session.ExecuteAsync("""
        DELETE FROM platform.outbox_event e WHERE recorded_at < @now - make_interval(days => @EventDays)
            AND NOT EXISTS (SELECT FROM platform.outbox_cursor c WHERE c.kind = e.kind AND (c.transaction, c.event_id) < (e.transaction, e.id));
        DELETE FROM platform.idempotency_key WHERE recorded_at < @now - make_interval(hours => @AnswerHours)
        """, new { now = session.Now, EventDays, AnswerHours }, cancel);
}
