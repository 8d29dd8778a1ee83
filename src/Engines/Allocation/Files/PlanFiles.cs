using System.Globalization;

namespace Rongtong.Allocation.Files;

/// <summary>Writes a plan as plan.csv, unmet.csv and prices.csv; the same plan gives the same bytes.</summary>
public static class PlanFiles
{
    /// <summary>supplier, receiver, item, quantity, cost of a unit; one row for each lane used.</summary>
    public static void WriteLines(AllocationPlan plan, TextWriter text)
    {
        ArgumentNullException.ThrowIfNull(plan);
        WriteLines(plan.Problem, plan.Lines, plan.UnitParts, text);
    }

    /// <summary>The same of a plan within coupled limits.</summary>
    public static void WriteLines(AllocationProblem problem, IReadOnlyList<PlanLine> lines, long unitParts, TextWriter text)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(text);
        text.Write("supplier,receiver,item,quantity,cost\n");
        foreach (var line in lines)
        {
            var (supply, demand, cost) = problem.Lane(line.Lane);
            text.Write($"{Cell(problem.Supplies[supply].Supplier)},{Cell(problem.Demands[demand].Receiver)},{Cell(problem.Demands[demand].Item)},{Quantity(line.Quantity, unitParts)},{cost.ToString(CultureInfo.InvariantCulture)}\n");
        }
    }

    /// <summary>receiver, item, priority, quantity missed; one row for each need not wholly met.</summary>
    public static void WriteUnmet(AllocationPlan plan, TextWriter text)
    {
        ArgumentNullException.ThrowIfNull(plan);
        WriteUnmet(plan.Problem, plan.Unmet, plan.UnitParts, text);
    }

    /// <summary>The same of a plan within coupled limits.</summary>
    public static void WriteUnmet(AllocationProblem problem, IReadOnlyList<long> unmet, long unitParts, TextWriter text)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(unmet);
        ArgumentNullException.ThrowIfNull(text);
        text.Write("receiver,item,priority,quantity\n");
        for (var d = 0; d < unmet.Count; d++)
        {
            if (unmet[d] == 0) continue;
            var demand = problem.Demands[d];
            text.Write($"{Cell(demand.Receiver)},{Cell(demand.Item)},{demand.Priority.ToString(CultureInfo.InvariantCulture)},{Quantity(unmet[d], unitParts)}\n");
        }
    }

    /// <summary>side (supplier or receiver), place, item, tier (empty for none), price; one row for each supply and demand.</summary>
    public static void WritePrices(AllocationPlan plan, TextWriter text)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(text);
        text.Write("side,place,item,tier,price\n");
        for (var s = 0; s < plan.SupplyPrices.Count; s++) Write("supplier", plan.Problem.Supplies[s].Supplier, plan.Problem.Supplies[s].Item, plan.SupplyPrices[s]);
        for (var d = 0; d < plan.DemandPrices.Count; d++) Write("receiver", plan.Problem.Demands[d].Receiver, plan.Problem.Demands[d].Item, plan.DemandPrices[d]);

        void Write(string side, string place, string item, PlacePrice price) =>
            text.Write($"{side},{Cell(place)},{Cell(item)},{(price.Tier == 0 ? "" : price.Tier.ToString(CultureInfo.InvariantCulture))},{price.Cost.ToString(CultureInfo.InvariantCulture)}\n");
    }

    /// <summary>A quantity in parts of a unit as a decimal without needless zeros.</summary>
    public static string Quantity(Int128 parts, long unitParts)
    {
        var (whole, rest) = Int128.DivRem(parts, unitParts);
        if (rest == 0) return whole.ToString(CultureInfo.InvariantCulture);
        var digits = unitParts.ToString(CultureInfo.InvariantCulture).Length - 1;
        return whole.ToString(CultureInfo.InvariantCulture) + "." + rest.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0').TrimEnd('0');
    }

    private static string Cell(string name) => name.AsSpan().IndexOfAny(",\"\r\n") < 0 && name.Trim().Length == name.Length ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
