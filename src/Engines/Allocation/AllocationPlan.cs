namespace Rongtong.Allocation;

/// <summary>Units sent on one lane.</summary>
/// <param name="Lane">Index of the lane in the problem.</param>
/// <param name="Quantity">Units of 1 / <see cref="AllocationPlan.UnitParts"/>, more than 0.</param>
public readonly record struct PlanLine(int Lane, long Quantity);

/// <summary>
/// What one more unit is worth at a place: first in missed need, then in cost. Prices prove the plan optimal and explain it.
/// </summary>
/// <param name="Tier">The tier whose missed need one more unit here would lessen; 0 where it would lessen none.</param>
/// <param name="Cost">The saving of cost one more unit here would bring; where a tier is named, the cost relative to serving that need at no cost.</param>
public readonly record struct PlacePrice(int Tier, Int128 Cost)
{
    /// <summary>Higher is dearer: a tier before none, a more urgent tier before a less urgent one.</summary>
    internal int Level => Tier == 0 ? 0 : AllocationLimits.Priorities + 1 - Tier;
}

/// <summary>An optimal plan, with the prices that prove it.</summary>
public sealed class AllocationPlan
{
    internal AllocationPlan(AllocationProblem problem) => Problem = problem;

    /// <summary>What was solved.</summary>
    public AllocationProblem Problem { get; }

    /// <summary>Parts a unit is divided into: 1 for whole units, a power of ten where fair shares are computed more finely.</summary>
    public long UnitParts { get; internal init; } = 1;

    /// <summary>True when needs of one tier were filled in fair shares.</summary>
    public bool IsFair { get; internal init; }

    /// <summary>What is sent, by item, receiver and supplier in the order of the problem.</summary>
    public required IReadOnlyList<PlanLine> Lines { get; init; }

    /// <summary>For each demand the quantity missed, in parts of a unit.</summary>
    public required IReadOnlyList<long> Unmet { get; init; }

    /// <summary>For each supply the quantity not sent, in parts of a unit, without the reserve.</summary>
    public required IReadOnlyList<long> Unused { get; init; }

    /// <summary>For each supply the worth of one more unit there.</summary>
    public required IReadOnlyList<PlacePrice> SupplyPrices { get; init; }

    /// <summary>For each demand the worth of one more unit brought there.</summary>
    public required IReadOnlyList<PlacePrice> DemandPrices { get; init; }

    /// <summary>Total cost, in parts of a unit times cost.</summary>
    public required Int128 Cost { get; init; }

    /// <summary>Pivots of the simplex, for benches and the curious.</summary>
    public long Pivots { get; internal init; }

    /// <summary>Lines that were fixed beforehand; prices and certificate are about the rest.</summary>
    public IReadOnlyList<PlanLine> Pinned { get; internal init; } = [];

    /// <summary>Lanes of the spanning tree, leaves first: where a new solution after a change begins.</summary>
    internal IReadOnlyList<int> TreeLanes { get; init; } = [];

    /// <summary>Missed quantity by priority, in parts of a unit; tiers 1 to 4 and any other that occurs.</summary>
    public IReadOnlyDictionary<int, Int128> UnmetByPriority() => ByPriority(Problem, Unmet);

    /// <summary>Missed quantities of any plan of the problem, added up by priority; tiers 1 to 4 and any other that occurs.</summary>
    public static IReadOnlyDictionary<int, Int128> ByPriority(AllocationProblem problem, IReadOnlyList<long> unmet)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(unmet);
        var missed = new SortedDictionary<int, Int128> { [1] = 0, [2] = 0, [3] = 0, [4] = 0 };
        for (var d = 0; d < problem.Demands.Count; d++)
        {
            var tier = problem.Demands[d].Priority;
            missed[tier] = missed.GetValueOrDefault(tier) + unmet[d];
        }
        return missed;
    }
}
