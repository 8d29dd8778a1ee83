using System.Security.Cryptography;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Donations;

/// <summary>How taking a donation ended.</summary>
internal abstract record DonationOutcome
{
    /// <summary>Taken, now or by the same report before; the donor follows it by the code.</summary>
    public sealed record Taken(string Code) : DonationOutcome;

    /// <summary>Field is item, quantity, donor or report.</summary>
    public sealed record Invalid(string Field) : DonationOutcome;
}

/// <summary>A facility takes what somebody gives. It becomes a lot of its own, so that the ledger itself follows it to the last receiver.</summary>
/// <param name="Donor">The name under which the donor wants to be shown; empty for none.</param>
/// <param name="Report">Unique name of this form; repeated, it is taken once.</param>
internal sealed record TakeDonation(Facility Facility, string ItemCode, long Quantity, string Donor, string Report)
{
    /// <summary>Without 0, O, 1 and I, which people confuse on paper.</summary>
    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    public DateOnly? ExpiresOn { get; init; }

    /// <summary>The code under which it was offered; null for goods that came unannounced.</summary>
    public string? Code { get; init; }

    /// <summary>A new code, 60 bits.</summary>
    internal static string NewCode() => RandomNumberGenerator.GetString(Letters, 12);

    public async Task<DonationOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (ItemCatalogue.Current.Find(ItemCode) is null) return new DonationOutcome.Invalid("item");
        if (Quantity is < 1 or > Ledger.QuantityMax) return new DonationOutcome.Invalid("quantity");
        if (Donor.Length > 100) return new DonationOutcome.Invalid("donor");
        if (Report.Length is 0 or > 50) return new DonationOutcome.Invalid("report");
        var report = Facility.Code + "/" + Report;
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@report, 9))", new { report }, cancel);
        if (await session.QuerySingleOrDefaultAsync<string>("SELECT code FROM supplies.donation WHERE report = @report", new { report }, cancel) is { } known) return new DonationOutcome.Taken(known);
        var code = Code ?? NewCode();
        var lot = await Lots.FindOrAddAsync(session, new LotLabel(ItemCode, "", "D-" + code, ExpiresOn), cancel);
        await session.ExecuteAsync("""
            INSERT INTO supplies.donation (code, donor, facility_code, region_code, item_code, lot_id, quantity, report, taken_by, taken_at) VALUES (@code, @Donor, @facility, @RegionCode, @ItemCode, @lot, @Quantity, @report, @actor, @now)
            """, new { code, Donor, facility = Facility.Code, Facility.RegionCode, ItemCode, lot, Quantity, report, actor = session.Actor.Id, now = session.Now }, cancel);
        var moved = await Ledger.MoveAsync(session, new("donation:" + code, "donation", code, [new(lot, new(Facility.Code, StockState.DonatedIn), new(Facility.Code, StockState.OnHand), Quantity)]), cancel);
        if (moved is not MoveOutcome.Moved) throw new InvalidOperationException($"The donation {code} could not be brought in: {moved}.");
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return new DonationOutcome.Taken(code);
    }
}

/// <summary>Where a part of a donation is. State is stored (at the facility that took it), promised, under-way, received or lost.</summary>
internal sealed record DonationPart(string State, long Quantity, string Receiver, string RegionCode, DateOnly? Day);

/// <summary>What a donor sees: item, parts, receivers and days; no telephone, no name of a person.</summary>
internal sealed record DonationTrace(string Code, string Donor, string ItemCode, long Quantity, string Taker, string RegionCode, DateTimeOffset TakenAt, IReadOnlyList<DonationPart> Parts)
{
    /// <summary>The donation of the code, read in the product's name: whoever has the code may see it.</summary>
    public static async Task<DonationTrace?> FindAsync(Session session, string code, CancellationToken cancel)
    {
        DonationTrace? found = null;
        await session.AsSystemAsync(async () =>
        {
            var head = await session.QuerySingleOrDefaultAsync<Head>("""
                SELECT d.code, d.donor, d.item_code, d.quantity, d.lot_id, d.facility_code, f.name AS taker, d.region_code, d.taken_at FROM supplies.donation d JOIN supplies.facility f ON f.code = d.facility_code WHERE d.code = @code
                """, new { code }, cancel);
            if (head is null) return;
            // A part is what lies somewhere or is on its way there: entries into a receiver, consignments that are not there yet, and what is left.
            var came = await session.QueryAsync<Part>("""
                SELECT 'received' AS state, sum(e.quantity)::bigint AS quantity, f.name AS receiver, f.region_code, (max(e.at) AT TIME ZONE 'Asia/Shanghai')::date AS day
                FROM supplies.entry e JOIN supplies.facility f ON f.code = e.to_place WHERE e.lot_id = @LotId AND e.to_state = 'received' GROUP BY f.name, f.region_code
                UNION ALL
                SELECT CASE c.state WHEN 'lost' THEN 'lost' WHEN 'reserved' THEN 'promised' WHEN 'confirmed' THEN 'promised' ELSE 'under-way' END, sum(l.quantity)::bigint, f.name, f.region_code, (max(c.shipped_at) AT TIME ZONE 'Asia/Shanghai')::date
                FROM supplies.consignment_line l JOIN supplies.consignment c ON c.id = l.consignment_id JOIN supplies.facility f ON f.code = c.to_facility
                WHERE l.lot_id = @LotId AND c.state IN ('reserved', 'confirmed', 'shipped', 'arrived', 'lost') GROUP BY 1, f.name, f.region_code
                UNION ALL
                SELECT 'stored', b.quantity, f.name, f.region_code, NULL FROM supplies.balance b JOIN supplies.facility f ON f.code = b.place
                WHERE b.lot_id = @LotId AND b.place = @FacilityCode AND b.state = 'on_hand' AND b.quantity > 0
                ORDER BY 1, 3
                """, new { head.LotId, head.FacilityCode }, cancel);
            found = new(head.Code, head.Donor, head.ItemCode, head.Quantity, head.Taker, head.RegionCode, head.TakenAt, [.. came.Select(p => new DonationPart(p.State, p.Quantity, p.Receiver, p.RegionCode, p.Day))]);
        }, cancel);
        return found;
    }

    private sealed record Head
    {
        public string Code { get; init; } = "";
        public string Donor { get; init; } = "";
        public string ItemCode { get; init; } = "";
        public long Quantity { get; init; }
        public long LotId { get; init; }
        public string FacilityCode { get; init; } = "";
        public string Taker { get; init; } = "";
        public string RegionCode { get; init; } = "";
        public DateTimeOffset TakenAt { get; init; }
    }

    private sealed record Part
    {
        public string State { get; init; } = "";
        public long Quantity { get; init; }
        public string Receiver { get; init; } = "";
        public string RegionCode { get; init; } = "";
        public DateOnly? Day { get; init; }
    }
}
