using System.Globalization;
using System.Security.Cryptography;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Households;

/// <summary>What becomes of an order.</summary>
internal abstract record PlacedOrder
{
    /// <summary>Kept, now or by the same form before.</summary>
    public sealed record Placed(string Number) : PlacedOrder;

    /// <summary>Not kept; the word is the end of a text key.</summary>
    public sealed record Refused(string Problem) : PlacedOrder;
}

/// <summary>
/// A household, or the grid worker for it, orders packages into a window. Whoever has the household's code may: it stands on a slip of paper that
/// was handed over at the door, and no name goes with it.
/// </summary>
/// <param name="RequestKey">Made with the form; the same one again is the same order.</param>
internal sealed record PlaceOrder(string RequestKey, string HouseholdCode, long PackageId, int Quantity, long SlotId)
{
    public const int QuantityMax = 20;

    /// <summary>Orders of one household that are not finished.</summary>
    public const int OpenOrdersMax = 3;

    private const int RequestKeyLengthMax = 64;

    public async Task<PlacedOrder> RunAsync(Session session, CancellationToken cancel = default)
    {
        if (RequestKey.Length is 0 or > RequestKeyLengthMax || Quantity is < 1 or > QuantityMax) return new PlacedOrder.Refused("quantity");
        PlacedOrder outcome = new PlacedOrder.Refused("household");
        // Residents have no account here: the code is the permission, and what it opens is this household alone.
        await session.AsSystemAsync(async () => outcome = await KeepAsync(session, cancel), cancel);
        return outcome;
    }

    private async Task<PlacedOrder> KeepAsync(Session session, CancellationToken cancel)
    {
        // The household's row stands for its orders: two forms of one household wait for each other, and so does one form sent twice.
        var homes = await session.QueryAsync<(string Compound, string Region, bool IsIsolated)>("SELECT compound_code, region_code, is_isolated FROM supplies.household WHERE code = @HouseholdCode FOR NO KEY UPDATE", new { HouseholdCode }, cancel);
        if (homes is not [var (compound, region, isIsolated)]) return new PlacedOrder.Refused("household");
        if (await session.QuerySingleOrDefaultAsync<string>("SELECT number FROM supplies.household_order WHERE request_key = @RequestKey AND household_code = @HouseholdCode", new { RequestKey, HouseholdCode }, cancel) is { } before) return new PlacedOrder.Placed(before);
        if (await session.QuerySingleAsync<int>("SELECT count(*)::int FROM supplies.household_order WHERE household_code = @HouseholdCode AND state IN ('ordered', 'packed', 'out')", new { HouseholdCode }, cancel) >= OpenOrdersMax) return new PlacedOrder.Refused("many");
        if (await session.QuerySingleOrDefaultAsync<string>("SELECT organisation FROM supplies.household_package WHERE id = @PackageId AND is_offered AND @region ^@ region_code", new { PackageId, region }, cancel) is not { } organisation) return new PlacedOrder.Refused("package");
        // Counting and booking are one statement: the last place goes to one.
        if (await session.ExecuteAsync("UPDATE supplies.delivery_slot SET booked = booked + 1 WHERE id = @SlotId AND compound_code = @compound AND day >= @today AND booked < capacity", new { SlotId, compound, today = ChinaDay.Of(session.Now) }, cancel) == 0) return new PlacedOrder.Refused("slot");
        var number = RandomNumberGenerator.GetString("23456789ABCDEFGHJKLMNPQRSTUVWXYZ", 10);
        var code = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO supplies.household_order (number, request_key, household_code, compound_code, region_code, package_id, organisation, slot_id, is_isolated, ordered, hand_over_code, ordered_at)
            VALUES (@number, @RequestKey, @HouseholdCode, @compound, @region, @PackageId, @organisation, @SlotId, @isIsolated, @Quantity, @code, @now) RETURNING id
            """, new { number, RequestKey, HouseholdCode, compound, region, PackageId, organisation, SlotId, isIsolated, Quantity, code, now = session.Now }, cancel);
        await AdvanceOrder.KeepStepAsync(session, id, "ordered", "", cancel);
        return new PlacedOrder.Placed(number);
    }
}
