using System.Text;

namespace Rongtong.Rules;

/// <summary>How one row came out.</summary>
/// <param name="RowId">The row.</param>
/// <param name="Holds">True, false, or null while facts are unknown.</param>
/// <param name="Reads">The facts its condition reads.</param>
public sealed record RowTrace(string RowId, bool? Holds, IReadOnlyList<string> Reads);

/// <summary>A single fact whose change would change the decision: the nearest such value.</summary>
/// <param name="Fact">Name of the fact.</param>
/// <param name="From">Its value now.</param>
/// <param name="To">The nearest value with another decision.</param>
/// <param name="Outcome">The outcome then; null when no row would hold.</param>
public sealed record Counterfactual(string Fact, Value From, Value To, string? Outcome);

/// <summary>
/// A decision with everything a reader needs to check it: rule and version, every fact with its sources, every row, what is still asked,
/// and what would change it. <see cref="Text"/> makes sentences of it, the same for the same facts.
/// </summary>
public sealed record Trace
{
    private Trace(DecisionTable table, IReadOnlyDictionary<string, Fact> facts) => (Table, Facts) = (table.Document, facts);

    /// <summary>The table that decided.</summary>
    public TableDocument Table { get; }

    /// <summary>The facts given.</summary>
    public IReadOnlyDictionary<string, Fact> Facts { get; }

    /// <summary>The decision.</summary>
    public required Decision Decision { get; init; }

    /// <summary>Every row in order.</summary>
    public required IReadOnlyList<RowTrace> Rows { get; init; }

    /// <summary>Unknown facts that some undecided row needs, the one that most rows hang on first.</summary>
    public required IReadOnlyList<FactDeclaration> Questions { get; init; }

    /// <summary>For each fact alone, the nearest value that changes the decision.</summary>
    public required IReadOnlyList<Counterfactual> Changes { get; init; }

    internal static Trace Of(DecisionTable table, IReadOnlyDictionary<string, Fact> facts, Value[] slots)
    {
        RowTrace[] rows = [.. table.Document.Rows.Select((row, i) => new RowTrace(row.Id, table.Holds(i, slots) is { IsUnknown: false } holds ? holds.AsTruth : null, table.Conditions[i].Paths))];
        FactDeclaration[] questions = [.. table.Document.Facts.Where((_, i) => slots[i].IsUnknown)
            .Select(fact => (fact, hang: rows.Count(row => row.Holds is null && row.Reads.Contains(fact.Name))))
            .Where(q => q.hang > 0).OrderByDescending(q => q.hang).Select(q => q.fact)];
        var decision = table.Decide(slots);
        return new Trace(table, facts) { Decision = decision, Rows = rows, Questions = questions, Changes = [.. FindChanges(table, slots, decision)] };
    }

    /// <summary>The explanation in "zh-CN" or "en": decision, facts, row, source, what is asked, what would change it.</summary>
    public string Text(string language)
    {
        var english = language == "en";
        var text = new StringBuilder();
        var comma = english ? ", " : "，";
        var stop = english ? "." : "。";
        switch (Decision)
        {
            case Decision.Decided decided:
                text.Append(string.Join(english ? " and " : "、", decided.Outcome.Split(',').Select(o => TitleOf(o, language))));
                if (decided.IsProvisional)
                    text.Append(english ? $" (provisional; possible: {Titles(decided.Possible, " or ", language)})" : $"（暂定；可能为{Titles(decided.Possible, "或", language)}）");
                break;
            case Decision.Undecided undecided:
                text.Append(english ? $"Not decided yet; possible: {Titles(undecided.Possible, " or ", language)}" : $"尚未判定；可能为{Titles(undecided.Possible, "或", language)}");
                break;
            case Decision.Conflict conflict:
                text.Append(english ? $"Rows contradict each other: {string.Join(", ", conflict.RowIds)}" : $"规则行互相矛盾：{string.Join("、", conflict.RowIds)}");
                break;
            default:
                text.Append(english ? "No row of the rule applies" : "没有适用的规则行");
                break;
        }
        text.Append(stop).Append('\n');
        text.Append(english ? "Facts: " : "依据事实：").AppendJoin(english ? "; " : "；", Table.Facts.Select(f => FactText(f, language))).Append(stop).Append('\n');
        if (Decision is Decision.Decided { RowId: var rowId })
        {
            foreach (var row in Table.Rows.Where(r => rowId.Split(',').Contains(r.Id)))
            {
                var citation = row.Citation ?? Table.Citation;
                text.Append(english ? "Rule: " : "适用规则：").Append(row.Title.In(language)).Append(comma).Append(citation.Document.In(language)).Append(comma).Append(citation.Clause.In(language)).Append(stop).Append('\n');
            }
        }
        text.Append(english ? $"Version {Table.Version}, in force from {Table.ValidFrom:yyyy-MM-dd}" : $"规则版本 {Table.Version}，{Table.ValidFrom:yyyy-MM-dd} 起施行").Append(stop).Append('\n');
        foreach (var question in Questions)
            text.Append(english ? "Still asked: " : "待补充：").Append((question.Question ?? question.Title).In(language)).Append('\n');
        foreach (var change in Changes) text.Append(ChangeText(change, language)).Append(stop).Append('\n');
        return text.ToString();
    }

    /// <summary>One counterfactual as a sentence without its full stop.</summary>
    public string ChangeText(Counterfactual change, string language)
    {
        ArgumentNullException.ThrowIfNull(change);
        var fact = Table.Facts.Single(f => f.Name == change.Fact);
        var outcome = change.Outcome is null ? (language == "en" ? "no row" : "无适用规则") : TitleOf(change.Outcome, language);
        return language == "en"
            ? $"It would be {outcome} if {fact.Title.English} were {ValueText(fact, change.To, language)}"
            : $"若{fact.Title.Chinese}为 {ValueText(fact, change.To, language)}，则为{outcome}";
    }

    private static IEnumerable<Counterfactual> FindChanges(DecisionTable table, Value[] slots, Decision decision)
    {
        var now = OutcomeOf(decision);
        for (var i = 0; i < slots.Length; i++)
        {
            var fact = table.Document.Facts[i];
            foreach (var candidate in Candidates(table, fact, slots[i]))
            {
                var changed = (Value[])slots.Clone();
                changed[i] = candidate;
                if (table.Constraints.Any(c => c.Evaluate(changed) is { IsUnknown: false } holds && holds.Truthiness == false)) continue;
                var then = table.Decide(changed);
                if (OutcomeOf(then) == now) continue;
                yield return new(fact.Name, slots[i], candidate, OutcomeOf(then));
                break;
            }
        }
    }

    /// <summary>The values just at and beside the numbers a fact is compared with, nearest first.</summary>
    private static IEnumerable<Value> Candidates(DecisionTable table, FactDeclaration fact, Value now) => fact.Type switch
    {
        FactType.Truth => now.IsUnknown ? [Value.False, Value.True] : [Value.Of(!now.AsTruth)],
        FactType.Integer when now.Kind is ValueKind.Number => TableCheck.CutPoints(table, fact).Where(v => v != now.AsNumber)
            .OrderBy(v => Math.Abs(v - now.AsNumber)).ThenBy(v => v).Select(v => Value.Of(v)),
        _ => [],
    };

    private static string? OutcomeOf(Decision decision) => decision switch
    {
        Decision.Decided decided => decided.Outcome,
        Decision.Undecided undecided => string.Join('|', undecided.Possible),
        _ => null,
    };

    private string FactText(FactDeclaration fact, string language)
    {
        var value = Facts.TryGetValue(fact.Name, out var given) ? given.Value : Value.Unknown;
        return $"{fact.Title.In(language)} {ValueText(fact, value, language)}";
    }

    private static string ValueText(FactDeclaration fact, Value value, string language) => value.Kind switch
    {
        ValueKind.Unknown => language == "en" ? "unknown" : "未知",
        ValueKind.Truth => (value.AsTruth, language) switch { (true, "en") => "yes", (false, "en") => "no", (true, _) => "是", _ => "否" },
        ValueKind.Number => value + (fact.Unit is null ? "" : " " + fact.Unit.In(language)),
        ValueKind.Text => value.AsText,
        _ => value.ToString(),
    };

    private string Titles(IEnumerable<string> outcomes, string joiner, string language) => string.Join(joiner, outcomes.Select(o => TitleOf(o, language)));

    private string TitleOf(string outcome, string language) => Table.Outcomes.FirstOrDefault(o => o.Name == outcome)?.Title.In(language) ?? outcome;
}
