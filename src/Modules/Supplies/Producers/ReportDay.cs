using System.Globalization;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Producers;

/// <summary>A producer's figures of one item for a day; null is "not told".</summary>
internal sealed record DayFigures
{
    public string? ItemCode { get; init; }

    /// <summary>The item in the words of the file; also for what the catalogue does not have.</summary>
    public string Specification { get; init; } = "";
    public DateOnly Day { get; init; }

    /// <summary>Units a day the plant is built for.</summary>
    public long? DesignCapacity { get; init; }

    /// <summary>Units made on the day.</summary>
    public long? Output { get; init; }

    /// <summary>Units a day more within a month.</summary>
    public long? ExpandableCapacity { get; init; }

    /// <summary>Units in store at the end of the day.</summary>
    public long? Stock { get; init; }

    /// <summary>Days for which raw material is there.</summary>
    public int? RawMaterialDays { get; init; }
}

/// <summary>How a report ended.</summary>
internal abstract record ReportOutcome
{
    /// <summary>Kept, and the stock brought into the ledger.</summary>
    public sealed record Reported : ReportOutcome;

    /// <summary>A figure makes no sense.</summary>
    public sealed record Invalid(string Field) : ReportOutcome;
}

/// <summary>
/// A producer's daily report. The figures are kept as told; output and stock also go into the ledger: what was made comes in from produced, and what the
/// count of the store differs by is adjusted and stays visible.
/// </summary>
internal sealed record ReportDay(Facility Facility, DayFigures Figures)
{
    /// <summary>Days a report may lie back; older figures are history and come by an import.</summary>
    public const int DaysBackMax = 31;

    public string Source { get; init; } = "page";

    public string SourceLink { get; init; } = "";

    public long? BatchId { get; init; }

    public async Task<ReportOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (Fault(session.Now) is { } field) return new ReportOutcome.Invalid(field);
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO supplies.producer_report (facility_code, region_code, item_code, specification, day, design_capacity, output, expandable_capacity, stock, raw_material_days,
                source, source_link, reported_by, reported_at, batch_id)
            VALUES (@Code, @RegionCode, @ItemCode, @specification, @Day, @DesignCapacity, @Output, @ExpandableCapacity, @Stock, @RawMaterialDays, @Source, @SourceLink, @by, @now, @BatchId) RETURNING id
            """,
            new { Facility.Code, Facility.RegionCode, Figures.ItemCode, specification = Figures.Specification.Trim(), Figures.Day, Figures.DesignCapacity, Figures.Output, Figures.ExpandableCapacity, Figures.Stock, Figures.RawMaterialDays, Source, SourceLink, by = session.Actor.Id, now = session.Now, BatchId }, cancel);
        await PostAsync(session, id, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return new ReportOutcome.Reported();
    }

    /// <summary>The field that makes no sense; null for none.</summary>
    internal string? Fault(DateTimeOffset now)
    {
        if (Facility.Kind != "producer") return "facility";
        if (Figures.ItemCode is null ? Figures.Specification.Trim().Length is 0 or > 200 : ItemCatalogue.Current.Find(Figures.ItemCode) is null) return "item";
        foreach (var (field, value) in new (string, long?)[] { ("design", Figures.DesignCapacity), ("output", Figures.Output), ("expandable", Figures.ExpandableCapacity), ("stock", Figures.Stock) })
        {
            if (value is < 0 or > Stock.Ledger.QuantityMax) return field;
        }
        if (Figures.RawMaterialDays is < 0 or > 3650) return "raw";
        var today = ChinaDay.Of(now);
        return Figures.Day > today || (BatchId is null && Figures.Day < today.AddDays(-DaysBackMax)) ? "day" : null;
    }

    /// <summary>The lot and the shelf that it posts to, null where it posts nothing: a session with several reports locks all of them first.</summary>
    internal (LotLabel Lot, (string Place, string Item) Shelf)? Posts =>
        Figures is { ItemCode: { } item, Stock: not null } ? (new LotLabel(item, Facility.Name), (Facility.Code, item)) : null;

    /// <summary>
    /// Output enters once a day: a correction of the same day brings in what it says more; less is left to the count of the store. Only what stands
    /// with a count of the store moves quantities at all: output that was sold the same day is not stock.
    /// </summary>
    private async Task PostAsync(Session session, long reportId, CancellationToken cancel)
    {
        if (Figures.ItemCode is not { } item || Figures.Stock is not { } counted) return;
        var key = $"report:{reportId.ToString(CultureInfo.InvariantCulture)}";
        var lot = (await Lots.FindOrAddAsync(session, [new LotLabel(item, Facility.Name), new LotLabel(item)], cancel))[0];
        await Shelves.LockAsync(session, Facility.Code, item, cancel);
        var (known, reserved) = await session.QuerySingleAsync<(long, long)>("""
            SELECT coalesce(sum(quantity) FILTER (WHERE state = 'on_hand'), 0)::bigint, coalesce(sum(quantity) FILTER (WHERE state = 'reserved'), 0)::bigint FROM supplies.balance WHERE place = @Code AND item_code = @item
            """, new { Facility.Code, item }, cancel);
        // What is promised lies in the store until it is loaded, and whoever counts counts it.
        var stock = Math.Max(0, counted - reserved);
        var before = await session.QuerySingleAsync<long>("""
            SELECT coalesce(sum(e.quantity), 0)::bigint FROM supplies.entry e WHERE e.from_place = @Code AND e.item_code = @item AND e.from_state = 'produced' AND e.document = @day
            """, new { Facility.Code, item, day = Document }, cancel);
        var made = Math.Min(Math.Max(0, (Figures.Output ?? 0) - before), Math.Max(0, stock - known));
        if (made > 0)
        {
            await Stock.Ledger.MoveAsync(session, new(key + ":made", "output", Document, [new(lot, new(Facility.Code, StockState.Produced), new(Facility.Code, StockState.OnHand), made)]) { BatchId = BatchId }, cancel);
        }
        await new CountStock(key, Facility.Code, item, null, stock) { Document = Document, BatchId = BatchId }.RunAsync(session, cancel);
    }

    private string Document => DocumentOf(Figures.Day);

    /// <summary>How entries name a day's output, so that none of it enters twice.</summary>
    internal static string DocumentOf(DateOnly day) => "day " + day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The last figures of each item, to fill the form of the next day.</summary>
    public static Task<IReadOnlyList<DayFigures>> LastOfAsync(Session session, string facility, CancellationToken cancel = default) =>
        session.QueryAsync<DayFigures>("""
            SELECT DISTINCT ON (item_code, specification) item_code, specification, day, design_capacity, output, expandable_capacity, stock, raw_material_days
            FROM supplies.producer_report WHERE facility_code = @facility ORDER BY item_code, specification, day DESC, id DESC
            """, new { facility }, cancel);
}
