using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.People;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Travel;

/// <summary>What became of a person's word on a place.</summary>
internal abstract record AnswerOutcome
{
    private AnswerOutcome() { }

    public sealed record Recorded : AnswerOutcome;

    /// <summary>No such fact in force, or not this person's: the two are not told apart.</summary>
    public sealed record NotFound : AnswerOutcome;

    /// <summary>The same had been said before; nothing changed.</summary>
    public sealed record SaidBefore : AnswerOutcome;

    /// <summary>The correction cannot be recorded.</summary>
    /// <param name="TextKey">The sentence that says why.</param>
    public sealed record Invalid(string TextKey) : AnswerOutcome;
}

/// <summary>
/// The person says that a trip or stay is right, wrong, or was elsewhere. A fact is never changed: the old version is withdrawn and a new one, with the
/// person's word in it, recorded at the same instant, so that what was known when can still be told. The caller refreshes colours in the same session.
/// </summary>
internal static class AnswerPlace
{
    /// <summary>"I was there": from now on it is certain.</summary>
    public static Task<AnswerOutcome> ConfirmPlace(Session session, long person, long fact, CancellationToken cancel = default) => AnswerAsync(session, person, fact, true, cancel);

    /// <summary>"I was not there": what was guessed or told by herself counts for nothing from now on, a ticket until an appeal; either stays visible as disputed.</summary>
    public static Task<AnswerOutcome> DisputePlace(Session session, long person, long fact, CancellationToken cancel = default) => AnswerAsync(session, person, fact, false, cancel);

    /// <summary>"I was there instead": the fact is disputed and the person's own stay stands beside it.</summary>
    public static async Task<AnswerOutcome> CorrectPlace(Session session, long person, long fact, string regionCode, DateOnly from, DateOnly to, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var stay = new NewFact(person, FactKind.Stay, from, to, regionCode, new FactDetail { ConfirmedByPerson = true }, FactSource.Person, ColourFacts.SourceOf(fact));
        // Nobody has stayed anywhere tomorrow.
        if (to > ChinaDay.Of(session.Now)) return new AnswerOutcome.Invalid("health.travel.problem.days");
        if (RecordFacts.ProblemOf(stay, ChinaDay.Of(session.Now)) is { } problem) return new AnswerOutcome.Invalid(problem);
        var disputed = await DisputePlace(session, person, fact, cancel);
        if (disputed is not (AnswerOutcome.Recorded or AnswerOutcome.SaidBefore)) return disputed;
        await RecordFacts.WriteAsync(session, [stay], cancel);
        return new AnswerOutcome.Recorded();
    }

    private static async Task<AnswerOutcome> AnswerAsync(Session session, long person, long id, bool isRight, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(session);
        // Row policies let through one's own facts alone, and those of whom one acts for. The lock makes the second of two answers wait for the first.
        var row = await session.QuerySingleOrDefaultAsync<ReadHistory.FactRow>(
            $"SELECT {ReadHistory.FactColumns} FROM health_code.fact f WHERE f.person_id = @person AND f.id = @id AND f.withdrawn_at = 'infinity' FOR UPDATE", new { person, id }, cancel);
        if (row is null) return new AnswerOutcome.NotFound();
        var fact = row.ToFact(new Dictionary<long, DateTimeOffset>());
        if (fact.Kind is not (FactKind.Trip or FactKind.Stay)) return new AnswerOutcome.NotFound();
        if (fact.Detail.ConfirmedByPerson == isRight) return new AnswerOutcome.SaidBefore();
        await session.ExecuteAsync("UPDATE health_code.fact SET withdrawn_at = @now, withdrawn_by = @by WHERE person_id = @person AND id = @id", new { person, id, now = session.Now, by = session.Actor.Id }, cancel);
        await RecordFacts.WriteAsync(session,
        [
            new(person, fact.Kind, fact.FromDay, fact.ToDay, fact.RegionCode, fact.Detail with { ConfirmedByPerson = isRight }, fact.Source, fact.Evidence, isRight ? 1 : fact.Confidence, fact.BatchId),
        ], cancel);
        session.Audit(isRight ? "health.place-confirmed" : "health.place-disputed", ColourFacts.SourceOf(id));
        return new AnswerOutcome.Recorded();
    }
}
