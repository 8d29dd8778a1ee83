using System.Globalization;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;

namespace Rongtong.Observations.Ingest;

/// <summary>
/// Imports observations from CSV or XLSX: <c>rongtong import observations FILE --option source=electricity</c>. The file is cut into batches of a
/// million rows, so memory stays constant; a month that has no rows yet is loaded without indexes and gets them at the end.
/// </summary>
internal sealed class ImportObservations(SeriesBook book, WriteBatch write, Months months) : IImportKind
{
    public string Name => "observations";

    public string Permission => ObservationPermissions.Push;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("day", true, "日期", "数据日期", "date"),
        new("value", true, "数值", "用电量", "日用电量", "电量", "kwh"),
        new("meter", false, "表号", "电表编号", "户号", "meter_no"),
        new("enterprise", false, "统一社会信用代码", "信用代码", "企业代码", "uscc", "code"),
        new("quantity", false, "指标"),
        new("unit", false, "单位"),
        new("source", false, "来源", "数据来源"),
    ];

    public IImportSink Begin(ImportContext context) => new ObservationSink(context, book, write, months, ReadRow);

    public Task UndoAsync(Session session, long batchId, CancellationToken cancel) => ObservationSink.WithdrawAsync(session, batchId, cancel);

    private static void ReadRow(ImportRow row, ImportContext context, ObservationSink sink)
    {
        var said = row.Text("source");
        if (said.Length == 0) said = context.Options.GetValueOrDefault("source", "electricity");
        if (Vocabulary.SourceOf(said) is not { } source) { row.Reject("source", "observations.import.expected.source"); return; }
        var quantityText = row.Text("quantity");
        var quantity = quantityText.Length == 0 ? Vocabulary.UsualOf(source) : Vocabulary.QuantityOf(quantityText);
        if (quantity is not { } what) { row.Reject("quantity", "observations.import.expected.quantity"); return; }
        var (meter, enterprise) = (row.Text("meter"), row.Text("enterprise"));
        if (meter.Length + enterprise.Length == 0 || meter.Length > 64 || enterprise.Length > 18 || meter.StartsWith('@') || meter.StartsWith('#')) row.Reject("meter", "observations.import.expected.meter");
        if (Vocabulary.FactorOf(what, row.Text("unit")) is not { } factor) { row.Reject("unit", "observations.import.expected.unit"); return; }
        var day = row.Day("day");
        if (row.Rejects.Count > 0) return;
        if (!decimal.TryParse(row.Text("value"), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) || Delivery.Stored(number, factor) is not { } value)
        {
            row.Reject("value", "observations.import.expected.value");
            return;
        }
        if (!sink.Takes(day)) { row.Reject("day", "observations.import.expected.day"); return; }
        sink.Add(source, new(what, meter.Length > 0 ? meter : "@" + enterprise, meter.Length > 0 ? enterprise : ""), day, value, factor != 1);
    }
}

/// <summary>Takes rows of files as batches; used by every kind of file that brings observations.</summary>
internal sealed class ObservationSink(ImportContext context, SeriesBook book, WriteBatch write, Months months, Action<ImportRow, ImportContext, ObservationSink> read) : IImportSink
{
    private readonly Dictionary<Source, List<(SeriesName Name, DateOnly Day, long Value, bool IsConverted)>> _waiting = [];
    private readonly Dictionary<Source, Delivery> _deliveries = [];
    private readonly HashSet<DateOnly> _fresh = [];
    private readonly Dictionary<string, long> _flagged = [];
    private readonly Delivery _days = new(context.Session.Now);
    private long _rows;
    private int _chunk;
    private int _newSeries;
    private int _unknown;

    public bool Takes(DateOnly day) => _days.Takes(day);

    public void Add(Source source, SeriesName name, DateOnly day, long value, bool isConverted)
    {
        if (!_deliveries.TryGetValue(source, out var delivery)) _deliveries[source] = delivery = new(context.Session.Now);
        if (book.TryFind(source, name.Quantity, name.Subject, out var id)) delivery.Add(id, day, value, isConverted);
        else
        {
            if (!_waiting.TryGetValue(source, out var waiting)) _waiting[source] = waiting = [];
            waiting.Add((name, day, value, isConverted));
        }
    }

    public async ValueTask AddAsync(ImportRow row, CancellationToken cancel)
    {
        read(row, context, this);
        if (row.Rejects.Count == 0 && ++_rows % Delivery.RowsMax == 0) await FlushAsync(cancel);
        // A file of meters that nobody knows yet: they get their numbers in lots, so that the rest of the file finds them.
        else if (_rows % 100_000 == 0) await SettleAsync(cancel);
    }

    // texts: observations.flag.*
    public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
    {
        await FlushAsync(cancel);
        await context.Session.AsSystemAsync(async () => { foreach (var month in _fresh) await Months.AttachAsync(context.Session, month, cancel); }, cancel);
        var findings = _flagged.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new ImportFinding("observations.flag." + f.Key.Replace('_', '-'), f.Value.ToString(CultureInfo.InvariantCulture))).ToList();
        if (_newSeries > 0) findings.Add(new("observations.import.new-series", _newSeries.ToString(CultureInfo.InvariantCulture)));
        if (_unknown > 0) findings.Add(new("observations.import.unknown-meters", _unknown.ToString(CultureInfo.InvariantCulture)));
        return new(_rows, 0, 0, findings);
    }

    private async Task SettleAsync(CancellationToken cancel)
    {
        foreach (var (source, waiting) in _waiting)
        {
            var (made, unknown) = await book.EnsureAsync(source, [.. waiting.Select(w => w.Name).Distinct()], cancel);
            (_newSeries, _unknown) = (_newSeries + made, _unknown + unknown);
            foreach (var (name, day, value, isConverted) in waiting)
            {
                if (book.TryFind(source, name.Quantity, name.Subject, out var id)) _deliveries[source].Add(id, day, value, isConverted);
            }
            waiting.Clear();
        }
    }

    private async Task FlushAsync(CancellationToken cancel)
    {
        await SettleAsync(cancel);
        foreach (var (source, delivery) in _deliveries.Where(d => d.Value.Rows.Count > 0))
        {
            foreach (var (flag, count) in delivery.Flagged()) _flagged[flag] = _flagged.GetValueOrDefault(flag) + count;
            var key = string.Create(CultureInfo.InvariantCulture, $"import {context.BatchId:D10} part {++_chunk:D6}");
            await context.Session.AsSystemAsync(async () =>
            {
                foreach (var month in delivery.Rows.Select(r => Months.Of(r.Day)).Distinct().Order())
                {
                    if (!_fresh.Contains(month) && await months.BeginAsync(context.Session, month, cancel)) _fresh.Add(month);
                }
                await write.RunAsync(context.Session, new(source, key, "", "file", context.Session.Actor.Id, context.KnownFrom, context.BatchId), delivery,
                    id => new(id, delivery.Rows.Count, 0, 0, delivery.Flagged(), [], 0), _fresh, cancel);
            }, cancel);
        }
        _deliveries.Clear();
    }

    /// <summary>Takes a file back: its rows stay and no longer count.</summary>
    public static Task WithdrawAsync(Session session, long importId, CancellationToken cancel) => session.AsSystemAsync(async () =>
    {
        await session.ExecuteAsync("UPDATE observations.batch SET withdrawn_at = @now WHERE import_id = @importId AND withdrawn_at IS NULL", new { now = session.Now, importId }, cancel);
        session.StatementSeconds = 0;
        await session.ExecuteAsync("""
            INSERT INTO observations.dirty_day (day) SELECT DISTINCT o.day + n FROM observations.observation o JOIN observations.batch b ON b.id = o.batch_id CROSS JOIN generate_series(0, 1) n
            WHERE b.import_id = @importId
            """, new { importId }, cancel);
        await session.AnnounceAsync(WriteBatch.DirtyTopic, cancel);
    }, cancel);
}
