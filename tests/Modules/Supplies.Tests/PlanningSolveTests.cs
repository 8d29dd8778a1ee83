using Rongtong.Supplies.Planning;
using Rongtong.Supplies.Planning.Audit;
using Rongtong.Supplies.Planning.Board;

namespace Rongtong.Supplies.Tests;

/// <summary>Snapshot, pins and settings to a plan, without a database.</summary>
public sealed class PlanningSolveTests
{
    private static readonly DateOnly s_today = new(2020, 2, 1);

    private static PlanSnapshot Snapshot(PlanSettings? settings = null, PlannedSupply[]? supplies = null, PlannedNeed[]? needs = null) => new(PlanSnapshot.FormatVersion, new(2020, 2, 1, 4, 0, 0, TimeSpan.Zero), s_today, "42", settings ?? new(), "1", LaneCosts.Version,
        [new("P1", "近厂", "420106", 0, 0, 0), new("P2", "远厂", "430102", 0, 0, 0), new("H1", "一院", "420106", 0, 0, 0), new("H2", "二院", "421181", 0, 0, 0)],
        supplies ?? [Have(0, 100), Have(1, 50)], needs ?? [Needs(2, 1, 120), Needs(3, 2, 60)], []);

    private static PlannedSupply Have(int place, long quantity, string item = "suit", string source = "on_hand", DateOnly? expires = null) => new(place, item, source, quantity, s_today, expires);

    private static PlannedNeed Needs(int place, int tier, long quantity, string item = "suit", int frontLine = 3) => new(place, place, item, "known", "told", quantity, null, tier, null, frontLine);

    private static SolvedPlan Solve(PlanSnapshot snapshot, params Pin[] pins)
    {
        var first = SolvePlan.First(snapshot, "d");
        return pins.Length == 0 ? first : SolvePlan.Solve(snapshot, "d", pins, first);
    }

    private static void ShouldBeProven(SolvedPlan plan) => CheckPlan.Problems(plan.Snapshot, PlanResult.FromJson(plan.Result.ToJson())).ShouldBeEmpty();

    [Fact]
    public void The_first_tier_is_served_first_and_the_certificate_agrees()
    {
        var plan = Solve(Snapshot());
        plan.Result.Missed.ShouldBe([0, 30]);
        ShouldBeProven(plan);
    }

    [Fact]
    public void A_pinned_line_keeps_its_quantity_a_forbidden_one_is_empty_and_the_rest_is_proven_optimal()
    {
        var plan = Solve(Snapshot(), new Pin(0, 1, 40), new Pin(1, 0, 0));
        plan.Lines.ShouldContain(new SolvedLine(0, 1, 40));
        plan.Lines.ShouldNotContain(l => l.Supply == 1 && l.Demand == 0);
        plan.Result.Missed.ShouldBe([60, 0]);
        ShouldBeProven(plan);
    }

    [Fact]
    public void A_result_that_was_touched_is_not_proven()
    {
        var result = Solve(Snapshot()).Result;
        CheckPlan.Problems(Snapshot(), result with { Missed = [30, 0] }).ShouldNotBeEmpty();
        CheckPlan.Problems(Snapshot(), result with { SupplyPrices = [.. result.SupplyPrices.Select(_ => new decimal[] { 0, 0 })] }).ShouldNotBeEmpty();
    }

    [Fact]
    public void Solving_again_from_the_stored_bytes_gives_the_same_bytes_with_and_without_pins()
    {
        var json = Snapshot().ToJson();
        foreach (var pins in new Pin[][] { [], [new(0, 1, 40)], [new(0, 1, 40), new(1, 0, 7)] })
        {
            var stored = Solve(PlanSnapshot.FromJson(json), pins).Result.ToJson();
            VerifyPlan.Replay(PlanSnapshot.FromJson(json), "d", pins).ShouldBe(stored);
        }
        PlanSnapshot.FromJson(json).ToJson().ShouldBe(json);
    }

    [Fact]
    public void Fair_shares_are_equal_within_a_tier_and_proven()
    {
        var plan = Solve(Snapshot(new PlanSettings { IsFair = true }, needs: [Needs(2, 1, 200), Needs(3, 1, 100)]));
        plan.Result.Missed.ShouldBe([100, 50]);
        ShouldBeProven(plan);
    }

    [Fact]
    public void Whole_packs_leave_opened_ones_behind_and_say_how_far_from_the_best_they_may_be()
    {
        var plan = Solve(Snapshot(new PlanSettings { IsInPacks = true }, [Have(0, 70, "mask-surgical")], [Needs(2, 1, 60, "mask-surgical")]));
        plan.Lines.Sum(l => l.Quantity).ShouldBe(50);
        plan.Result.Gap.ShouldNotBeNull();
        CheckPlan.Problems(plan.Snapshot, plan.Result).ShouldBeEmpty();
    }

    [Fact]
    public void A_substitute_serves_where_it_is_allowed_and_nowhere_else()
    {
        var plan = Solve(Snapshot(supplies: [Have(0, 100, "respirator-kn95")], needs: [Needs(2, 1, 50, "respirator-medical", 3), Needs(3, 2, 50, "respirator-medical", 2)]));
        plan.Result.Missed.ShouldBe([50, 0]);
        ExplainPlan.Need(plan, 0).ShouldContain(b => b.TextKey == "supplies.plan.need.no-lane");
    }

    [Fact]
    public void What_expires_before_it_arrives_is_not_sent()
    {
        var plan = Solve(Snapshot(supplies: [Have(1, 100, expires: s_today), Have(0, 5, expires: s_today)], needs: [Needs(2, 1, 50)]));
        plan.Result.Missed.ShouldBe([45]);
    }

    [Fact]
    public void Estimates_never_take_from_what_was_asked_for()
    {
        var estimate = new PlannedNeed(3, null, "suit", "estimated", "estimate", 1_000, 5_000, PlanSnapshot.EstimateTier, null, 0);
        Solve(Snapshot(needs: [Needs(2, 4, 120), estimate])).Result.Missed.ShouldBe([0, 970]);
    }

    [Fact]
    public void Quantities_of_ten_trillion_are_counted_to_the_unit()
    {
        var plan = Solve(Snapshot(supplies: [Have(0, 10_000_000_000_000), Have(1, 1)], needs: [Needs(2, 1, 10_000_000_000_000), Needs(3, 2, 7)]));
        plan.Result.Missed.ShouldBe([0, 6]);
        ShouldBeProven(plan);
    }

    [Fact]
    public void Every_unmet_need_and_every_line_has_its_reasons()
    {
        var plan = Solve(Snapshot());
        foreach (var line in plan.Lines) ExplainPlan.Line(plan, line).Count.ShouldBeGreaterThanOrEqualTo(4);
        ExplainPlan.Need(plan, 1).Select(b => b.TextKey).ShouldContain("supplies.plan.need.remedy");
        ExplainPlan.Need(plan, 1).ShouldContain(b => b.TextKey == "supplies.plan.need.exhausted");
    }

    [Fact]
    public void An_edit_on_a_stale_version_changes_nothing_and_one_that_cannot_be_names_the_most_that_can()
    {
        var standing = new PlanStanding(Snapshot(), "draft", 3, [new Pin(0, 1, 40)]);
        EditPlan.Decide(standing, 2, [new(0, 0, 10)]).ShouldBe(new EditOutcome.Stale(3));
        EditPlan.Decide(standing, 3, [new(0, 0, 61)]).ShouldBe(new EditOutcome.Refused("supply", new(0, 0, 61), 60));
        EditPlan.Decide(standing, 3, [new(1, 1, 21)]).ShouldBe(new EditOutcome.Refused("need", new(1, 1, 21), 20));
        EditPlan.Decide(standing, 3, [new(9, 0, 1)]).ShouldBeOfType<EditOutcome.Refused>().Reason.ShouldBe("line");
        EditPlan.Decide(standing with { State = "sent" }, 3, []).ShouldBeOfType<EditOutcome.AlreadySent>();
        EditPlan.Decide(standing, 3, [new(0, 1, null), new(0, 0, 100)]).ShouldBeOfType<EditOutcome.Accepted>().Pins.ShouldBe([new Pin(0, 0, 100)]);
    }

    [Fact]
    public void An_unknown_amount_takes_the_nearest_thing_known()
    {
        UnknownAmounts.RangeOf("suit", 7, 10, 100, []).ShouldBe(new AmountRange(70, 140, "burn"));
        UnknownAmounts.RangeOf("mask-surgical", 7, null, 100, []).ShouldBe(new AmountRange(700, 2_100, "staff"));
        UnknownAmounts.RangeOf("suit", 7, null, 100, [1, 2, 3, 4, 5]).ShouldBe(new AmountRange(2, 4, "peers"));
        UnknownAmounts.RangeOf("respirator-medical", 7, null, null, [1, 2]).ShouldBe(new AmountRange(20, null, "pack"));
    }

    [Fact]
    public void Gaps_count_what_is_asked_for_and_there_by_the_day() =>
        ReadBoard.Gaps([(0, 100), (2, 50), (20, 1)], [(0, 30), (3, 40)], 10).ShouldBe([70, 60, 100, 50, 40, 30, 21]);

    [Fact]
    public void Towns_are_told_from_cities_and_a_difference_is_named_only_beyond_chance()
    {
        (FillRates.PlaceClass("420106"), FillRates.PlaceClass("421181"), FillRates.PlaceClass("4211"), FillRates.PlaceClass("421121")).ShouldBe(("city", "town", "city", "town"));
        FilledNeed[] needs = [.. Enumerable.Range(0, 40).Select(i => new FilledNeed("T" + i, "town", "small", 1, 100, 20 + i % 5)), .. Enumerable.Range(0, 40).Select(i => new FilledNeed("C" + i, "city", "large", 1, 100, 90 + i % 5))];
        var rates = FillRates.Of(needs, n => n.Place);
        rates.Where(r => r.Tier == 0).Select(r => (r.Class, r.Facilities)).ShouldBe([("city", 40), ("town", 40)]);
        rates[0].DiffersFrom(rates[1]).ShouldBeTrue();
        var alike = FillRates.Of([.. needs.Select((n, i) => n with { Received = i % 2 == 0 ? 0 : 100 })], n => n.Place);
        alike[0].DiffersFrom(alike[1]).ShouldBeFalse();
        var (low, high) = FillRates.Wilson(0, 10);
        (low, Math.Round(high, 4)).ShouldBe((0, 0.2775));
    }
}
