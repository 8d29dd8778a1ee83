using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Outbreak.Cases;

/// <summary>Active cases as everybody may see them: read in the name of the public, so that the row policies hold back what is not published.</summary>
internal sealed class ReadActiveCases(Database database) : IActiveCases
{
    public async Task<IReadOnlyList<ActiveCases>> PublishedAsync(RegionCode within, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.Public, cancel);
        var rows = await session.QueryAsync<(string Region, DateOnly Day, long Active)>("""
            SELECT DISTINCT ON (region_code) region_code, day, greatest(0, confirmed - coalesce(cured, 0) - coalesce(dead, 0))::bigint
            FROM outbreak.case_count WHERE known_until = 'infinity' AND confirmed IS NOT NULL AND region_code ^@ @Value ORDER BY region_code, day DESC
            """, new { within.Value }, cancel);
        return [.. rows.Select(r => new ActiveCases(new(r.Region), r.Day, r.Active))];
    }
}
