using Rongtong.Contracts.Casework;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Casework.Deadlines;

/// <summary>
/// Takes over deadlines that modules set and move.
/// <code>
///            set ──> open ──met──> met ──set again──> open
///                     │ set with another instant: moved, with history
///                     └─ due, and nothing said otherwise ──> passed ──set with another instant──> open
/// </code>
/// </summary>
internal sealed class WhenDeadlineSet : IEventSubscriber
{
    public const string HandlerName = "casework.deadline-set";

    public string Name => HandlerName;

    public string EventKind => DeadlineSet.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var wanted = happened.Read<DeadlineSet>();
        // As the database keeps it, in UTC and whole microseconds: what a module repeats must equal what is stored.
        wanted = wanted with { DueAt = wanted.DueAt.ToUniversalTime().AddTicks(-(wanted.DueAt.Ticks % TimeSpan.TicksPerMicrosecond)) };
        var known = await session.QuerySingleOrDefaultAsync<Row>("SELECT state, due_at, met_event FROM casework.deadline WHERE key = @Key FOR UPDATE", new { wanted.Key }, cancel);
        // Met by a later event that came through its own queue first.
        var isMet = known?.MetEvent > happened.Id;
        // A module that repeats itself about what has passed is not given a second passing.
        if (known is { State: "passed" } && known.DueAt == wanted.DueAt) return;
        var state = isMet ? "met" : "open";
        await session.ExecuteAsync("""
            INSERT INTO casework.deadline (key, region_code, title_zh, title_en, link, due_at, state, set_at, ended_at, set_event)
            VALUES (@Key, @Region, @TitleZh, @TitleEn, @Link, @DueAt, @state, @now, CASE WHEN @isMet THEN @now END, @Id)
            ON CONFLICT (key) DO UPDATE SET region_code = excluded.region_code, title_zh = excluded.title_zh, title_en = excluded.title_en, link = excluded.link,
                due_at = excluded.due_at, state = excluded.state, set_at = excluded.set_at, ended_at = excluded.ended_at, set_event = excluded.set_event
            """, new { wanted.Key, wanted.Region, wanted.TitleZh, wanted.TitleEn, wanted.Link, wanted.DueAt, state, isMet, now = session.Now, happened.Id }, cancel);
        var what = known is { State: "open" } ? "moved" : "set";
        if (what == "set" || known!.DueAt != wanted.DueAt) await DeadlineHistory.AddAsync(session, wanted.Key, what, cancel);
        if (isMet) await DeadlineHistory.AddAsync(session, wanted.Key, "met", cancel);
    }

    private sealed record Row
    {
        public string State { get; init; } = "";
        public DateTimeOffset? DueAt { get; init; }
        public long MetEvent { get; init; }
    }
}

/// <summary>Ends deadlines that were met.</summary>
internal sealed class WhenDeadlineMet : IEventSubscriber
{
    public const string HandlerName = "casework.deadline-met";

    public string Name => HandlerName;

    public string EventKind => DeadlineMet.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var key = happened.Read<DeadlineMet>().Key;
        var ended = await session.ExecuteAsync("UPDATE casework.deadline SET state = 'met', ended_at = @now, met_event = @Id WHERE key = @key AND state = 'open' AND set_event < @Id",
            new { key, happened.Id, now = session.Now }, cancel);
        if (ended == 1)
        {
            await DeadlineHistory.AddAsync(session, key, "met", cancel);
            return;
        }
        // Before its own setting: remembered, so that the setting finds it ended.
        await session.ExecuteAsync("""
            INSERT INTO casework.deadline (key, region_code, title_zh, title_en, link, state, set_at, met_event) VALUES (@key, '', '', '', '', 'met', @now, @Id)
            ON CONFLICT (key) DO UPDATE SET met_event = greatest(casework.deadline.met_event, excluded.met_event)
            """, new { key, happened.Id, now = session.Now }, cancel);
    }
}

/// <summary>The rows that say what became of a deadline.</summary>
internal static class DeadlineHistory
{
    public static Task<int> AddAsync(Session session, string key, string what, CancellationToken cancel) => session.ExecuteAsync(
        "INSERT INTO casework.deadline_change (key, region_code, what, due_at, at) SELECT key, region_code, @what, due_at, @now FROM casework.deadline WHERE key = @key",
        new { key, what, now = session.Now }, cancel);
}
