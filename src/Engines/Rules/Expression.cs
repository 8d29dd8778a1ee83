using System.Text.Json;

namespace Rongtong.Rules;

/// <summary>
/// A CertLogic 1.3 expression (EU digital certificates' rule language, a subset of JsonLogic), parsed once and evaluated many times, with a
/// third value <see cref="ValueKind.Unknown"/>: a declared fact that nobody has told us yet. Unknown follows Kleene's strong logic: it spreads,
/// unless the rest decides alone (<c>and</c> with a falsy operand, <c>if</c> with equal branches). Without unknown facts the semantics are
/// exactly CertLogic's, and published rule files run unchanged. One operator is ours, for tables only: <c>or</c>.
/// </summary>
public sealed class Expression
{
    /// <summary>Deepest nesting accepted.</summary>
    public const int DepthMax = 100;

    private readonly Node _root;

    private Expression(Node root, string json, IReadOnlyList<string> paths, IReadOnlyList<(string Path, double Constant)> comparisons) =>
        (_root, Json, Paths, Comparisons) = (root, json, paths, comparisons);

    /// <summary>The text it was parsed from, compact.</summary>
    public string Json { get; }

    /// <summary>Paths of all <c>var</c> operations.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>Numbers that a path is compared with: where the truth of the expression can change.</summary>
    internal IReadOnlyList<(string Path, double Constant)> Comparisons { get; }

    /// <summary>Parses an expression.</summary>
    /// <param name="json">The expression.</param>
    /// <param name="slots">Names whose values are given by position to <see cref="Evaluate(Value[])"/>, for tables; null for free data.</param>
    /// <exception cref="RuleException">An unknown operation, a wrong number of operands, or a literal CertLogic does not have.</exception>
    public static Expression Parse(JsonElement json, IReadOnlyList<string>? slots = null)
    {
        var paths = new List<string>();
        var comparisons = new List<(string, double)>();
        return new Expression(ParseNode(json, slots, paths, comparisons, 0), JsonSerializer.Serialize(json), [.. paths.Distinct()], comparisons);
    }

    /// <summary>Evaluates over free data.</summary>
    /// <exception cref="RuleException">The data do not fit an operation, as CertLogic demands.</exception>
    public Value Evaluate(Value data) => _root(data, null);

    /// <summary>Evaluates over facts by position.</summary>
    internal Value Evaluate(Value[] slots) => _root(Value.Null, slots);

    private delegate Value Node(Value data, Value[]? slots);

    private static Node ParseNode(JsonElement json, IReadOnlyList<string>? slots, List<string> paths, List<(string, double)> comparisons, int depth)
    {
        if (depth > DepthMax) throw new RuleException($"The expression is nested deeper than {DepthMax}.");
        switch (json.ValueKind)
        {
            case JsonValueKind.String or JsonValueKind.True or JsonValueKind.False:
                var literal = Value.From(json);
                return (_, _) => literal;
            case JsonValueKind.Number:
                var number = json.GetDouble();
                if (!double.IsInteger(number)) throw new RuleException($"{number} is not an integer; CertLogic has no other numbers.");
                var integer = Value.Of(number);
                return (_, _) => integer;
            case JsonValueKind.Array:
                Node[] items = [.. json.EnumerateArray().Select(item => ParseNode(item, slots, paths, comparisons, depth + 1))];
                return (data, s) => Value.Of([.. items.Select(item => item(data, s))]);
            case JsonValueKind.Object:
                var properties = json.EnumerateObject().ToArray();
                if (properties.Length != 1) throw new RuleException($"An operation is an object with one key; this one has {properties.Length}.");
                return ParseOperation(properties[0].Name, properties[0].Value, slots, paths, comparisons, depth);
            default:
                throw new RuleException("null is not an expression.");
        }
    }

    private static Node ParseOperation(string name, JsonElement operands, IReadOnlyList<string>? slots, List<string> paths, List<(string, double)> comparisons, int depth)
    {
        if (name == "var") return ParseVariable(operands, slots, paths);
        if (operands.ValueKind != JsonValueKind.Array) throw new RuleException($"The operands of '{name}' must be a list.");
        var json = operands.EnumerateArray().ToArray();
        if (name == "reduce")
        {
            Expect(name, json.Length, 3, 3);
            // The inner expression sees its own data: current, accumulator, and the outer data under "data".
            var list = ParseNode(json[0], slots, paths, comparisons, depth + 1);
            var step = ParseNode(json[1], null, [], [], depth + 1);
            var initial = ParseNode(json[2], slots, paths, comparisons, depth + 1);
            return (data, s) => Reduce(list(data, s), step, initial(data, s), data);
        }
        Node[] nodes = [.. json.Select(operand => ParseNode(operand, slots, paths, comparisons, depth + 1))];
        switch (name)
        {
            case "if":
                Expect(name, nodes.Length, 3, 3);
                return (data, s) => If(nodes, data, s);
            case "and":
                Expect(name, nodes.Length, 2, int.MaxValue);
                return (data, s) => And(nodes, data, s);
            case "or" when slots is not null:
                Expect(name, nodes.Length, 2, int.MaxValue);
                return (data, s) => Or(nodes, data, s);
            case "!":
                Expect(name, nodes.Length, 1, 1);
                return (data, s) => nodes[0](data, s) is { IsUnknown: false } value ? Value.Of(!Truth(value, "!")) : Value.Unknown;
            case "===":
                Expect(name, nodes.Length, 2, 2);
                NoteComparison(json, comparisons);
                return (data, s) => Same(nodes[0](data, s), nodes[1](data, s));
            case "in":
                Expect(name, nodes.Length, 2, 2);
                return (data, s) => In(nodes[0](data, s), nodes[1](data, s));
            case "+":
                Expect(name, nodes.Length, 2, 2);
                return (data, s) => Plus(nodes[0](data, s), nodes[1](data, s));
            case "<" or ">" or "<=" or ">=":
                Expect(name, nodes.Length, 2, 3);
                NoteComparison(json, comparisons);
                return Ordered(nodes, name, (left, right) => name switch { "<" => left < right, ">" => left > right, "<=" => left <= right, _ => left >= right });
            case "after" or "before" or "not-after" or "not-before":
                Expect(name, nodes.Length, 2, 3);
                return Chronological(nodes, name);
            case "plusTime":
                Expect(name, nodes.Length, 3, 3);
                if (!IsWhole(json[1], out var amount) || json[2].ValueKind != JsonValueKind.String) throw new RuleException("plusTime needs an integer and a unit as its second and third operand.");
                var unit = json[2].GetString()!;
                return (data, s) => nodes[0](data, s) switch
                {
                    { IsUnknown: true } => Value.Unknown,
                    { Kind: ValueKind.Text } text => Value.Of(CertLogicTime.Plus(CertLogicTime.ParseOrRoundUp(text.AsText), amount, unit)),
                    var other => throw new RuleException($"plusTime needs a date text; it got {other}."),
                };
            case "dccDateOfBirth":
                Expect(name, nodes.Length, 1, 1);
                return (data, s) => nodes[0](data, s) switch
                {
                    { IsUnknown: true } => Value.Unknown,
                    { Kind: ValueKind.Text } text => Value.Of(CertLogicTime.ParseBirth(text.AsText)),
                    var other => throw new RuleException($"dccDateOfBirth needs a text; it got {other}."),
                };
            case "extractFromUVCI":
                Expect(name, nodes.Length, 2, 2);
                if (!IsWhole(json[1], out var index)) throw new RuleException("extractFromUVCI needs an integer index.");
                return (data, s) => Extract(nodes[0](data, s), index);
            default:
                throw new RuleException($"'{name}' is not an operation of CertLogic 1.3.");
        }
    }

    private static Node ParseVariable(JsonElement operand, IReadOnlyList<string>? slots, List<string> paths)
    {
        if (operand.ValueKind != JsonValueKind.String) throw new RuleException("var needs a path as a text.");
        var path = operand.GetString()!;
        paths.Add(path);
        if (slots is not null)
        {
            for (var i = 0; i < slots.Count; i++)
            {
                if (slots[i] != path) continue;
                var slot = i;
                return (_, values) => values![slot];
            }
            throw new RuleException($"The fact '{path}' is not declared. Declared: {string.Join(", ", slots)}.");
        }
        if (path.Length == 0) return (data, _) => data;
        var segments = path.Split('.');
        return (data, _) =>
        {
            foreach (var segment in segments)
            {
                if (data.IsUnknown) return data;
                data = data.Kind switch
                {
                    ValueKind.Map => data.AsMap.TryGetValue(segment, out var value) ? value : Value.Null,
                    ValueKind.List => int.TryParse(segment, out var i) && i >= 0 && i < data.AsList.Count ? data.AsList[i] : Value.Null,
                    _ => Value.Null,
                };
            }
            return data;
        };
    }

    private static void NoteComparison(JsonElement[] operands, List<(string, double)> comparisons)
    {
        foreach (var variable in operands.Where(o => o.ValueKind == JsonValueKind.Object && o.TryGetProperty("var", out _)))
        {
            foreach (var constant in operands.Where(o => o.ValueKind == JsonValueKind.Number)) comparisons.Add((variable.GetProperty("var").GetString()!, constant.GetDouble()));
        }
    }

    private static Value If(Node[] nodes, Value data, Value[]? slots)
    {
        var guard = nodes[0](data, slots);
        if (!guard.IsUnknown) return nodes[Truth(guard, "if") ? 1 : 2](data, slots);
        var (then, otherwise) = (nodes[1](data, slots), nodes[2](data, slots));
        return then == otherwise ? then : Value.Unknown;
    }

    private static Value And(Node[] nodes, Value data, Value[]? slots)
    {
        var (unknown, last) = (false, Value.Null);
        foreach (var node in nodes)
        {
            last = node(data, slots);
            if (last.IsUnknown) unknown = true;
            else if (!Truth(last, "and")) return last;
        }
        return unknown ? Value.Unknown : last;
    }

    private static Value Or(Node[] nodes, Value data, Value[]? slots)
    {
        var (unknown, last) = (false, Value.Null);
        foreach (var node in nodes)
        {
            last = node(data, slots);
            if (last.IsUnknown) unknown = true;
            else if (Truth(last, "or")) return last;
        }
        return unknown ? Value.Unknown : last;
    }

    private static Value Same(Value left, Value right) =>
        left.IsUnknown || right.IsUnknown ? Value.Unknown
        // Lists, maps and instants are objects in CertLogic's host language: each equals itself and nothing else.
        : Value.Of(left.Kind is ValueKind.List or ValueKind.Map or ValueKind.Instant ? left.IsSameObject(right) : left == right);

    private static Value In(Value item, Value list)
    {
        if (list.IsUnknown) return Value.Unknown;
        if (list.Kind is not ValueKind.List) throw new RuleException($"The right side of 'in' must be a list; it is {list}.");
        var unknown = item.IsUnknown && list.AsList.Count > 0;
        foreach (var candidate in list.AsList)
        {
            var same = Same(item, candidate);
            if (same.IsUnknown) unknown = true;
            else if (same.AsTruth) return Value.True;
        }
        return unknown ? Value.Unknown : Value.False;
    }

    private static Value Plus(Value left, Value right)
    {
        if (left.IsUnknown || right.IsUnknown) return Value.Unknown;
        return Value.Of(Integer(left, "+") + Integer(right, "+"));
    }

    private static Node Ordered(Node[] nodes, string name, Func<double, double, bool> holds) => (data, slots) =>
    {
        var unknown = false;
        var previous = nodes[0](data, slots);
        for (var i = 1; i < nodes.Length; i++)
        {
            var next = nodes[i](data, slots);
            if (previous.IsUnknown || next.IsUnknown) unknown = true;
            else if (!holds(Integer(previous, name), Integer(next, name)))
            {
                // The remaining operands are still checked, as CertLogic does.
                for (var j = i + 1; j < nodes.Length; j++)
                    if (nodes[j](data, slots) is { IsUnknown: false } rest) Integer(rest, name);
                return Value.False;
            }
            previous = next;
        }
        return unknown ? Value.Unknown : Value.True;
    };

    private static Node Chronological(Node[] nodes, string name) => (data, slots) =>
    {
        Value[] values = [.. nodes.Select(node => node(data, slots))];
        foreach (var value in values)
        {
            if (value.Kind is not (ValueKind.Instant or ValueKind.Unknown))
                throw new RuleException($"'{name}' compares date-times made by plusTime or dccDateOfBirth; it got {value}.");
        }
        var unknown = false;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i - 1].IsUnknown || values[i].IsUnknown)
            {
                unknown = true;
                continue;
            }
            var order = values[i - 1].AsInstant.CompareTo(values[i].AsInstant);
            var holds = name switch { "after" => order > 0, "before" => order < 0, "not-after" => order <= 0, _ => order >= 0 };
            if (!holds) return Value.False;
        }
        return unknown ? Value.Unknown : Value.True;
    };

    private static Value Reduce(Value list, Node step, Value initial, Value data)
    {
        if (list.IsUnknown) return Value.Unknown;
        if (list.Kind is ValueKind.Null) return initial;
        if (list.Kind is not ValueKind.List) throw new RuleException($"reduce needs a list; it got {list}.");
        var accumulator = initial;
        foreach (var current in list.AsList)
            accumulator = step(Value.Of(new Dictionary<string, Value> { ["accumulator"] = accumulator, ["current"] = current, ["data"] = data }), null);
        return accumulator;
    }

    private static Value Extract(Value value, int index)
    {
        const string Prefix = "URN:UVCI:";
        if (value.Kind is ValueKind.Unknown or ValueKind.Null) return value;
        if (value.Kind is not ValueKind.Text) throw new RuleException($"extractFromUVCI needs a text; it got {value}.");
        var text = value.AsText.StartsWith(Prefix, StringComparison.Ordinal) ? value.AsText[Prefix.Length..] : value.AsText;
        var fragments = text.Split('/', '#', ':');
        return index >= 0 && index < fragments.Length ? Value.Of(fragments[index]) : Value.Null;
    }

    private static double Integer(Value value, string operation) =>
        value.Kind is ValueKind.Number && double.IsInteger(value.AsNumber) ? value.AsNumber
        : throw new RuleException($"'{operation}' needs integers; it got {value}.");

    /// <summary>A literal whole number, also as 3.0 or 3e0, within the range of an amount or index.</summary>
    private static bool IsWhole(JsonElement json, out int whole)
    {
        var number = json.ValueKind == JsonValueKind.Number ? json.GetDouble() : double.NaN;
        var fits = double.IsInteger(number) && Math.Abs(number) <= int.MaxValue;
        whole = fits ? (int)number : 0;
        return fits;
    }

    private static bool Truth(Value value, string operation) =>
        value.Truthiness ?? throw new RuleException($"'{operation}' got {value}, which is neither true nor false.");

    private static void Expect(string name, int count, int least, int most)
    {
        if (count < least || count > most)
            throw new RuleException($"'{name}' takes {(least == most ? least.ToString(System.Globalization.CultureInfo.InvariantCulture) : most == int.MaxValue ? $"at least {least}" : $"{least} to {most}")} operands; it has {count}.");
    }
}
