using System.Globalization;
using System.Text.Json;

namespace Rongtong.Rules;

/// <summary>What a <see cref="Value"/> holds.</summary>
public enum ValueKind
{
    /// <summary>Nothing: a missing path, or an explicit null.</summary>
    Null,
    /// <summary>A declared fact that nobody has told us yet; it spreads through every operation that depends on it.</summary>
    Unknown,
    /// <summary>True or false.</summary>
    Truth,
    /// <summary>A number; CertLogic calculates with integers only.</summary>
    Number,
    /// <summary>A text.</summary>
    Text,
    /// <summary>An instant, made by plusTime or dccDateOfBirth.</summary>
    Instant,
    /// <summary>A list.</summary>
    List,
    /// <summary>Named values.</summary>
    Map,
}

/// <summary>One value of an evaluation. Small and immutable; lists and maps are shared, never copied.</summary>
public readonly struct Value : IEquatable<Value>
{
    private readonly double _number;
    private readonly object? _reference;

    private Value(ValueKind kind, double number, object? reference) => (Kind, _number, _reference) = (kind, number, reference);

    /// <summary>What it holds.</summary>
    public ValueKind Kind { get; }

    /// <summary>Nothing.</summary>
    public static Value Null => default;

    /// <summary>True.</summary>
    public static Value True { get; } = new(ValueKind.Truth, 1, null);

    /// <summary>False.</summary>
    public static Value False { get; } = new(ValueKind.Truth, 0, null);

    /// <summary>Not told yet.</summary>
    public static Value Unknown { get; } = new(ValueKind.Unknown, 0, null);

    /// <summary>A truth value.</summary>
    public static Value Of(bool truth) => truth ? True : False;

    /// <summary>A number.</summary>
    public static Value Of(double number) => new(ValueKind.Number, number, null);

    /// <summary>A text; null becomes <see cref="Null"/>.</summary>
    public static Value Of(string? text) => text is null ? Null : new(ValueKind.Text, 0, text);

    /// <summary>An instant.</summary>
    public static Value Of(DateTimeOffset instant) => new(ValueKind.Instant, 0, instant.ToUniversalTime());

    /// <summary>A list.</summary>
    public static Value Of(IReadOnlyList<Value> list) => new(ValueKind.List, 0, list);

    /// <summary>Named values.</summary>
    public static Value Of(IReadOnlyDictionary<string, Value> map) => new(ValueKind.Map, 0, map);

    /// <summary>True for <see cref="ValueKind.Unknown"/>.</summary>
    public bool IsUnknown => Kind is ValueKind.Unknown;

    /// <summary>The truth value; only for <see cref="ValueKind.Truth"/>.</summary>
    public bool AsTruth => _number != 0;

    /// <summary>The number; only for <see cref="ValueKind.Number"/>.</summary>
    public double AsNumber => _number;

    /// <summary>The text; only for <see cref="ValueKind.Text"/>.</summary>
    public string AsText => (string)_reference!;

    /// <summary>The instant; only for <see cref="ValueKind.Instant"/>.</summary>
    public DateTimeOffset AsInstant => (DateTimeOffset)_reference!;

    /// <summary>The list; only for <see cref="ValueKind.List"/>.</summary>
    public IReadOnlyList<Value> AsList => (IReadOnlyList<Value>)_reference!;

    /// <summary>The map; only for <see cref="ValueKind.Map"/>.</summary>
    public IReadOnlyDictionary<string, Value> AsMap => (IReadOnlyDictionary<string, Value>)_reference!;

    /// <summary>CertLogic's truthiness: null where a value is neither truthy nor falsy (instants, unknown).</summary>
    public bool? Truthiness => Kind switch
    {
        ValueKind.Null => false,
        ValueKind.Truth => AsTruth,
        ValueKind.Number => _number != 0,
        ValueKind.Text => AsText.Length > 0,
        ValueKind.List => AsList.Count > 0,
        ValueKind.Map => AsMap.Count > 0,
        _ => null,
    };

    /// <summary>The value of a JSON document.</summary>
    public static Value From(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True => True,
        JsonValueKind.False => False,
        JsonValueKind.Number => Of(json.GetDouble()),
        JsonValueKind.String => Of(json.GetString()),
        JsonValueKind.Array => Of([.. json.EnumerateArray().Select(From)]),
        JsonValueKind.Object => Of(json.EnumerateObject().GroupBy(p => p.Name).ToDictionary(g => g.Key, g => From(g.Last().Value))),
        _ => Null,
    };

    /// <summary>One and the same list, map or instant, as CertLogic's === asks of them.</summary>
    internal bool IsSameObject(Value other) => ReferenceEquals(_reference, other._reference);

    /// <summary>Equal kind and content; lists and maps by content. This is not CertLogic's ===, which asks for the same list or map.</summary>
    public bool Equals(Value other) => Kind == other.Kind && Kind switch
    {
        ValueKind.Truth or ValueKind.Number => _number.Equals(other._number),
        ValueKind.Text => AsText == other.AsText,
        ValueKind.Instant => AsInstant == other.AsInstant,
        ValueKind.List => AsList.SequenceEqual(other.AsList),
        ValueKind.Map => SameMap(AsMap, other.AsMap),
        _ => true,
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, _number, Kind is ValueKind.Text or ValueKind.Instant ? _reference : null);

    /// <summary>Equality of content.</summary>
    public static bool operator ==(Value left, Value right) => left.Equals(right);

    /// <summary>Inequality of content.</summary>
    public static bool operator !=(Value left, Value right) => !left.Equals(right);

    /// <summary>As JSON writes it; instants as ISO 8601, unknown as "?".</summary>
    public override string ToString() => Kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Unknown => "?",
        ValueKind.Truth => AsTruth ? "true" : "false",
        ValueKind.Number => _number.ToString(CultureInfo.InvariantCulture),
        ValueKind.Text => JsonSerializer.Serialize(AsText),
        ValueKind.Instant => AsInstant.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        ValueKind.List => "[" + string.Join(",", AsList) + "]",
        _ => "{" + string.Join(",", AsMap.Select(p => $"{JsonSerializer.Serialize(p.Key)}:{p.Value}")) + "}",
    };

    private static bool SameMap(IReadOnlyDictionary<string, Value> left, IReadOnlyDictionary<string, Value> right) =>
        left.Count == right.Count && left.All(p => right.TryGetValue(p.Key, out var value) && value.Equals(p.Value));
}
