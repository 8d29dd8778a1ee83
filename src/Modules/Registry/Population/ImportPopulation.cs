using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Registry.Regions;

namespace Rongtong.Registry.Population;

/// <summary>
/// Imports inhabitants by region and year: <c>rongtong import population FILE</c>. With them the map shows rates per 100,000, and small areas
/// are told from large ones by their size instead of by their level.
/// </summary>
internal sealed class ImportPopulation(RegionStore regions) : IImportKind
{
    private const int YearMin = 1950;
    private const int YearMax = 2100;

    public string Name => "population";

    public string Permission => RegistryPermissions.Write;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("year", true, "年份", "年"),
        new("persons", true, "人口", "常住人口", "人口数", "population"),
        new("province", false, "省份", "省"),
        new("place", false, "地区", "城市", "市", "县区", "name", "region", "city"),
        new("code", false, "代码", "行政区划代码", "地区代码", "regionCode", "cityCode"),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context, regions);

    public async Task UndoAsync(Session session, long batchId, CancellationToken cancel)
    {
        await session.ExecuteAsync("""
            WITH closed AS (
                UPDATE registry.population SET known_until = @now WHERE batch_id = @batchId AND known_until = 'infinity' RETURNING region_code, year, known_from)
            INSERT INTO registry.population (region_code, year, persons, known_from, batch_id)
            SELECT p.region_code, p.year, p.persons, @now, p.batch_id
            FROM closed JOIN registry.population p ON p.region_code = closed.region_code AND p.year = closed.year AND p.known_until = closed.known_from
            """, new { now = session.Now, batchId }, cancel);
        await session.AnnounceAsync(RegionStore.Topic, cancel);
    }

    private sealed class Sink(ImportContext context, RegionStore regions) : IImportSink
    {
        private readonly IRegionTree _tree = regions.Current;
        private readonly Dictionary<(string Code, int Year), long> _rows = [];

        public ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            var (year, persons) = (row.Count("year"), row.LongCount("persons"));
            if (year is null or < YearMin or > YearMax) row.Reject("year", "registry.population.expected.year");
            if (persons is null) row.Reject("persons", "import.expected.count");
            var (province, place, code) = (row.Text("province"), row.Text("place"), row.Text("code"));
            // A file may give nothing but codes, or provinces in the column of places.
            var found = _tree.Resolve(province.Length > 0 ? province : place, code.Length >= 2 ? code[..2] : null, province.Length > 0 ? place : "", code);
            if (found is not { Region.IsStatistical: false } resolution) row.Reject(code.Length > 0 ? "code" : "place", "registry.population.expected.region");
            else if (row.Rejects.Count == 0) _rows[(resolution.Region.Code.Value, year!.Value)] = persons!.Value;
            return ValueTask.CompletedTask;
        }

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            var counts = await context.Session.QuerySingleAsync<(int New, int Changed)>("""
                WITH rows AS (SELECT * FROM unnest(@codes, @years, @persons) AS r (region_code, year, persons)),
                different AS (
                    SELECT r.*, c.region_code IS NOT NULL AS exists FROM rows r
                    LEFT JOIN registry.population c ON c.region_code = r.region_code AND c.year = r.year AND c.known_until = 'infinity'
                    WHERE c.persons IS DISTINCT FROM r.persons),
                closed AS (
                    UPDATE registry.population c SET known_until = @KnownFrom FROM different d
                    WHERE c.region_code = d.region_code AND c.year = d.year AND c.known_until = 'infinity' RETURNING 1),
                opened AS (
                    INSERT INTO registry.population (region_code, year, persons, known_from, batch_id)
                    SELECT region_code, year, persons, @KnownFrom, @BatchId FROM different WHERE (SELECT count(*) FROM closed) >= 0 RETURNING 1)
                SELECT (SELECT count(*) FROM different WHERE NOT exists)::int, (SELECT count(*) FROM different WHERE exists)::int FROM (SELECT count(*) FROM opened) done
                """,
                new { codes = _rows.Keys.Select(k => k.Code).ToArray(), years = _rows.Keys.Select(k => (short)k.Year).ToArray(), persons = _rows.Values.ToArray(), context.KnownFrom, context.BatchId }, cancel);
            await context.Session.AnnounceAsync(RegionStore.Topic, cancel);
            return new(counts.New, counts.Changed, _rows.Count - counts.New - counts.Changed, []);
        }
    }
}
