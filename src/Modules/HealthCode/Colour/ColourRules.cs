using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Rules;

namespace Rongtong.HealthCode.Colour;

/// <summary>A version of the colour rules with the days and the knowledge it holds for.</summary>
public sealed record ColourRuleVersion(long Id, DecisionTable Table, DateOnly EffectiveFrom, DateTimeOffset ApprovedAt);

/// <summary>The shipped rules and the approved edited ones; which holds on a day, as known at an instant.</summary>
public sealed class ColourRules(Database database, ReadCache cache)
{
    /// <summary>Topic announced when a version is approved.</summary>
    public const string Topic = "health.rules";

    /// <summary>The shipped table.</summary>
    public static DecisionTable Shipped { get; } = DecisionTable.Parse(ShippedJson());

    /// <summary>Facts that every version must declare, in this order, because the facts of a person are filled in by position.</summary>
    public static IReadOnlyList<string> FactNames { get; } = [.. Shipped.Document.Facts.Select(f => f.Name)];

    /// <summary>The shipped document, as a start for an edited one.</summary>
    public static string ShippedJson()
    {
        using var stream = typeof(ColourRules).Assembly.GetManifestResourceStream("Colour/colour-rules.json")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Reads a version and refuses one that this product could not apply.</summary>
    /// <exception cref="RuleException">It is no table, declares other facts, or other outcomes.</exception>
    public static DecisionTable Parse(string json)
    {
        var table = DecisionTable.Parse(json);
        if (!table.Document.Facts.Select(f => f.Name).SequenceEqual(FactNames)) throw new RuleException($"The table must declare the facts {string.Join(", ", FactNames)} in this order.");
        string[] outcomes = [.. Shipped.Document.Outcomes.Select(o => o.Name).Order(StringComparer.Ordinal)];
        if (!table.Document.Outcomes.Select(o => o.Name).Order(StringComparer.Ordinal).SequenceEqual(outcomes)) throw new RuleException($"The table must have the outcomes {string.Join(", ", outcomes)}.");
        return table;
    }

    /// <summary>The rules of a day, by what had been approved at the instant.</summary>
    public async Task<DecisionTable> OnAsync(DateOnly day, DateTimeOffset known)
    {
        var versions = await cache.GetAsync<IReadOnlyList<ColourRuleVersion>>(Topic, Actor.System, "versions", async () =>
        {
            await using var session = await database.BeginAsync(Actor.System);
            var rows = await session.QueryAsync<Row>("SELECT id, document, effective_from, approved_at FROM health_code.rule_version WHERE approver IS NOT NULL ORDER BY approved_at, id");
            return [.. rows.Select(r => new ColourRuleVersion(r.Id, DecisionTable.Parse(r.Document), r.EffectiveFrom, new(r.ApprovedAt, TimeSpan.Zero)))];
        });
        var table = Shipped;
        var from = DateOnly.MinValue;
        foreach (var version in versions)
        {
            if (version.ApprovedAt <= known && version.EffectiveFrom <= day && version.EffectiveFrom >= from) (table, from) = (version.Table, version.EffectiveFrom);
        }
        return table;
    }

    private sealed record Row
    {
        public long Id { get; init; }
        public string Document { get; init; } = "";
        public DateOnly EffectiveFrom { get; init; }
        public DateTime ApprovedAt { get; init; }
    }
}
