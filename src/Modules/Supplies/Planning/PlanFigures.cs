using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Planning;

/// <summary>A need that misses something, as the page lists it.</summary>
internal sealed record UnmetNeed
{
    public int Demand { get; init; }
    public string FacilityCode { get; init; } = "";
    public string ItemCode { get; init; } = "";
    public short Tier { get; init; }
    public string AmountKind { get; init; } = "";
    public long Needed { get; init; }
    public long? High { get; init; }
    public long Missed { get; init; }
}

/// <summary>Counts over one version of a plan: tens of thousands of rows that change only with the version.</summary>
/// <param name="Lines">Lines with a quantity or fixed by hand.</param>
/// <param name="Ready">Lines that can be sent.</param>
/// <param name="Missed">Needs that miss something.</param>
/// <param name="Unmet">The largest of them, by tier.</param>
/// <param name="Items">What is missing of each item and tier, estimates left out.</param>
internal sealed record PlanFigures(int Lines, int Ready, int Missed, IReadOnlyList<UnmetNeed> Unmet, IReadOnlyList<(string Item, short Tier, decimal Missed, long Needs)> Items)
{
    private const int UnmetRows = 100;

    public static async Task<PlanFigures> CountAsync(Session session, long id, CancellationToken cancel)
    {
        var (lines, ready) = await session.QuerySingleAsync<(int, int)>("""
            SELECT (count(*) FILTER (WHERE quantity > 0 OR pinned IS NOT NULL))::int, (count(*) FILTER (WHERE quantity > 0 AND source IN ('on_hand', 'planned') AND need_id IS NOT NULL))::int FROM supplies.plan_line WHERE plan_id = @id
            """, new { id }, cancel);
        var missed = await session.QuerySingleAsync<int>("SELECT count(*)::int FROM supplies.plan_need WHERE plan_id = @id AND missed > 0", new { id }, cancel);
        var unmet = await session.QueryAsync<UnmetNeed>("SELECT demand, facility_code, item_code, tier, amount_kind, needed, high, missed FROM supplies.plan_need WHERE plan_id = @id AND missed > 0 ORDER BY tier, missed DESC, demand LIMIT @UnmetRows", new { id, UnmetRows }, cancel);
        var items = await session.QueryAsync<(string, short, decimal, long)>("SELECT item_code, tier, sum(missed), count(*) FROM supplies.plan_need WHERE plan_id = @id AND missed > 0 AND need_id IS NOT NULL GROUP BY 1, 2", new { id }, cancel);
        return new(lines, ready, missed, unmet, items);
    }
}
