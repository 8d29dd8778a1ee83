using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Planning;

/// <summary>
/// Hands what an approved plan leaves unmet to the level above: needs that nothing reaches, and lines whose goods another region commands. What an earlier
/// plan of the region handed up and this one meets is closed. Estimates are nobody's request and stay.
/// </summary>
internal static class EscalateUnmet
{
    /// <summary>Answers how many items and tiers stand escalated by it.</summary>
    public static async Task<int> RunAsync(Session session, PlanRow plan, IEnumerable<(string Item, int Tier, long Quantity)> waiting, IRegionTree regions, CancellationToken cancel)
    {
        if (plan.RegionCode.Length == 0) return 0;
        var missed = await session.QueryAsync<(string Item, int Tier, decimal Quantity)>(
            "SELECT item_code, tier::int, sum(missed) FROM supplies.plan_need WHERE plan_id = @Id AND missed > 0 AND need_id IS NOT NULL GROUP BY 1, 2", new { plan.Id }, cancel);
        var unmet = missed.Concat(waiting.Select(w => (w.Item, w.Tier, Quantity: (decimal)w.Quantity))).GroupBy(m => (m.Item, m.Tier))
            .ToDictionary(g => g.Key, g => (long)Math.Min(Ledger.QuantityMax, g.Sum(m => m.Quantity)));
        var standing = await session.QueryAsync<(string Item, int Tier)>("SELECT item_code, tier::int FROM supplies.escalation WHERE region_code = @RegionCode AND state = 'open'", new { plan.RegionCode }, cancel);
        foreach (var met in standing.Where(s => !unmet.ContainsKey(s))) unmet[met] = 0;
        foreach (var ((item, tier), quantity) in unmet.OrderBy(u => u.Key.Tier).ThenBy(u => u.Key.Item, StringComparer.Ordinal))
        {
            var outcome = await new EscalateRemainder(plan.RegionCode, item, tier, quantity, string.Create(CultureInfo.InvariantCulture, $"plan:{plan.Id}")).RunAsync(session, regions, cancel);
            if (outcome is EscalationOutcome.Invalid invalid) throw new InvalidOperationException($"What plan {plan.Id} leaves unmet of {item} could not be escalated: {invalid.Field}.");
        }
        return unmet.Count(u => u.Value > 0);
    }
}

/// <summary>What a plan leaves unmet of one item and tier, and what became of it.</summary>
internal sealed record UnmetItem
{
    public string ItemCode { get; init; } = "";
    public short Tier { get; init; }
    public decimal Missed { get; init; }
    public long Needs { get; init; }

    /// <summary>open or met; null where it was handed to nobody.</summary>
    public string? State { get; init; }

    /// <summary>Code of the region above; empty for the nation.</summary>
    public string? ToRegion { get; init; }
    public long? Escalated { get; init; }
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>Units that suppliers offer of it, which may be asked for.</summary>
    public decimal Offered { get; init; }
    public long Offers { get; init; }

    public static Task<IReadOnlyList<UnmetItem>> OfAsync(Session session, PlanRow plan, PlanFigures figures, CancellationToken cancel) => session.QueryAsync<UnmetItem>("""
        SELECT n.item_code, n.tier, n.missed, n.needs, e.state, e.to_region, e.quantity AS escalated, e.changed_at, coalesce(o.quantity, 0) AS offered, coalesce(o.offers, 0) AS offers
        FROM unnest(@items, @tiers, @missed, @needs) AS n (item_code, tier, missed, needs)
        LEFT JOIN (SELECT DISTINCT ON (item_code, tier) item_code, tier, state, to_region, quantity, changed_at FROM supplies.escalation WHERE region_code = @RegionCode ORDER BY item_code, tier, id DESC) e
            ON e.item_code = n.item_code AND e.tier = n.tier
        LEFT JOIN (SELECT item_code, sum(quantity - taken_quantity) AS quantity, count(*) AS offers FROM supplies.offer WHERE state = 'open' AND expires_at > @Now GROUP BY 1) o ON o.item_code = n.item_code
        ORDER BY n.tier, n.missed DESC, n.item_code
        """, new
    {
        plan.RegionCode,
        session.Now,
        items = figures.Items.Select(i => i.Item).ToArray(),
        tiers = figures.Items.Select(i => i.Tier).ToArray(),
        missed = figures.Items.Select(i => i.Missed).ToArray(),
        needs = figures.Items.Select(i => i.Needs).ToArray(),
    }, cancel);
}
