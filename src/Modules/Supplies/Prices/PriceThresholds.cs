using System.Globalization;
using System.Text.Json.Nodes;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Prices;

/// <summary>A figure in a row of the shipped rules that an authority may set.</summary>
/// <param name="Value">Hundredths of a percent; of a month for stocks.</param>
internal sealed record Threshold(string Rule, string Row, string Fact, int Value)
{
    public bool IsMonths => Fact == "stockMonthsHundredths";

    public string Text(int value) => (value / 100m).ToString("0.##", CultureInfo.InvariantCulture) + (IsMonths ? "" : "%");
}

/// <summary>A figure that a region has set, or would. Approved is null while only one person stands for it.</summary>
internal sealed record ThresholdChange
{
    public long Id { get; init; }
    public string RuleId { get; init; } = "";
    public string RowId { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public int Value { get; init; }
    public DateOnly EffectiveFrom { get; init; }
    public string Document { get; init; } = "";
    public string Clause { get; init; } = "";
    public string Proposer { get; init; } = "";
    public string? Approver { get; init; }

    internal const string Columns = "id, rule_id, row_id, region_code, value, effective_from, document, clause, proposer, approver";

    /// <summary>Approved figures that hold in the region on the day, each threshold once: that of the nearest region, and of its the latest.</summary>
    public static Task<IReadOnlyList<ThresholdChange>> InForceAsync(Session session, string region, DateOnly day, CancellationToken cancel) => session.QueryAsync<ThresholdChange>($"""
        SELECT DISTINCT ON (rule_id, row_id) {Columns} FROM supplies.price_threshold WHERE approver IS NOT NULL AND effective_from <= @day AND @region ^@ region_code
        ORDER BY rule_id, row_id, length(region_code) DESC, effective_from DESC, id DESC
        """, new { region, day }, cancel);

    /// <summary>Every version, the latest first: what held on a day can be read years later.</summary>
    public static Task<IReadOnlyList<ThresholdChange>> AllAsync(Session session, CancellationToken cancel) =>
        session.QueryAsync<ThresholdChange>($"SELECT {Columns} FROM supplies.price_threshold ORDER BY id DESC LIMIT 500", cancel: cancel);
}

/// <summary>How setting a figure ended.</summary>
internal abstract record ThresholdOutcome
{
    /// <summary>Proposed or approved.</summary>
    public sealed record Done(long Id) : ThresholdOutcome;

    /// <summary>Whoever proposed it cannot approve it; its day is over; or it is of another region.</summary>
    public sealed record NotAllowed : ThresholdOutcome;

    /// <summary>Field is threshold, value, region, effective or citation.</summary>
    public sealed record Invalid(string Field) : ThresholdOutcome;
}

/// <summary>
/// The figures of price-rules.json that can be set without touching its logic, and the rules with other figures in them. A shipped figure that an
/// enactment itself names as "any rise" (zero) is no threshold and stays.
/// </summary>
internal static class PriceThresholds
{
    private static readonly string[] s_facts = ["riseBp", "marginBp", "stockMonthsHundredths"];

    public static IReadOnlyList<Threshold> Shipped { get; } = Find(JsonNode.Parse(PriceRules.Json)!.AsArray());

    /// <summary>The shipped rules with the figures in force put into them, each with the citation it was set by.</summary>
    public static IReadOnlyList<PriceRule> With(IReadOnlyList<ThresholdChange> changes)
    {
        if (changes.Count == 0) return PriceRules.All;
        var rules = JsonNode.Parse(PriceRules.Json)!.AsArray();
        foreach (var change in changes)
        {
            if (Shipped.FirstOrDefault(t => t.Rule == change.RuleId && t.Row == change.RowId) is not { } threshold) continue;
            var table = rules.Select(r => r!["table"]!).Single(t => t["id"]!.GetValue<string>() == change.RuleId);
            table["version"] = $"{table["version"]!.GetValue<string>()}+{change.Id.ToString(CultureInfo.InvariantCulture)}";
            var row = table["rows"]!.AsArray().Single(r => r!["id"]!.GetValue<string>() == change.RowId)!;
            Comparisons(row["when"]!).Single(c => c[0]!["var"]!.GetValue<string>() == threshold.Fact)[1] = change.Value;
            var (day, set) = (change.EffectiveFrom.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), threshold.Text(change.Value));
            // The shipped sentence names the shipped figure: what replaced it is said beside it.
            row["title"] = new JsonObject { ["zh-CN"] = $"{row["title"]!["zh-CN"]}（{day} 起为 {set}{(threshold.IsMonths ? "个月" : "")}）", ["en"] = $"{row["title"]!["en"]} (from {day}: {set}{(threshold.IsMonths ? " months" : "")})" };
            row["citation"] = new JsonObject { ["document"] = Both(change.Document), ["clause"] = Both(change.Clause) };
        }
        return PriceRules.Parse(rules.ToJsonString());
    }

    /// <summary>An inspector proposes a figure for a region of theirs, with the enactment that gives it.</summary>
    public static async Task<ThresholdOutcome> ProposeAsync(Session session, IRegionTree regions, string rule, string row, string region, decimal? value, DateOnly? effective, string document, string clause, CancellationToken cancel)
    {
        if (!Shipped.Any(t => t.Rule == rule && t.Row == row)) return new ThresholdOutcome.Invalid("threshold");
        if (value is not { } said || said is < 0.01m or > 1_000 || said * 100 != decimal.Truncate(said * 100)) return new ThresholdOutcome.Invalid("value");
        if (region.Length > 12 || regions.Find(new(region)) is not { IsStatistical: false }) return new ThresholdOutcome.Invalid("region");
        // Nobody is judged by a figure that was set after the sale.
        if (effective is not { } from || from < ChinaDay.Of(session.Now)) return new ThresholdOutcome.Invalid("effective");
        if (document.Length is 0 or > 300 || clause.Length is 0 or > 100) return new ThresholdOutcome.Invalid("citation");
        if (!session.Actor.May(MarketPermissions.Market) || !await session.QuerySingleAsync<bool>("SELECT platform.region_in_scope(@region)", new { region }, cancel)) return new ThresholdOutcome.NotAllowed();
        return new ThresholdOutcome.Done(await session.QuerySingleAsync<long>("""
            INSERT INTO supplies.price_threshold (rule_id, row_id, region_code, value, effective_from, document, clause, proposer, proposed_at)
            VALUES (@rule, @row, @region, @value, @from, @document, @clause, @actor, @now) RETURNING id
            """, new { rule, row, region, value = (int)(said * 100), from, document, clause, actor = session.Actor.Id, now = session.Now }, cancel));
    }

    /// <summary>Another inspector stands for it too: from its day on it holds.</summary>
    public static async Task<ThresholdOutcome> ApproveAsync(Session session, long id, CancellationToken cancel) =>
        await session.ExecuteAsync("UPDATE supplies.price_threshold SET approver = @actor, approved_at = @now WHERE id = @id AND approver IS NULL AND proposer <> @actor AND effective_from >= @today",
            new { id, actor = session.Actor.Id, now = session.Now, today = ChinaDay.Of(session.Now) }, cancel) == 0 ? new ThresholdOutcome.NotAllowed() : new ThresholdOutcome.Done(id);

    private static IReadOnlyList<Threshold> Find(JsonArray rules) =>
    [
        .. from rule in rules let table = rule!["table"]! from row in table["rows"]!.AsArray()
           from comparison in Comparisons(row!["when"]!) let fact = comparison[0]!["var"]!.GetValue<string>()
           where s_facts.Contains(fact) && comparison[1]!.GetValue<int>() > 0
           select new Threshold(table["id"]!.GetValue<string>(), row["id"]!.GetValue<string>(), fact, comparison[1]!.GetValue<int>()),
    ];

    /// <summary>Every "fact greater than number" of a condition.</summary>
    private static IEnumerable<JsonArray> Comparisons(JsonNode condition) => condition switch
    {
        JsonObject all => all.SelectMany(p => p is { Key: ">", Value: JsonArray { Count: 2 } pair } && pair[0] is JsonObject fact && fact.ContainsKey("var") ? [pair] : p.Value is null ? [] : Comparisons(p.Value)),
        JsonArray list => list.Where(i => i is not null).SelectMany(i => Comparisons(i!)),
        _ => [],
    };

    private static JsonObject Both(string text) => new() { ["zh-CN"] = text, ["en"] = text };
}
