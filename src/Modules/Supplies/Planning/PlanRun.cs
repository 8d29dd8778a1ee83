using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Planning;

/// <summary>How making a plan ended.</summary>
internal abstract record CreateOutcome
{
    /// <summary>Kept, with its first solution.</summary>
    public sealed record Created(long Id) : CreateOutcome;

    /// <summary>Field names what is wrong.</summary>
    public sealed record Invalid(string Field) : CreateOutcome;

    /// <summary>More than one plan takes; plan the region's parts.</summary>
    public sealed record TooLarge(string What, int Most) : CreateOutcome;
}

/// <summary>Takes a snapshot of a region and solves it. With a parent it plans what is left of that plan.</summary>
internal sealed record CreatePlan(string Region, PlanSettings Settings)
{
    /// <summary>Seconds one statement may take: a province is read at once.</summary>
    internal const int StatementSeconds = 120;

    public long? Parent { get; init; }

    public bool IsDemo { get; init; }

    public async Task<CreateOutcome> RunAsync(Session session, StoredPlans plans, Places places, CancellationToken cancel)
    {
        if (!Settings.IsValid) return new CreateOutcome.Invalid("settings");
        if (!await session.QuerySingleAsync<bool>("SELECT platform.is_system() OR (platform.may('supplies.plan') AND platform.region_in_scope(@Region))", new { Region }, cancel)) return new CreateOutcome.Invalid("region");
        if (Parent is { } parent && await StoredPlans.FindAsync(session, parent, cancel) is null) return new CreateOutcome.Invalid("parent");
        session.StatementSeconds = StatementSeconds;
        try
        {
            var marks = await PlanMarks.ReadAsync(session, cancel);
            var snapshot = await TakeSnapshot.RunAsync(session, places, Region, Settings, session.Actor.Scope, cancel);
            var id = await plans.AddAsync(session, snapshot, new(Parent, IsDemo, session.Actor.Scope, marks), cancel);
            session.Audit("supplies.plan-created", id.ToString(System.Globalization.CultureInfo.InvariantCulture), snapshot.Region);
            await session.AnnounceAsync(SuppliesModule.Topic, cancel);
            return new CreateOutcome.Created(id);
        }
        catch (PlanTooLargeException large)
        {
            return new CreateOutcome.TooLarge(large.What, large.Most);
        }
    }
}

/// <summary>How a change of pins ended.</summary>
internal abstract record ChangeOutcome
{
    /// <summary>Solved anew around the pins.</summary>
    public sealed record Solved(int Version) : ChangeOutcome;

    /// <summary>Nothing was changed: others were first. What they did since, the first first.</summary>
    public sealed record Stale(int Version, IReadOnlyList<PlanVersionRow> Since) : ChangeOutcome;

    /// <summary>See <see cref="EditOutcome.Refused"/>.</summary>
    public sealed record Refused(string Reason, PinChange Change, long Most) : ChangeOutcome;

    /// <summary>It was sent already.</summary>
    public sealed record AlreadySent : ChangeOutcome;

    /// <summary>Goods came back or the dispatcher asked for it: another proposal stands in its place. The change as one of that proposal, where it was one and can still be made.</summary>
    public sealed record Replaced(long By, PinChange? Change) : ChangeOutcome;

    /// <summary>There is no such plan that the actor may change.</summary>
    public sealed record NotFound : ChangeOutcome;
}

/// <summary>Fixes, forbids or frees lines, and solves again at once. The plan's row is locked meanwhile: two editors come one after the other, and the second is told.</summary>
internal sealed record ChangePins(long PlanId, int ExpectedVersion, IReadOnlyList<PinChange> Changes)
{
    public async Task<ChangeOutcome> RunAsync(Session session, StoredPlans plans, CancellationToken cancel)
    {
        if (await session.QuerySingleOrDefaultAsync<PlanRow>($"SELECT {PlanRow.Columns} FROM supplies.plan WHERE id = @PlanId AND (platform.is_system() OR platform.may('supplies.plan')) FOR NO KEY UPDATE", new { PlanId }, cancel) is not { } plan) return new ChangeOutcome.NotFound();
        var snapshot = await plans.SnapshotAsync(session, plan, cancel);
        if (plan.ReplacedBy is { } by)
        {
            var present = await StoredPlans.PresentAsync(session, by, cancel);
            return new ChangeOutcome.Replaced(present.Id, Changes is [var only] ? CarryPins.Translate(snapshot, await plans.SnapshotAsync(session, present, cancel), only) : null);
        }
        var standing = new PlanStanding(snapshot, plan.State, plan.Version, await StoredPlans.PinsAsync(session, plan.Id, plan.Version, cancel));
        switch (EditPlan.Decide(standing, ExpectedVersion, Changes))
        {
            case EditOutcome.Stale stale:
                return new ChangeOutcome.Stale(stale.Version, await StoredPlans.SinceAsync(session, PlanId, ExpectedVersion, cancel));
            case EditOutcome.Refused refused:
                return new ChangeOutcome.Refused(refused.Reason, refused.Change, refused.Most);
            case EditOutcome.AlreadySent:
                return new ChangeOutcome.AlreadySent();
            case EditOutcome.Accepted accepted:
                var solved = await plans.SolveAsync(session, plan, accepted.Pins, cancel);
                await StoredPlans.WriteNextAsync(session, plan, solved, Changes, cancel);
                await session.AnnounceAsync(SuppliesModule.Topic, cancel);
                return new ChangeOutcome.Solved(plan.Version + 1);
            case var other:
                throw new InvalidOperationException($"The edit ended as {other}.");
        }
    }
}
