using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Donations;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Producers;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Purchases;

/// <summary>How a step of a purchase ended.</summary>
internal abstract record PurchaseOutcome
{
    /// <summary>Done, now or by the same report before. Id is that of the request, the offer or the consignment.</summary>
    public sealed record Done(long Id) : PurchaseOutcome;

    /// <summary>There is no such open request or quotation that the actor may act on.</summary>
    public sealed record NotFound : PurchaseOutcome;

    /// <summary>The supplier has quoted more than lies on its shelf by the ledger.</summary>
    public sealed record NotThere(long There) : PurchaseOutcome;

    /// <summary>Field is facility, item, quantity, price, due, reason or reference.</summary>
    public sealed record Invalid(string Field) : PurchaseOutcome;
}

/// <summary>
/// What a receiver would buy, and how many answered.
/// <code>
/// asked ──suppliers quote: an offer each──> compared ──a planner orders──> consignment of regime voluntary, supplies.purchase ──> ordered while all is
///   └── closed by whoever asked, or past closes_at
/// </code>
/// </summary>
internal sealed record QuotationRequest
{
    public long Id { get; init; }
    public string FacilityCode { get; init; } = "";
    public string FacilityName { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public string ItemCode { get; init; } = "";
    public string Specification { get; init; } = "";
    public long Quantity { get; init; }
    public DateOnly? NeededBy { get; init; }
    public DateTimeOffset ClosesAt { get; init; }

    /// <summary>open, closed, or ordered: all of it is, for as long as no supplier declines.</summary>
    public string State { get; init; } = "";

    /// <summary>Quotations that stand, as many as the actor sees: a supplier counts its own.</summary>
    public long Quotations { get; init; }

    /// <summary>Ordered so far.</summary>
    public long Ordered { get; init; }

    public bool IsOpen(DateTimeOffset now) => State == "open" && ClosesAt > now;

    private const string Select = """
        SELECT r.id, r.facility_code, r.facility_name, r.region_code, r.item_code, r.specification, r.quantity, r.needed_by, r.closes_at,
            CASE WHEN r.state = 'open' AND r.quantity <= (SELECT sum(o.taken_quantity) FROM supplies.quotation q JOIN supplies.offer o ON o.id = q.offer_id WHERE q.request_id = r.id) THEN 'ordered' ELSE r.state END AS state,
            (SELECT count(*) FROM supplies.quotation q JOIN supplies.offer o ON o.id = q.offer_id WHERE q.request_id = r.id AND o.state IN ('open', 'taken')) AS quotations,
            (SELECT coalesce(sum(o.taken_quantity), 0)::bigint FROM supplies.quotation q JOIN supplies.offer o ON o.id = q.offer_id WHERE q.request_id = r.id) AS ordered
        FROM supplies.quotation_request r
        """;

    public static Task<QuotationRequest?> FindAsync(Session session, long id, CancellationToken cancel) => session.QuerySingleOrDefaultAsync<QuotationRequest>(Select + " WHERE r.id = @id", new { id }, cancel);

    /// <summary>Requests that can be answered, those that end first in front.</summary>
    public static Task<IReadOnlyList<QuotationRequest>> OpenAsync(Session session, CancellationToken cancel) =>
        session.QueryAsync<QuotationRequest>(Select + " WHERE r.state = 'open' AND r.closes_at > @Now ORDER BY r.closes_at, r.id LIMIT 200", new { session.Now }, cancel);

    /// <summary>The last requests of a facility; of all that the actor plans for where none is given.</summary>
    public static Task<IReadOnlyList<QuotationRequest>> LastOfAsync(Session session, string? facility, CancellationToken cancel) =>
        session.QueryAsync<QuotationRequest>(Select + " WHERE (@facility::text IS NULL AND supplies.acts_for(r.region_code, r.facility_code)) OR r.facility_code = @facility ORDER BY r.id DESC LIMIT 100", new { facility }, cancel);

    /// <summary>Whoever asked needs no answers any more; quotations stand on as offers.</summary>
    public static async Task<PurchaseOutcome> CloseAsync(Session session, long id, CancellationToken cancel) =>
        await session.ExecuteAsync("UPDATE supplies.quotation_request SET state = 'closed', closed_at = @Now WHERE id = @id AND state = 'open'", new { id, session.Now }, cancel) == 0 ? new PurchaseOutcome.NotFound() : new PurchaseOutcome.Done(id);
}

/// <summary>A facility, or a planner for it, asks what an item would cost.</summary>
/// <param name="Days">Days within which answers are taken.</param>
/// <param name="Report">Unique name of this form; repeated, it is one request.</param>
internal sealed record AskForQuotations(Facility Facility, string ItemCode, long Quantity, long Days, string Report)
{
    public const int DaysMax = 30;

    public string Specification { get; init; } = "";
    public DateOnly? NeededBy { get; init; }

    public async Task<PurchaseOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (Facility.Role != "receiver") return new PurchaseOutcome.Invalid("facility");
        if (ItemCatalogue.Current.Find(ItemCode) is null || Specification.Length > 200) return new PurchaseOutcome.Invalid("item");
        if (Quantity is < 1 or > Ledger.QuantityMax) return new PurchaseOutcome.Invalid("quantity");
        if (Days is < 1 or > DaysMax || NeededBy < ChinaDay.Of(session.Now)) return new PurchaseOutcome.Invalid("days");
        if (Report.Length is 0 or > 50) return new PurchaseOutcome.Invalid("reference");
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO supplies.quotation_request (key, facility_code, region_code, facility_name, item_code, specification, quantity, needed_by, closes_at, asked_by, asked_at)
            VALUES (@key, @Code, @RegionCode, @Name, @ItemCode, @Specification, @Quantity, @NeededBy, @closes, @actor, @now) ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id
            """, new { key = Facility.Code + "/" + Report, Facility.Code, Facility.RegionCode, Facility.Name, ItemCode, Specification, Quantity, NeededBy, closes = session.Now.AddDays(Days), actor = session.Actor.Id, now = session.Now }, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return new PurchaseOutcome.Done(id);
    }
}

/// <summary>A supplier answers a request. A later answer of the same supplier takes the place of the earlier one, unless something of that was ordered.</summary>
internal sealed record Quote(long RequestId, Facility Supplier, long Quantity, long? PriceFen, DateOnly? AvailableFrom)
{
    public async Task<PurchaseOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (Supplier.Role != "supplier") return new PurchaseOutcome.Invalid("facility");
        if (PriceFen is null) return new PurchaseOutcome.Invalid("price");
        if (await QuotationRequest.FindAsync(session, RequestId, cancel) is not { } request || !request.IsOpen(session.Now)) return new PurchaseOutcome.NotFound();
        // Two forms sent at once are one answer after the other.
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@name, 12))", new { name = $"{RequestId}/{Supplier.Code}" }, cancel);
        await session.ExecuteAsync("""
            UPDATE supplies.offer SET state = 'withdrawn', closed_at = @Now, version = version + 1 WHERE state = 'open' AND taken_quantity = 0
                AND id IN (SELECT offer_id FROM supplies.quotation WHERE request_id = @RequestId AND supplier = @Code)
            """, new { RequestId, Supplier.Code, session.Now }, cancel);
        var made = await new MakeOffer(Supplier, request.ItemCode, Quantity, IsDonation: false, PriceFen, AvailableFrom) { Specification = request.Specification }.RunAsync(session, cancel);
        if (made is not OfferOutcome.Done done) return new PurchaseOutcome.Invalid(made is OfferOutcome.Invalid invalid ? invalid.Field : "price");
        await session.ExecuteAsync("INSERT INTO supplies.quotation (offer_id, request_id, supplier, region_code) VALUES (@Id, @RequestId, @Code, @RegionCode)", new { done.Id, RequestId, Supplier.Code, Supplier.RegionCode }, cancel);
        return new PurchaseOutcome.Done(done.Id);
    }
}

/// <summary>A quotation beside the others that answer the same request.</summary>
internal sealed record Answer
{
    public long OfferId { get; init; }
    public string SupplierCode { get; init; } = "";
    public string Supplier { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public long PriceFen { get; init; }
    public long Quantity { get; init; }
    public long Ordered { get; init; }
    public DateOnly AvailableFrom { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What the asked quantity, or as much of it as is quoted, would cost; fen.</summary>
    public decimal TotalFen(long asked) => (decimal)PriceFen * Math.Min(asked, Quantity);

    /// <summary>Answers that stand, cheapest first; then the soonest.</summary>
    public static Task<IReadOnlyList<Answer>> OfAsync(Session session, long request, CancellationToken cancel) => session.QueryAsync<Answer>("""
        SELECT o.id AS offer_id, q.supplier AS supplier_code, coalesce(f.name, q.supplier) AS supplier, q.region_code, o.price_fen, o.quantity, o.taken_quantity AS ordered, o.available_from, o.expires_at
        FROM supplies.quotation q JOIN supplies.offer o ON o.id = q.offer_id LEFT JOIN supplies.facility f ON f.code = q.supplier
        WHERE q.request_id = @request AND (o.taken_quantity > 0 OR (o.state = 'open' AND o.expires_at > @Now)) ORDER BY o.price_fen, o.available_from, o.id LIMIT 200
        """, new { request, session.Now }, cancel);
}

/// <summary>A planner orders of a quotation for whoever asked: the goods are reserved, the supplier confirms, and the record keeps what stood beside it.</summary>
internal sealed record OrderOf(long RequestId, long OfferId, long Quantity, string Report)
{
    public async Task<PurchaseOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (await QuotationRequest.FindAsync(session, RequestId, cancel) is not { } request) return new PurchaseOutcome.NotFound();
        if (!(await Answer.OfAsync(session, RequestId, cancel)).Any(a => a.OfferId == OfferId)) return new PurchaseOutcome.NotFound();
        switch (await new TakeOffer(OfferId, request.FacilityCode, Quantity, Report).RunAsync(session, cancel))
        {
            case TakeOfferOutcome.NotThere short_:
                return new PurchaseOutcome.NotThere(short_.There);
            case TakeOfferOutcome.Invalid invalid:
                return new PurchaseOutcome.Invalid(invalid.Field);
            case TakeOfferOutcome.Taken taken:
                return new PurchaseOutcome.Done(taken.Consignment);
            case var other:
                throw new InvalidOperationException($"The order ended as {other}.");
        }
    }
}

/// <summary>An order as it stands.</summary>
internal sealed record PurchaseLine
{
    public long ConsignmentId { get; init; }
    public string ItemCode { get; init; } = "";
    public string Supplier { get; init; } = "";
    public string Receiver { get; init; } = "";
    public long Quantity { get; init; }
    public long PriceFen { get; init; }
    public decimal TotalFen { get; init; }
    public string State { get; init; } = "";
    public DateTimeOffset OrderedAt { get; init; }

    /// <summary>The last orders that the actor sees.</summary>
    public static Task<IReadOnlyList<PurchaseLine>> LastAsync(Session session, CancellationToken cancel) => session.QueryAsync<PurchaseLine>("""
        SELECT p.consignment_id, c.item_code, coalesce(s.name, c.from_facility) AS supplier, coalesce(t.name, c.to_facility) AS receiver, c.quantity, p.price_fen, p.total_fen, c.state, p.ordered_at
        FROM supplies.purchase p JOIN supplies.consignment c ON c.id = p.consignment_id LEFT JOIN supplies.facility s ON s.code = c.from_facility LEFT JOIN supplies.facility t ON t.code = c.to_facility
        ORDER BY p.id DESC LIMIT 100
        """, cancel: cancel);
}
