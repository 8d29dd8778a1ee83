using System.Text.Json;
using Rongtong.Rules;

namespace Rongtong.Supplies.Prices;

/// <summary>A dated, cited rule about prices or stocks, and where and against which day it applies.</summary>
/// <param name="Region">Region in which it applies; empty for the nation.</param>
/// <param name="Kind">price or stock.</param>
/// <param name="ReferenceDay">The reference price is that of the last sale on or before this day.</param>
/// <param name="Table">The rule itself.</param>
internal sealed record PriceRule(string Region, string Kind, DateOnly ReferenceDay, DecisionTable Table);

/// <summary>What is known of one price in one shop. Amounts are fen per unit; null is "nobody has told us".</summary>
internal sealed record PriceFacts(bool IsMedical, long PriceFen, long? PurchaseFen, long? Stock, long? MonthlySales);

/// <summary>The price of a former day. <paramref name="PurchaseFen"/> is null where only the sale price is known.</summary>
internal sealed record ReferencePrice(long PriceFen, long? PurchaseFen, DateOnly OnDay, string RegionCode, string Source);

/// <summary>What one rule says of one price.</summary>
/// <param name="Verdict">none, asked (facts are missing), notice, hoarding or gouging.</param>
internal sealed record PriceFinding(PriceRule Rule, ReferencePrice? Reference, string Verdict, Trace Trace);

/// <summary>
/// The rules of price-rules.json and their evaluation: pure, the same facts give the same findings and sentences.
/// Every rule in force in the region on the day is asked, the nation's and the province's; the most severe finding counts.
/// </summary>
internal static class PriceRules
{
    /// <summary>Verdicts, mildest first.</summary>
    public static readonly string[] Severity = ["none", "asked", "notice", "hoarding", "gouging"];

    internal static string Json { get; } = Goods.Resource("Prices/price-rules.json");

    /// <summary>As shipped; figures that a region has set are put in by <see cref="PriceThresholds.With"/>.</summary>
    public static IReadOnlyList<PriceRule> All { get; } = Parse(Json);

    public static IReadOnlyList<PriceRule> Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(e => new PriceRule(
            e.GetProperty("region").GetString()!, e.GetProperty("kind").GetString()!, e.GetProperty("referenceDay").Deserialize<DateOnly>(), DecisionTable.Parse(e.GetProperty("table").GetRawText())))];
    }

    public static IEnumerable<PriceRule> InForce(IEnumerable<PriceRule> rules, string region, DateOnly day) => rules.Where(r =>
        region.StartsWith(r.Region, StringComparison.Ordinal) && r.Table.Document.ValidFrom <= day && (r.Table.Document.ValidTo is not { } last || day <= last));

    /// <summary>What the rules in force say; <paramref name="reference"/> gives the reference price as of a rule's day.</summary>
    public static IReadOnlyList<PriceFinding> Judge(IEnumerable<PriceRule> rules, string region, DateOnly day, PriceFacts facts, Func<DateOnly, ReferencePrice?> reference) =>
        [.. InForce(rules, region, day).Select(rule => Judge(rule, facts, reference(rule.ReferenceDay)))];

    /// <summary>The most severe verdict; none where no rule is in force.</summary>
    public static string Worst(IEnumerable<PriceFinding> findings) => findings.Select(f => f.Verdict).MaxBy(v => Array.IndexOf(Severity, v)) ?? "none";

    public static bool IsBreach(string verdict) => verdict is "notice" or "hoarding" or "gouging";

    private static PriceFinding Judge(PriceRule rule, PriceFacts facts, ReferencePrice? reference)
    {
        var trace = rule.Table.Explain(Named(rule, facts, reference));
        var verdict = trace.Decision switch
        {
            Decision.Decided decided => decided.Outcome,
            // While something innocent is possible nothing is held against the shop; otherwise the mildest of what remains.
            Decision.Undecided { Possible: var possible } when !possible.Contains("none") => possible.MinBy(o => Array.IndexOf(Severity, o))!,
            Decision.Undecided => "asked",
            _ => "none",
        };
        return new(rule, reference, verdict, trace);
    }

    private static Dictionary<string, Fact> Named(PriceRule rule, PriceFacts facts, ReferencePrice? reference)
    {
        string[] source = reference is null ? [] : [$"price_reference:{reference.RegionCode}:{reference.OnDay:yyyy-MM-dd}:{reference.Source}"];
        Dictionary<string, Fact> all = new()
        {
            ["isMedical"] = Fact.Of(facts.IsMedical),
            ["hasReference"] = Fact.Of(reference is not null, source),
            ["riseBp"] = Number(reference is null ? null : BasisPoints(facts.PriceFen - (decimal)reference.PriceFen, reference.PriceFen), source),
            ["marginBp"] = Number(Margin(facts.PriceFen, facts.PurchaseFen), []),
            ["marginWidenedBp"] = Number(Margin(facts.PriceFen, facts.PurchaseFen) - Margin(reference?.PriceFen, reference?.PurchaseFen), source),
            ["marginKnown"] = Fact.Of(facts.PurchaseFen is not null && reference?.PurchaseFen is not null, source),
            ["spreadWidenedFen"] = Number(facts.PriceFen - (decimal?)facts.PurchaseFen - (reference?.PriceFen - (decimal?)reference?.PurchaseFen), source),
            ["stockMonthsHundredths"] = Number(Months(facts.Stock, facts.MonthlySales), []),
        };
        return rule.Table.Document.Facts.ToDictionary(f => f.Name, f => all[f.Name]);
    }

    private static decimal? Margin(long? price, long? purchase) => price is { } sold && purchase is { } paid ? BasisPoints(sold - (decimal)paid, paid) : null;

    /// <summary>Away from nought, so that a rise too small for a hundredth of a percent is still a rise.</summary>
    private static decimal BasisPoints(decimal difference, long of) => difference >= 0 ? Math.Ceiling(difference * 10_000 / of) : Math.Floor(difference * 10_000 / of);

    private static decimal? Months(long? stock, long? sales) => (stock, sales) switch
    {
        ({ } s, > 0) => Math.Ceiling(s * 100m / sales.Value),
        (0, 0) => 0,
        // Goods that nobody is sold although they are there.
        ({ }, 0) => int.MaxValue,
        _ => null,
    };

    private static Fact Number(decimal? value, string[] sources) =>
        value is { } known ? Fact.Of((int)Math.Clamp(known, -int.MaxValue, int.MaxValue), sources) : new(Value.Unknown, sources);
}
