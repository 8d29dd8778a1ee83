using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Supplies.Producers;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Imports;

/// <summary>Imports producers' daily figures: <c>rongtong import supplies-output FILE</c>. An empty field is "not told".</summary>
internal sealed class ImportOutput : IImportKind
{
    public string Name => "supplies-output";

    public string Permission => SuppliesPermissions.Plan;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("facility", true, "企业", "企业代码", "厂商名称"), new("item", true, "物资", "物资名称", "品名"), new("day", true, "日期"), new("design", false, "设计产能"), new("output", false, "当日产量", "产量"),
        new("expandable", false, "可扩产能"), new("stock", false, "库存", "库存数量"), new("raw", false, "原料可用天数"),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context);

    public async Task UndoAsync(Session session, long batchId, CancellationToken cancel)
    {
        if (await UndoPostings.RunAsync(session, batchId, cancel) is MoveOutcome.NotEnough { Shortages: [var first, ..] })
            throw new ImportFileException("supplies.import.undo.moved-on", first.Account.Place, first.There, first.Wanted);
        await session.ExecuteAsync("DELETE FROM supplies.producer_report WHERE batch_id = @batchId", new { batchId }, cancel);
    }

    private sealed class Sink(ImportContext context) : IImportSink
    {
        private readonly Oddities _odd = new();
        private readonly FileFacilities _files = new();
        private readonly List<ReportDay> _reports = [];

        public async ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            var facility = await _files.FindAsync(context.Session, row, "facility", "supplier", cancel);
            var (name, day) = (row.Text("item"), row.Day("day"));
            if (name.Length is 0 or > 200) row.Reject("item", "supplies.import.expected.name");
            if (day > ChinaDay.Of(context.Session.Now)) row.Reject("day", "supplies.import.expected.past");
            var figures = new DayFigures
            {
                ItemCode = _files.Item(name),
                Specification = name,
                Day = day,
                DesignCapacity = row.LongCount("design"),
                Output = row.LongCount("output"),
                ExpandableCapacity = row.LongCount("expandable"),
                Stock = row.LongCount("stock"),
                RawMaterialDays = row.Count("raw"),
            };
            if (row.Rejects.Count > 0) return;
            if (figures.ItemCode is null) _odd.Add("supplies.import.odd.item", row.Line, name);
            var report = new ReportDay(facility!, figures) { Source = "file", BatchId = context.BatchId };
            if (report.Fault(context.Session.Now) is { } field) row.Reject(field, "supplies.import.expected.figure");
            else _reports.Add(report);
        }

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            // Every lot and shelf before the first report, as the import of counts does.
            var posts = _reports.Select(r => r.Posts).OfType<(LotLabel Lot, (string, string) Shelf)>().ToArray();
            await Lots.FindOrAddAsync(context.Session, [.. posts.SelectMany(p => new[] { p.Lot, new LotLabel(p.Lot.ItemCode) }).Distinct()], cancel);
            await Shelves.LockAsync(context.Session, posts.Select(p => p.Shelf).ToHashSet(), cancel);
            foreach (var report in _reports)
            {
                if (await report.RunAsync(context.Session, cancel) is ReportOutcome.Invalid invalid) throw new InvalidOperationException($"The field {invalid.Field} of a report of {report.Figures.Day:O} was checked when its row was read and refused when it was posted.");
            }
            return new(_reports.Count, 0, 0, _odd.Findings);
        }
    }
}
