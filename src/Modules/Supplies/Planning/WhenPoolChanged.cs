using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Supplies.Dispatch;

namespace Rongtong.Supplies.Planning;

/// <summary>
/// Goods of a plan came back, or did not come: the region's proposal is solved anew at once. All returns that wait are taken up by one proposal, so that a
/// thousand reservations that lapse in a minute are one solution; the events behind the first find nothing left to do.
/// </summary>
internal sealed class WhenPoolChanged(StoredPlans plans, Places places) : IEventSubscriber
{
    public string Name => "supplies.when-pool-changed";

    public string EventKind => PoolChanged.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var waiting = await session.QueryAsync<(long Consignment, long SentBy, string Region)>("""
            SELECT r.consignment_id, r.sent_by, p.region_code FROM supplies.pool_return r JOIN supplies.plan p ON p.id = r.sent_by WHERE r.plan_id IS NULL ORDER BY r.consignment_id FOR NO KEY UPDATE OF r
            """, cancel: cancel);
        foreach (var region in waiting.GroupBy(w => w.Region))
        {
            var current = await session.QuerySingleOrDefaultAsync<PlanRow>($"SELECT {PlanRow.Columns} FROM supplies.plan WHERE region_code = @Key AND state = 'draft' ORDER BY id DESC LIMIT 1 FOR NO KEY UPDATE", new { region.Key }, cancel)
                ?? await session.QuerySingleAsync<PlanRow>($"SELECT {PlanRow.Columns} FROM supplies.plan WHERE id = @latest FOR NO KEY UPDATE", new { latest = region.Max(r => r.SentBy) }, cancel);
            var plan = await new SolveAnew(current).RunAsync(session, plans, places, cancel);
            await session.ExecuteAsync("UPDATE supplies.pool_return SET plan_id = @plan WHERE consignment_id = ANY (@ids)", new { plan, ids = region.Select(r => r.Consignment).ToArray() }, cancel);
        }
    }
}
