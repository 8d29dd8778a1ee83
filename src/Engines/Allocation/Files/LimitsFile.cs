using System.Globalization;

namespace Rongtong.Allocation.Files;

/// <summary>Limits and penalties that were read.</summary>
/// <param name="Limits">Trucks, sizes, packs, minimum lots.</param>
/// <param name="PenaltyOfTier">Penalty of a missed unit for tiers 1 to <see cref="AllocationLimits.Priorities"/>, given or by default.</param>
public sealed record LimitsRead(CoupledLimits Limits, IReadOnlyList<long> PenaltyOfTier);

/// <summary>
/// Reads limits.csv (limit, name, value). A limit is <c>truck_capacity</c> of a supplier, or <c>unit_size</c>, <c>pack</c> or <c>minimum_lot</c> of an
/// item, or <c>penalty</c> of a priority.
/// </summary>
public static class LimitsFile
{
    /// <summary>A missed unit of the least urgent tier costs so many times the dearest lane, and each more urgent tier so many times the one before, where no penalty is given.</summary>
    public const int PenaltyStep = 10;

    /// <summary>Columns of limits.csv.</summary>
    private const int Limit = 0, Name = 1, Value = 2;

    /// <summary>Reads and checks the file; names must occur in the problem.</summary>
    /// <exception cref="ProblemFileException">A row is wrong; the findings name row, column and what was expected.</exception>
    public static LimitsRead Read(Stream limits, AllocationProblem problem)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(problem);
        HashSet<string> suppliers = [.. problem.Supplies.Select(s => s.Supplier)], items = [.. problem.Items];
        HashSet<string> priorities = [.. Enumerable.Range(1, AllocationLimits.Priorities).Select(p => p.ToString(CultureInfo.InvariantCulture))];
        var kinds = new Dictionary<string, Kind>
        {
            ["truck_capacity"] = new(suppliers, "a supplier of supplies.csv", 0, CoupledAllocator.TruckCapacityMax),
            ["unit_size"] = new(items, "an item of supplies.csv or demands.csv", 1, CoupledAllocator.PackMax),
            ["pack"] = new(items, "an item of supplies.csv or demands.csv", 1, CoupledAllocator.PackMax),
            ["minimum_lot"] = new(items, "an item of supplies.csv or demands.csv", 0, AllocationLimits.Quantity),
            ["penalty"] = new(priorities, $"a priority from 1 to {AllocationLimits.Priorities}", 0, AllocationLimits.Cost),
        };
        var findings = new List<FileProblem>();
        var table = new InputTable("limits.csv", limits, ["limit", "name", "value"], []);
        while (table.Advance() && findings.Count < ProblemFiles.ProblemsMax) Take(table, kinds, findings);
        if (findings.Count > 0) throw new ProblemFileException(findings);

        Dictionary<string, long>? Of(string kind) => kinds[kind].Values is { Count: > 0 } values ? values : null;
        return new(new(Of("truck_capacity"), Of("unit_size"), Of("pack"), Of("minimum_lot")), Penalties(problem, kinds["penalty"].Values));
    }

    private static void Take(InputTable table, Dictionary<string, Kind> kinds, List<FileProblem> findings)
    {
        if (!kinds.TryGetValue(table.Text(Limit), out var kind))
        {
            findings.Add(table.Wrong(Limit, $"one of {string.Join(", ", kinds.Keys)}"));
            return;
        }
        var name = table.Text(Name);
        if (!kind.Names.Contains(name)) findings.Add(table.Wrong(Name, kind.NameExpected));
        if (table.Number(Value, kind.Least, kind.Most) is not { } value) findings.Add(table.Wrong(Value, $"a whole number from {kind.Least} to {kind.Most}"));
        else if (!kind.Values.TryAdd(name, value)) findings.Add(table.Wrong(Name, "one row for each limit and name"));
    }

    private static long[] Penalties(AllocationProblem problem, Dictionary<string, long> given)
    {
        var (penalties, penalty) = (new long[AllocationLimits.Priorities], (Int128)Math.Max(1, problem.LaneCost.DefaultIfEmpty(1).Max()));
        HashSet<int> occur = [.. problem.Demands.Select(d => d.Priority)];
        for (var tier = AllocationLimits.Priorities; tier >= 1; tier--)
        {
            if (occur.Contains(tier)) penalty *= PenaltyStep;
            // What is larger is refused when the problem is solved, with a sentence.
            penalties[tier - 1] = given.TryGetValue(tier.ToString(CultureInfo.InvariantCulture), out var own) ? own : (long)Int128.Min(penalty, long.MaxValue);
        }
        return penalties;
    }

    private sealed record Kind(HashSet<string> Names, string NameExpected, long Least, long Most)
    {
        public Dictionary<string, long> Values { get; } = new(StringComparer.Ordinal);
    }
}
