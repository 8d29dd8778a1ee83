using FsCheck;
using FsCheck.Fluent;

namespace Rongtong.Allocation.Tests;

public sealed class CoupledLimitsTests
{
    private static readonly long[] s_penalties = [100_000, 10_000, 3_000, 1_500];

    private static Int128 Objective(AllocationPlan plan) =>
        plan.Cost + plan.Unmet.Select((q, d) => (Int128)q * s_penalties[plan.Problem.Demands[d].Priority - 1]).Aggregate(Int128.Zero, (a, b) => a + b);

    private static Dictionary<string, long> Loads(AllocationProblem problem, BoundedPlan plan, CoupledLimits limits) =>
        plan.Lines.GroupBy(l => problem.Supplies[problem.Lane(l.Lane).Supply].Supplier)
            .ToDictionary(g => g.Key, g => g.Sum(l => l.Quantity * (limits.UnitSize?.GetValueOrDefault(problem.Demands[problem.Lane(l.Lane).Demand].Item, 1) ?? 1)));

    private static void ShouldBeFeasible(AllocationProblem problem, BoundedPlan plan, CoupledLimits limits)
    {
        foreach (var (supplier, load) in Loads(problem, plan, limits)) load.ShouldBeLessThanOrEqualTo(limits.TruckCapacity?.GetValueOrDefault(supplier, long.MaxValue) ?? long.MaxValue);
        foreach (var g in plan.Lines.GroupBy(l => problem.Lane(l.Lane).Supply)) g.Sum(l => l.Quantity).ShouldBeLessThanOrEqualTo(problem.Supplies[g.Key].Available);
        for (var d = 0; d < problem.Demands.Count; d++)
        {
            plan.Unmet[d].ShouldBeGreaterThanOrEqualTo(0);
            (plan.Lines.Where(l => problem.Lane(l.Lane).Demand == d).Sum(l => l.Quantity) + plan.Unmet[d]).ShouldBe(problem.Demands[d].Quantity);
        }
        var objective = plan.Lines.Select(l => (Int128)l.Quantity * problem.Lane(l.Lane).Cost).Concat(plan.Unmet.Select((q, d) => (Int128)q * s_penalties[problem.Demands[d].Priority - 1])).Aggregate(Int128.Zero, (a, b) => a + b);
        plan.Objective.ShouldBe(objective);
        plan.Bound.ShouldBeLessThanOrEqualTo(plan.Objective);
    }

    [Fact]
    public void Limits_that_do_not_bind_change_nothing_and_the_plan_is_proven_best() =>
        Prop.ForAll<int>(seed =>
        {
            var problem = Problems.Draw(seed, 6, 12, 3, 40, 30);
            var limits = new CoupledLimits(problem.Supplies.Select(s => s.Supplier).Distinct().ToDictionary(s => s, _ => 1_000_000L));
            var plan = CoupledAllocator.Solve(problem, limits, s_penalties);
            ShouldBeFeasible(problem, plan, limits);
            plan.Objective.ShouldBe(Objective(Allocator.Solve(problem)));
            plan.Gap.ShouldBe(0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void The_bound_is_never_above_the_best_plan_that_trying_all_finds_nor_the_plan_below_it() =>
        Prop.ForAll<int>(seed =>
        {
            var problem = Problems.Draw(seed, 2, 2, 2, 3, 9);
            var random = new Random(seed);
            var limits = new CoupledLimits(new Dictionary<string, long> { ["S0"] = random.Next(0, 6), ["S1"] = random.Next(0, 6) }, new Dictionary<string, long> { ["I0"] = 2 });
            var plan = CoupledAllocator.Solve(problem, limits, s_penalties);
            ShouldBeFeasible(problem, plan, limits);
            var best = BestOfAll(problem, limits);
            plan.Bound.ShouldBeLessThanOrEqualTo(best);
            plan.Objective.ShouldBeGreaterThanOrEqualTo(best);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Trucks_that_bind_leave_a_small_proven_gap(int seed)
    {
        var problem = Problems.Draw(seed, 20, 80, 5, 500, 900);
        var sizes = problem.Items.Select((item, i) => (item, i)).ToDictionary(x => x.item, x => x.i + 1L);
        var free = CoupledAllocator.Solve(problem, new(UnitSize: sizes), s_penalties);
        var limits = new CoupledLimits(Loads(problem, free, new(UnitSize: sizes)).ToDictionary(l => l.Key, l => l.Value * 8 / 10), sizes);
        var plan = CoupledAllocator.Solve(problem, limits, s_penalties);
        ShouldBeFeasible(problem, plan, limits);
        plan.Objective.ShouldBeGreaterThan(free.Objective);
        plan.Gap.ShouldBeLessThanOrEqualTo(0.0015);
    }

    [Fact]
    public void Packs_are_never_opened_and_never_exceed_the_need()
    {
        var problem = Problems.Of([100], [(25, 1), (9, 2)], new long?[,] { { 3, 4 } });
        var plan = CoupledAllocator.Solve(problem, new(Pack: new Dictionary<string, long> { ["mask"] = 10 }), s_penalties);
        plan.Lines.ShouldBe([new PlanLine(0, 20)]);
        plan.Unmet.ShouldBe([5L, 9L]);
        plan.Gap.ShouldBe(0);
    }

    [Fact]
    public void A_line_below_the_minimum_lot_is_served_from_elsewhere_or_not_at_all()
    {
        var problem = Problems.Of([7, 100], [(10, 1)], new long?[,] { { 1 }, { 5 } });
        var plan = CoupledAllocator.Solve(problem, new(MinimumLot: new Dictionary<string, long> { ["mask"] = 5 }), s_penalties);
        plan.Lines.ShouldAllBe(l => l.Quantity >= 5);
        plan.Bound.ShouldBe(7 + 15);
        plan.Objective.ShouldBeGreaterThanOrEqualTo(plan.Bound);
    }

    [Fact]
    public void A_supplier_s_own_minimum_lot_holds_for_its_lines_and_for_no_others()
    {
        var problem = Problems.Of([7, 100], [(10, 1)], new long?[,] { { 1 }, { 5 } });
        CoupledAllocator.Solve(problem, new() { LotOfSupply = [8, 0] }, s_penalties).Lines.ShouldBe([new PlanLine(1, 10)]);
        CoupledAllocator.Solve(problem, new() { LotOfSupply = [7, 0] }, s_penalties).Lines.ShouldBe([new PlanLine(0, 7), new PlanLine(1, 3)]);
        Should.Throw<ArgumentException>(() => CoupledAllocator.Solve(problem, new() { LotOfSupply = [1] }, s_penalties)).Message.ShouldContain("each of 2 supplies");
    }

    [Fact]
    public void A_penalty_for_a_tier_that_occurs_must_be_given() =>
        Should.Throw<ArgumentException>(() => CoupledAllocator.Solve(Problems.Of([1], [(1, 3)], new long?[,] { { 1 } }), new(), [5, 4])).Message.ShouldContain("each of 3 tiers");

    private static Int128 BestOfAll(AllocationProblem problem, CoupledLimits limits)
    {
        var best = Int128.MaxValue;
        var sent = new long[problem.LaneCount];
        Try(0);
        return best;

        void Try(int lane)
        {
            if (lane < sent.Length)
            {
                var (supply, demand, _) = problem.Lane(lane);
                for (sent[lane] = 0; sent[lane] <= Math.Min(problem.Supplies[supply].Available, problem.Demands[demand].Quantity); sent[lane]++) Try(lane + 1);
                sent[lane] = 0;
                return;
            }
            long[] unmet = [.. problem.Demands.Select((d, i) => d.Quantity - sent.Where((_, l) => problem.Lane(l).Demand == i).Sum())];
            var isFeasible = unmet.All(u => u >= 0)
                && problem.Supplies.Select((s, i) => s.Available - sent.Where((_, l) => problem.Lane(l).Supply == i).Sum()).All(left => left >= 0)
                && limits.TruckCapacity!.All(t => sent.Select((q, l) => problem.Supplies[problem.Lane(l).Supply] is var s && s.Supplier == t.Key ? q * limits.UnitSize!.GetValueOrDefault(s.Item, 1) : 0).Sum() <= t.Value);
            if (!isFeasible) return;
            var objective = sent.Select((q, l) => (Int128)q * problem.Lane(l).Cost).Concat(unmet.Select((q, d) => (Int128)q * s_penalties[problem.Demands[d].Priority - 1])).Aggregate(Int128.Zero, (a, b) => a + b);
            best = Int128.Min(best, objective);
        }
    }
}
