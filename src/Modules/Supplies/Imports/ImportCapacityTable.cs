using System.Globalization;
using System.Text.Json;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Producers;

namespace Rongtong.Supplies.Imports;

/// <summary>
/// Imports a table of producers whose capacities stand as lists in columns by class, as
/// <c>[{"specification": "N95", "value": 50000}]</c>: <c>rongtong import supplies-capacity-table FILE</c>. A value of 1 means "makes it, nobody said
/// how much". Names that mean no item stay with their capacity until somebody says what they are.
/// </summary>
internal sealed class ImportCapacityTable(IRegions regions) : IImportKind
{
    private const long UnknownAmount = 1;

    /// <summary>Entries of one field.</summary>
    private const int EntriesMax = 100;

    private static readonly string[] s_classes = ["capacity-mask", "capacity-head", "capacity-body", "capacity-hand", "capacity-leg", "capacity-disinfection", "capacity-test", "capacity-equipment", "capacity-other"];
    private static readonly string[] s_headers = ["口罩类产能", "头部防护类产能", "身体防护类产能", "手部防护类产能", "腿部防护类产能", "消毒药品类产能", "检测产品类产能", "医疗器材类产能", "其他物资产能"];

    public string Name => "supplies-capacity-table";

    public string Permission => SuppliesPermissions.Plan;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("producer", true, "厂商名称", "企业名称", "名称"), new("province", true, "省", "省份"), new("city", false, "市", "城市"),
        new("licence", false, "资质证明"), new("address", false, "厂商地址", "地址"), new("published", false, "发布时间"), new("link", false, "信息发布源链接", "链接"), new("review", false, "审核状态"),
        .. s_classes.Zip(s_headers, (key, header) => new ImportColumn(key, false, header)),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context, regions.Current);

    public async Task UndoAsync(Session session, long batchId, CancellationToken cancel)
    {
        await session.ExecuteAsync("DELETE FROM supplies.producer_report WHERE batch_id = @batchId", new { batchId }, cancel);
        await RegisterFacilities.UndoAsync(session, batchId, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
    }

    private sealed record Entry(string? Specification, JsonElement? Value);

    private sealed class Sink(ImportContext context, IRegionTree tree) : IImportSink
    {
        private readonly Oddities _odd = new();
        private readonly Dictionary<string, FacilityDraft> _producers = new(StringComparer.Ordinal);
        private readonly List<(string Code, string Specification, long? Capacity, DateOnly Day, string Link, long Line)> _reports = [];
        private FilePlaces Places => field ??= new(tree, _odd);

        public ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            var name = row.Text("producer");
            if (name.Length is 0 or > 200) row.Reject("producer", "supplies.import.expected.name");
            var region = Places.InProvince(row.Text("province"), row.Text("city"), row.Line);
            if (region is null) row.Reject("province", "supplies.import.expected.province");
            var entries = s_classes.SelectMany(column => Read(row, column)).ToArray();
            if (row.Rejects.Count > 0) return ValueTask.CompletedTask;
            if (entries.Length == 0) _odd.Add("supplies.import.odd.asks-nothing", row.Line, name);
            if (row.Text("review") != "已审核") _odd.Add("supplies.import.odd.unreviewed", row.Line, name);
            var address = row.Text("address").ReplaceLineEndings(" ") is var at && row.Text("licence").ReplaceLineEndings(" ").Trim() is { Length: > 0 } licence ? $"{at} ({licence})" : at;
            var draft = new FacilityDraft("", name, "producer", region!) { Address = ImportDemandTable.Cut(address, 400) };
            if (_producers.ContainsKey(draft.CodeOrMade)) _odd.Add("supplies.import.odd.repeated", row.Line, name);
            _producers[draft.CodeOrMade] = draft;
            var day = DayOf(row, name);
            foreach (var (specification, capacity) in entries) _reports.Add((draft.CodeOrMade, specification, capacity, day, ImportDemandTable.Cut(row.Text("link"), 1000), row.Line));
            return ValueTask.CompletedTask;
        }

        /// <summary>The day in China: tables that were exported from a calendar give its midnight in UTC, the evening before.</summary>
        private DateOnly DayOf(ImportRow row, string name)
        {
            if (DateTimeOffset.TryParse(row.Text("published"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var published) && published <= context.KnownFrom) return ChinaDay.Of(published);
            _odd.Add("supplies.import.odd.no-date", row.Line, name);
            return ChinaDay.Of(context.KnownFrom);
        }

        private static IEnumerable<(string Specification, long? Capacity)> Read(ImportRow row, string column)
        {
            var text = row.Text(column);
            if (text.Length == 0) return [];
            try
            {
                var entries = JsonSerializer.Deserialize<Entry[]>(text, JsonSerializerOptions.Web) ?? [];
                var read = entries.Select(e => (Specification: e.Specification?.Trim() ?? "", Value: e.Value is { ValueKind: JsonValueKind.Number } v && v.TryGetInt64(out var n) ? n : -1)).ToArray();
                if (read.Length <= EntriesMax && read.All(e => e.Specification.Length is > 0 and <= 200 && e.Value is >= 0 and <= Stock.Ledger.QuantityMax))
                    return [.. read.Select(e => (e.Specification, e.Value == UnknownAmount ? null : (long?)e.Value))];
            }
            catch (JsonException)
            {
                // Said below, with the column and the value.
            }
            row.Reject(column, "supplies.import.expected.capacities");
            return [];
        }

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            var session = context.Session;
            await RegisterFacilities.RunAsync(session, _producers.Values, context.BatchId, isDemo: false, cancel);
            var known = (await session.QueryAsync<Facility>($"SELECT {Facility.Columns} FROM supplies.facility WHERE code = ANY (@codes)", new { codes = _producers.Keys.ToArray() }, cancel)).ToDictionary(f => f.Code);
            var names = await ItemNames.LoadAsync(session, cancel);
            var (added, unchanged) = (0L, 0L);
            foreach (var (code, specification, capacity, day, link, line) in _reports)
            {
                var item = names.Find(specification);
                if (item is null) _odd.Add("supplies.import.odd.item", line, specification);
                if (capacity is null) _odd.Add("supplies.import.odd.unknown-amount", line, $"{known[code].Name} {specification}");
                if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM supplies.producer_report WHERE facility_code = @code AND specification = @specification AND day = @day AND design_capacity IS NOT DISTINCT FROM @capacity)", new { code, specification, day, capacity }, cancel))
                {
                    unchanged++;
                    continue;
                }
                var outcome = await new ReportDay(known[code], new() { ItemCode = item, Specification = specification, Day = day, DesignCapacity = capacity }) { Source = "table", SourceLink = link, BatchId = context.BatchId }.RunAsync(session, cancel);
                if (outcome is not ReportOutcome.Reported) throw new InvalidOperationException($"The capacity of {code} for {specification} was refused: {outcome}.");
                added++;
            }
            return new(added, 0, unchanged, _odd.Findings);
        }
    }
}
