using FsCheck;
using FsCheck.Fluent;
using Rongtong.Casework.Calendar;
using Rongtong.Casework.Cases;
using Rongtong.Contracts.Casework;
using Rongtong.Platform;

namespace Rongtong.Casework.Tests;

/// <summary>The pure rules of a case, without a database.</summary>
public sealed class CaseFlowTests
{
    private static readonly DateTimeOffset s_thursday = new(2020, 2, 20, 1, 0, 0, TimeSpan.Zero);
    private static readonly IWorkCalendar s_calendar = new Days();
    private static readonly CaseState s_open = CaseFlow.Opened(isOfEnterprise: true, answerDays: 2, s_calendar, s_thursday);

    [Fact]
    public void A_new_case_is_due_at_the_end_of_the_second_working_day() => s_open.DueAt.ShouldBe(new DateTimeOffset(2020, 2, 24, 16, 0, 0, TimeSpan.Zero));

    [Fact]
    public void While_the_enterprise_is_asked_the_clock_of_the_answer_stands_still()
    {
        var asked = Walk(s_open, s_thursday, Party.Officer, new CaseInput.Accept(), new CaseInput.Ask("多少？"));
        asked.Stage.ShouldBe(CaseStage.Asked);
        var answered = Taken(asked, new CaseInput.Answer("一千二"), Party.Enterprise, s_thursday.AddDays(1));
        answered.Stage.ShouldBe(CaseStage.Accepted);
        answered.DueAt.ShouldBe(new DateTimeOffset(2020, 2, 25, 16, 0, 0, TimeSpan.Zero), "Friday passed at the enterprise's");
        answered.NextAt.ShouldBe(answered.DueAt);
    }

    [Fact]
    public void Silence_brings_the_case_back_to_its_officer_and_closes_nothing()
    {
        var asked = Walk(s_open, s_thursday, Party.Officer, new CaseInput.Accept(), new CaseInput.Ask("多少？"));
        var back = Decide(asked, new CaseInput.TimeUp(), Party.Product, asked.NextAt!.Value).ShouldBeOfType<CaseOutcome.Taken>();
        back.Kind.ShouldBe("no-answer");
        back.State.Stage.ShouldBe(CaseStage.Accepted);
        back.State.NextAt!.Value.ShouldBeGreaterThan(asked.NextAt.Value);
    }

    [Fact]
    public void The_ladder_goes_from_officer_to_bureau_to_leader_and_ends_there()
    {
        var state = s_open;
        for (var level = 1; level <= CaseFlow.LevelMax; level++)
        {
            state = Taken(state, new CaseInput.TimeUp(), Party.Product, state.NextAt!.Value);
            state.Level.ShouldBe(level);
        }
        state.NextAt.ShouldBeNull();
        state.Stage.ShouldBe(CaseStage.Open, "climbing changes who looks, not where the case stands");
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 8)]
    [InlineData(2, 24)]
    public void The_leader_s_turn_comes_sooner_the_more_urgent_a_case_is(int answerDays, int hours)
    {
        var opened = CaseFlow.Opened(isOfEnterprise: true, answerDays, s_calendar, s_thursday);
        var bureau = Taken(opened, new CaseInput.TimeUp(), Party.Product, opened.NextAt!.Value);
        (bureau.NextAt!.Value - opened.NextAt.Value).ShouldBe(TimeSpan.FromHours(hours));
    }

    [Theory]
    [InlineData(30, true)]
    [InlineData(31, false)]
    public void An_enterprise_reopens_within_thirty_days(int days, bool isTaken)
    {
        var closed = Closed();
        var outcome = Decide(closed, new CaseInput.Reopen("还是不行"), Party.Enterprise, closed.ClosedAt!.Value.AddDays(days));
        (outcome is CaseOutcome.Taken).ShouldBe(isTaken);
        if (!isTaken) outcome.ShouldBe(new CaseOutcome.Refused("too-late"));
    }

    [Theory]
    [InlineData(0, "stars")]
    [InlineData(6, "stars")]
    [InlineData(1, null)]
    [InlineData(5, null)]
    public void A_rating_has_one_to_five_stars(int stars, string? refused)
    {
        var outcome = Decide(Closed(), new CaseInput.Rate(stars, ""), Party.Enterprise, s_thursday.AddDays(1));
        if (refused is null) outcome.ShouldBeOfType<CaseOutcome.Taken>().State.Rating.ShouldBe(stars);
        else outcome.ShouldBe(new CaseOutcome.Refused(refused));
    }

    [Fact]
    public void A_result_is_rated_once_by_the_enterprise_alone_and_anew_after_it_was_reopened()
    {
        var closed = Closed();
        Decide(closed, new CaseInput.Rate(5, ""), Party.Officer, s_thursday).ShouldBe(new CaseOutcome.Refused("party"));
        var rated = Taken(closed, new CaseInput.Rate(1, "没解决"), Party.Enterprise, s_thursday);
        Decide(rated, new CaseInput.Rate(5, ""), Party.Enterprise, s_thursday).ShouldBe(new CaseOutcome.Refused("stage"));
        Taken(rated, new CaseInput.Reopen("没解决"), Party.Enterprise, s_thursday).Rating.ShouldBeNull();
    }

    [Theory]
    [InlineData("accept")]
    [InlineData("ask")]
    [InlineData("hand-over")]
    [InlineData("solve")]
    [InlineData("merge")]
    [InlineData("time-up")]
    public void An_enterprise_takes_no_step_of_an_officer(string step)
    {
        foreach (var stage in Enum.GetValues<CaseStage>())
            Decide(s_open with { Stage = stage, AskedAt = s_thursday, ClosedAt = s_thursday }, Inputs.Single(i => i.Kind == step), Party.Enterprise, s_thursday).ShouldBe(new CaseOutcome.Refused("party"), stage.ToString());
    }

    [Fact]
    public void Words_are_asked_for_where_somebody_else_must_understand_the_step()
    {
        Decide(s_open, new CaseInput.Note(" "), Party.Officer, s_thursday).ShouldBe(new CaseOutcome.Refused("words"));
        Decide(s_open, new CaseInput.Note(new string('字', CaseFlow.WordsLengthMax + 1)), Party.Officer, s_thursday).ShouldBe(new CaseOutcome.Refused("words"));
        Decide(s_open, new CaseInput.Note(new string('字', CaseFlow.WordsLengthMax)), Party.Officer, s_thursday).ShouldBeOfType<CaseOutcome.Taken>();
    }

    [Fact]
    public void A_merged_case_takes_no_step_any_more()
    {
        var merged = Taken(s_open, new CaseInput.Merge(""), Party.Officer, s_thursday);
        foreach (var party in Enum.GetValues<Party>())
        {
            foreach (var input in Inputs) Decide(merged, input, party, s_thursday).ShouldBeOfType<CaseOutcome.Refused>(input.Kind);
        }
    }

    [Fact]
    public void However_the_steps_come_a_case_is_never_in_two_places()
    {
        var steps = from input in Gen.Elements(Inputs) from party in Gen.Elements(Enum.GetValues<Party>()) from hours in Gen.Choose(0, 200) select (input, party, hours);
        Prop.ForAll(steps.ListOf().ToArbitrary(), taken =>
        {
            var (state, now) = (s_open, s_thursday);
            foreach (var (input, party, hours) in taken)
            {
                now = now.AddHours(hours);
                if (Decide(state, input, party, now) is CaseOutcome.Taken next) state = next.State;
                if (state.IsOver != (state.NextAt is null) && !(state is { IsOver: false, NextAt: null, Level: CaseFlow.LevelMax })) return false;
                if ((state.Stage is CaseStage.Asked) != (state.AskedAt is not null)) return false;
                if ((state.Stage is CaseStage.Closed) != (state.Result is not null)) return false;
                if (state.Rating is not null && state.Stage is not CaseStage.Closed) return false;
                if (state.Level is < 0 or > CaseFlow.LevelMax) return false;
            }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    private static CaseInput[] Inputs { get; } =
    [
        new CaseInput.Accept(), new CaseInput.Note("x"), new CaseInput.Ask("x"), new CaseInput.Answer("x"), new CaseInput.HandOver("x"), new CaseInput.Solve(CaseResult.Solved, "x"),
        new CaseInput.Withdraw("x"), new CaseInput.Reopen("x"), new CaseInput.Merge(""), new CaseInput.Rate(4, "x"), new CaseInput.TimeUp(),
    ];

    private static CaseState Closed() => Walk(s_open, s_thursday, Party.Officer, new CaseInput.Accept(), new CaseInput.Solve(CaseResult.Solved, "已协调"));

    private static CaseState Walk(CaseState state, DateTimeOffset now, Party party, params CaseInput[] inputs) => inputs.Aggregate(state, (at, input) => Taken(at, input, party, now));

    private static CaseState Taken(CaseState state, CaseInput input, Party party, DateTimeOffset now) => Decide(state, input, party, now).ShouldBeOfType<CaseOutcome.Taken>().State;

    private static CaseOutcome Decide(CaseState state, CaseInput input, Party party, DateTimeOffset now) => CaseFlow.Decide(state, input, party, CaseRules.Current, s_calendar, now);

    /// <summary>The shipped years, without a host around them.</summary>
    private sealed class Days : IWorkCalendar
    {
        private readonly WorkingDays _days = new(CalendarYear.Shipped);

        public bool IsWorkingDay(DateOnly day) => _days.IsWorkingDay(day);

        public DateTimeOffset AfterWorkingDays(DateTimeOffset from, int days) => ChinaDay.Start(_days.After(ChinaDay.Of(from), days).AddDays(1)).ToUniversalTime();

        public int WorkingDaysBetween(DateOnly from, DateOnly to) => _days.Between(from, to);
    }
}
