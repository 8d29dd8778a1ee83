using Rongtong.Contracts.Registry;

namespace Rongtong.Contracts.Outbreak;

/// <summary>Risk tier of an area, in order of severity.</summary>
public enum RiskTier
{
    /// <summary>Low, or nothing known of the area.</summary>
    Low,
    /// <summary>Not determined by the rule; treated as the area's caution asks.</summary>
    Undetermined,
    /// <summary>Medium.</summary>
    Medium,
    /// <summary>High.</summary>
    High,
}

/// <summary>Tiers of all regions over all days, as known at one instant; immutable.</summary>
public interface IRiskTierHistory
{
    /// <summary>The tier of a region on a day: its own, else that of the region above which carries one; low where none does.</summary>
    RiskTier On(RegionCode region, DateOnly day);
}

/// <summary>The doorway of the outbreak picture to modules whose rules depend on where somebody was.</summary>
public interface IRiskTiers
{
    /// <summary>Tiers as known at the instant; null is now.</summary>
    Task<IRiskTierHistory> AsKnownAsync(DateTimeOffset? knownAt, CancellationToken cancel = default);
}

/// <summary>Tiers have been computed anew and some changed.</summary>
/// <param name="Regions">Codes of the regions whose periods changed.</param>
public sealed record TiersChanged(IReadOnlyList<string> Regions)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "outbreak.tiers-changed";
}
