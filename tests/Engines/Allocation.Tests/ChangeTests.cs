using FsCheck;
using FsCheck.Fluent;
using Rongtong.Allocation.Certificates;

namespace Rongtong.Allocation.Tests;

/// <summary>What happens to a plan when the world changes: a new solution from the old tree, fixed lines, and answers to questions.</summary>
public sealed class ChangeTests
{
    private static readonly Config s_many = Config.QuickThrowOnFailure.WithMaxTest(200);

    [Fact]
    public void A_solution_from_an_earlier_plan_is_as_good_as_one_from_nothing() =>
        Prop.ForAll<int>(seed =>
        {
            var problem = Problems.Draw(seed, 8, 20, 3, 60, 100);
            var changed = Changed(problem, new Random(seed));
            var (cold, warm) = (Allocator.Solve(changed), Allocator.Solve(changed, new(Previous: Allocator.Solve(problem))));
            warm.Objective().Unmet.ShouldBe(cold.Objective().Unmet);
            warm.Cost.ShouldBe(cold.Cost);
            PlanCertificate.Check(warm.Files()).Problems.ShouldBeEmpty();
        }).Check(s_many);

    [Fact]
    public void A_small_change_takes_a_small_part_of_the_work()
    {
        var problem = Problems.Draw(3, 40, 200, 1, 500, 900);
        var plan = Allocator.Solve(problem);
        Allocator.Solve(problem, new(Previous: plan)).Pivots.ShouldBe(0);
        var demands = problem.Demands.ToArray();
        demands[5] = demands[5] with { Quantity = demands[5].Quantity + 7 };
        Allocator.Solve(Rebuilt(problem, problem.Supplies, demands), new(Previous: plan)).Pivots.ShouldBeLessThan(plan.Pivots / 4);
    }

    [Fact]
    public void A_pinned_line_stays_and_the_rest_is_optimal_around_it()
    {
        var problem = Problems.Of([5, 5], [(5, 1), (5, 1)], new long?[,] { { 1, 3 }, { 4, 1 } });
        var plan = Allocator.Solve(problem, new(Pinned: [new(1, 2)]));
        plan.Lines.Select(l => (problem.Lane(l.Lane).Supply, problem.Lane(l.Lane).Demand, l.Quantity)).ShouldBe([(0, 0, 3L), (1, 0, 2L), (0, 1, 2L), (1, 1, 3L)]);
        plan.Cost.ShouldBe((3 * 1) + (2 * 4) + (2 * 3) + (3 * 1));
        plan.Unmet.ShouldBe([0L, 0L]);
    }

    [Fact]
    public void A_lane_pinned_to_nothing_is_closed()
    {
        var problem = Problems.Of([5, 5], [(5, 1)], new long?[,] { { 1 }, { 4 } });
        Allocator.Solve(problem, new(Pinned: [new(0, 0)])).Cost.ShouldBe(20);
    }

    [Fact]
    public void A_pinned_line_beyond_what_is_there_is_refused_in_words() =>
        Should.Throw<ArgumentException>(() => Allocator.Solve(Problems.Of([5], [(9, 1)], new long?[,] { { 1 } }), new(Pinned: [new(0, 6)])))
            .Message.ShouldContain("5 can still be sent");

    [Fact]
    public void A_need_that_is_missed_is_explained_by_who_holds_the_supply_and_where_one_more_unit_would_help()
    {
        var plan = Allocator.Solve(Problems.Of([4, 10], [(4, 1), (10, 3), (2, 2)], new long?[,] { { 5, 7, null }, { null, 2, null } }));
        var need = new PlanExplanation(plan).Need(1);
        need.Reason.ShouldBe(UnmetReason.None);
        var short1 = Allocator.Solve(Problems.Of([4, 5], [(4, 1), (10, 3), (2, 2)], new long?[,] { { 5, 7, null }, { null, 2, null } }));
        var missed = new PlanExplanation(short1).Need(1);
        missed.FillRatio.ShouldBe(0.5);
        missed.Reason.ShouldBe(UnmetReason.SupplyExhausted);
        missed.Price.ShouldBe(new PlacePrice(3, 0));
        missed.Holders.ShouldBe([new SupplyHolder(0, 0, 1, 4)]);
        missed.CheapestRemedy.ShouldBe(1);
        missed.RemedyUnitCost.ShouldBe(2);
        new PlanExplanation(short1).Need(2).Reason.ShouldBe(UnmetReason.NoLane);
    }

    [Fact]
    public void A_line_is_explained_by_what_the_alternative_would_cost_the_whole()
    {
        // D0 is nearer to S0, yet served by S1, because D1 needs S0 more.
        var problem = Problems.Of([4, 10], [(5, 1), (5, 1)], new long?[,] { { 1, 2 }, { 3, 9 } });
        var plan = Allocator.Solve(problem);
        var line = plan.Lines.Single(l => problem.Lane(l.Lane) is (1, 0, _));
        var why = new PlanExplanation(plan).Line(line);
        why.IsSupplierExhausted.ShouldBeFalse();
        why.CheapestDirect.UnitCost.ShouldBe(1);
        // A unit from S0 to D0 saves 2 here and costs 7 more at D1.
        why.NextBest!.Value.ExtraCost.ShouldBe(5);
        why.NextBest.Value.ExtraTier.ShouldBe(0);
    }

    [Fact]
    public void Explained_extra_costs_are_what_a_forced_unit_costs() =>
        Prop.ForAll<int>(seed =>
        {
            var problem = Problems.Draw(seed, 4, 6, 1, 12, 9);
            var plan = Allocator.Solve(problem);
            var explanation = new PlanExplanation(plan);
            foreach (var line in plan.Lines)
            {
                if (explanation.Line(line).NextBest is not { ExtraTier: 0 } next) continue;
                var (supply, demand, _) = problem.Lane(next.Lane);
                if (problem.Supplies[supply].Available == 0 || plan.Lines.Any(l => l.Lane == next.Lane)) continue;
                // A degenerate price may understate what a whole unit costs, never overstate it.
                var forced = Allocator.Solve(problem, new(Pinned: [new(next.Lane, 1)]));
                if (forced.Objective().Unmet.SequenceEqual(plan.Objective().Unmet)) (forced.Cost - plan.Cost).ShouldBeGreaterThanOrEqualTo(next.ExtraCost);
            }
        }).Check(s_many);

    private static AllocationProblem Changed(AllocationProblem problem, Random random) => Rebuilt(problem,
        [.. problem.Supplies.Select(s => random.Next(4) == 0 ? s with { Quantity = random.Next(60) } : s)],
        [.. problem.Demands.Select(d => random.Next(4) == 0 ? d with { Quantity = random.Next(60), Priority = random.Next(1, 5) } : d)], random);

    private static AllocationProblem Rebuilt(AllocationProblem problem, IReadOnlyList<Supply> supplies, IReadOnlyList<Demand> demands, Random? random = null)
    {
        var lanes = Enumerable.Range(0, problem.LaneCount).Where(_ => random is null || random.Next(10) > 0).Select(problem.Lane).ToArray();
        return new(supplies, demands, [.. lanes.Select(l => l.Supply)], [.. lanes.Select(l => l.Demand)], [.. lanes.Select(l => random is null || random.Next(5) > 0 ? l.Cost : random.Next(100))]);
    }
}
