using System.Runtime.CompilerServices;
using System.Text.Json;
using Dapper;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Registry.Enterprises;

/// <summary>The doorway for other modules: every answer is a query by key; nothing is held in memory.</summary>
internal sealed class EnterpriseQueries(Database database) : IEnterprises
{
    private const string Select = """
        SELECT e.id, e.code, e.name, e.region_code, e.industry, e.size, coalesce(p.name, '') AS park
        FROM registry.enterprise e LEFT JOIN registry.park p ON p.id = e.park_id
        """;

    private const string IsCurrent = "e.merged_into IS NULL AND e.withdrawn_at IS NULL";

    public async Task<Enterprise?> FindAsync(int id, CancellationToken cancel = default) =>
        (await QueryAsync($"{Select} WHERE e.id = registry.kept_id(@id) AND {IsCurrent}", new { id }, cancel)).SingleOrDefault();

    public async Task<Enterprise?> FindByCodeAsync(string code, CancellationToken cancel = default) =>
        (await QueryAsync($"{Select} WHERE e.id = (SELECT registry.kept_id(c.id) FROM registry.enterprise c WHERE c.code = @code) AND {IsCurrent}", new { code }, cancel)).SingleOrDefault();

    public async Task<IReadOnlyList<Enterprise>> FindAsync(IReadOnlyCollection<int> ids, CancellationToken cancel = default) =>
        await QueryAsync($"""
            {Select} WHERE e.id IN (SELECT CASE WHEN a.merged_into IS NULL THEN a.id ELSE registry.kept_id(a.id) END FROM registry.enterprise a WHERE a.id = ANY (@ids)) AND {IsCurrent}
            """, new { ids = ids.ToArray() }, cancel);

    public async Task<IReadOnlyDictionary<string, int>> NumbersOfAsync(IReadOnlyCollection<string> codes, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var found = await session.QueryAsync<(string Code, int Id)>("""
            SELECT a.code, e.id FROM registry.enterprise a
            JOIN registry.enterprise e ON e.id = CASE WHEN a.merged_into IS NULL THEN a.id ELSE registry.kept_id(a.id) END
            WHERE a.code = ANY (@codes) AND e.withdrawn_at IS NULL
            """, new { codes = codes.ToArray() }, cancel);
        return found.ToDictionary(f => f.Code, f => f.Id);
    }

    public async IAsyncEnumerable<Enterprise> AllAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        await foreach (var row in session.Connection.QueryUnbufferedAsync<Row>($"{Select} WHERE {IsCurrent} ORDER BY e.id", transaction: session.Transaction).WithCancellation(cancel))
            yield return row.ToEnterprise();
    }

    public async Task<IReadOnlyList<EnterprisePlace>> PlacesOfAsync(int enterpriseId, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        return await PlacesOfAsync(session, enterpriseId, cancel);
    }

    /// <summary>Places of the enterprise and of everything merged into it, as far as the session's actor may see them.</summary>
    public static async Task<IReadOnlyList<EnterprisePlace>> PlacesOfAsync(Session session, int enterpriseId, CancellationToken cancel)
    {
        var places = await session.QueryAsync<PlaceRow>("""
            SELECT id, kind, name, region_code, address, area_square_metres, capacity, rooms::text AS rooms FROM registry.place
            WHERE enterprise_id IN (SELECT registry.members(registry.kept_id(@enterpriseId))) AND ended_at IS NULL ORDER BY kind, id
            """, new { enterpriseId }, cancel);
        return [.. places.Select(p => new EnterprisePlace(p.Id, enterpriseId, (PlaceKind)p.Kind, p.Name, new(p.RegionCode), p.Address, p.AreaSquareMetres, p.Capacity,
            p.Rooms is null ? null : JsonSerializer.Deserialize<DormitoryRoom[]>(p.Rooms, JsonSerializerOptions.Web)))];
    }

    private async Task<IReadOnlyList<Enterprise>> QueryAsync(string sql, object args, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        return [.. (await session.QueryAsync<Row>(sql, args, cancel)).Select(r => r.ToEnterprise())];
    }

    private sealed record Row
    {
        public int Id { get; init; }
        public string Code { get; init; } = "";
        public string Name { get; init; } = "";
        public string RegionCode { get; init; } = "";
        public string Industry { get; init; } = "";
        public short Size { get; init; }
        public string Park { get; init; } = "";

        public Enterprise ToEnterprise() => new(Id, Code, Name, new(RegionCode), Industry, (EnterpriseSize)Size, Park);
    }

    private sealed record PlaceRow
    {
        public int Id { get; init; }
        public short Kind { get; init; }
        public string Name { get; init; } = "";
        public string RegionCode { get; init; } = "";
        public string Address { get; init; } = "";
        public decimal? AreaSquareMetres { get; init; }
        public int? Capacity { get; init; }
        public string? Rooms { get; init; }
    }
}
