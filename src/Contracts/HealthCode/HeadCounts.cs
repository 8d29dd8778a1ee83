using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;

namespace Rongtong.Contracts.HealthCode;

/// <summary>How many of an enterprise's staff are in one situation: numbers only, never who.</summary>
/// <param name="Origin">Prefecture from which they must return or have returned; the enterprise's own where they did not travel.</param>
/// <param name="OriginTier">Tier of the origin on the day.</param>
/// <param name="IsAway">True for those who are not in the enterprise's province yet.</param>
/// <param name="IsolationDaysLeft">Days until they may work; zero for those who may today.</param>
/// <param name="Count">How many.</param>
public sealed record StaffCount(RegionCode Origin, RiskTier OriginTier, bool IsAway, int IsolationDaysLeft, int Count);

/// <summary>The doorway of the health code to modules that plan with numbers of people.</summary>
public interface IHeadCounts
{
    /// <summary>
    /// Staff who told the health code that they work at the enterprise, by situation. Groups of fewer than three are joined with their nearest so
    /// that nobody can be read out of them; the sum is exact. Empty when fewer than three have told so.
    /// </summary>
    Task<IReadOnlyList<StaffCount>> OfStaffAsync(string enterpriseCode, DateOnly day, CancellationToken cancel = default);

    /// <summary>Scans of the enterprise's venue codes on a day, counted once a person; null where its places have no venue code.</summary>
    Task<int?> PresentAsync(string enterpriseCode, DateOnly day, CancellationToken cancel = default);

    /// <summary>
    /// The same for all enterprises whose places have a venue code, by social credit code. Counts of one or two people are left out, since they
    /// would say of somebody when she was there; none is zero.
    /// </summary>
    Task<IReadOnlyDictionary<string, int>> PresentAsync(DateOnly day, CancellationToken cancel = default);
}
