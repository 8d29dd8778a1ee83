using Rongtong.Bench;
using Rongtong.Testing;

namespace Rongtong.Allocation.Tests;

/// <summary>Side by side with COIN-OR CLP, an independent solver of linear programs.</summary>
public sealed class ClpTests
{
    private static readonly long[] s_penalties = [100_000, 10_000, 3_000, 1_500];

    [ProgramFact("clp")]
    public async Task Priorities_are_met_and_costs_are_least_as_by_five_linear_programs_one_after_another()
    {
        foreach (var (seed, ratio) in new[] { (1, 0.6), (2, 0.85), (3, 1.0), (4, 1.3) })
        {
            var problem = new AllocationInstance(12, 50, 2, 6, ratio, 4).Draw(seed);
            var plan = Allocator.Solve(problem);
            var (unmet, cost, _) = (await AllocationPrograms.LexicographicAsync(problem)).ShouldNotBeNull();
            plan.UnmetByPriority().Values.Select(v => (double)v).ShouldBe(unmet);
            ((double)plan.Cost).ShouldBe(cost, 0.01);
        }
    }

    [ProgramFact("clp")]
    public async Task The_smallest_ratio_of_fair_shares_is_that_of_the_largest_smallest_ratio_by_linear_programming()
    {
        var shortages = 0;
        for (var seed = 1; seed <= 12; seed++)
        {
            var random = new Random(seed);
            var drawn = new AllocationInstance(15, 60, 1, 4, 0.5 + (0.05 * seed), 2).Draw(seed);
            var lanes = Enumerable.Range(0, drawn.LaneCount).Select(drawn.Lane).ToArray();
            var problem = new AllocationProblem(
                [.. drawn.Supplies.Select(s => s with { Reserve = random.Next(0, 1 + (int)(s.Quantity / 5)) })],
                [.. drawn.Demands.Select(d => d with { Weight = seed % 2 == 0 ? random.Next(1, 4) : 1 })],
                [.. lanes.Select(l => l.Supply)], [.. lanes.Select(l => l.Demand)], [.. lanes.Select(l => l.Cost)]);
            var plan = Allocator.Solve(problem, new(Fairness: Fairness.Exact));
            foreach (var tier in new[] { 1, 2 })
            {
                var smallest = problem.Demands.Select((d, i) => (d, i)).Where(x => x.d.Priority == tier)
                    .Min(x => (x.d.Quantity - ((double)plan.Unmet[x.i] / plan.UnitParts)) / ((double)x.d.Quantity * x.d.Weight));
                smallest.ShouldBe((await AllocationPrograms.LargestSmallestRatioAsync(problem, tier)).ShouldNotBeNull(), 1e-6, $"seed {seed}, tier {tier}");
                if (smallest is > 0 and < 0.3) shortages++;
            }
        }
        shortages.ShouldBeGreaterThan(3, "instances in which shares matter");
    }

    [ProgramFact("clp")]
    public async Task Within_trucks_and_packs_a_plan_costs_at_most_a_thousandth_more_than_the_linear_program()
    {
        for (var seed = 1; seed <= 8; seed++)
        {
            var problem = new AllocationInstance(20, 100, 5, 10, seed % 2 == 0 ? 1.2 : 0.9, 4).Draw(seed);
            var random = new Random(seed);
            var sizes = problem.Items.ToDictionary(i => i, _ => (long)random.Next(1, 6));
            var packs = seed % 4 == 0 ? problem.Items.ToDictionary(i => i, _ => (long)random.Next(2, 6)) : null;
            var free = CoupledAllocator.Solve(problem, new(UnitSize: sizes, Pack: packs), s_penalties);
            var loads = free.Lines.GroupBy(l => problem.Supplies[problem.Lane(l.Lane).Supply].Supplier).ToDictionary(g => g.Key, g => g.Sum(l => l.Quantity * sizes[problem.Supplies[problem.Lane(l.Lane).Supply].Item]));
            var limits = new CoupledLimits(loads.ToDictionary(l => l.Key, l => l.Value * random.Next(6, 11) / 10), sizes, packs);

            var plan = CoupledAllocator.Solve(problem, limits, s_penalties);
            var least = (await AllocationPrograms.WithinLimitsAsync(problem, limits, s_penalties)).ShouldNotBeNull();
            ((double)plan.Bound).ShouldBeLessThanOrEqualTo(least + 1, $"seed {seed}: what we call proven");
            ((double)plan.Objective).ShouldBeInRange(least - 1, least * 1.001, $"seed {seed}");
        }
    }
}
