using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Registry.Enterprises.Statistics;

/// <summary>Enterprises of a county, section and size.</summary>
/// <param name="Persons">Employees where known; 0 for readers who may not see figures.</param>
internal sealed record EnterpriseCount(string RegionCode, string Section, short Size, long Enterprises, long Persons);

/// <summary>
/// Counts enterprises by region, industry and size. What was merged counts once: as the entry that was kept, with one figure of each kind, never
/// with the sum of both.
/// </summary>
internal static class EnterpriseCounts
{
    /// <summary>True where the reader may see employees of the region.</summary>
    public static bool ShowsPersons(Actor reader, RegionCode region) => reader.May(RegistryPermissions.Enterprises) && (reader.Kind is ActorKind.System || reader.Covers(region.Value));

    /// <summary>Every cell that is not empty, of the region and what lies in it.</summary>
    public static async Task<IReadOnlyList<EnterpriseCount>> ReadAsync(Session session, RegionCode region, CancellationToken cancel)
    {
        IReadOnlyList<EnterpriseCount> cells = [];
        var withPersons = ShowsPersons(session.Actor, region);
        var (sum, join) = withPersons ? ($"coalesce(sum({RefreshSizes.EffectiveFigure("persons")}), 0)::bigint", "LEFT JOIN registry.enterprise_figure f ON f.enterprise_id = e.id") : ("0::bigint", "");
        async Task ReadCellsAsync() => cells = await session.QueryAsync<EnterpriseCount>($"""
            SELECT e.region_code, e.section, e.size, count(*) AS enterprises, {sum} AS persons FROM registry.enterprise e {join}
            WHERE e.merged_into IS NULL AND e.withdrawn_at IS NULL AND e.status <> 'closed' AND e.region_code ^@ @Value GROUP BY e.region_code, e.section, e.size
            """, new { region.Value }, cancel);
        // The reader may see all of the region's figures or none: asked once here instead of for every row.
        if (withPersons) await session.AsSystemAsync(ReadCellsAsync, cancel);
        else await ReadCellsAsync();
        return cells;
    }
}
