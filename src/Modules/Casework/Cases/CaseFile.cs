using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Casework.Cases;

/// <summary>A case as it is stored.</summary>
internal sealed record CaseFile
{
    /// <summary>Topic announced when any case changes.</summary>
    public const string Topic = "casework.cases";

    public const string Columns = """
        id, key, category, urgency, region_code, enterprise_id, enterprise_code, enterprise_name, industry, title_zh, title_en, detail, link, is_shared, answer_days, stage, level,
        owner_id, owner_name, opened_at, opened_by, opened_by_name, due_at, next_at, asked_at, answered_at, closed_at, outcome, duplicate_of, rating, rating_words, wanted_event, version
        """;

    private const string DeadlinePrefix = "casework.case:";

    public long Id { get; init; }
    public string Key { get; init; } = "";
    public string Category { get; init; } = "";
    public string Urgency { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public int? EnterpriseId { get; init; }
    public string EnterpriseCode { get; init; } = "";
    public string EnterpriseName { get; init; } = "";
    public string Industry { get; init; } = "";
    public string TitleZh { get; init; } = "";
    public string TitleEn { get; init; } = "";
    public string Detail { get; init; } = "";
    public string Link { get; init; } = "";
    public bool IsShared { get; init; }
    public int AnswerDays { get; init; }
    public string Stage { get; init; } = "";
    public int Level { get; init; }
    public string? OwnerId { get; init; }
    public string OwnerName { get; init; } = "";
    public DateTimeOffset OpenedAt { get; init; }
    public string OpenedBy { get; init; } = "";
    public string OpenedByName { get; init; } = "";
    public DateTimeOffset DueAt { get; init; }
    public DateTimeOffset? NextAt { get; init; }
    public DateTimeOffset? AskedAt { get; init; }
    public DateTimeOffset? AnsweredAt { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public string? Outcome { get; init; }
    public long? DuplicateOf { get; init; }
    public int? Rating { get; init; }
    public string RatingWords { get; init; } = "";
    public long WantedEvent { get; init; }
    public int Version { get; init; }

    public CaseState State => new(Enum.Parse<CaseStage>(Stage, ignoreCase: true), Level, IsShared && EnterpriseCode.Length > 0, AnswerDays, DueAt, NextAt, AskedAt, ClosedAt,
        Outcome is null ? null : Enum.Parse<CaseResult>(Outcome, ignoreCase: true), Rating);

    /// <summary>As whom the actor takes steps on this case; null when not at all.</summary>
    public Party? PartyOf(Actor actor) => actor switch
    {
        { Kind: ActorKind.System } => Party.Product,
        _ when actor.May(CaseworkPermissions.Work) && actor.Covers(RegionCode) => Party.Officer,
        _ when IsShared && actor.May(CaseworkPermissions.Own) && EnterpriseCode.Length > 0 && EnterpriseCode == actor.Organisation => Party.Enterprise,
        _ => null,
    };

    public bool IsLate(DateTimeOffset now) => Stage is "open" or "accepted" ? DueAt <= now : AnsweredAt > DueAt;

    /// <summary>Key of the case's one deadline.</summary>
    public static string DeadlineKey(long id) => DeadlinePrefix + id.ToString(CultureInfo.InvariantCulture);

    /// <summary>The case that a deadline belongs to; null for deadlines of others.</summary>
    public static long? OfDeadline(string key) =>
        key.StartsWith(DeadlinePrefix, StringComparison.Ordinal) && long.TryParse(key.AsSpan(DeadlinePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>The case, if the session's actor may see it.</summary>
    public static Task<CaseFile?> FindAsync(Session session, long id, CancellationToken cancel) =>
        session.QuerySingleOrDefaultAsync<CaseFile>($"SELECT {Columns} FROM casework.case_file WHERE id = @id", new { id }, cancel);

    /// <summary>The case, locked until the session ends; for the product's own part of a session.</summary>
    public static Task<CaseFile?> LockAsync(Session session, long id, CancellationToken cancel) =>
        session.QuerySingleOrDefaultAsync<CaseFile>($"SELECT {Columns} FROM casework.case_file WHERE id = @id FOR NO KEY UPDATE", new { id }, cancel);

    /// <summary>
    /// Locks several cases, the lowest number first: whoever changes more than one locks all of them here before the first change, so that no two wait for
    /// each other in a circle. The locks leave keys free, so that steps and photographs are added meanwhile.
    /// </summary>
    /// <param name="which">Condition on a row of casework.case_file.</param>
    public static Task LockAllAsync(Session session, string which, object args, CancellationToken cancel) =>
        session.ExecuteAsync($"SELECT FROM casework.case_file WHERE {which} ORDER BY id FOR NO KEY UPDATE", args, cancel);

    /// <summary>Writes what was decided: state, history, deadline and, at the end of a case, the news for whoever wanted it. In the product's own part of a session.</summary>
    public async Task WriteAsync(Session session, CaseOutcome.Taken taken, string author, string authorName, string words, CancellationToken cancel)
    {
        var next = taken.State;
        var isReopened = taken.Kind == "reopen";
        await session.ExecuteAsync("""
            UPDATE casework.case_file SET stage = @stage, level = @Level, due_at = @DueAt, next_at = @NextAt, asked_at = @AskedAt, closed_at = @ClosedAt, outcome = @outcome, rating = @Rating,
                rating_words = CASE @kind WHEN 'rate' THEN @words WHEN 'reopen' THEN '' ELSE rating_words END,
                answered_at = CASE @kind WHEN 'solve' THEN @now WHEN 'reopen' THEN NULL ELSE answered_at END, version = version + 1
            WHERE id = @Id
            """, new { Id, stage = Word(next.Stage), next.Level, next.DueAt, next.NextAt, next.AskedAt, next.ClosedAt, outcome = next.Result is { } result ? Word(result) : null, next.Rating, kind = taken.Kind, words, now = session.Now }, cancel);
        await AddStepAsync(session, Id, taken.Kind, next.Stage, author, authorName, words, cancel);
        if (next.NextAt != NextAt || isReopened) await TellEngineAsync(session, next.NextAt, cancel);
        if (next.Stage is CaseStage.Closed && State.Stage is not CaseStage.Closed) await TellClosedAsync(session, Word(next.Result!.Value), words, cancel);
        await session.AnnounceAsync(Topic, cancel);
    }

    public static Task<int> AddStepAsync(Session session, long id, string kind, CaseStage stage, string author, string authorName, string words, CancellationToken cancel) => session.ExecuteAsync(
        "INSERT INTO casework.case_step (case_id, kind, stage, author, author_name, words, at) VALUES (@id, @kind, @stage, @author, @authorName, @words, @now)",
        new { id, kind, stage = Word(stage), author, authorName, words = words.Trim(), now = session.Now }, cancel);

    public Task TellEngineAsync(Session session, DateTimeOffset? nextAt, CancellationToken cancel) => nextAt is { } due
        ? session.PublishAsync(DeadlineSet.Kind, DeadlineKey(Id), new DeadlineSet(DeadlineKey(Id), due, RegionCode, TitleZh, TitleEn, $"/casework/cases/{Id.ToString(CultureInfo.InvariantCulture)}"), cancel)
        : session.PublishAsync(DeadlineMet.Kind, DeadlineKey(Id), new DeadlineMet(DeadlineKey(Id)), cancel);

    /// <summary>Whoever wanted this case, or one that was merged into it, learns how it ended.</summary>
    private async Task TellClosedAsync(Session session, string outcome, string words, CancellationToken cancel)
    {
        var keys = await session.QueryAsync<string>("""
            WITH RECURSIVE same AS (SELECT id, key FROM casework.case_file WHERE id = @Id UNION SELECT c.id, c.key FROM casework.case_file c JOIN same ON c.duplicate_of = same.id)
            SELECT key FROM same ORDER BY id
            """, new { Id }, cancel);
        foreach (var key in keys) await session.PublishAsync(CaseClosed.Kind, key, new CaseClosed(key, outcome, words.Trim()), cancel);
    }

    public static string Word(CaseStage stage) => stage.ToString().ToLowerInvariant();

    public static string Word(CaseResult result) => result.ToString().ToLowerInvariant();
}
