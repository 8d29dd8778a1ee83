using System.Text.Json;
using Rongtong.Platform.Data;

namespace Rongtong.Platform.Events;

/// <summary>Something that happened in a module, as others get to know it.</summary>
/// <param name="Id">Number of the event; a handler that reaches outside the database uses it to recognise a repetition.</param>
/// <param name="Kind">What happened, in the past tense, as <c>module.thing-happened</c>.</param>
/// <param name="Subject">To which thing.</param>
/// <param name="Payload">JSON of the contract's record.</param>
/// <param name="RecordedAt">When.</param>
public sealed record OutboxEvent(long Id, string Kind, string Subject, string Payload, DateTimeOffset RecordedAt)
{
    /// <summary>The payload as the contract's record.</summary>
    public T Read<T>() => JsonSerializer.Deserialize<T>(Payload, JsonSerializerOptions.Web)
        ?? throw new JsonException($"Event {Id} of kind {Kind} has no content.");
}

/// <summary>
/// What a module does when something happened in another. It works in the session it is given: its rows and its place in the order of events
/// are committed together, so that inside the database every event has its effect exactly once, however often a host dies in between.
/// </summary>
public interface IEventSubscriber
{
    /// <summary>Stable name under which the handler's place is kept; a new name starts at the oldest event kept.</summary>
    string Name { get; }

    /// <summary>The kind of event it takes.</summary>
    string EventKind { get; }

    /// <summary>Does the work in the session. An exception takes it back and the event comes again.</summary>
    Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel);
}

/// <summary>Writing events.</summary>
public static class Outbox
{
    /// <summary>Topic that wakes the hosts' dispatchers.</summary>
    internal const string Topic = "platform.outbox";

    /// <summary>Tells other modules, when this session commits, that something happened.</summary>
    public static async Task PublishAsync(this Session session, string kind, string subject, object payload, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(payload);
        await session.ExecuteAsync("INSERT INTO platform.outbox_event (kind, subject, payload, recorded_at) VALUES (@kind, @subject, @json::jsonb, @now)",
            new { kind, subject, json = JsonSerializer.Serialize(payload, payload.GetType(), JsonSerializerOptions.Web), now = session.Now }, cancel);
        await session.AnnounceAsync(Topic, cancel);
    }
}
