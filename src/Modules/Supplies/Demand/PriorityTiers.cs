namespace Rongtong.Supplies.Demand;

/// <summary>One row of the rule: the first that fits decides; "*" is any kind.</summary>
internal sealed record PriorityRow(string Kind, int FrontLineMin, int Tier);

/// <summary>The rule as it is in force from a day on.</summary>
internal sealed record PriorityVersion(string Version, DateOnly ValidFrom, string Citation, IReadOnlyList<PriorityRow> Rows);

/// <summary>Who comes first, 1 to 4, by kind of facility and its nearness to patients: a dated rule that ships as data with its source.</summary>
internal static class PriorityTiers
{
    public static IReadOnlyList<PriorityVersion> Versions { get; } = [.. Resource().Versions.OrderBy(v => v.ValidFrom)];

    /// <summary>The rule in force on the day; before the first one, the first.</summary>
    public static PriorityVersion On(DateOnly day) => Versions.LastOrDefault(v => v.ValidFrom <= day) ?? Versions[0];

    /// <summary>The tier of a facility by a version.</summary>
    public static int TierOf(this PriorityVersion rule, string kind, int frontLine) =>
        rule.Rows.First(r => (r.Kind == kind || r.Kind == "*") && frontLine >= r.FrontLineMin).Tier;

    private static Document Resource() => Items.Resource.Read<Document>("Demand/priority-tiers.json");

    private sealed record Document(IReadOnlyList<PriorityVersion> Versions);
}
