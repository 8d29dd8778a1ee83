using System.Collections.Frozen;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Outbreak.Tiers;

/// <summary>All tier periods in memory: a few thousand, asked a million times when colours are computed.</summary>
internal sealed class RiskTierHistory(IEnumerable<TierPeriod> periods) : IRiskTierHistory
{
    private readonly FrozenDictionary<string, TierPeriod[]> _periods = periods.GroupBy(p => p.RegionCode).ToFrozenDictionary(g => g.Key, g => g.OrderBy(p => p.FromDay).ToArray());

    public RiskTier On(RegionCode region, DateOnly day)
    {
        for (var code = region.Value; code.Length >= 4; code = code[..^2])
        {
            if (!_periods.TryGetValue(code, out var own)) continue;
            // After the last reported day its tier stands until a new one is computed.
            for (var i = own.Length - 1; i >= 0; i--)
            {
                if (own[i].FromDay <= day) return Parse(own[i].Tier);
            }
        }
        return RiskTier.Low;
    }

    private static RiskTier Parse(string tier) => tier switch { "high" => RiskTier.High, "medium" => RiskTier.Medium, "undetermined" => RiskTier.Undetermined, _ => RiskTier.Low };
}

/// <summary>Reads them, once per change of the figures.</summary>
internal sealed class ReadRiskTiers(Database database, ReadCache cache) : IRiskTiers
{
    public Task<IRiskTierHistory> AsKnownAsync(DateTimeOffset? knownAt, CancellationToken cancel = default) =>
        cache.GetAsync<IRiskTierHistory>(RefreshPicture.Topic, Actor.System, $"tiers known {knownAt:O}", async () =>
        {
            await using var session = await database.BeginAsync(Actor.System, CancellationToken.None);
            return new RiskTierHistory(await session.QueryAsync<TierPeriod>($"""
                SELECT region_code, from_day, to_day, tier, is_provisional FROM outbreak.tier_period
                WHERE {(knownAt is null ? "known_until = 'infinity'" : "known_from <= @at AND known_until > @at")}
                """, new { at = knownAt?.ToUniversalTime() }));
        });
}
