using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Dispatch;

namespace Rongtong.Supplies.Planning;

/// <summary>What is on its way to a need and has not arrived: it is not planned for twice.</summary>
internal static class OnTheWay
{
    public const string Sql = "SELECT need_id, sum(quantity)::bigint AS quantity FROM supplies.consignment WHERE state IN ('reserved', 'confirmed', 'shipped', 'arrived') AND need_id IS NOT NULL GROUP BY need_id";
}

/// <summary>How sending ended.</summary>
internal abstract record SendOutcome
{
    /// <summary>So many lines are reserved; so many wait for goods that another region commands; of so many items and tiers the level above was told what is missing.</summary>
    public sealed record Sent(int Lines, int Waiting, int Escalated) : SendOutcome;

    /// <summary>Goods that are no longer there; nothing was reserved.</summary>
    public sealed record NotEnough(IReadOnlyList<StockShort> Which) : SendOutcome;

    /// <summary>Others changed the plan since it was read.</summary>
    public sealed record Stale(int Version) : SendOutcome;

    /// <summary>A line that cannot be sent as it is.</summary>
    public sealed record Refused(string Reference, string Field) : SendOutcome;

    /// <summary>Another proposal stands in its place.</summary>
    public sealed record Replaced(long By) : SendOutcome;

    /// <summary>It has no line that can be sent, and nothing in it is missing.</summary>
    public sealed record Nothing : SendOutcome;

    /// <summary>There is no such plan that the actor may send, or it was sent.</summary>
    public sealed record NotFound : SendOutcome;
}

/// <summary>
/// Approves and sends a plan: all lines of goods on hand and of output to be made are reserved in one go or none is. Lines of output that another region
/// commands reserve nothing; they are handed to the level above together with what is missing.
/// </summary>
internal sealed record SendPlan(long PlanId, int ExpectedVersion)
{
    /// <summary>Time a supplier has to confirm before the goods are free again.</summary>
    public static readonly TimeSpan GoodFor = TimeSpan.FromHours(24);

    public async Task<SendOutcome> RunAsync(Session session, IRegionTree regions, CancellationToken cancel)
    {
        if (await session.QuerySingleOrDefaultAsync<PlanRow>($"SELECT {PlanRow.Columns} FROM supplies.plan WHERE id = @PlanId AND state <> 'sent' AND (platform.is_system() OR platform.may('supplies.plan')) FOR NO KEY UPDATE", new { PlanId }, cancel) is not { } plan) return new SendOutcome.NotFound();
        if (plan.ReplacedBy is { } by) return new SendOutcome.Replaced((await StoredPlans.PresentAsync(session, by, cancel)).Id);
        if (plan.Version != ExpectedVersion) return new SendOutcome.Stale(plan.Version);
        var lines = await session.QueryAsync<LineToSend>("""
            SELECT supply, demand, wanted_item, item_code, from_facility, from_region, to_facility, quantity, need_id, tier, source, available_on FROM supplies.plan_line
            WHERE plan_id = @PlanId AND quantity > 0 AND need_id IS NOT NULL AND from_facility <> to_facility ORDER BY tier, demand, supply
            """, new { PlanId }, cancel);
        LineToSend[] ready = [.. lines.Where(l => l.Source == "on_hand" || (l.Source == "planned" && l.AvailableOn is not null && session.Actor.Covers(l.FromRegion)))];
        if (ready.Length == 0 && !await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM supplies.plan_need WHERE plan_id = @PlanId AND missed > 0 AND need_id IS NOT NULL)", new { PlanId }, cancel)) return new SendOutcome.Nothing();
        var wanted = ready.Select(l => new NewConsignment(l.ItemCode, l.FromFacility, l.ToFacility, l.Quantity, "command", Reference(PlanId, l.Supply, l.Demand), l.NeedId, l.Tier) { MadeOn = l.Source == "planned" ? l.AvailableOn : null }).ToList();
        var idOf = new Dictionary<string, long>(StringComparer.Ordinal);
        // Days of output first, then every shelf at once, as everybody locks who promises goods.
        foreach (var part in wanted.GroupBy(w => w.MadeOn is null).OrderBy(g => g.Key).Select(g => g.ToArray()))
        {
            // Whatever the first part reserved is taken back with the session, which the caller does not commit.
            switch (await Reservations.ReserveAllAsync(session, part, GoodFor, cancel))
            {
                case ReserveOutcome.NotEnough missing:
                    return new SendOutcome.NotEnough(missing.Which);
                case ReserveOutcome.Refused refused:
                    return new SendOutcome.Refused(refused.Reference, refused.Field);
                case ReserveOutcome.Reserved reserved:
                    foreach (var (consignment, id) in part.Zip(reserved.Ids)) idOf[consignment.Reference] = id;
                    break;
                case var other:
                    throw new InvalidOperationException($"The reservation ended as {other}.");
            }
        }
        // In the product's name: that the actor may send the plan was asked of its row, not of each of its lines.
        await session.AsSystemAsync(() => session.ExecuteAsync("""
            UPDATE supplies.plan_line l SET consignment_id = r.id, sent_at = @Now FROM unnest(@supplies, @demands, @ids) AS r (supply, demand, id) WHERE l.plan_id = @PlanId AND l.supply = r.supply AND l.demand = r.demand
            """, new { PlanId, session.Now, supplies = ready.Select(l => l.Supply).ToArray(), demands = ready.Select(l => l.Demand).ToArray(), ids = wanted.Select(w => idOf[w.Reference]).ToArray() }, cancel), cancel);
        await session.ExecuteAsync("UPDATE supplies.plan SET state = 'sent', sent_by = @by, sent_at = @Now WHERE id = @PlanId", new { PlanId, by = session.Actor.Id, session.Now }, cancel);
        session.Audit("supplies.plan-sent", PlanId.ToString(CultureInfo.InvariantCulture), ready.Length.ToString(CultureInfo.InvariantCulture));
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        var escalated = await EscalateUnmet.RunAsync(session, plan, lines.Except(ready).Select(l => (l.WantedItem, (int)l.Tier, l.Quantity)), regions, cancel);
        return new SendOutcome.Sent(ready.Length, lines.Count - ready.Length, escalated);
    }

    private static string Reference(long plan, int supply, int demand) => string.Create(CultureInfo.InvariantCulture, $"plan:{plan}:{supply}-{demand}");

    private sealed record LineToSend
    {
        public int Supply { get; init; }
        public int Demand { get; init; }
        public string WantedItem { get; init; } = "";
        public string ItemCode { get; init; } = "";
        public string FromRegion { get; init; } = "";
        public DateOnly? AvailableOn { get; init; }
        public string FromFacility { get; init; } = "";
        public string ToFacility { get; init; } = "";
        public long Quantity { get; init; }
        public long? NeedId { get; init; }
        public short Tier { get; init; }
        public string Source { get; init; } = "";
    }
}
