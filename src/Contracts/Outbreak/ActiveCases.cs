using Rongtong.Contracts.Registry;

namespace Rongtong.Contracts.Outbreak;

/// <summary>Cases of a region that are neither cured nor dead, by the figures published for it.</summary>
/// <param name="Region">The region the figures are of.</param>
/// <param name="Day">Last published day of the region.</param>
/// <param name="Active">Confirmed less cured and dead; what was not reported of the last two counts as nothing, so that the number is an upper bound then.</param>
public sealed record ActiveCases(RegionCode Region, DateOnly Day, long Active);

/// <summary>The doorway of published case figures to modules that plan by them. Nothing unpublished and nothing personal passes it.</summary>
public interface IActiveCases
{
    /// <summary>The last published figures of every region within one that has any; a province and its cities both stand in it, and are not to be added up.</summary>
    Task<IReadOnlyList<ActiveCases>> PublishedAsync(RegionCode within, CancellationToken cancel = default);
}
