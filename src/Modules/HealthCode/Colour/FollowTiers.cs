using Rongtong.Contracts.Outbreak;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.HealthCode.Colour;

/// <summary>When the tier of a region changes, the colours of those who were there within the fortnight may: they are computed anew.</summary>
internal sealed class FollowTiers(RefreshColours refresh) : IEventSubscriber
{
    private const int ChunkPeople = 5_000;

    public string Name => "health.follow-tiers";

    public string EventKind => TiersChanged.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var changed = happened.Read<TiersChanged>().Regions;
        var people = await session.QueryAsync<long>("""
            SELECT DISTINCT person_id FROM health_code.fact
            WHERE kind IN ('Trip', 'Stay') AND to_day >= @since AND withdrawn_at = 'infinity'
                AND (left(region_code, 4) = ANY (@prefectures) OR left(detail->>'from', 4) = ANY (@prefectures))
            """, new { since = ChinaDay.Of(session.Now).AddDays(-30), prefectures = changed.Select(c => c.Length > 4 ? c[..4] : c).Distinct().ToArray() }, cancel);
        foreach (var chunk in people.Chunk(ChunkPeople)) await refresh.OfAsync(session, chunk, cancel);
    }
}
