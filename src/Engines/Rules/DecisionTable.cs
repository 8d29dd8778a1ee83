using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rongtong.Rules;

/// <summary>A sentence in the languages of the product.</summary>
public sealed record Bilingual([property: JsonPropertyName("zh-CN")] string Chinese, [property: JsonPropertyName("en")] string English)
{
    /// <summary>The sentence in "en", else in Chinese.</summary>
    public string In(string language) => language == "en" ? English : Chinese;
}

/// <summary>Where a rule is written down.</summary>
public sealed record Citation(Bilingual Document, Bilingual Clause, string? Url = null);

/// <summary>Which values a fact has.</summary>
public enum FactType
{
    /// <summary>A whole number.</summary>
    Integer,
    /// <summary>Yes or no.</summary>
    Truth,
    /// <summary>One of some words.</summary>
    Text,
}

/// <summary>A fact that a table reads.</summary>
/// <param name="Name">Name in expressions.</param>
/// <param name="Type">Its values.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Unit">Unit of a number, or null.</param>
/// <param name="Question">How a person is asked for it when nobody has told us.</param>
/// <param name="Least">Least possible number.</param>
public sealed record FactDeclaration(string Name, FactType Type, Bilingual Title, Bilingual? Unit = null, Bilingual? Question = null, int? Least = null);

/// <summary>How rows that hold together make one decision; as in DMN.</summary>
public enum HitPolicy
{
    /// <summary>At most one row may hold; two are a conflict.</summary>
    Unique,
    /// <summary>The first row that holds.</summary>
    First,
    /// <summary>Several rows may hold if they say the same.</summary>
    Any,
    /// <summary>All rows that hold.</summary>
    Collect,
}

/// <summary>One possible decision.</summary>
/// <param name="Name">Name in rows.</param>
/// <param name="Title">What people read.</param>
public sealed record OutcomeDeclaration(string Name, Bilingual Title);

/// <summary>One row: when it holds, and what then.</summary>
public sealed record TableRow(string Id, Bilingual Title, JsonElement When, string Outcome, Citation? Citation = null);

/// <summary>
/// A decision table as its JSON document has it: dated, cited, with declared facts. Parse it with <see cref="DecisionTable.Parse"/>.
/// </summary>
public sealed record TableDocument
{
    /// <summary>Name of the rule over all its versions.</summary>
    public required string Id { get; init; }

    /// <summary>Name of this version.</summary>
    public required string Version { get; init; }

    /// <summary>What people read.</summary>
    public required Bilingual Title { get; init; }

    /// <summary>Where it is written down.</summary>
    public required Citation Citation { get; init; }

    /// <summary>First day in force.</summary>
    public required DateOnly ValidFrom { get; init; }

    /// <summary>Last day in force, or null.</summary>
    public DateOnly? ValidTo { get; init; }

    /// <summary>How rows that hold together decide.</summary>
    public required HitPolicy HitPolicy { get; init; }

    /// <summary>The facts read.</summary>
    public required IReadOnlyList<FactDeclaration> Facts { get; init; }

    /// <summary>The possible decisions, mildest first: while facts are unknown, the last possible one may be taken as a precaution.</summary>
    public required IReadOnlyList<OutcomeDeclaration> Outcomes { get; init; }

    /// <summary>True when an undecided table answers with its most severe possible outcome, marked provisional.</summary>
    public bool PrecautionWhenUnknown { get; init; }

    /// <summary>Expressions that always hold between facts (new cases are not more than all cases); the checker looks only where they do.</summary>
    public IReadOnlyList<JsonElement> Constraints { get; init; } = [];

    /// <summary>The rows in order.</summary>
    public required IReadOnlyList<TableRow> Rows { get; init; }
}

/// <summary>What is known about a fact: its value and the ids of the records it comes from.</summary>
public readonly record struct Fact(Value Value, IReadOnlyList<string> Sources)
{
    /// <summary>A number.</summary>
    public static Fact Of(int number, params IReadOnlyList<string> sources) => new(Value.Of(number), sources);

    /// <summary>Yes, no, or not told yet.</summary>
    public static Fact Of(bool? truth, params IReadOnlyList<string> sources) => new(truth is { } told ? Value.Of(told) : Value.Unknown, sources);
}

/// <summary>What a table decides.</summary>
public abstract record Decision
{
    private protected Decision() { }

    /// <summary>Decided.</summary>
    /// <param name="Outcome">Name of the outcome; for COLLECT the names joined by commas.</param>
    /// <param name="RowId">The row that decided.</param>
    /// <param name="IsProvisional">True when facts are unknown and the outcome is the precaution among <paramref name="Possible"/>.</param>
    /// <param name="Possible">Every outcome that the unknown facts leave open.</param>
    public sealed record Decided(string Outcome, string RowId, bool IsProvisional, IReadOnlyList<string> Possible) : Decision;

    /// <summary>Unknown facts leave several outcomes open, and the table takes no precaution.</summary>
    public sealed record Undecided(IReadOnlyList<string> Possible) : Decision;

    /// <summary>Rows that must not hold together do.</summary>
    public sealed record Conflict(IReadOnlyList<string> RowIds) : Decision;

    /// <summary>No row holds.</summary>
    public sealed record NoRow : Decision;
}

/// <summary>
/// A parsed decision table. Evaluation is pure; the same facts give the same decision and the same explanation, byte for byte.
/// <code>
/// facts ──> every row: true | false | unknown ──hit policy──> decision
///   unknown yes/no facts are tried both ways (2^n, n &lt;= 8), so "possible" is exact and not merely cautious
/// </code>
/// </summary>
public sealed class DecisionTable
{
    /// <summary>Unknown yes/no facts tried both ways; beyond that rows are taken as possibly true.</summary>
    public const int TriedUnknownsMax = 8;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper) },
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private readonly Expression[] _conditions;
    private readonly Dictionary<string, int> _slots;
    private readonly int[] _severity;

    private DecisionTable(TableDocument document)
    {
        Document = document;
        string[] names = [.. document.Facts.Select(f => f.Name)];
        _slots = names.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i);
        Constraints = [.. document.Constraints.Select(c => Expression.Parse(c, names))];
        _conditions = new Expression[document.Rows.Count];
        _severity = new int[document.Rows.Count];
        for (var i = 0; i < _conditions.Length; i++)
        {
            var row = document.Rows[i];
            try
            {
                _conditions[i] = Expression.Parse(row.When, names);
            }
            catch (RuleException e)
            {
                throw new RuleException($"Table {document.Id}, row {row.Id}: {e.Message}");
            }
            _severity[i] = document.Outcomes.ToList().FindIndex(o => o.Name == row.Outcome);
            if (_severity[i] < 0) throw new RuleException($"Table {document.Id}, row {row.Id}: the outcome '{row.Outcome}' is not declared.");
        }
    }

    /// <summary>The document it was made from.</summary>
    public TableDocument Document { get; }

    internal IReadOnlyList<Expression> Constraints { get; }

    internal IReadOnlyList<Expression> Conditions => _conditions;

    /// <summary>Parses a table document.</summary>
    /// <exception cref="RuleException">Malformed JSON, an undeclared fact or outcome, a bad expression, validity that ends before it begins.</exception>
    public static DecisionTable Parse(string json)
    {
        TableDocument document;
        try
        {
            document = JsonSerializer.Deserialize<TableDocument>(json, s_json) ?? throw new RuleException("The document is empty.");
        }
        catch (JsonException e)
        {
            throw new RuleException($"The document is not a decision table: {e.Message}");
        }
        if (document.ValidTo < document.ValidFrom) throw new RuleException($"Table {document.Id} ends ({document.ValidTo:yyyy-MM-dd}) before it begins ({document.ValidFrom:yyyy-MM-dd}).");
        if (document.Facts.Select(f => f.Name).Distinct().Count() != document.Facts.Count) throw new RuleException($"Table {document.Id} declares a fact twice.");
        if (document.Rows.Select(r => r.Id).Distinct().Count() != document.Rows.Count) throw new RuleException($"Table {document.Id} has two rows of one id.");
        return new DecisionTable(document);
    }

    /// <summary>Decides over facts in the order of their declaration: the fast way, without trace.</summary>
    public Decision Decide(Value[] facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Length != _slots.Count) throw new RuleException($"Table {Document.Id} reads {_slots.Count} facts; {facts.Length} were given.");
        foreach (var fact in facts)
            if (fact.IsUnknown) return DecideWithUnknowns(facts);
        return DecideKnown(facts);
    }

    /// <summary>Decides over named facts; a declared fact that is not given is unknown.</summary>
    public Decision Decide(IReadOnlyDictionary<string, Fact> facts) => Decide(Slots(facts));

    /// <summary>Decides and tells why; see <see cref="Trace"/>.</summary>
    public Trace Explain(IReadOnlyDictionary<string, Fact> facts) => Trace.Of(this, facts, Slots(facts));

    /// <summary>Whether a row's condition holds.</summary>
    internal Value Holds(int row, Value[] facts)
    {
        var value = _conditions[row].Evaluate(facts);
        return value.IsUnknown ? value : Value.Of(value.Truthiness ?? throw new RuleException($"Table {Document.Id}, row {Document.Rows[row].Id}: the condition gave {value}."));
    }

    private Value[] Slots(IReadOnlyDictionary<string, Fact> facts)
    {
        foreach (var name in facts.Keys)
            if (!_slots.ContainsKey(name)) throw new RuleException($"Table {Document.Id} does not read a fact '{name}'.");
        return [.. Document.Facts.Select(f => facts.TryGetValue(f.Name, out var fact) ? fact.Value : Value.Unknown)];
    }

    private Decision DecideKnown(Value[] facts)
    {
        var first = -1;
        List<int>? more = null;
        for (var row = 0; row < _conditions.Length; row++)
        {
            if (!Holds(row, facts).AsTruth) continue;
            if (first < 0)
            {
                first = row;
                if (Document.HitPolicy is HitPolicy.First) break;
            }
            else (more ??= [first]).Add(row);
        }
        if (first < 0) return new Decision.NoRow();
        if (more is null) return Decided(first);
        return Document.HitPolicy switch
        {
            HitPolicy.Any when more.All(row => _severity[row] == _severity[first]) => Decided(first),
            HitPolicy.Collect => new Decision.Decided(string.Join(',', more.Select(row => Document.Rows[row].Outcome).Distinct()), string.Join(',', more.Select(row => Document.Rows[row].Id)), false, []),
            _ => new Decision.Conflict([.. more.Select(row => Document.Rows[row].Id)]),
        };
    }

    private Decision DecideWithUnknowns(Value[] facts)
    {
        int[] open = [.. Enumerable.Range(0, facts.Length).Where(i => facts[i].IsUnknown)];
        if (open.Length > TriedUnknownsMax || open.Any(i => Document.Facts[i].Type is not FactType.Truth)) return DecideCautiously(facts);
        var decisions = new List<Decision>();
        var tried = (Value[])facts.Clone();
        for (var bits = 0; bits < 1 << open.Length; bits++)
        {
            for (var i = 0; i < open.Length; i++) tried[open[i]] = Value.Of((bits >> i & 1) == 1);
            decisions.Add(DecideKnown(tried));
        }
        return Combine(decisions);
    }

    /// <summary>Every row that may hold is possible, up to the first that surely does.</summary>
    private Decision DecideCautiously(Value[] facts)
    {
        var decisions = new List<Decision>();
        var certain = false;
        for (var row = 0; row < _conditions.Length && !(certain && Document.HitPolicy is HitPolicy.First); row++)
        {
            var holds = Holds(row, facts);
            if (!holds.IsUnknown && !holds.AsTruth) continue;
            decisions.Add(Decided(row));
            certain |= !holds.IsUnknown;
        }
        if (!certain && decisions.Count > 0) decisions.Add(new Decision.NoRow());
        return decisions.Count == 0 ? new Decision.NoRow() : Combine(decisions);
    }

    private Decision Combine(IReadOnlyList<Decision> decisions)
    {
        if (decisions.OfType<Decision.Conflict>().FirstOrDefault() is { } conflict) return conflict;
        Decision.Decided[] decided = [.. decisions.OfType<Decision.Decided>()];
        if (decided.Length == 0) return new Decision.NoRow();
        string[] possible = [.. decided.Select(d => d.Outcome).Distinct().OrderBy(SeverityOf)];
        if (possible.Length == 1 && decided.Length == decisions.Count) return decided[0] with { Possible = possible };
        if (!Document.PrecautionWhenUnknown) return new Decision.Undecided(possible);
        return decided.First(d => d.Outcome == possible[^1]) with { IsProvisional = true, Possible = possible };
    }

    private int SeverityOf(string outcome) => Document.Outcomes.ToList().FindIndex(o => o.Name == outcome);

    private Decision.Decided Decided(int row) => new(Document.Rows[row].Outcome, Document.Rows[row].Id, false, []);
}
