using Rongtong.HealthPass;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Passes;

/// <summary>The revocation files that gates carry: ids of cards that were taken back before their time.</summary>
public sealed class Revocations(Database database, ReadCache cache, PassKeys keys)
{
    /// <summary>Topic announced when a card is revoked.</summary>
    public const string Topic = "health.revocations";

    private static readonly TimeSpan s_life = TimeSpan.FromHours(48);
    private static readonly TimeSpan s_renewAfter = TimeSpan.FromHours(1);

    /// <summary>The files of now; made anew after a revocation, and every hour so that their age says something.</summary>
    internal async Task<RevocationFiles> FilesAsync(CancellationToken cancel = default)
    {
        var now = database.Clock.GetUtcNow();
        var slot = now.UtcTicks / s_renewAfter.Ticks;
        var edition = await keys.NowAsync(cancel);
        return await cache.GetAsync(Topic, Actor.System, $"files {slot} {edition.Period}", async () =>
        {
            await using var session = await database.BeginAsync(Actor.System);
            var ids = await session.QueryAsync<Guid>("SELECT pass_id FROM health_code.card WHERE revoked_at < 'infinity' AND expires_at > @now", new { now });
            return RevocationList.Create((long)(now - DateTimeOffset.UnixEpoch).TotalMilliseconds, now, now + s_life, ids.Select(RevocationId.OfPass), edition.Key);
        });
    }

    /// <summary>Takes the person's cards back.</summary>
    public static async Task<int> RevokeAsync(Session session, long person, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var revoked = await session.ExecuteAsync("UPDATE health_code.card SET revoked_at = @now WHERE person_id = @person AND revoked_at = 'infinity' AND expires_at > @now", new { person, now = session.Now }, cancel);
        if (revoked > 0)
        {
            session.Audit("health.cards-revoked", "person:" + person.ToString(System.Globalization.CultureInfo.InvariantCulture), revoked.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await session.AnnounceAsync(Topic, cancel);
        }
        return revoked;
    }
}
