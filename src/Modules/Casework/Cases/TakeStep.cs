using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Platform.Data;

namespace Rongtong.Casework.Cases;

/// <summary>What came of a step.</summary>
internal abstract record StepResult
{
    private StepResult() { }

    public sealed record Taken(int Version) : StepResult;

    /// <summary>Somebody else was faster.</summary>
    public sealed record Stale(string Stage, int Version) : StepResult;

    /// <param name="Reason">stage, party, words, stars, too-late, officer or duplicate.</param>
    public sealed record Refused(string Reason) : StepResult;

    /// <summary>There is none, or not for this actor.</summary>
    public sealed record NotFound : StepResult;
}

/// <summary>A person takes a step on a case.</summary>
/// <param name="CaseId">Which.</param>
/// <param name="Version">The version the person saw.</param>
/// <param name="Input">The step.</param>
/// <param name="To">Who gets the case, when it is handed over.</param>
/// <param name="Into">The case in which a duplicate goes on.</param>
internal sealed record TakeStep(long CaseId, int Version, CaseInput Input, Officer? To = null, long? Into = null)
{
    public async Task<StepResult> RunAsync(Session session, IWorkCalendar calendar, CancellationToken cancel)
    {
        // Read as the actor: what the row policies hide does not exist for this step.
        if (await CaseFile.FindAsync(session, CaseId, cancel) is not { } seen || seen.PartyOf(session.Actor) is not { } party) return new StepResult.NotFound();
        if (Input is CaseInput.HandOver && To is null) return new StepResult.Refused("officer");
        if (Input is CaseInput.Merge)
        {
            if (Into is not { } target || target == CaseId || await CaseFile.FindAsync(session, target, cancel) is not { Stage: not "merged" } kept || kept.EnterpriseCode != seen.EnterpriseCode) return new StepResult.Refused("duplicate");
        }
        StepResult result = new StepResult.NotFound();
        await session.AsSystemAsync(async () => result = await DecideAsync(session, party, calendar, cancel), cancel);
        if (result is StepResult.Taken) session.Audit("casework.step-taken", CaseId.ToString(CultureInfo.InvariantCulture), Input.Kind);
        return result;
    }

    private async Task<StepResult> DecideAsync(Session session, Party party, IWorkCalendar calendar, CancellationToken cancel)
    {
        // A merge also leads the duplicates of the duplicate on.
        if (Input is CaseInput.Merge) await CaseFile.LockAllAsync(session, "id IN (@CaseId, @Into) OR duplicate_of = @CaseId", new { CaseId, Into }, cancel);
        var file = (await CaseFile.LockAsync(session, CaseId, cancel))!;
        if (file.Version != Version) return new StepResult.Stale(file.Stage, file.Version);
        switch (CaseFlow.Decide(file.State, Input, party, CaseRules.Current, calendar, session.Now))
        {
            case CaseOutcome.Refused refused:
                return new StepResult.Refused(refused.Reason);
            case CaseOutcome.Taken taken:
                if (Input is CaseInput.Merge)
                {
                    if (!await PointAtAsync(session, cancel)) return new StepResult.Refused("duplicate");
                }
                var words = To is null ? Input.Words : $"→ {To.Name}\n{Input.Words}";
                await file.WriteAsync(session, taken, session.Actor.Id, session.Actor.Name, words, cancel);
                var owner = Input is CaseInput.HandOver ? To : Input is CaseInput.Accept ? new Officer(session.Actor.Id, session.Actor.Name) : null;
                if (owner is not null) await session.ExecuteAsync("UPDATE casework.case_file SET owner_id = @Id, owner_name = @Name WHERE id = @CaseId", new { owner.Id, owner.Name, CaseId }, cancel);
                return new StepResult.Taken(file.Version + 1);
            default:
                throw new InvalidOperationException("A step was neither taken nor refused.");
        }
    }

    /// <summary>Leads the duplicate, and what was merged into it before, to the case that goes on. False when that one is a duplicate itself by now.</summary>
    private async Task<bool> PointAtAsync(Session session, CancellationToken cancel)
    {
        var kept = (await CaseFile.LockAsync(session, Into!.Value, cancel))!;
        if (kept.Stage == "merged") return false;
        await session.ExecuteAsync("UPDATE casework.case_file SET duplicate_of = @Into WHERE id = @CaseId OR duplicate_of = @CaseId", new { Into, CaseId }, cancel);
        await CaseFile.AddStepAsync(session, kept.Id, "merged-in", kept.State.Stage, session.Actor.Id, session.Actor.Name, "#" + CaseId.ToString(CultureInfo.InvariantCulture), cancel);
        await session.ExecuteAsync("UPDATE casework.case_file SET version = version + 1 WHERE id = @Into", new { Into }, cancel);
        return true;
    }
}

/// <summary>An account that works on cases.</summary>
internal sealed record Officer(string Id, string Name);
