using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Supplies.Demand;

namespace Rongtong.Supplies.Imports;

/// <summary>
/// Imports needs, one in a row: <c>rongtong import supplies-needs FILE</c>. An empty amount is "needed, amount unknown"; low and high give a range.
/// A name that means no item is kept as the need's specification.
/// </summary>
internal sealed class ImportNeeds : IImportKind
{
    public string Name => "supplies-needs";

    public string Permission => SuppliesPermissions.Plan;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("facility", true, "单位", "单位代码", "医院名称"), new("item", true, "物资", "物资名称", "品名"), new("quantity", false, "数量", "需求数量"), new("low", false, "下限"), new("high", false, "上限"),
        new("urgency", false, "紧急程度"), new("burn", false, "日消耗", "日消耗量", "burn per day"), new("neededby", false, "需求日期", "needed by"), new("link", false, "链接"),
    ];

    public IImportSink Begin(ImportContext context) => new Sink(context);

    public Task UndoAsync(Session session, long batchId, CancellationToken cancel) => UndoNeeds.RunAsync(session, batchId, cancel);

    private sealed class Sink(ImportContext context) : IImportSink
    {
        private readonly Oddities _odd = new();
        private readonly FileFacilities _files = new();
        private (long Added, long Changed, long Unchanged) _counts;

        public async ValueTask AddAsync(ImportRow row, CancellationToken cancel)
        {
            var facility = await _files.FindAsync(context.Session, row, "facility", "receiver", cancel);
            var (name, quantity, low, high) = (row.Text("item"), row.LongCount("quantity"), row.LongCount("low"), row.LongCount("high"));
            if (name.Length is 0 or > 200) row.Reject("item", "supplies.import.expected.name");
            var amount = quantity is { } q ? Amount.Known(q) : low is { } l ? Amount.Range(l, high) : Amount.Unknown;
            if (!amount.IsValid || (quantity is not null && low is not null) || (low is null && high is not null)) row.Reject(quantity is null ? "low" : "quantity", "supplies.import.expected.quantity");
            var urgency = row.Count("urgency") ?? 2;
            if (urgency is < 1 or > 3) row.Reject("urgency", "supplies.import.expected.urgency");
            var burn = row.LongCount("burn");
            if (burn > Stock.Ledger.QuantityMax) row.Reject("burn", "supplies.import.expected.quantity");
            DateOnly? neededBy = row.Text("neededby").Length > 0 ? row.Day("neededby") : null;
            if (row.Rejects.Count > 0) return;
            var item = _files.Item(name);
            if (item is null) _odd.Add("supplies.import.odd.item", row.Line, name);
            if (amount.Kind == "unknown") _odd.Add("supplies.import.odd.unknown-amount", row.Line, $"{facility!.Name} {name}");
            var outcome = await new AskFor(facility!, item, item is null ? name : "", amount) { Urgency = urgency, BurnPerDay = burn, NeededBy = neededBy, Source = "file", SourceLink = ImportDemandTable.Cut(row.Text("link"), 1000), BatchId = context.BatchId }.RunAsync(context.Session, cancel);
            if (outcome is AskOutcome.Asked) _counts.Added++;
            else if (outcome is AskOutcome.Changed) _counts.Changed++;
            else if (outcome is AskOutcome.Unchanged) _counts.Unchanged++;
            else row.Reject("item", "supplies.import.expected.quantity");
        }

        public Task<ImportOutcome> CompleteAsync(CancellationToken cancel) => Task.FromResult(new ImportOutcome(_counts.Added, _counts.Changed, _counts.Unchanged, _odd.Findings));
    }
}
