using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Producers;

namespace Rongtong.Supplies.Imports;

/// <summary>Imports carriers and where they go: <c>rongtong import supplies-lane-table FILE</c>. 全国 is the whole country.</summary>
internal sealed class ImportLaneTable(IRegions regions) : IImportKind
{
    public string Name => "supplies-lane-table";

    public string Permission => SuppliesPermissions.Plan;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("carrier", true, "物流名称", "承运单位"), new("from", true, "出发地"), new("to", true, "目的地"), new("published", false, "发布时间"), new("link", false, "发布链接"),
        new("donations", false, "是否接受个人捐赠"), new("green", false, "绿色通道"), new("trucks", false, "车辆数", "可用车辆"), new("review", false, "审核状态"),
        new("checked", false, "七尾巴猫的核实"), new("area", false, "物流区域"), new("title", false, "公告文本标题"), new("site", false, "官网网址"), new("order", false, "下单地址"), new("service", false, "在线客服网址"),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context, regions.Current);

    public async Task UndoAsync(Session session, long batchId, CancellationToken cancel)
    {
        await session.ExecuteAsync("DELETE FROM supplies.lane WHERE batch_id = @batchId", new { batchId }, cancel);
        await RegisterFacilities.UndoAsync(session, batchId, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
    }

    private sealed class Sink(ImportContext context, IRegionTree tree) : IImportSink
    {
        private const string Everywhere = "全国";
        private readonly Oddities _odd = new();
        private readonly List<(FacilityDraft Carrier, string From, string To, int? Trucks, bool? Donations, bool? Green, string Note, DateOnly ToldOn, string Link)> _lanes = [];
        private FilePlaces Places => field ??= new(tree, _odd);

        public ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            var name = row.Text("carrier");
            if (name.Length is 0 or > 200) row.Reject("carrier", "supplies.import.expected.name");
            var (from, to) = (Region(row, "from"), Region(row, "to"));
            var trucks = row.Count("trucks");
            var (donations, green) = (Truth(row, "donations"), Truth(row, "green"));
            if (row.Rejects.Count > 0) return ValueTask.CompletedTask;
            if (row.Text("review") != "已审核") _odd.Add("supplies.import.odd.unreviewed", row.Line, name);
            if (trucks is null) _odd.Add("supplies.import.odd.no-trucks", row.Line, name);
            var isDated = DateTimeOffset.TryParse(row.Text("published"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var published);
            if (!isDated) _odd.Add("supplies.import.odd.no-date", row.Line, name);
            var note = string.Join(" | ", new[] { "title", "area", "checked", "order", "service", "site" }.Select(row.Text).Where(t => t.Length > 0));
            _lanes.Add((new("", name, FacilityKinds.Carrier, from!), from!, to!, trucks, donations, green, ImportDemandTable.Cut(note, 1000), ChinaDay.Of(isDated ? published : context.KnownFrom), ImportDemandTable.Cut(row.Text("link"), 1000)));
            return ValueTask.CompletedTask;
        }

        private string? Region(ImportRow row, string column)
        {
            var text = row.Text(column);
            var region = text == Everywhere ? "" : Places.Anywhere(text);
            if (region is null) row.Reject(column, "supplies.import.expected.region");
            return region;
        }

        private static bool? Truth(ImportRow row, string column)
        {
            switch (row.Text(column).ToUpperInvariant())
            {
                case "": return null;
                case "TRUE" or "是" or "1": return true;
                case "FALSE" or "否" or "0": return false;
                default:
                    row.Reject(column, "supplies.import.expected.truth");
                    return null;
            }
        }

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            var session = context.Session;
            await RegisterFacilities.RunAsync(session, [.. _lanes.Select(l => l.Carrier)], context.BatchId, isDemo: false, cancel);
            var known = (await session.QueryAsync<Facility>($"SELECT {Facility.Columns} FROM supplies.facility WHERE code = ANY (@codes)", new { codes = _lanes.Select(l => l.Carrier.CodeOrMade).ToArray() }, cancel)).ToDictionary(f => f.Code);
            var (added, changed) = (0L, 0L);
            foreach (var lane in _lanes)
            {
                var outcome = await new ReportLane(known[lane.Carrier.CodeOrMade], lane.From, lane.To, lane.Trucks)
                { TakesDonations = lane.Donations, IsGreenChannel = lane.Green, Note = lane.Note, ToldOn = lane.ToldOn, Source = "table", SourceLink = lane.Link, BatchId = context.BatchId }.RunAsync(session, tree, cancel);
                if (outcome is not LaneOutcome.Kept kept) throw new InvalidOperationException($"The lane of {lane.Carrier.Name} was refused: {outcome}.");
                if (kept.IsNew) added++;
                else changed++;
            }
            return new(added, changed, 0, _odd.Findings);
        }
    }
}
