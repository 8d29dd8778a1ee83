using Rongtong.Contracts.Outbreak;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Resumption.Plans;

/// <summary>When the tier of an origin changes, plans that fetch people from there are made again; the old run stays.</summary>
internal sealed class FollowTiers(PlanReturn plan) : IEventSubscriber
{
    public string Name => "resumption.follow-tiers";

    public string EventKind => TiersChanged.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        string[] changed = [.. happened.Read<TiersChanged>().Regions.Select(r => r.Length > 4 ? r[..4] : r).Where(r => r.Length > 0).Distinct()];
        var codes = await session.QueryAsync<string>("""
            SELECT enterprise_code FROM (SELECT DISTINCT ON (resumption.kept_code(enterprise_code)) resumption.kept_code(enterprise_code) AS enterprise_code, origins
                FROM resumption.plan_run ORDER BY resumption.kept_code(enterprise_code), id DESC) newest
            WHERE EXISTS (SELECT FROM unnest(origins) AS o (code), unnest(@changed) AS c (code) WHERE o.code <> '' AND (o.code ^@ c.code OR c.code ^@ o.code)) ORDER BY 1
            """, new { changed }, cancel);
        foreach (var code in codes) await plan.RunAsync(session, code, await PlanReturn.TermsAsync(session, code, cancel), "tiers-changed", cancel);
    }
}
