using System.Globalization;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Imports;

/// <summary>Imports counts of stock by lot: <c>rongtong import supplies-stock FILE</c>. The count of a lot replaces nothing: its difference is posted.</summary>
internal sealed class ImportStock : IImportKind
{
    public string Name => "supplies-stock";

    public string Permission => SuppliesPermissions.Plan;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("facility", true, "单位", "单位代码"), new("item", true, "物资", "物资名称", "品名"), new("quantity", true, "数量", "库存", "库存数量"),
        new("maker", false, "生产厂家", "厂家"), new("lot", false, "批号"), new("expires", false, "有效期至", "失效日期"), new("document", false, "单据号"),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context);

    public async Task UndoAsync(Session session, long batchId, CancellationToken cancel)
    {
        // A count that has been shipped since cannot be taken back without making goods out of nothing.
        if (await UndoPostings.RunAsync(session, batchId, cancel) is MoveOutcome.NotEnough { Shortages: [var first, ..] })
            throw new ImportFileException("supplies.import.undo.moved-on", first.Account.Place, first.There, first.Wanted);
    }

    private sealed class Sink(ImportContext context) : IImportSink
    {
        private readonly FileFacilities _files = new();
        private readonly List<CountStock> _counts = [];

        public async ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            var facility = await _files.FindAsync(context.Session, row, "facility", "", cancel);
            var item = _files.Item(row.Text("item"));
            // Unlike a need, goods without a known name cannot be counted: nobody could say what they may replace.
            if (item is null) row.Reject("item", "supplies.import.expected.item");
            var quantity = row.LongCount("quantity");
            if (quantity is null or > Ledger.QuantityMax) row.Reject("quantity", "supplies.import.expected.quantity");
            DateOnly? expires = row.Text("expires").Length > 0 ? row.Day("expires") : null;
            var (maker, number) = (row.Text("maker"), row.Text("lot"));
            if (maker.Length > 200) row.Reject("maker", "supplies.import.expected.name");
            if (number.Length > 100) row.Reject("lot", "supplies.import.expected.name");
            if (row.Rejects.Count > 0) return;
            _counts.Add(new(string.Create(CultureInfo.InvariantCulture, $"import:{context.BatchId}:{row.Line}"), facility!.Code, item!, null, quantity)
            { Lot = new LotLabel(item!, maker, number, expires), Document = ImportDemandTable.Cut(row.Text("document"), 200), BatchId = context.BatchId });
        }

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            var (changed, unchanged) = (0L, 0L);
            // Every lot and shelf before the first count: whoever reserves goods meanwhile waits for the whole file, and is waited for once.
            await Lots.FindOrAddAsync(context.Session, [.. _counts.Select(c => c.Lot!.Value).Distinct()], cancel);
            await Shelves.LockAsync(context.Session, _counts.Select(c => (c.Facility, c.ItemCode)).ToHashSet(), cancel);
            foreach (var count in _counts)
            {
                if (await count.RunAsync(context.Session, cancel) is not CountOutcome.Counted { Difference: var difference }) throw new InvalidOperationException($"The count {count.Key} was checked when its row was read and refused when it was posted.");
                if (difference == 0) unchanged++;
                else changed++;
            }
            await context.Session.AnnounceAsync(SuppliesModule.Topic, cancel);
            return new(0, changed, unchanged, []);
        }
    }
}
