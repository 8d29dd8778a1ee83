using System.Text.Json;
using Rongtong.Observations.Ingest;

namespace Rongtong.Observations.Measures;

/// <summary>How the figures of one enterprise become those of many.</summary>
internal enum MeasureKind
{
    /// <summary>An enterprise counts one or nothing: enterprises that reach the threshold over enterprises with data.</summary>
    Threshold,
    /// <summary>As the threshold, weighed with the load: numerators of enterprises that reach it over denominators of all with data.</summary>
    Load,
    /// <summary>Sum of numerators over sum of denominators.</summary>
    Ratio,
    /// <summary>Mean of the enterprises' shares, where their units cannot be added.</summary>
    Mean,
}

/// <summary>What a source contributes to a measure.</summary>
/// <param name="Numerator">What is counted.</param>
/// <param name="Denominator">What it is divided by; null for any positive count meaning "yes".</param>
/// <param name="IsOfBaseline">True when it is divided by the baseline of the same quantity.</param>
/// <param name="SigmaPpm">Standard error that is ascribed to the source's share, millionths.</param>
/// <param name="SumsApart">True when its numbers have other units than the first source's and must not be added to them.</param>
internal sealed record MeasureSource(Source Source, Quantity Numerator, Quantity? Denominator, bool IsOfBaseline, int SigmaPpm, bool SumsApart);

/// <summary>A rate as it is defined: data, dated and cited, not code.</summary>
/// <param name="Number">As stored; never changed.</param>
/// <param name="ThresholdPpm">Share of the baseline from which an enterprise counts, millionths.</param>
/// <param name="Sources">In order of trust.</param>
internal sealed record Measure(
    string Name, short Number, string Version, DateOnly From, MeasureKind Kind, BaselineKind Baseline, int ThresholdPpm,
    IReadOnlyDictionary<string, string> Title, IReadOnlyDictionary<string, string> Formula, IReadOnlyDictionary<string, string> Citation, IReadOnlyList<MeasureSource> Sources);

/// <summary>The measures in force.</summary>
internal static class MeasureBook
{
    public static IReadOnlyList<Measure> All { get; } = Read();

    public static Measure Of(string name) => All.First(m => m.Name == name);

    public static Measure? Find(string? name) => All.FirstOrDefault(m => m.Name == name);

    private static IReadOnlyList<Measure> Read()
    {
        using var stream = typeof(MeasureBook).Assembly.GetManifestResourceStream("Measures/measures.json") ?? throw new InvalidOperationException("The resource Measures/measures.json is missing.");
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.GetProperty("measures").EnumerateArray().Select(Parse)];
    }

    private static Measure Parse(JsonElement json) => new(
        json.GetProperty("name").GetString()!, json.GetProperty("number").GetInt16(), json.GetProperty("version").GetString()!, DateOnly.Parse(json.GetProperty("from").GetString()!, System.Globalization.CultureInfo.InvariantCulture),
        Enum.Parse<MeasureKind>(json.GetProperty("kind").GetString()!, ignoreCase: true),
        json.TryGetProperty("baseline", out var baseline) ? baseline.GetString() switch { "december_mean" => BaselineKind.December, "q4_mean" => BaselineKind.FourthQuarter, "last_year" => BaselineKind.LastYear, var other => throw new JsonException($"Baseline {other} is not known.") } : BaselineKind.None,
        json.TryGetProperty("thresholdPpm", out var threshold) ? threshold.GetInt32() : 0,
        TextsOf(json, "title"), TextsOf(json, "formula"), TextsOf(json, "citation"), [.. json.GetProperty("sources").EnumerateArray().Select(ParseSource)]);

    private static MeasureSource ParseSource(JsonElement json)
    {
        var denominator = json.TryGetProperty("denominator", out var d) ? d.GetString() : null;
        return new(Vocabulary.SourceOf(json.GetProperty("source").GetString()!) ?? throw new JsonException("A source of a measure is not known."),
            Vocabulary.QuantityOf(json.GetProperty("numerator").GetString()!) ?? throw new JsonException("A quantity of a measure is not known."),
            denominator is null or "baseline" ? null : Vocabulary.QuantityOf(denominator) ?? throw new JsonException($"Quantity {denominator} is not known."),
            denominator == "baseline", json.GetProperty("sigmaPpm").GetInt32(), json.TryGetProperty("sumsApart", out var apart) && apart.GetBoolean());
    }

    private static Dictionary<string, string> TextsOf(JsonElement json, string name) => json.GetProperty(name).EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
}

/// <summary>With what a day is compared.</summary>
internal enum BaselineKind
{
    None,
    /// <summary>Daily mean of the December before the day's year.</summary>
    December,
    /// <summary>Daily mean of October to December before the day's year.</summary>
    FourthQuarter,
    /// <summary>The same enterprise on the day of last year that the calendar puts beside this one: the same lunar day around New Year, else the same weekday.</summary>
    LastYear,
}

/// <summary>First and last day of a baseline.</summary>
internal readonly record struct BaselinePeriod(DateOnly First, DateOnly Last)
{
    public static BaselinePeriod? For(BaselineKind kind, DateOnly day) => kind switch
    {
        BaselineKind.December => new(new(day.Year - 1, 12, 1), new(day.Year - 1, 12, 31)),
        BaselineKind.FourthQuarter => new(new(day.Year - 1, 10, 1), new(day.Year - 1, 12, 31)),
        _ => null,
    };
}
