using FsCheck;
using FsCheck.Fluent;
using Rongtong.Allocation.Certificates;
using Rongtong.Testing;

namespace Rongtong.Allocation.Tests;

public sealed class OptimalityTests
{
    private static readonly Config s_many = Config.QuickThrowOnFailure.WithMaxTest(400);

    [SharedTheory("golden/allocation")]
    [InlineData("small", 0, 0, 731, 870, 7402306)]
    [InlineData("medium", 0, 0, 7666, 70309, 34350090)]
    public void The_golden_instances_are_solved_to_the_unit(string name, long one, long two, long three, long four, long cost)
    {
        var plan = Allocator.Solve(Problems.Golden(name));
        plan.UnmetByPriority().Values.ShouldBe([one, two, three, four]);
        plan.Cost.ShouldBe((Int128)cost);
        PlanCertificate.Check(plan.Files()).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void Any_problem_is_solved_as_successive_cheapest_paths_solve_it() =>
        Prop.ForAll<int>(seed =>
        {
            var problem = Problems.Draw(seed);
            var (unmet, cost) = SuccessivePaths.Solve(problem);
            var plan = Allocator.Solve(problem);
            plan.UnmetByPriority().Values.ShouldBe(unmet);
            plan.Cost.ShouldBe(cost);
        }).Check(s_many);

    [Fact]
    public void Any_plan_is_feasible_and_proven_by_its_prices() =>
        Prop.ForAll<int>(seed => PlanCertificate.Check(Allocator.Solve(Problems.Draw(seed, 8, 20, 3, 60, 100)).Files()).Problems.ShouldBeEmpty()).Check(s_many);

    [Fact]
    public void A_scarce_good_goes_to_the_urgent_tier_however_far_it_is()
    {
        var plan = Allocator.Solve(Problems.Of([10], [(10, 4), (8, 1)], new long?[,] { { 1, 1_000_000 } }));
        plan.Unmet.ShouldBe([8L, 0L]);
        plan.Cost.ShouldBe(8_000_000 + 2);
    }

    [Fact]
    public void A_lower_tier_is_served_through_a_detour_that_costs_the_higher_tier_nothing_but_money()
    {
        // D0 (tier 1) could take S0 at 1, but only S0 reaches D1 (tier 4); D0 must take the dear S1.
        var plan = Allocator.Solve(Problems.Of([5, 5], [(5, 1), (5, 4)], new long?[,] { { 1, 1 }, { 900, null } }));
        plan.Unmet.ShouldBe([0L, 0L]);
        plan.Cost.ShouldBe((5 * 900) + 5);
    }

    [Fact]
    public void The_order_of_rows_changes_neither_unmet_needs_nor_cost() =>
        Prop.ForAll<int>(seed =>
        {
            var problem = Problems.Draw(seed, 8, 20, 3, 60, 100);
            var random = new Random(seed);
            var (s, d, l) = (Enumerable.Range(0, problem.Supplies.Count).ToArray(), Enumerable.Range(0, problem.Demands.Count).ToArray(), Enumerable.Range(0, problem.LaneCount).ToArray());
            random.Shuffle(s);
            random.Shuffle(d);
            random.Shuffle(l);
            var shuffled = new AllocationProblem([.. s.Select(i => problem.Supplies[i])], [.. d.Select(i => problem.Demands[i])],
                [.. l.Select(i => Array.IndexOf(s, problem.Lane(i).Supply))], [.. l.Select(i => Array.IndexOf(d, problem.Lane(i).Demand))], [.. l.Select(i => problem.Lane(i).Cost)]);
            var (a, b) = (Allocator.Solve(problem).Objective(), Allocator.Solve(shuffled).Objective());
            b.Unmet.ShouldBe(a.Unmet);
            b.Cost.ShouldBe(a.Cost);
        }).Check(s_many);

    [Fact]
    public void One_thread_and_several_give_the_same_lines_and_prices()
    {
        var problem = Problems.Draw(7, 30, 90, 6, 500, 900);
        var (one, three) = (Allocator.Solve(problem, new(Threads: 1)), Allocator.Solve(problem, new(Threads: 3)));
        three.Lines.ShouldBe(one.Lines);
        three.SupplyPrices.ShouldBe(one.SupplyPrices);
        three.DemandPrices.ShouldBe(one.DemandPrices);
    }

    [Theory]
    [InlineData(1_000_000_000_000, 1_000)]
    [InlineData(1_000_000_000_000, 1_000_000_000_000)]
    [InlineData(1_000_000_000_000_000, 1_000_000_000_000_000)]
    public void Quantities_and_costs_at_the_limits_are_not_wrapped(long quantity, long cost)
    {
        // The cheap pairing of every receiver is its own supplier; the last receiver, of the first tier, takes everything from the first supplier.
        const int Pairs = 50;
        var costs = new long?[Pairs, Pairs + 1];
        for (var s = 0; s < Pairs; s++)
        {
            for (var d = 0; d < Pairs; d++) costs[s, d] = s == d ? cost - 1 : cost;
        }
        costs[0, Pairs] = cost;
        var plan = Allocator.Solve(Problems.Of([.. Enumerable.Repeat(quantity, Pairs)], [.. Enumerable.Repeat((quantity, 4), Pairs), (quantity, 1)], costs));
        plan.UnmetByPriority()[1].ShouldBe(Int128.Zero);
        plan.UnmetByPriority()[4].ShouldBe((Int128)quantity);
        plan.Cost.ShouldBe(((Int128)quantity * cost) + ((Int128)quantity * (cost - 1) * (Pairs - 1)));
        PlanCertificate.Check(plan.Files()).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void A_sum_that_would_not_fit_is_refused_with_the_item_named()
    {
        var supplies = Enumerable.Range(0, 3_000).Select(i => new Supply($"S{i}", "mask", AllocationLimits.Quantity)).ToArray();
        Should.Throw<ArgumentException>(() => new AllocationProblem(supplies, [], [], [], [])).Message.ShouldContain("item mask");
    }

    [Fact]
    public void A_problem_of_nothing_has_a_plan_of_nothing()
    {
        var plan = Allocator.Solve(new([], [], [], [], []));
        plan.Lines.ShouldBeEmpty();
        plan.UnmetByPriority().Values.ShouldBe([0, 0, 0, 0]);
    }

    [Fact]
    public void Without_lanes_everything_is_missed()
    {
        var plan = Allocator.Solve(Problems.Of([5], [(3, 2)], new long?[,] { { null } }));
        plan.Unmet.ShouldBe([3L]);
        plan.DemandPrices[0].ShouldBe(new PlacePrice(2, 0));
    }
}
