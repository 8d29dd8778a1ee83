using System.Globalization;
using Rongtong.Casework.Calendar;
using Rongtong.Casework.Liaison;
using Rongtong.Contracts.Casework;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Casework.Cases;

/// <summary>Opens the case a module asks for; a second asking changes nothing while it is open, and opens it again when it was closed.</summary>
internal sealed class WhenCaseWanted(EnterpriseFacts enterprises, WorkCalendar calendar) : IEventSubscriber
{
    public const string Author = "product";

    public string Name => "casework.case-wanted";

    public string EventKind => CaseWanted.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var wanted = happened.Read<CaseWanted>();
        if (!CaseRules.Categories.Contains(wanted.Category)) throw new InvalidDataException($"The case {wanted.Key} has the category '{wanted.Category}'; one of {string.Join(", ", CaseRules.Categories)} was expected.");
        // The reason was gone, by a later event, before the wish arrived.
        if (await session.QuerySingleOrDefaultAsync<long?>("SELECT event FROM casework.case_unwanted WHERE key = @Key", new { wanted.Key }, cancel) > happened.Id) return;
        if (await session.QuerySingleOrDefaultAsync<long?>("SELECT coalesce(duplicate_of, id) FROM casework.case_file WHERE key = @Key", new { wanted.Key }, cancel) is { } id)
        {
            await ReopenAsync(session, id, wanted, happened.Id, cancel);
            return;
        }
        var enterprise = await enterprises.FindAsync(wanted.EnterpriseId, cancel);
        var days = Math.Clamp(wanted.WorkingDays, 0, WorkCalendar.DaysMax);
        await InsertCase.RunAsync(session, new NewCase(wanted.Key, wanted.Category, CaseRules.Current.LadderOf(days).Urgency, wanted.Region, enterprise, wanted.TitleZh, wanted.TitleEn, wanted.Detail, wanted.Link,
            CaseRules.IsShared(wanted.Category, isFromModule: true), days, Author, "", happened.Id), calendar, cancel);
    }

    private async Task ReopenAsync(Session session, long id, CaseWanted wanted, long eventId, CancellationToken cancel)
    {
        // The wish is kept with the case of the key, the step taken on the one in which it goes on.
        await CaseFile.LockAllAsync(session, "id = @id OR key = @Key", new { id, wanted.Key }, cancel);
        var file = (await CaseFile.LockAsync(session, id, cancel))!;
        await session.ExecuteAsync("UPDATE casework.case_file SET wanted_event = @eventId WHERE key = @Key", new { eventId, wanted.Key }, cancel);
        if (!file.State.IsOver) return;
        var words = string.IsNullOrWhiteSpace(wanted.Detail) ? wanted.TitleZh : wanted.Detail;
        if (CaseFlow.Decide(file.State, new CaseInput.Reopen(words[..Math.Min(words.Length, CaseFlow.WordsLengthMax)]), Party.Product, CaseRules.Current, calendar, session.Now) is CaseOutcome.Taken taken)
            await file.WriteAsync(session, taken, Author, "", words, cancel);
    }
}

/// <summary>Ends the case of which the reason went away by itself.</summary>
internal sealed class WhenCaseNoLongerWanted(WorkCalendar calendar) : IEventSubscriber
{
    public string Name => "casework.case-no-longer-wanted";

    public string EventKind => CaseNoLongerWanted.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var gone = happened.Read<CaseNoLongerWanted>();
        await session.ExecuteAsync("INSERT INTO casework.case_unwanted (key, event) VALUES (@Key, @Id) ON CONFLICT (key) DO UPDATE SET event = greatest(casework.case_unwanted.event, excluded.event)",
            new { gone.Key, happened.Id }, cancel);
        // A duplicate's reason may go while the case it was merged into has another: that one stays.
        var id = await session.QuerySingleOrDefaultAsync<long?>("SELECT id FROM casework.case_file WHERE key = @Key AND wanted_event < @Id", new { gone.Key, happened.Id }, cancel);
        if (id is null) return;
        var file = (await CaseFile.LockAsync(session, id.Value, cancel))!;
        var words = string.IsNullOrWhiteSpace(gone.Reason) ? gone.Key : gone.Reason;
        if (CaseFlow.Decide(file.State, new CaseInput.Withdraw(words[..Math.Min(words.Length, CaseFlow.WordsLengthMax)]), Party.Product, CaseRules.Current, calendar, session.Now) is CaseOutcome.Taken taken)
            await file.WriteAsync(session, taken, WhenCaseWanted.Author, "", words, cancel);
    }
}

/// <summary>The ladder: a case whose deadline passed goes one step up, or back to its officer when the enterprise did not reply.</summary>
internal sealed class WhenCaseDeadlinePassed(WorkCalendar calendar) : IEventSubscriber
{
    public string Name => "casework.case-deadline-passed";

    public string EventKind => DeadlinePassed.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var passed = happened.Read<DeadlinePassed>();
        if (CaseFile.OfDeadline(passed.Key) is not { } id || await CaseFile.LockAsync(session, id, cancel) is not { } file) return;
        // A step taken meanwhile has moved the instant: this one is about a time that does not count any more.
        if (file.NextAt != passed.DueAt) return;
        if (CaseFlow.Decide(file.State, new CaseInput.TimeUp(), Party.Product, CaseRules.Current, calendar, session.Now) is not CaseOutcome.Taken taken) return;
        await file.WriteAsync(session, taken, WhenCaseWanted.Author, "", "", cancel);
        session.Audit("casework.time-up", id.ToString(CultureInfo.InvariantCulture), taken.Kind);
    }
}
