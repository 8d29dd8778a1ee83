using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;

namespace Rongtong.Supplies.Necessities;

/// <summary>Imports the list of chains' shops and markets that are to report every day: <c>rongtong import market-outlets FILE</c>.</summary>
internal sealed class ImportOutlets(IRegions regions) : IImportKind
{
    private const int TextLengthMax = 100;

    public string Name => "market-outlets";

    public string Permission => MarketPermissions.Market;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("outlet", true, "编号", "门店编号"),
        new("organisation", true, "统一社会信用代码", "单位代码"),
        new("name", true, "名称", "门店名称"),
        new("kind", true, "类型", "类别"),
        new("province", false, "省份", "省"),
        new("place", false, "地区", "区县", "region"),
        new("code", false, "代码", "行政区划代码", "regionCode"),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context, regions);

    public async Task UndoAsync(Session session, long batchId, CancellationToken cancel)
    {
        // What the outlets have said stays; they are only not waited for any more.
        await session.ExecuteAsync("UPDATE supplies.market_outlet SET is_expected = false WHERE batch_id = @batchId", new { batchId }, cancel);
        await session.AsSystemAsync(() => RollNecessities.RunAsync(session, ChinaDay.Of(session.Now), null, cancel), cancel);
    }

    private sealed class Sink(ImportContext context, IRegions regions) : IImportSink
    {
        private readonly IRegionTree _tree = regions.Current;
        private readonly List<(string Code, string Organisation, string Name, string Kind, string Region)> _rows = [];

        public ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            foreach (var column in new[] { "outlet", "organisation", "name" })
            {
                if (row.Text(column).Length is 0 or > TextLengthMax) row.Reject(column, "supplies.necessities.expected.text");
            }
            var kind = row.Text("kind") switch { "chain" or "连锁" or "连锁超市" => "chain", "market" or "市场" or "农贸市场" or "批发市场" => "market", _ => null };
            if (kind is null) row.Reject("kind", "supplies.necessities.expected.kind");
            var (province, place, code) = (row.Text("province"), row.Text("place"), row.Text("code"));
            var found = _tree.Resolve(province.Length > 0 ? province : place, code.Length >= 2 ? code[..2] : null, province.Length > 0 ? place : "", code);
            if (found is not { Region.IsStatistical: false, Match: not RegionMatch.Unknown } || !context.Session.Actor.Covers(found.Value.Region.Code.Value)) row.Reject(code.Length > 0 ? "code" : "place", "supplies.prices.expected.region");
            if (row.Rejects.Count == 0) _rows.Add((row.Text("outlet"), row.Text("organisation"), row.Text("name"), kind!, found!.Value.Region.Code.Value));
            return ValueTask.CompletedTask;
        }

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            var session = context.Session;
            var (added, changed) = (0L, 0L);
            foreach (var row in _rows)
            {
                var isNew = await session.QuerySingleAsync<bool>("""
                    INSERT INTO supplies.market_outlet (code, organisation, name, kind, region_code, batch_id) VALUES (@Code, @Organisation, @Name, @Kind, @Region, @BatchId)
                    ON CONFLICT (code) DO UPDATE SET organisation = excluded.organisation, name = excluded.name, kind = excluded.kind, region_code = excluded.region_code, is_expected = true, batch_id = excluded.batch_id RETURNING xmax = 0
                    """, new { row.Code, row.Organisation, row.Name, row.Kind, row.Region, context.BatchId }, cancel);
                if (isNew) added++; else changed++;
            }
            await session.AsSystemAsync(() => RollNecessities.RunAsync(session, ChinaDay.Of(session.Now), null, cancel), cancel);
            return new(added, changed, 0, []);
        }
    }
}
