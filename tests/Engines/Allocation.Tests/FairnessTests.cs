using FsCheck;
using FsCheck.Fluent;
using Rongtong.Allocation.Certificates;
using Rongtong.Testing;

namespace Rongtong.Allocation.Tests;

public sealed class FairnessTests
{
    private static double[] Ratios(AllocationPlan plan) =>
        [.. plan.Problem.Demands.Select((d, i) => d.Quantity == 0 ? 1 : 1 - (plan.Unmet[i] / ((double)d.Quantity * plan.UnitParts)))];

    [Fact]
    public void A_shortage_is_shared_in_proportion_to_need()
    {
        var plan = Allocator.Solve(Problems.Of([30], [(10, 1), (20, 1), (60, 1)], new long?[,] { { 1, 50, 9 } }), new(Fairness: Fairness.Exact));
        foreach (var ratio in Ratios(plan)) ratio.ShouldBe(1 / 3.0, 1e-6);
        plan.UnmetByPriority()[1].ShouldBe((Int128)60 * plan.UnitParts);
    }

    [Fact]
    public void Whoever_a_second_supplier_alone_reaches_is_filled_further_without_harm_to_others()
    {
        // S0 (10) reaches D0 and D1 (20 each); S1 (18) reaches D2 (20) alone.
        var plan = Allocator.Solve(Problems.Of([10, 18], [(20, 1), (20, 1), (20, 1)], new long?[,] { { 1, 1, 1 }, { null, null, 1 } }), new(Fairness: Fairness.Exact));
        Ratios(plan).Select(r => Math.Round(r, 5)).ShouldBe([0.25, 0.25, 0.9]);
    }

    [Fact]
    public void A_demand_of_twice_the_weight_fills_twice_as_fast_until_it_is_full()
    {
        AllocationProblem Weighted(long supply) => new([new("S", "mask", supply)], [new("A", "mask", 30, 1, 2), new("B", "mask", 30, 1)], [0, 0], [0, 1], [5, 5]);
        Ratios(Allocator.Solve(Weighted(30), new(Fairness: Fairness.Exact))).Select(r => Math.Round(r, 5)).ShouldBe([0.66667, 0.33333]);
        Ratios(Allocator.Solve(Weighted(50), new(Fairness: Fairness.Exact))).Select(r => Math.Round(r, 5)).ShouldBe([1, 0.66667]);
    }

    [Fact]
    public void The_reserve_of_a_supplier_is_never_given_away()
    {
        var plan = Allocator.Solve(new([new("S", "mask", 10, Reserve: 4)], [new("A", "mask", 10, 1)], [0], [0], [1]), new(Fairness: Fairness.Exact));
        plan.Unmet[0].ShouldBe(4 * plan.UnitParts);
    }

    [Fact]
    public void Fairness_takes_nothing_from_any_tier_in_total_and_is_proven_by_the_certificate() =>
        Prop.ForAll<int>(seed =>
        {
            var problem = Problems.Draw(seed, 6, 12, 2, 40, 30);
            var (cheapest, fair, whole) = (Allocator.Solve(problem), Allocator.Solve(problem, new(Fairness: Fairness.Exact)), Allocator.Solve(problem, new(Fairness: Fairness.WholeUnits)));
            fair.UnmetByPriority().Values.ShouldBe(cheapest.UnmetByPriority().Values.Select(v => v * fair.UnitParts));
            whole.UnmetByPriority().Values.ShouldBe(cheapest.UnmetByPriority().Values);
            PlanCertificate.Check(fair.Files(), isFair: true, grain: 1m / fair.UnitParts).Problems.ShouldBeEmpty();
            PlanCertificate.Check(whole.Files(), isFair: true, grain: 1).Problems.ShouldBeEmpty();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void The_smallest_ratio_is_the_largest_that_a_search_finds() =>
        Prop.ForAll<int>(seed =>
        {
            // One tier, one weight: the largest t for which everybody can have t of its need, by Hall's theorem.
            var drawn = Problems.Draw(seed, 4, 6, 1, 12, 9);
            var problem = new AllocationProblem(drawn.Supplies, [.. drawn.Demands.Select(d => d with { Priority = 1, Weight = 1 })],
                [.. Lanes(drawn).Select(l => l.Supply)], [.. Lanes(drawn).Select(l => l.Demand)], [.. Lanes(drawn).Select(l => l.Cost)]);
            var plan = Allocator.Solve(problem, new(Fairness: Fairness.Exact));
            Ratios(plan).DefaultIfEmpty(1).Min().ShouldBe(LargestCommonRatio(problem), 1e-6);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void Quantities_of_ten_to_the_twelfth_are_shared_too()
    {
        var plan = Allocator.Solve(Problems.Of([1_000_000_000_000], [(1_000_000_000_000, 1), (2_000_000_000_000, 1)], new long?[,] { { 1, 1 } }), new(Fairness: Fairness.Exact));
        foreach (var ratio in Ratios(plan)) ratio.ShouldBe(1 / 3.0, 1e-9);
    }

    [SharedFact("golden/allocation")]
    public void The_golden_instance_shared_fairly_misses_no_more_of_any_tier()
    {
        var plan = Allocator.Solve(Problems.Golden("medium"), new(Fairness: Fairness.Exact));
        plan.UnmetByPriority().Values.ShouldBe(new Int128[] { 0, 0, 7666, 70309 }.Select(v => v * plan.UnitParts));
        PlanCertificate.Check(plan.Files(), isFair: true, grain: 1m / plan.UnitParts).Problems.ShouldBeEmpty();
    }

    private static IEnumerable<(int Supply, int Demand, long Cost)> Lanes(AllocationProblem problem) => Enumerable.Range(0, problem.LaneCount).Select(problem.Lane);

    /// <summary>By Hall's theorem over all sets of demands: the least supply a set can reach, by what it needs.</summary>
    private static double LargestCommonRatio(AllocationProblem problem)
    {
        var ratio = 1.0;
        for (var set = 1; set < 1 << problem.Demands.Count; set++)
        {
            var needed = problem.Demands.Where((_, d) => (set >> d & 1) == 1).Sum(d => d.Quantity);
            var reached = Lanes(problem).Where(l => (set >> l.Demand & 1) == 1).Select(l => l.Supply).Distinct().Sum(s => problem.Supplies[s].Available);
            if (needed > 0) ratio = Math.Min(ratio, (double)reached / needed);
        }
        return ratio;
    }
}
