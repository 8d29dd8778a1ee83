using System.Text.RegularExpressions;
using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Donations;

/// <summary>How a step of an offer of a gift ended.</summary>
internal abstract record GiveOutcome
{
    /// <summary>Done, now or by the same form before; the donor follows it by the code.</summary>
    public sealed record Done(string Code) : GiveOutcome;

    /// <summary>There is no such offer, it is over, or it is not the actor's to decide.</summary>
    public sealed record NotFound : GiveOutcome;

    /// <summary>Field is item, quantity, donor, phone, region, address, note, facility or report.</summary>
    public sealed record Invalid(string Field) : GiveOutcome;
}

/// <summary>
/// A gift as it is offered by somebody without an account.
/// <code>
/// offered ──planner names a facility──> accepted ──the facility has the goods──> taken: from here on the donation of the same code
///    └── withdrawn by the donor, declined by a planner, or run out unless renewed by one tap
/// </code>
/// </summary>
internal sealed record DonorOffer
{
    /// <summary>Days an offer stands unless renewed.</summary>
    public const int LifeDays = 14;

    public long Id { get; init; }
    public string Code { get; init; } = "";
    public string Donor { get; init; } = "";
    public string Phone { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public string Address { get; init; } = "";
    public string ItemCode { get; init; } = "";
    public long Quantity { get; init; }
    public string Note { get; init; } = "";
    public string State { get; init; } = "";
    public string? FacilityCode { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset OfferedAt { get; init; }

    /// <summary>Name and address of the facility; empty before one was named.</summary>
    public string FacilityName { get; init; } = "";
    public string FacilityAddress { get; init; } = "";

    private const string Select = """
        SELECT o.id, o.code, o.donor, o.phone, o.region_code, o.address, o.item_code, o.quantity, o.note, o.state, o.facility_code, o.expires_at, o.offered_at,
            coalesce(f.name, '') AS facility_name, coalesce(f.address, '') AS facility_address FROM supplies.donor_offer o LEFT JOIN supplies.facility f ON f.code = o.facility_code
        """;

    /// <summary>Offers that wait for a decision or for the goods, as far as the actor sees them; the oldest first.</summary>
    public static Task<IReadOnlyList<DonorOffer>> OpenAsync(Session session, CancellationToken cancel) =>
        session.QueryAsync<DonorOffer>(Select + " WHERE o.state = 'accepted' OR (o.state = 'offered' AND o.expires_at > @Now) ORDER BY o.id LIMIT 200", new { session.Now }, cancel);

    /// <summary>The offer of the code, read in the product's name: whoever has the code may see it.</summary>
    public static async Task<DonorOffer?> FindAsync(Session session, string code, CancellationToken cancel)
    {
        DonorOffer? found = null;
        await session.AsSystemAsync(async () => found = await session.QuerySingleOrDefaultAsync<DonorOffer>(Select + " WHERE o.code = @code", new { code }, cancel), cancel);
        return found;
    }
}

/// <summary>Somebody offers a gift; no account is needed, and a telephone only if they want to be called.</summary>
/// <param name="RegionCode">Where the goods lie; null where no list knows the place.</param>
/// <param name="Report">Unique name of this form; repeated, it is one offer.</param>
internal sealed partial record OfferGift(string ItemCode, long Quantity, string? RegionCode, string Report)
{
    public string Donor { get; init; } = "";
    public string Phone { get; init; } = "";
    public string Address { get; init; } = "";
    public string Note { get; init; } = "";

    /// <summary>By which it is followed.</summary>
    internal string Code { get; init; } = TakeDonation.NewCode();

    public async Task<GiveOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (ItemCatalogue.Current.Find(ItemCode) is null) return new GiveOutcome.Invalid("item");
        if (Quantity is < 1 or > Ledger.QuantityMax) return new GiveOutcome.Invalid("quantity");
        if (RegionCode is null) return new GiveOutcome.Invalid("region");
        if (Donor.Length > 100) return new GiveOutcome.Invalid("donor");
        if (!PhoneForm().IsMatch(Phone)) return new GiveOutcome.Invalid("phone");
        if (Address.Length > 200) return new GiveOutcome.Invalid("address");
        if (Note.Length > 500) return new GiveOutcome.Invalid("note");
        if (Report.Length is < 16 or > 50) return new GiveOutcome.Invalid("report");
        var code = "";
        await session.AsSystemAsync(async () => code = await session.QuerySingleAsync<string>("""
            INSERT INTO supplies.donor_offer (code, report, donor, phone, region_code, address, item_code, quantity, note, expires_at, offered_at)
            VALUES (@made, @Report, @Donor, @Phone, @RegionCode, @Address, @ItemCode, @Quantity, @Note, @expires, @now) ON CONFLICT (report) DO UPDATE SET report = excluded.report RETURNING code
            """, new { made = Code, Report, Donor, Phone, RegionCode, Address, ItemCode, Quantity, Note, expires = session.Now.AddDays(DonorOffer.LifeDays), now = session.Now }, cancel), cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return new GiveOutcome.Done(code);
    }

    [GeneratedRegex(@"^[0-9+() -]{0,40}$")]
    private static partial Regex PhoneForm();
}

/// <summary>What donors, planners and facilities say of an offer.</summary>
internal static class AnswerGift
{
    /// <summary>The donor, who has the code: it still stands, or it does not. No reason is asked for.</summary>
    public static async Task<GiveOutcome> ByDonorAsync(Session session, string code, string step, CancellationToken cancel)
    {
        var rows = 0;
        await session.AsSystemAsync(async () => rows = step switch
        {
            "renew" => await session.ExecuteAsync("UPDATE supplies.donor_offer SET expires_at = @expires WHERE code = @code AND state = 'offered'", new { code, expires = session.Now.AddDays(DonorOffer.LifeDays) }, cancel),
            "withdraw" => await session.ExecuteAsync("UPDATE supplies.donor_offer SET state = 'withdrawn', phone = '', decided_by = 'donor', decided_at = @Now WHERE code = @code AND state IN ('offered', 'accepted')", new { code, session.Now }, cancel),
            _ => 0,
        }, cancel);
        return rows == 0 ? new GiveOutcome.NotFound() : new GiveOutcome.Done(code);
    }

    /// <summary>A planner of the region says where the goods are to be brought, or declines.</summary>
    /// <param name="facility">Code of the facility; null declines.</param>
    public static async Task<GiveOutcome> DecideAsync(Session session, long id, string? facility, CancellationToken cancel)
    {
        if (!session.Actor.May(SuppliesPermissions.Plan)) return new GiveOutcome.NotFound();
        if (await session.QuerySingleOrDefaultAsync<string>("SELECT code FROM supplies.donor_offer WHERE id = @id AND state = 'offered' AND expires_at > @Now", new { id, session.Now }, cancel) is not { } code) return new GiveOutcome.NotFound();
        if (facility is not null && await Facility.ActingForAsync(session, facility, cancel) is not { Role: not "carrier" }) return new GiveOutcome.Invalid("facility");
        var rows = 0;
        await session.AsSystemAsync(async () => rows = await session.ExecuteAsync("""
            UPDATE supplies.donor_offer SET state = @state, facility_code = @facility, phone = CASE WHEN @facility::text IS NULL THEN '' ELSE phone END, decided_by = @actor, decided_at = @now WHERE id = @id AND state = 'offered'
            """, new { id, facility, state = facility is null ? "declined" : "accepted", actor = session.Actor.Id, now = session.Now }, cancel), cancel);
        return rows == 0 ? new GiveOutcome.NotFound() : new GiveOutcome.Done(code);
    }

    /// <summary>The goods are there, as many as were counted at the door: the offer becomes the donation of the same code.</summary>
    public static async Task<GiveOutcome> TakeAsync(Session session, long id, long quantity, CancellationToken cancel)
    {
        var offer = await session.QuerySingleOrDefaultAsync<(string Code, string Item, string Donor, string Facility, string State)>(
            "SELECT code, item_code, donor, facility_code, state FROM supplies.donor_offer WHERE id = @id AND state IN ('accepted', 'taken')", new { id }, cancel);
        if (offer.Code is null || await Facility.ActingForAsync(session, offer.Facility, cancel) is not { } facility) return new GiveOutcome.NotFound();
        if (offer.State == "taken") return new GiveOutcome.Done(offer.Code);
        if (await new TakeDonation(facility, offer.Item, quantity, offer.Donor, "offer:" + offer.Code) { Code = offer.Code }.RunAsync(session, cancel) is DonationOutcome.Invalid invalid) return new GiveOutcome.Invalid(invalid.Field);
        await session.AsSystemAsync(() => session.ExecuteAsync("UPDATE supplies.donor_offer SET state = 'taken', phone = '', decided_by = @actor, decided_at = @now WHERE id = @id", new { id, actor = session.Actor.Id, now = session.Now }, cancel), cancel);
        return new GiveOutcome.Done(offer.Code);
    }

}

/// <summary>Forgets the telephones of offers that ran out: nobody will call.</summary>
internal sealed class ForgetDonors : IJob
{
    public string Name => "supplies.forget-donors";

    public TimeSpan Every => TimeSpan.FromHours(6);

    public Task RunAsync(Session session, CancellationToken cancel) =>
        session.ExecuteAsync("UPDATE supplies.donor_offer SET phone = '' WHERE state = 'offered' AND phone <> '' AND expires_at < @Now", new { session.Now }, cancel);
}
