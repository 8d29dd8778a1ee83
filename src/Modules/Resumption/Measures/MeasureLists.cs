using System.Text.Json;
using Rongtong.Rules;

namespace Rongtong.Resumption.Measures;

/// <summary>A measure, and the tiers in which it is asked.</summary>
internal sealed record Measure(string Id, IReadOnlyList<string> Tiers, Bilingual Title);

/// <summary>A version of the guideline.</summary>
internal sealed record MeasureList(string Version, DateOnly ValidFrom, DateOnly? ValidTo, Citation Citation, IReadOnlyList<Measure> Measures)
{
    /// <summary>All versions, oldest first.</summary>
    public static IReadOnlyList<MeasureList> All { get; } = Read();

    /// <summary>The version in force on the day; the oldest for days before all.</summary>
    public static MeasureList On(DateOnly day) => All.LastOrDefault(l => l.ValidFrom <= day) ?? All[0];

    public IReadOnlyList<Measure> For(string tier) => [.. Measures.Where(m => m.Tiers.Contains(tier))];

    private static IReadOnlyList<MeasureList> Read()
    {
        using var stream = typeof(MeasureList).Assembly.GetManifestResourceStream("Rules/measures.json")!;
        return JsonSerializer.Deserialize<IReadOnlyList<MeasureList>>(stream, JsonSerializerOptions.Web)!;
    }
}
