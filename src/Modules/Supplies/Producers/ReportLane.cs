using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Facilities;

namespace Rongtong.Supplies.Producers;

/// <summary>Where a carrier goes; an empty region is the whole country.</summary>
internal sealed record Lane
{
    public long Id { get; init; }
    public string CarrierCode { get; init; } = "";
    public string FromRegion { get; init; } = "";
    public string ToRegion { get; init; } = "";

    /// <summary>Trucks free today; null where not told.</summary>
    public int? Trucks { get; init; }

    /// <summary>Units of goods a truck takes; null where not told.</summary>
    public long? TruckUnits { get; init; }
    public bool? TakesDonations { get; init; }
    public bool? IsGreenChannel { get; init; }
    public string Note { get; init; } = "";
    public DateOnly ToldOn { get; init; }

    /// <summary>Lanes of a carrier.</summary>
    public static Task<IReadOnlyList<Lane>> OfAsync(Session session, string carrier, CancellationToken cancel = default) =>
        session.QueryAsync<Lane>("SELECT id, carrier_code, from_region, to_region, trucks, truck_units, takes_donations, is_green_channel, note, told_on FROM supplies.lane WHERE carrier_code = @carrier ORDER BY from_region, to_region", new { carrier }, cancel);
}

/// <summary>How reporting a lane ended.</summary>
internal abstract record LaneOutcome
{
    /// <summary>Kept; new where the carrier had not told this lane before.</summary>
    public sealed record Kept(bool IsNew) : LaneOutcome;

    /// <summary>What was said makes no sense.</summary>
    public sealed record Invalid(string Field) : LaneOutcome;
}

/// <summary>A carrier says where it goes and how many trucks are free; said again, the lane is as said last.</summary>
internal sealed record ReportLane(Facility Carrier, string FromRegion, string ToRegion, int? Trucks)
{
    public long? TruckUnits { get; init; }
    public bool? TakesDonations { get; init; }
    public bool? IsGreenChannel { get; init; }
    public string Note { get; init; } = "";
    public DateOnly? ToldOn { get; init; }
    public string Source { get; init; } = "page";
    public string SourceLink { get; init; } = "";
    public long? BatchId { get; init; }

    public async Task<LaneOutcome> RunAsync(Session session, IRegionTree tree, CancellationToken cancel)
    {
        if (Carrier.Role != "carrier") return new LaneOutcome.Invalid("facility");
        if (FromRegion.Length > 0 && tree.Find(new(FromRegion)) is null) return new LaneOutcome.Invalid("from");
        if (ToRegion.Length > 0 && tree.Find(new(ToRegion)) is null) return new LaneOutcome.Invalid("to");
        if (Trucks is < 0 or > 100_000 || TruckUnits is < 1 or > Stock.Ledger.QuantityMax) return new LaneOutcome.Invalid("trucks");
        var isNew = await session.QuerySingleAsync<bool>("""
            INSERT INTO supplies.lane (carrier_code, region_code, from_region, to_region, trucks, truck_units, takes_donations, is_green_channel, note, source, source_link, told_on, reported_by, reported_at, batch_id)
            VALUES (@Code, @RegionCode, @FromRegion, @ToRegion, @Trucks, @TruckUnits, @TakesDonations, @IsGreenChannel, @Note, @Source, @SourceLink, @told, @by, @now, @BatchId)
            ON CONFLICT (carrier_code, from_region, to_region) DO UPDATE SET trucks = coalesce(excluded.trucks, lane.trucks), truck_units = coalesce(excluded.truck_units, lane.truck_units),
                takes_donations = coalesce(excluded.takes_donations, lane.takes_donations), is_green_channel = coalesce(excluded.is_green_channel, lane.is_green_channel),
                note = coalesce(nullif(excluded.note, ''), lane.note), told_on = excluded.told_on, reported_by = excluded.reported_by, reported_at = excluded.reported_at
            RETURNING xmax = 0
            """,
            new { Carrier.Code, Carrier.RegionCode, FromRegion, ToRegion, Trucks, TruckUnits, TakesDonations, IsGreenChannel, Note, Source, SourceLink, told = ToldOn ?? ChinaDay.Of(session.Now), by = session.Actor.Id, now = session.Now, BatchId }, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return new LaneOutcome.Kept(isNew);
    }
}
