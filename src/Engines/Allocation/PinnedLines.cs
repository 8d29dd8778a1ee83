namespace Rongtong.Allocation;

/// <summary>Solves around lines a person has fixed: their quantities are taken from supply and need, their lanes are closed, the rest is solved as ever.</summary>
internal static class PinnedLines
{
    public static AllocationPlan Solve(AllocationProblem problem, AllocationOptions options, IReadOnlyList<PlanLine> pinned)
    {
        var (rest, laneOf) = Without(problem, pinned);
        var plan = Allocator.Solve(rest, options with { Pinned = null });
        PlanLine[] lines =
        [
            .. plan.Lines.Select(l => l with { Lane = laneOf[l.Lane] }).Concat(pinned.Where(p => p.Quantity > 0).Select(p => p with { Quantity = checked(p.Quantity * plan.UnitParts) }))
                .OrderBy(l => problem.ItemOfDemand[problem.LaneDemand[l.Lane]]).ThenBy(l => problem.LaneDemand[l.Lane]).ThenBy(l => problem.LaneSupply[l.Lane]).ThenBy(l => l.Lane),
        ];
        return new AllocationPlan(problem)
        {
            Lines = lines,
            Unmet = plan.Unmet,
            Unused = plan.Unused,
            SupplyPrices = plan.SupplyPrices,
            DemandPrices = plan.DemandPrices,
            Cost = lines.Aggregate(Int128.Zero, (sum, l) => sum + ((Int128)problem.LaneCost[l.Lane] * l.Quantity)),
            Pivots = plan.Pivots,
            TreeLanes = [.. plan.TreeLanes.Select(l => laneOf[l])],
            UnitParts = plan.UnitParts,
            IsFair = plan.IsFair,
            Pinned = pinned,
        };
    }

    private static (AllocationProblem Remaining, int[] LaneOf) Without(AllocationProblem problem, IReadOnlyList<PlanLine> pinned)
    {
        var (supplies, demands, closed) = (problem.Supplies.ToArray(), problem.Demands.ToArray(), new HashSet<int>());
        foreach (var line in pinned)
        {
            if ((uint)line.Lane >= (uint)problem.LaneCount || line.Quantity < 0 || !closed.Add(line.Lane))
                throw new ArgumentException($"pinned line on lane {line.Lane} with quantity {line.Quantity}: expected each of the {problem.LaneCount} lanes at most once, with 0 or more.");
            var (s, d, _) = problem.Lane(line.Lane);
            var (supply, demand) = (supplies[s], demands[d]);
            if (line.Quantity > supply.Available || line.Quantity > demand.Quantity)
            {
                throw new ArgumentException($"pinned line of {line.Quantity} {supply.Item} from {supply.Supplier} to {demand.Receiver}: "
                    + $"{supply.Available} can still be sent and {demand.Quantity} are still needed after the other pinned lines. Pin less.");
            }
            supplies[s] = supply with { Quantity = supply.Quantity - line.Quantity };
            demands[d] = demand with { Quantity = demand.Quantity - line.Quantity };
        }
        int[] open = [.. Enumerable.Range(0, problem.LaneCount).Where(l => !closed.Contains(l))];
        return (new(supplies, demands, [.. open.Select(l => problem.LaneSupply[l])], [.. open.Select(l => problem.LaneDemand[l])], [.. open.Select(l => problem.LaneCost[l])]), open);
    }
}
