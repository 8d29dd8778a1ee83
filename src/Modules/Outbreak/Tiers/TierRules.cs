using Rongtong.Outbreak.Cases;
using Rongtong.Rules;

namespace Rongtong.Outbreak.Tiers;

/// <summary>The tier rule in force, and how facts of the series become facts of the rule.</summary>
public static class TierRules
{
    /// <summary>The shipped table: February 2020, FIRST order, so that "none for 14 days" comes before "more than 50".</summary>
    public static DecisionTable Current { get; } = DecisionTable.Parse(ShippedJson());

    /// <summary>The shipped document, as a start for an edited one.</summary>
    public static string ShippedJson()
    {
        using var stream = typeof(TierRules).Assembly.GetManifestResourceStream("Tiers/tier-rules.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Facts in the order of the shipped table's declarations; the fast way.</summary>
    internal static Value[] Slots(TierFacts facts) =>
        [Value.Of(facts.CumulativeConfirmed), Value.Of(facts.NewConfirmed14d), facts.ClusterWithin14d is { } told ? Value.Of(told) : Value.Unknown];

    /// <summary>Facts by name with the records they come from, for an explanation.</summary>
    public static IReadOnlyDictionary<string, Fact> Named(TierFacts facts, string region, DateOnly day, IReadOnlyList<ClusterFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        string[] counts = [$"case_count:{region}:{day.AddDays(-TierFacts.WindowDays):yyyy-MM-dd}..{day:yyyy-MM-dd}"];
        return new Dictionary<string, Fact>
        {
            ["cumulativeConfirmed"] = Fact.Of(facts.CumulativeConfirmed, counts),
            ["newConfirmed14d"] = Fact.Of(facts.NewConfirmed14d, counts),
            ["clusterWithin14d"] = Fact.Of(facts.ClusterWithin14d, [.. findings.Select(f => $"cluster_finding:{f.Id}")]),
        };
    }

    /// <summary>Tier of every day of a series as runs of equal days.</summary>
    public static IReadOnlyList<TierPeriod> Periods(DecisionTable table, CaseSeries series, DateOnly lastDay, IReadOnlyList<ClusterFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(series);
        var periods = new List<TierPeriod>();
        for (var day = series.FirstDay; day <= lastDay; day = day.AddDays(1))
        {
            var (tier, provisional) = table.Decide(Slots(TierFacts.On(day, series, findings))) switch
            {
                Decision.Decided decided => (decided.Outcome, decided.IsProvisional),
                _ => ("undetermined", false),
            };
            if (periods.Count > 0 && periods[^1].Tier == tier && periods[^1].IsProvisional == provisional) periods[^1] = periods[^1] with { ToDay = day };
            else periods.Add(new() { RegionCode = series.Region.Value, FromDay = day, ToDay = day, Tier = tier, IsProvisional = provisional });
        }
        return periods;
    }
}

/// <summary>A run of days on which a region had one tier.</summary>
public sealed record TierPeriod
{
    public string RegionCode { get; init; } = "";
    public DateOnly FromDay { get; init; }
    public DateOnly ToDay { get; init; }
    public string Tier { get; init; } = "";

    /// <summary>True while a fact is unknown and the tier is the precaution.</summary>
    public bool IsProvisional { get; init; }
}
