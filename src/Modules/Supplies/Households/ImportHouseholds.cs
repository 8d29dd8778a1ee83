using System.Globalization;
using System.Security.Cryptography;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;

namespace Rongtong.Supplies.Households;

/// <summary>
/// Imports compounds with their buildings and doors: <c>rongtong import households FILE</c>. No names: a door gets a code for its slip of paper,
/// which stays the same when the file comes again.
/// </summary>
internal sealed class ImportHouseholds(IRegions regions) : IImportKind
{
    private const int TextLengthMax = 60;
    private const int MetresMax = 5_000;

    public string Name => "households";

    public string Permission => MarketPermissions.Deliver;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("compound", true, "小区编号"),
        new("compoundName", false, "小区", "小区名称"),
        new("building", true, "楼栋", "楼号"),
        new("door", true, "门牌", "房号"),
        new("isolated", false, "是否隔离", "隔离"),
        new("east", false, "东向米数"),
        new("north", false, "北向米数"),
        new("province", false, "省份", "省"),
        new("place", false, "地区", "区县", "region"),
        new("code", false, "代码", "行政区划代码", "regionCode"),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context, regions);

    // Doors are facts of the place: one that has ordered cannot be forgotten, and the file comes again with the next correction.
    public Task UndoAsync(Session session, long batchId, CancellationToken cancel) => throw new ImportFileException("supplies.households.import.no-undo");

    /// <summary>Keeps a door; a known one keeps its code.</summary>
    internal static async Task<bool> KeepAsync(Session session, string compound, string compoundName, string region, string building, string door, bool isIsolated, int? east, int? north, CancellationToken cancel)
    {
        await session.ExecuteAsync("INSERT INTO supplies.compound (code, name, region_code) VALUES (@compound, @compoundName, @region) ON CONFLICT (code) DO UPDATE SET name = excluded.name", new { compound, compoundName, region }, cancel);
        if (east is not null && north is not null) await session.ExecuteAsync("INSERT INTO supplies.building (compound_code, name, region_code, east_m, north_m) VALUES (@compound, @building, @region, @east, @north) ON CONFLICT (compound_code, name) DO UPDATE SET east_m = excluded.east_m, north_m = excluded.north_m", new { compound, building, region, east, north }, cancel);
        return await session.QuerySingleAsync<bool>("""
            INSERT INTO supplies.household (code, compound_code, building, door, region_code, is_isolated) VALUES (@code, @compound, @building, @door, @region, @isIsolated)
            ON CONFLICT (compound_code, building, door) DO UPDATE SET is_isolated = excluded.is_isolated RETURNING xmax = 0
            """, new { code = RandomNumberGenerator.GetString("23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 12), compound, building, door, region, isIsolated }, cancel);
    }

    private sealed class Sink(ImportContext context, IRegions regions) : IImportSink
    {
        private readonly IRegionTree _tree = regions.Current;
        private readonly List<(string Compound, string Name, string Region, string Building, string Door, bool IsIsolated, int? East, int? North)> _rows = [];

        public ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            foreach (var column in new[] { "compound", "building", "door" })
            {
                if (row.Text(column).Length is 0 or > TextLengthMax) row.Reject(column, "supplies.households.expected.text");
            }
            if (row.Text("compoundName").Length > TextLengthMax) row.Reject("compoundName", "supplies.households.expected.text");
            var (east, north) = (Metres(row, "east"), Metres(row, "north"));
            var (province, place, code) = (row.Text("province"), row.Text("place"), row.Text("code"));
            var found = _tree.Resolve(province.Length > 0 ? province : place, code.Length >= 2 ? code[..2] : null, province.Length > 0 ? place : "", code);
            if (found is not { Region.IsStatistical: false, Match: not RegionMatch.Unknown } || !context.Session.Actor.Covers(found.Value.Region.Code.Value)) row.Reject(code.Length > 0 ? "code" : "place", "supplies.prices.expected.region");
            var isIsolated = row.Text("isolated").ToUpperInvariant() is "1" or "YES" or "TRUE" or "是" or "隔离";
            var name = row.Text("compoundName");
            if (row.Rejects.Count == 0) _rows.Add((row.Text("compound"), name.Length > 0 ? name : row.Text("compound"), found!.Value.Region.Code.Value, row.Text("building"), row.Text("door"), isIsolated, east, north));
            return ValueTask.CompletedTask;
        }

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            var added = 0L;
            foreach (var row in _rows)
            {
                if (await KeepAsync(context.Session, row.Compound, row.Name, row.Region, row.Building, row.Door, row.IsIsolated, row.East, row.North, cancel)) added++;
            }
            return new(added, _rows.Count - added, 0, []);
        }

        private static int? Metres(ImportRow row, string column)
        {
            if (row.Text(column).Length == 0) return null;
            if (int.TryParse(row.Text(column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var metres) && Math.Abs(metres) <= MetresMax) return metres;
            row.Reject(column, "supplies.households.expected.metres");
            return null;
        }
    }
}
