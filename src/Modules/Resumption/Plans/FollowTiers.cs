using Rongtong.Contracts.Outbreak;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;

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
            ON CONFLICT DO NOTHING
            """, new { changed, now = session.Now }, cancel);
    }
}

/// <summary>Makes queued plans again, a few in a transaction: what is done stays done when the host ends, and nobody waits for a row that a long one holds.</summary>
internal sealed class Replan(Database database, PlanReturn plan) : IJob
{
    /// <summary>Plans of one transaction.</summary>
    public const int BatchMax = 20;

    /// <summary>Transactions of one run; the next run comes with the next look, so that other jobs have their turn.</summary>
    public const int BatchesMax = 10;

    public string Name => "resumption.replan";

    public TimeSpan Every => TimeSpan.FromSeconds(5);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        for (var batch = 0; batch < BatchesMax; batch++)
        {
            if (await NextAsync(cancel) < BatchMax) return;
        }
    }

    private async Task<int> NextAsync(CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var codes = await session.QueryAsync<string>("""
            DELETE FROM resumption.replan WHERE enterprise_code IN (SELECT enterprise_code FROM resumption.replan WHERE wanted_at <= @now ORDER BY wanted_at, enterprise_code LIMIT @BatchMax FOR UPDATE SKIP LOCKED)
            RETURNING enterprise_code
            """, new { BatchMax, now = session.Now }, cancel);
        foreach (var code in codes) await plan.RunAsync(session, code, await PlanReturn.TermsAsync(session, code, cancel), "tiers-changed", cancel);
        await session.CommitAsync(cancel);
        return codes.Count;
    }
}
