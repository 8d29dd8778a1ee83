using Rongtong.Contracts.Casework;
using Rongtong.Platform;

namespace Rongtong.Casework.Cases;

/// <summary>Where a case stands.</summary>
internal enum CaseStage
{
    /// <summary>Nobody has taken it.</summary>
    Open,
    /// <summary>An officer works on it.</summary>
    Accepted,
    /// <summary>The enterprise was asked back; the clock of the answer stands still.</summary>
    Asked,
    /// <summary>Ended with an outcome.</summary>
    Closed,
    /// <summary>A duplicate: it goes on in another case.</summary>
    Merged,
}

/// <summary>How a case ended; for whoever opened it.</summary>
internal enum CaseResult { Solved, Partly, Unsolved, Withdrawn }

/// <summary>Who takes a step.</summary>
internal enum Party { Officer, Enterprise, Product }

/// <summary>What a case is at a moment, as far as the rules ask.</summary>
/// <param name="Stage">Where it stands.</param>
/// <param name="Level">Who must look at it: 0 the officer, 1 the bureau, 2 the leader.</param>
/// <param name="IsOfEnterprise">True when an enterprise takes part: it can be asked back, reopens and rates.</param>
/// <param name="AnswerDays">Working days within which it must be answered.</param>
/// <param name="DueAt">When the answer is due.</param>
/// <param name="NextAt">What the deadline engine waits for; null for nothing.</param>
/// <param name="AskedAt">Since when the enterprise is asked; null while it is not.</param>
/// <param name="ClosedAt">When it ended.</param>
/// <param name="Result">How it ended.</param>
/// <param name="Rating">Stars, once rated.</param>
internal sealed record CaseState(CaseStage Stage, int Level, bool IsOfEnterprise, int AnswerDays, DateTimeOffset DueAt, DateTimeOffset? NextAt, DateTimeOffset? AskedAt, DateTimeOffset? ClosedAt, CaseResult? Result, int? Rating)
{
    public bool IsOver => Stage is CaseStage.Closed or CaseStage.Merged;
}

/// <summary>A step somebody wants to take.</summary>
internal abstract record CaseInput(string Words)
{
    public sealed record Accept(string Words = "") : CaseInput(Words);
    public sealed record Note(string Words) : CaseInput(Words);
    public sealed record Ask(string Words) : CaseInput(Words);
    public sealed record Answer(string Words) : CaseInput(Words);
    public sealed record HandOver(string Words) : CaseInput(Words);
    public sealed record Solve(CaseResult Result, string Words) : CaseInput(Words);
    public sealed record Withdraw(string Words) : CaseInput(Words);
    public sealed record Reopen(string Words) : CaseInput(Words);
    public sealed record Merge(string Words) : CaseInput(Words);
    public sealed record Rate(int Stars, string Words) : CaseInput(Words);

    /// <summary>The instant that the deadline engine waited for has passed.</summary>
    public sealed record TimeUp() : CaseInput("");

    /// <summary>The step's name in the history, in addresses and in texts.</summary>
    public string Kind => this switch
    {
        Accept => "accept",
        Note => "note",
        Ask => "ask",
        Answer => "answer",
        HandOver => "hand-over",
        Solve => "solve",
        Withdraw => "withdraw",
        Reopen => "reopen",
        Merge => "merge",
        Rate => "rate",
        TimeUp => "time-up",
        _ => throw new InvalidOperationException($"The step {GetType().Name} has no name."),
    };
}

/// <summary>What came of a step.</summary>
internal abstract record CaseOutcome
{
    private CaseOutcome() { }

    /// <summary>The case's new state; the step goes into its history as <paramref name="Kind"/>.</summary>
    public sealed record Taken(CaseState State, string Kind) : CaseOutcome;

    /// <summary>Nothing changed.</summary>
    /// <param name="Reason">stage, party, words, stars or too-late.</param>
    public sealed record Refused(string Reason) : CaseOutcome;
}

/// <summary>
/// The one place where the state of a case is decided: state + input + who + now -> outcome.
/// <code>
///          accept            ask
///   open ─────────> accepted ─────> asked ── answer, or silence ──> accepted
///    │  └─ hand over ──^  │
///    │                    └─ solve (solved, partly, unsolved) ──> closed ── rate ──> closed
///    ├─ withdraw (also accepted, asked) ────────────────────────> closed ── reopen ─> open
///    └─ merge (also accepted, asked) ──> merged
///   time up while open or accepted: level 0 officer ─> 1 bureau ─> 2 leader
/// </code>
/// </summary>
internal static class CaseFlow
{
    /// <summary>Longest words of a step, characters.</summary>
    public const int WordsLengthMax = 4_000;

    /// <summary>The highest level of the ladder.</summary>
    public const int LevelMax = 2;

    public static CaseState Opened(bool isOfEnterprise, int answerDays, IWorkCalendar calendar, DateTimeOffset now)
    {
        var due = calendar.AfterWorkingDays(now, answerDays);
        return new(CaseStage.Open, 0, isOfEnterprise, answerDays, due, due, null, null, null, null);
    }

    public static CaseOutcome Decide(CaseState state, CaseInput input, Party party, CaseRules rules, IWorkCalendar calendar, DateTimeOffset now)
    {
        if (input.Words.Length > WordsLengthMax || (NeedsWords(input) && string.IsNullOrWhiteSpace(input.Words))) return new CaseOutcome.Refused("words");
        if (!MayTake(input, party, state)) return new CaseOutcome.Refused("party");
        return input switch
        {
            CaseInput.Accept when state.Stage is CaseStage.Open => Taken(input, state with { Stage = CaseStage.Accepted }),
            CaseInput.HandOver when state.Stage is CaseStage.Open or CaseStage.Accepted => Taken(input, state with { Stage = CaseStage.Accepted }),
            CaseInput.HandOver when state.Stage is CaseStage.Asked => Taken(input, state),
            CaseInput.Note when !state.IsOver => Taken(input, state),
            CaseInput.Ask when state.Stage is CaseStage.Accepted => Taken(input, state with { Stage = CaseStage.Asked, AskedAt = now, NextAt = calendar.AfterWorkingDays(now, rules.ReplyWorkingDays) }),
            CaseInput.Answer when state.Stage is CaseStage.Asked => Taken(input, Resumed(state, calendar, now)),
            CaseInput.TimeUp when state.Stage is CaseStage.Asked => new CaseOutcome.Taken(Resumed(state, calendar, now), "no-answer"),
            CaseInput.TimeUp when state is { IsOver: false, Level: < LevelMax } => new CaseOutcome.Taken(Escalated(state, rules), "escalate"),
            CaseInput.TimeUp when !state.IsOver => Taken(input, state with { NextAt = null }),
            CaseInput.Solve { Result: CaseResult.Withdrawn } => new CaseOutcome.Refused("stage"),
            CaseInput.Solve solve when state.Stage is CaseStage.Accepted => Taken(input, Ended(state, solve.Result, now)),
            CaseInput.Withdraw when !state.IsOver => Taken(input, Ended(state, CaseResult.Withdrawn, now)),
            CaseInput.Merge when !state.IsOver => Taken(input, state with { Stage = CaseStage.Merged, NextAt = null, AskedAt = null, ClosedAt = now }),
            CaseInput.Reopen when state.Stage is CaseStage.Closed && party is Party.Enterprise && now - state.ClosedAt > TimeSpan.FromDays(rules.ReopenDays) => new CaseOutcome.Refused("too-late"),
            CaseInput.Reopen when state.Stage is CaseStage.Closed => Taken(input, Opened(state.IsOfEnterprise, state.AnswerDays, calendar, now)),
            CaseInput.Rate { Stars: < 1 or > 5 } => new CaseOutcome.Refused("stars"),
            CaseInput.Rate rate when state is { Stage: CaseStage.Closed, Rating: null, Result: not CaseResult.Withdrawn } => Taken(input, state with { Rating = rate.Stars }),
            _ => new CaseOutcome.Refused("stage"),
        };
    }

    private static CaseOutcome.Taken Taken(CaseInput input, CaseState state) => new(state, input.Kind);

    private static CaseState Ended(CaseState state, CaseResult result, DateTimeOffset now) =>
        state with { Stage = CaseStage.Closed, Result = result, ClosedAt = now, NextAt = null, AskedAt = null };

    /// <summary>Back with the officer: the answer is due later by the working days in which the enterprise had the case.</summary>
    private static CaseState Resumed(CaseState state, IWorkCalendar calendar, DateTimeOffset now)
    {
        var waited = calendar.WorkingDaysBetween(ChinaDay.Of(state.AskedAt!.Value), ChinaDay.Of(now));
        // The last tick of the due day stands for it: the instant itself is already the next day's midnight.
        var due = waited <= 0 ? state.DueAt : calendar.AfterWorkingDays(state.DueAt.AddTicks(-1), waited);
        // A case that was late before it was asked back is late afterwards too, but its officer gets the day to act.
        var next = due > now ? due : calendar.AfterWorkingDays(now, 0);
        return state with { Stage = CaseStage.Accepted, AskedAt = null, DueAt = due, NextAt = next };
    }

    private static CaseState Escalated(CaseState state, CaseRules rules)
    {
        var level = state.Level + 1;
        var next = level < LevelMax ? state.NextAt!.Value + TimeSpan.FromHours(rules.LadderOf(state.AnswerDays).HoursToLeader) : (DateTimeOffset?)null;
        return state with { Level = level, NextAt = next };
    }

    private static bool NeedsWords(CaseInput input) => input is not (CaseInput.Accept or CaseInput.Rate or CaseInput.TimeUp or CaseInput.Merge);

    private static bool MayTake(CaseInput input, Party party, CaseState state) => input switch
    {
        CaseInput.TimeUp => party is Party.Product,
        CaseInput.Answer or CaseInput.Rate => party is Party.Enterprise,
        CaseInput.Ask => party is Party.Officer && state.IsOfEnterprise,
        CaseInput.Note => true,
        CaseInput.Withdraw => party is not Party.Officer,
        CaseInput.Reopen => true,
        _ => party is Party.Officer,
    };
}
