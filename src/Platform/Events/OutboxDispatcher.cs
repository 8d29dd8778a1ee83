using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Platform.Events;

/// <summary>
/// Brings events to their handlers, in order, on whichever host is free.
/// <code>
/// commit of a module ──NOTIFY──> every host ──> lock the handler's cursor, or leave it to the host that has it
///   ──> next event behind the cursor ──> handler's work + cursor, one transaction ──> until none is left
///   failed: taken back; again after 2, 4, 8 … seconds; after AttemptsMax parked, and the next event's turn
/// </code>
/// </summary>
public sealed class OutboxDispatcher(Database database, IEnumerable<IEventSubscriber> handlers, LiveFeed feed, ILogger<OutboxDispatcher> logger) : BackgroundService
{
    /// <summary>Attempts before an event is put aside.</summary>
    public const int AttemptsMax = 6;

    /// <summary>Longest time an event waits when its announcement was missed, or a retry is due.</summary>
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(2);

    private readonly IEventSubscriber[] _handlers = [.. handlers];

    /// <summary>Handles everything that can be handled now; returns how many events were.</summary>
    public async Task<int> DispatchAsync(CancellationToken cancel = default)
    {
        var handled = 0;
        foreach (var handler in _handlers)
        {
            while (await HandleNextAsync(handler, cancel)) handled++;
        }
        return handled;
    }

    /// <summary>Gives a parked event to its handler once more. False when there is none, or when it failed again and stays parked.</summary>
    public async Task<bool> HandleParkedAsync(string handlerName, long eventId, Actor by, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        if (_handlers.FirstOrDefault(h => h.Name == handlerName) is not { } handler) return false;
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var parked = await session.QuerySingleOrDefaultAsync<Row>("""
            DELETE FROM platform.outbox_parked WHERE handler = @handlerName AND event_id = @eventId
            RETURNING event_id AS id, kind, subject, payload::text AS payload, recorded_at
            """, new { handlerName, eventId }, cancel);
        if (parked is null) return false;
        try
        {
            await handler.HandleAsync(session, parked.ToEvent(), cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Leaving without commit keeps it parked.
            logger.LogError(e, "Handler {Handler} could not take parked event {Event}.", handlerName, eventId);
            return false;
        }
        session.Audit("platform.parked-event-handled", $"{handlerName} {eventId}", by.Id);
        await session.CommitAsync(cancel);
        return true;
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _handlers.Length == 0 ? Task.CompletedTask : feed.KeepAsync(Outbox.Topic, "Handing on events", s_lookAgain, DispatchAsync, stoppingToken);

    private async Task<bool> HandleNextAsync(IEventSubscriber handler, CancellationToken cancel)
    {
        Row? next = null;
        try
        {
            await using var session = await database.BeginAsync(Actor.System, cancel);
            await session.ExecuteAsync("INSERT INTO platform.outbox_cursor (handler, kind) VALUES (@Name, @EventKind) ON CONFLICT DO NOTHING", new { handler.Name, handler.EventKind }, cancel);
            next = await session.QuerySingleOrDefaultAsync<Row>("""
                WITH place AS (SELECT * FROM platform.outbox_cursor WHERE handler = @Name AND retry_at <= @now FOR UPDATE SKIP LOCKED)
                SELECT e.id, e.transaction::text AS transaction, e.kind, e.subject, e.payload::text AS payload, e.recorded_at, place.failures
                FROM place JOIN platform.outbox_event e ON e.kind = @EventKind AND (e.transaction, e.id) > (place.transaction, place.event_id)
                WHERE e.transaction < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY e.transaction, e.id LIMIT 1
                """, new { handler.Name, handler.EventKind, now = session.Now }, cancel);
            if (next is null)
            {
                await session.CommitAsync(cancel);
                return false;
            }
            await handler.HandleAsync(session, next.ToEvent(), cancel);
            await MoveAsync(session, handler, next, cancel);
            await session.CommitAsync(cancel);
            return true;
        }
        catch (Exception e) when (next is not null && e is not OperationCanceledException)
        {
            logger.LogError(e, "Handler {Handler} could not take event {Event}.", handler.Name, next.Id);
            await FailAsync(handler, next, e, cancel);
            return false;
        }
    }

    private static Task<int> MoveAsync(Session session, IEventSubscriber handler, Row past, CancellationToken cancel) => session.ExecuteAsync("""
        UPDATE platform.outbox_cursor SET transaction = @Transaction::xid8, event_id = @Id, failures = 0, retry_at = '-infinity', last_error = NULL WHERE handler = @Name
        """, new { handler.Name, past.Transaction, past.Id }, cancel);

    private async Task FailAsync(IEventSubscriber handler, Row failed, Exception why, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var error = $"{why.GetType().Name}: {why.Message}";
        if (failed.Failures + 1 >= AttemptsMax)
        {
            await session.ExecuteAsync("""
                INSERT INTO platform.outbox_parked (handler, event_id, kind, subject, payload, recorded_at, error, parked_at)
                VALUES (@Name, @Id, @Kind, @Subject, @Payload::jsonb, @RecordedAt, @error, @now) ON CONFLICT DO NOTHING
                """, new { handler.Name, failed.Id, failed.Kind, failed.Subject, failed.Payload, failed.RecordedAt, error, now = session.Now }, cancel);
            await MoveAsync(session, handler, failed, cancel);
        }
        else
        {
            // A first event's cursor went with the failed attempt.
            await session.ExecuteAsync("""
                INSERT INTO platform.outbox_cursor (handler, kind, failures, retry_at, last_error) VALUES (@Name, @EventKind, 1, @retry, @error)
                ON CONFLICT (handler) DO UPDATE SET failures = platform.outbox_cursor.failures + 1, retry_at = excluded.retry_at, last_error = excluded.last_error
                """, new { handler.Name, handler.EventKind, error, retry = session.Now + TimeSpan.FromSeconds(2 << failed.Failures) }, cancel);
        }
        await session.CommitAsync(cancel);
    }

    private sealed record Row
    {
        public long Id { get; init; }
        public string Transaction { get; init; } = "0";
        public string Kind { get; init; } = "";
        public string Subject { get; init; } = "";
        public string Payload { get; init; } = "{}";
        public DateTime RecordedAt { get; init; }
        public int Failures { get; init; }

        public OutboxEvent ToEvent() => new(Id, Kind, Subject, Payload, new DateTimeOffset(RecordedAt, TimeSpan.Zero));
    }
}
