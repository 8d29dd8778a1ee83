using System.Text.Json;
using Rongtong.Contracts.Outbreak;
using Rongtong.Rules;

namespace Rongtong.Resumption.Rules;

/// <summary>A document that may be asked for; an example where the product names it and no published text does.</summary>
internal sealed record ListedDocument(string Id, Bilingual Title, bool Example = false);

/// <summary>The closed list: what may be asked, which offices answer, and in how many working days.</summary>
internal sealed record ClosedList(string Version, DateOnly ValidFrom, int AnswerWorkingDays, Citation Citation, IReadOnlyDictionary<string, IReadOnlyList<string>> Offices, IReadOnlyList<ListedDocument> Documents);

/// <summary>The shipped rules of openings, by the day they are in force.</summary>
internal static class DatedRules
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    // Before the tables, whose reading fills it.
    private static readonly Dictionary<(string Version, string Row), bool> s_examples = [];

    /// <summary>All versions of what an opening needs.</summary>
    public static IReadOnlyList<DecisionTable> Openings { get; } = [Table("opening-2020-02-08"), Table("opening-2020-03-03")];

    /// <summary>All versions of what silence means.</summary>
    public static IReadOnlyList<DecisionTable> Silences { get; } = [Table("silence-2020-01-23"), Table("silence-2020-03-03")];

    public static ClosedList List { get; } = JsonSerializer.Deserialize<ClosedList>(Text("documents"), s_json)!;

    /// <summary>The version in force on the day; the oldest for days before all.</summary>
    public static DecisionTable On(IReadOnlyList<DecisionTable> versions, DateOnly day) => versions.LastOrDefault(t => t.Document.ValidFrom <= day) ?? versions[0];

    /// <summary>The facts of an opening by name. An unknown tier and an unknown number of staff stay unknown.</summary>
    public static Dictionary<string, Fact> Facts(RiskTier? tier, string region, int? staff) => new()
    {
        ["tier"] = new(tier is { } known ? Value.Of(Word(known)) : Value.Unknown, [$"tier:{region}"]),
        ["ownRules"] = Fact.Of(region.StartsWith("42", StringComparison.Ordinal) || region.StartsWith("11", StringComparison.Ordinal), $"region:{region}"),
        ["staff"] = staff is { } counted ? Fact.Of(counted, "staff_total") : new(Value.Unknown, []),
    };

    public static Citation CitationOf(DecisionTable table, string row) => table.Document.Rows.Single(r => r.Id == row).Citation ?? table.Document.Citation;

    /// <summary>True where the row is an example of the product's and not what a published text says. A row that does not say which it is counts as an example.</summary>
    public static bool IsExample(DecisionTable table, string row) => s_examples.GetValueOrDefault((table.Document.Id + " " + table.Document.Version, row), true);

    public static string Word(RiskTier tier) => tier switch
    {
        RiskTier.Low => "low",
        RiskTier.Medium => "medium",
        RiskTier.High => "high",
        _ => "undetermined",
    };

    private static DecisionTable Table(string name)
    {
        var table = DecisionTable.Parse(Text(name));
        using var document = JsonDocument.Parse(Text(name));
        foreach (var row in document.RootElement.GetProperty("rows").EnumerateArray())
        {
            if (row.TryGetProperty("example", out var example)) s_examples[(table.Document.Id + " " + table.Document.Version, row.GetProperty("id").GetString()!)] = example.GetBoolean();
        }
        return table;
    }

    internal static string Text(string name)
    {
        using var stream = typeof(DatedRules).Assembly.GetManifestResourceStream($"Rules/{name}.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
