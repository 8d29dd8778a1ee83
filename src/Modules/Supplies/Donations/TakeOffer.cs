using System.Globalization;
using System.Text.Json;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Producers;

namespace Rongtong.Supplies.Donations;

/// <summary>A quotation beside others of the same item.</summary>
internal sealed record Quotation
{
    public long OfferId { get; init; }
    public string Supplier { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public long Left { get; init; }

    /// <summary>Fen per unit; null for a gift.</summary>
    public long? PriceFen { get; init; }
    public DateOnly AvailableFrom { get; init; }

    /// <summary>Open offers of an item: gifts first, then by price; offers without a price cannot be compared and are left out.</summary>
    public static Task<IReadOnlyList<Quotation>> OfAsync(Session session, string item, CancellationToken cancel) => session.QueryAsync<Quotation>("""
        SELECT o.id AS offer_id, f.name AS supplier, f.region_code, o.quantity - o.taken_quantity AS left, o.price_fen, o.available_from FROM supplies.offer o JOIN supplies.facility f ON f.code = o.facility_code
        WHERE o.item_code = @item AND o.state = 'open' AND o.expires_at > @Now AND o.quantity > o.taken_quantity AND (o.is_donation OR o.price_fen IS NOT NULL)
        ORDER BY coalesce(o.price_fen, 0), o.available_from, o.id LIMIT 200
        """, new { item, session.Now }, cancel);
}

/// <summary>How taking an offer ended.</summary>
internal abstract record TakeOfferOutcome
{
    /// <summary>The goods are reserved as a consignment of regime voluntary; the supplier confirms or declines.</summary>
    public sealed record Taken(long Consignment) : TakeOfferOutcome;

    /// <summary>The supplier offers more than lies on its shelf by the ledger.</summary>
    public sealed record NotThere(long There) : TakeOfferOutcome;

    /// <summary>Field is offer (over or gone), quantity, receiver, price or reference.</summary>
    public sealed record Invalid(string Field) : TakeOfferOutcome;
}

/// <summary>Takes some of an offer for a receiver, as a gift or bought at the price offered. What was taken and for how much stands in a record of its own.</summary>
/// <param name="Report">Unique name of this order; repeated, it is taken once.</param>
internal sealed record TakeOffer(long OfferId, string Receiver, long Quantity, string Report)
{
    /// <summary>How long the supplier has to confirm.</summary>
    private static readonly TimeSpan s_answer = TimeSpan.FromHours(24);

    public async Task<TakeOfferOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (Report.Length is 0 or > 50) return new TakeOfferOutcome.Invalid("reference");
        if (!session.Actor.May(SuppliesPermissions.Plan) || await Facilities.Facility.ActingForAsync(session, Receiver, cancel) is not { Role: "receiver" }) return new TakeOfferOutcome.Invalid("receiver");
        TakeOfferOutcome? outcome = null;
        await session.AsSystemAsync(async () => outcome = await TakeAsync(session, cancel), cancel);
        return outcome!;
    }

    private async Task<TakeOfferOutcome> TakeAsync(Session session, CancellationToken cancel)
    {
        var reference = string.Create(CultureInfo.InvariantCulture, $"offer:{OfferId}:{Report}");
        var offer = await session.QuerySingleOrDefaultAsync<Offer>($"SELECT {Offer.Columns} FROM supplies.offer WHERE id = @OfferId FOR NO KEY UPDATE", new { OfferId }, cancel);
        if (offer is null) return new TakeOfferOutcome.Invalid("offer");
        if (await session.QuerySingleOrDefaultAsync<long?>("SELECT id FROM supplies.consignment WHERE reference = @reference", new { reference }, cancel) is { } known) return new TakeOfferOutcome.Taken(known);
        if (offer.State != "open" || offer.ExpiresAt <= session.Now) return new TakeOfferOutcome.Invalid("offer");
        if (Quantity < 1 || Quantity > offer.Quantity - offer.TakenQuantity) return new TakeOfferOutcome.Invalid("quantity");
        if (!offer.IsDonation && offer.PriceFen is null) return new TakeOfferOutcome.Invalid("price");
        var quotations = await Quotation.OfAsync(session, offer.ItemCode, cancel);
        switch (await Reservations.ReserveForAsync(session, new(offer.ItemCode, offer.FacilityCode, Receiver, Quantity, "voluntary", reference, null, 4), s_answer, OfferId, cancel))
        {
            case ReserveOutcome.NotEnough short_:
                return new TakeOfferOutcome.NotThere(short_.Which[0].There);
            case ReserveOutcome.Refused refused:
                return new TakeOfferOutcome.Invalid(refused.Field);
            case ReserveOutcome.Reserved reserved:
                var id = reserved.Ids[0];
                await session.ExecuteAsync("""
                    UPDATE supplies.offer SET taken_quantity = taken_quantity + @Quantity, version = version + 1, state = CASE WHEN taken_quantity + @Quantity = quantity THEN 'taken' ELSE state END,
                        closed_at = CASE WHEN taken_quantity + @Quantity = quantity THEN @Now END WHERE id = @OfferId
                    """, new { OfferId, Quantity, session.Now }, cancel);
                if (offer.PriceFen is { } price)
                {
                    await session.ExecuteAsync("""
                        INSERT INTO supplies.purchase (offer_id, consignment_id, price_fen, total_fen, quotations, ordered_by, ordered_at) VALUES (@OfferId, @id, @price, @price::numeric * @Quantity, @quotations::jsonb, @actor, @now)
                        """, new { OfferId, id, price, Quantity, quotations = JsonSerializer.Serialize(quotations, JsonSerializerOptions.Web), actor = session.Actor.Id, now = session.Now }, cancel);
                }
                return new TakeOfferOutcome.Taken(id);
            case var other:
                throw new InvalidOperationException($"Reserving ended as {other}.");
        }
    }
}
