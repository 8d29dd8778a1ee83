using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Registry.Regions;

namespace Rongtong.Registry.Places;

/// <summary>What became of an assignment.</summary>
public abstract record AssignOutcome
{
    private AssignOutcome() { }

    /// <summary>Recorded; other modules move their rows, and later files find the place by its name.</summary>
    public sealed record Assigned : AssignOutcome;

    /// <summary>The area is not one that waits for an answer, or the region is not in the same province.</summary>
    public sealed record Invalid : AssignOutcome;

    /// <summary>The province is outside the actor's scope.</summary>
    public sealed record OutsideScope : AssignOutcome;
}

/// <summary>
/// Says where an unknown place belongs.
/// <code>
/// name in a file that nothing knows ──> statistical area "42U…" with its rows (import)
/// officer: 42U… is 4201 ──> alias for later files + event ──> Outbreak moves the rows it holds
/// </code>
/// </summary>
/// <param name="Area">Code of the statistical area.</param>
/// <param name="Region">Code of the region.</param>
public sealed record AssignPlace(string Area, string Region)
{
    /// <summary>Letter behind the province that marks an area made for a name that nothing knew.</summary>
    internal const char UnknownMark = 'U';

    /// <summary>True for the code of an area made for an unknown name.</summary>
    internal static bool IsUnknown(RegionCode code) => code.Value.Length > 2 && code.Value[2] == UnknownMark;

    internal async Task<AssignOutcome> RunAsync(Session session, IRegionTree tree, CancellationToken cancel)
    {
        if (tree.Find(new(Area)) is not { IsStatistical: true } area || !IsUnknown(area.Code)) return new AssignOutcome.Invalid();
        if (tree.Find(new(Region)) is not { IsStatistical: false } region || !region.Code.IsWithin(area.Parent)) return new AssignOutcome.Invalid();
        if (!session.Actor.Covers(area.Parent.Value)) return new AssignOutcome.OutsideScope();
        await session.ExecuteAsync("""
            INSERT INTO registry.region_alias (province_code, name, code, decided_by, decided_at) VALUES (@province, @Name, @code, @by, @now)
            ON CONFLICT (province_code, name) DO UPDATE SET code = excluded.code, decided_by = excluded.decided_by, decided_at = excluded.decided_at
            """, new { province = area.Parent.Value, area.Name, code = region.Code.Value, by = session.Actor.Id, now = session.Now }, cancel);
        await session.PublishAsync(PlaceAssigned.Kind, area.Code.Value, new PlaceAssigned(area.Code.Value, region.Code.Value), cancel);
        await session.AnnounceAsync(RegionStore.Topic, cancel);
        session.Audit("registry.place-assigned", area.Code.Value, region.Code.Value);
        return new AssignOutcome.Assigned();
    }
}
