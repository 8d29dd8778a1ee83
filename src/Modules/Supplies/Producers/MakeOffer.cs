using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Producers;

/// <summary>An offer as it stands.</summary>
internal sealed record Offer
{
    public long Id { get; init; }
    public string FacilityCode { get; init; } = "";
    public string ItemCode { get; init; } = "";
    public string Specification { get; init; } = "";
    public long Quantity { get; init; }
    public long TakenQuantity { get; init; }
    public bool IsDonation { get; init; }

    /// <summary>Fen per unit; null for a donation or where none was told.</summary>
    public long? PriceFen { get; init; }
    public DateOnly AvailableFrom { get; init; }
    public string State { get; init; } = "";
    public DateTimeOffset ExpiresAt { get; init; }

    internal const string Columns = "id, facility_code, item_code, specification, quantity, taken_quantity, is_donation, price_fen, available_from, state, expires_at";

    /// <summary>Open offers of a facility.</summary>
    public static Task<IReadOnlyList<Offer>> OpenOfAsync(Session session, string facility, CancellationToken cancel = default) =>
        session.QueryAsync<Offer>($"SELECT {Columns} FROM supplies.offer WHERE facility_code = @facility AND state = 'open' ORDER BY id DESC", new { facility }, cancel);
}

/// <summary>How an offer ended up.</summary>
internal abstract record OfferOutcome
{
    /// <summary>Done.</summary>
    public sealed record Done(long Id) : OfferOutcome;

    /// <summary>There is no such open offer that the actor may change.</summary>
    public sealed record NotFound : OfferOutcome;

    /// <summary>What was said makes no sense.</summary>
    public sealed record Invalid(string Field) : OfferOutcome;
}

/// <summary>A supplier offers goods, to sell or to give. The offer lapses after seven days unless renewed.</summary>
internal sealed record MakeOffer(Facility Facility, string ItemCode, long Quantity, bool IsDonation, long? PriceFen, DateOnly? AvailableFrom)
{
    public string Specification { get; init; } = "";

    public async Task<OfferOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (Facility.Role != "supplier") return new OfferOutcome.Invalid("facility");
        if (ItemCatalogue.Current.Find(ItemCode) is null) return new OfferOutcome.Invalid("item");
        if (Quantity is < 1 or > Stock.Ledger.QuantityMax) return new OfferOutcome.Invalid("quantity");
        if (PriceFen is < 0 || (IsDonation && PriceFen is not null)) return new OfferOutcome.Invalid("price");
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO supplies.offer (facility_code, region_code, item_code, specification, quantity, is_donation, price_fen, available_from, expires_at, offered_by, offered_at)
            VALUES (@Code, @RegionCode, @ItemCode, @Specification, @Quantity, @IsDonation, @PriceFen, @from, @expires, @by, @now) RETURNING id
            """,
            new { Facility.Code, Facility.RegionCode, ItemCode, Specification, Quantity, IsDonation, PriceFen, from = AvailableFrom ?? ChinaDay.Of(session.Now), expires = session.Now.AddDays(Need.LifeDays), by = session.Actor.Id, now = session.Now }, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return new OfferOutcome.Done(id);
    }

    /// <summary>Takes an offer back, or declines what came of it: no reason is asked for, and nothing is counted against whoever does.</summary>
    public static async Task<OfferOutcome> CloseAsync(Session session, long id, string state, CancellationToken cancel)
    {
        if (state is not ("withdrawn" or "declined")) return new OfferOutcome.Invalid("state");
        var rows = await session.ExecuteAsync("UPDATE supplies.offer SET state = @state, closed_at = @Now, version = version + 1 WHERE id = @id AND state = 'open'", new { id, state, session.Now }, cancel);
        if (rows == 0) return new OfferOutcome.NotFound();
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return new OfferOutcome.Done(id);
    }

    /// <summary>It still stands.</summary>
    public static async Task<OfferOutcome> RenewAsync(Session session, long id, CancellationToken cancel)
    {
        var rows = await session.ExecuteAsync("UPDATE supplies.offer SET expires_at = @expires, reminded_at = NULL, version = version + 1 WHERE id = @id AND state = 'open'", new { id, expires = session.Now.AddDays(Need.LifeDays) }, cancel);
        return rows == 0 ? new OfferOutcome.NotFound() : new OfferOutcome.Done(id);
    }
}
