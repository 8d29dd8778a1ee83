using Rongtong.Allocation;

namespace Rongtong.Bench;

/// <summary>Allocation as linear programs, for CLP.</summary>
internal static class AllocationPrograms
{
    /// <summary>Rows of supplies and demands; columns are the lanes and, after them, what each demand misses.</summary>
    public static LinearProgram Of(AllocationProblem problem, Func<int, double> cost)
    {
        var program = new LinearProgram();
        foreach (var supply in problem.Supplies) program.Row('L', supply.Available);
        foreach (var demand in problem.Demands) program.Row('E', demand.Quantity);
        for (var lane = 0; lane < problem.LaneCount; lane++)
        {
            var column = program.Column(cost(lane));
            program.Set(problem.Lane(lane).Supply, column, 1);
            program.Set(problem.Supplies.Count + problem.Lane(lane).Demand, column, 1);
        }
        for (var d = 0; d < problem.Demands.Count; d++)
        {
            var column = program.Column(cost(problem.LaneCount + d));
            program.Set(problem.Supplies.Count + d, column, 1);
        }
        return program;
    }

    /// <summary>The least missed quantity tier by tier, each held for the next, then the least cost: one program after another. Null where CLP is not installed.</summary>
    public static async Task<(double[] Unmet, double Cost, double Seconds)?> LexicographicAsync(AllocationProblem problem)
    {
        var program = Of(problem, _ => 0);
        int[] tiers = [.. problem.Demands.Select(d => d.Priority).Distinct().Order()];
        var (unmet, seconds) = (new double[tiers.Length], 0.0);
        for (var t = 0; t < tiers.Length; t++)
        {
            var tier = tiers[t];
            program.Charge(c => IsOf(c, tier) ? 1 : 0);
            if (await program.SolveAsync() is not { } solved) return null;
            (unmet[t], seconds) = (Math.Round(solved.Objective), seconds + solved.Seconds);
            var held = program.Row('L', unmet[t]);
            for (var d = 0; d < problem.Demands.Count; d++)
            {
                if (problem.Demands[d].Priority == tier) program.Set(held, problem.LaneCount + d, 1);
            }
        }
        program.Charge(c => c < problem.LaneCount ? problem.Lane(c).Cost : 0);
        return await program.SolveAsync() is { } last ? (unmet, last.Objective, seconds + last.Seconds) : null;

        bool IsOf(int column, int tier) => column >= problem.LaneCount && problem.Demands[column - problem.LaneCount].Priority == tier;
    }

    /// <summary>The least cost and penalties with trucks and packs, whole packs taken as divisible: no plan is below it.</summary>
    public static async Task<double?> WithinLimitsAsync(AllocationProblem problem, CoupledLimits limits, IReadOnlyList<long> penaltyOfTier)
    {
        var program = new LinearProgram();
        var beyondPacks = 0.0;
        long Pack(string item) => limits.Pack?.GetValueOrDefault(item, 1) ?? 1;
        double Penalty(Demand demand) => penaltyOfTier[demand.Priority - 1];
        foreach (var supply in problem.Supplies) program.Row('L', supply.Available / Pack(supply.Item));
        foreach (var demand in problem.Demands)
        {
            program.Row('E', demand.Quantity / Pack(demand.Item));
            beyondPacks += demand.Quantity % Pack(demand.Item) * Penalty(demand);
        }
        var trucks = (limits.TruckCapacity ?? new Dictionary<string, long>()).ToDictionary(t => t.Key, t => program.Row('L', t.Value));
        for (var lane = 0; lane < problem.LaneCount; lane++)
        {
            var (supply, demand, cost) = problem.Lane(lane);
            var pack = Pack(problem.Supplies[supply].Item);
            var column = program.Column((double)cost * pack);
            program.Set(supply, column, 1);
            program.Set(problem.Supplies.Count + demand, column, 1);
            if (trucks.TryGetValue(problem.Supplies[supply].Supplier, out var truck)) program.Set(truck, column, (limits.UnitSize?.GetValueOrDefault(problem.Supplies[supply].Item, 1) ?? 1) * pack);
        }
        for (var d = 0; d < problem.Demands.Count; d++) program.Set(problem.Supplies.Count + d, program.Column(Penalty(problem.Demands[d]) * Pack(problem.Demands[d].Item)), 1);
        return (await program.SolveAsync())?.Objective + beyondPacks;
    }

    /// <summary>The largest t with received at least t x weight x need for every demand of the tier, more urgent tiers missing no more than they must.</summary>
    public static async Task<double?> LargestSmallestRatioAsync(AllocationProblem problem, int tier)
    {
        var program = Of(problem, _ => 0);
        for (var above = 1; above < tier; above++)
        {
            program.Charge(c => c >= problem.LaneCount && problem.Demands[c - problem.LaneCount].Priority == above ? 1 : 0);
            if (await program.SolveAsync() is not { } solved) return null;
            var held = program.Row('L', Math.Round(solved.Objective));
            for (var d = 0; d < problem.Demands.Count; d++)
            {
                if (problem.Demands[d].Priority == above) program.Set(held, problem.LaneCount + d, 1);
            }
        }
        program.Charge(_ => 0);
        var ratio = program.Column(-1, 1);
        for (var d = 0; d < problem.Demands.Count; d++)
        {
            var demand = problem.Demands[d];
            if (demand.Priority != tier || demand.Quantity == 0) continue;
            // In units of the need, so that the program's rows are of one size.
            var row = program.Row('L', 1);
            program.Set(row, problem.LaneCount + d, 1.0 / demand.Quantity);
            program.Set(row, ratio, demand.Weight);
        }
        return -(await program.SolveAsync())?.Objective;
    }
}
