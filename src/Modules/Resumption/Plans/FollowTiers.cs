using Rongtong.Contracts.Outbreak;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Resumption.Plans;

/// <summary>When the tier of an origin changes, plans that fetch people from there are to be made again; the old run stays. Here they are only queued: a change of many counties concerns thousands.</summary>
internal sealed class FollowTiers : IEventSubscriber
{
    public string Name => "resumption.follow-tiers";

    public string EventKind => TiersChanged.Kind;

    public Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        string[] changed = [.. happened.Read<TiersChanged>().Regions.Select(r => r.Length > 4 ? r[..4] : r).Where(r => r.Length > 0).Distinct()];
        return session.ExecuteAsync("""
            INSERT INTO resumption.replan (enterprise_code, wanted_at)
            SELECT enterprise_code, @now FROM (SELECT DISTINCT ON (coalesce(n.kept_code, p.enterprise_code)) coalesce(n.kept_code, p.enterprise_code) AS enterprise_code, p.origins
                FROM resumption.plan_run p LEFT JOIN resumption.enterprise_number n ON n.code = p.enterprise_code ORDER BY coalesce(n.kept_code, p.enterprise_code), p.id DESC) newest
            WHERE EXISTS (SELECT FROM unnest(origins) AS o (code), unnest(@changed) AS c (code) WHERE o.code <> '' AND (o.code ^@ c.code OR c.code ^@ o.code))
            ORDER BY 1 ON CONFLICT (enterprise_code) DO UPDATE SET wanted_at = least(resumption.replan.wanted_at, excluded.wanted_at)
            """, new { changed, now = session.Now }, cancel);
    }
}
