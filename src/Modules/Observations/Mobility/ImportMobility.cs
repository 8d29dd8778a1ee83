using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Observations.Ingest;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;

namespace Rongtong.Observations.Mobility;

/// <summary>
/// Imports published mobility indices of cities: <c>rongtong import mobility FILE</c>. A file has the intensity of travel inside a city, or the
/// scale of travel into or out of it with a column that says which.
/// </summary>
internal sealed class ImportMobility(SeriesBook book, WriteBatch write, Months months, IRegions regions) : IImportKind
{
    public string Name => "mobility";

    public string Permission => ObservationPermissions.Push;

    public IReadOnlyList<ImportColumn> Columns { get; } =
    [
        new("code", true, "代码", "城市代码", "cityCode"), new("date", true, "日期", "day"), new("intensity", false, "强度", "出行强度"), new("scale", false, "迁徙规模指数", "规模"), new("direction", false, "方向"), new("name", false, "城市", "名称"),
    ];

    public IImportSink Begin(ImportContext context) => new ObservationSink(context, book, write, months, ReadRow);

    public Task UndoAsync(Session session, long batchId, CancellationToken cancel) => ObservationSink.WithdrawAsync(session, batchId, cancel);

    private void ReadRow(ImportRow row, ImportContext context, ObservationSink sink)
    {
        var code = row.Text("code");
        var day = row.Day("date");
        var isScale = row.Has("scale");
        var direction = row.Text("direction");
        Quantity? quantity = !isScale ? Quantity.MobilityIntensity : direction.Equals("inbound", StringComparison.OrdinalIgnoreCase) ? Quantity.MigrationIn : direction.Equals("outbound", StringComparison.OrdinalIgnoreCase) ? Quantity.MigrationOut : null;
        if (quantity is null) row.Reject("direction", "observations.import.expected.direction");
        if (code.Length != 6 || Short(code) is not { } region || regions.Current.Find(new(region)) is null) { row.Reject("code", "observations.import.expected.region"); return; }
        if (!decimal.TryParse(row.Text(isScale ? "scale" : "intensity"), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || Delivery.Stored(number, 1) is not { } value) { row.Reject(isScale ? "scale" : "intensity", "observations.import.expected.value"); return; }
        if (row.Rejects.Count > 0) return;
        if (!sink.Takes(day)) { row.Reject("date", "observations.import.expected.day"); return; }
        sink.Add(Source.Mobility, new(quantity!.Value, "#" + region, ""), day, value, isConverted: false);
    }

    /// <summary>110000 is the municipality 11, 330100 the city 3301.</summary>
    private static string? Short(string code) => !code.All(char.IsAsciiDigit) ? null : code.EndsWith("0000", StringComparison.Ordinal) ? code[..2] : code.EndsWith("00", StringComparison.Ordinal) ? code[..4] : code;
}
