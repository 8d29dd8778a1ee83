namespace Rongtong.Rules;

/// <summary>A place in a table that needs a person's look.</summary>
/// <param name="IsGap">True: no row holds there. False: rows with different outcomes hold there.</param>
/// <param name="RowIds">The rows that hold.</param>
/// <param name="Example">Facts of one such place, by name.</param>
public sealed record TableFinding(bool IsGap, IReadOnlyList<string> RowIds, IReadOnlyDictionary<string, Value> Example);

/// <summary>
/// Finds gaps and overlaps. Between the numbers that a fact is compared with nothing can change, so one value at and on each side of every
/// number stands for all: the product of these over all facts is every elementary box of the table.
/// </summary>
public static class TableCheck
{
    /// <summary>Most boxes looked at.</summary>
    public const int BoxesMax = 1_000_000;

    /// <summary>Every gap and every set of rows that overlap with different outcomes, once each with an example. Under FIRST an overlap is
    /// decided by order; it is reported all the same, because the order is then part of the law.</summary>
    /// <exception cref="RuleException">More boxes than <see cref="BoxesMax"/>.</exception>
    public static IReadOnlyList<TableFinding> Find(DecisionTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var facts = table.Document.Facts;
        Value[][] values = [.. facts.Select(fact => ValuesOf(table, fact))];
        var boxes = values.Aggregate(1L, (n, v) => Math.Min(BoxesMax + 1L, n * v.Length));
        if (boxes > BoxesMax) throw new RuleException($"Table {table.Document.Id} has more than {BoxesMax} boxes; split it or compare with fewer numbers.");

        var findings = new Dictionary<string, TableFinding>();
        var point = new Value[facts.Count];
        for (var box = 0L; box < boxes; box++)
        {
            var rest = box;
            for (var i = 0; i < point.Length; i++)
            {
                point[i] = values[i][rest % values[i].Length];
                rest /= values[i].Length;
            }
            if (table.Constraints.Any(c => c.Evaluate(point).Truthiness == false)) continue;
            int[] holding = [.. Enumerable.Range(0, table.Document.Rows.Count).Where(row => table.Holds(row, point).AsTruth)];
            if (holding.Length > 0 && holding.Select(row => table.Document.Rows[row].Outcome).Distinct().Count() == 1) continue;
            string[] rows = [.. holding.Select(row => table.Document.Rows[row].Id)];
            findings.TryAdd(string.Join(',', rows), new(rows.Length == 0, rows, facts.Select((f, i) => (f.Name, Value: point[i])).ToDictionary(p => p.Name, p => p.Value)));
        }
        return [.. findings.Values];
    }

    /// <summary>The numbers at and beside every number that a fact is compared with.</summary>
    internal static IReadOnlyList<double> CutPoints(DecisionTable table, FactDeclaration fact) =>
        [.. table.Conditions.SelectMany(c => c.Comparisons).Where(c => c.Path == fact.Name).SelectMany(c => new[] { c.Constant - 1, c.Constant, c.Constant + 1 })
            .Where(v => fact.Least is null || v >= fact.Least).Distinct().Order()];

    private static Value[] ValuesOf(DecisionTable table, FactDeclaration fact) => fact.Type switch
    {
        FactType.Truth => [Value.False, Value.True],
        FactType.Integer => CutPoints(table, fact) is { Count: > 0 } cuts ? [.. cuts.Select(v => Value.Of(v))] : [Value.Of(fact.Least ?? 0)],
        _ => throw new RuleException($"The checker cannot enumerate the texts of '{fact.Name}'."),
    };
}
