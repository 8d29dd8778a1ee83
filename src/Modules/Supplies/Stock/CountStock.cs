using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Stock;

/// <summary>How a day's figures of a facility were taken.</summary>
internal abstract record CountOutcome
{
    /// <summary>Taken; <paramref name="Difference"/> is what the count found more (or less) than the entries said.</summary>
    public sealed record Counted(long Difference) : CountOutcome;

    /// <summary>The same figures with the same key were taken before.</summary>
    public sealed record Repeated : CountOutcome;

    /// <summary>More was used than the entries say was there; counting the stock first would explain it.</summary>
    public sealed record UsedMoreThanThere(long There) : CountOutcome;

    /// <summary>A number is outside its limits, or the item or facility does not exist.</summary>
    public sealed record Invalid(string Field) : CountOutcome;
}

/// <summary>
/// What a facility says of one item today: how much it used, how much lies there. Use moves goods from on hand to used, the first to expire first. The
/// count moves the difference in from outside, or out: the count wins, and the difference stays visible for ever. A first count opens the account.
/// <code>on hand 500, "used 120, there are 400" ──> 120 on_hand -> used ──> 380 by the entries ──> 20 adjusted -> on_hand</code>
/// A hospital that gives its use with a count for the first time has both brought in from opening.
/// </summary>
/// <param name="Key">Unique name of this report; repeated, it is taken once.</param>
/// <param name="Used">Units used since the last report; null where not told.</param>
/// <param name="There">Units on hand after that; null where not counted.</param>
internal sealed record CountStock(string Key, string Facility, string ItemCode, long? Used, long? There)
{
    /// <summary>Where surplus comes from; a producer's is what it made.</summary>
    public StockState SurplusFrom { get; init; } = StockState.Adjusted;

    /// <summary>The lot that the count is about; null for all lots of the item, where surplus becomes a lot without a label.</summary>
    public LotLabel? Lot { get; init; }

    public string Document { get; init; } = "";

    public long? BatchId { get; init; }

    public async Task<CountOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (Used is < 0 or > Ledger.QuantityMax) return new CountOutcome.Invalid("used");
        if (There is < 0 or > Ledger.QuantityMax) return new CountOutcome.Invalid("stock");
        if (Items.ItemCatalogue.Current.Find(ItemCode) is null) return new CountOutcome.Invalid("item");
        if (!await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM supplies.facility WHERE code = @Facility)", new { Facility }, cancel)) return new CountOutcome.Invalid("facility");
        var label = There is null ? 0 : await Lots.FindOrAddAsync(session, Lot ?? new LotLabel(ItemCode), cancel);
        // Two reports of one shelf, one after the other: the second counts against what the first left.
        await Shelves.LockAsync(session, Facility, ItemCode, cancel);
        if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM supplies.entry WHERE key = @Key)", new { Key }, cancel)) return new CountOutcome.Repeated();
        var shelf = new Account(Facility, StockState.OnHand);
        var lots = await ReadLotsAsync(session, shelf, cancel);
        var known = lots.Sum(l => l.Quantity);
        var moves = new List<Move>();
        var isFirst = !await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM supplies.balance WHERE place = @Facility AND item_code = @ItemCode)", new { Facility, ItemCode }, cancel);
        var surplusFrom = new Account(Facility, isFirst && SurplusFrom == StockState.Adjusted ? StockState.Opening : SurplusFrom);
        var used = Used ?? 0;
        if (used > known && There is null) return new CountOutcome.UsedMoreThanThere(known);
        var difference = There is { } there ? checked(there + used - known) : 0;
        // What the count shows to have been there comes in before the use is taken out of it.
        if (difference > 0)
        {
            moves.Add(new(label, surplusFrom, shelf, difference));
            lots = [.. lots.Where(l => l.LotId != label), (label, lots.Where(l => l.LotId == label).Sum(l => l.Quantity) + difference, Lot?.ExpiresOn ?? lots.FirstOrDefault(l => l.LotId == label).ExpiresOn)];
        }
        var taken = Lots.FirstToExpire(lots, used, null);
        moves.AddRange(taken.Select(t => new Move(t.LotId, shelf, new(Facility, StockState.Used), t.Quantity)));
        if (difference < 0)
        {
            var left = lots.Select(l => (l.LotId, l.Quantity - taken.Where(t => t.LotId == l.LotId).Sum(t => t.Quantity), l.ExpiresOn));
            moves.AddRange(Lots.FirstToExpire(left, -difference, null).Select(t => new Move(t.LotId, shelf, new(Facility, StockState.Adjusted), t.Quantity)));
        }
        if (moves.Count == 0) return new CountOutcome.Counted(0);
        return await Ledger.MoveAsync(session, new(Key, "count", Document, moves) { BatchId = BatchId }, cancel) is MoveOutcome.Moved
            ? new CountOutcome.Counted(difference)
            : throw new InvalidOperationException($"The count {Key} of {ItemCode} at {Facility} could not be posted although its shelf was locked.");
    }

    private async Task<IReadOnlyList<(long LotId, long Quantity, DateOnly? ExpiresOn)>> ReadLotsAsync(Session session, Account shelf, CancellationToken cancel)
    {
        IReadOnlyList<(long, long, DateOnly?)> lots = [];
        await session.AsSystemAsync(async () => lots = await session.QueryAsync<(long, long, DateOnly?)>("""
            SELECT b.lot_id, b.quantity, l.expires_on FROM supplies.balance b JOIN supplies.lot l ON l.id = b.lot_id
            WHERE b.place = @Place AND b.item_code = @ItemCode AND b.state = 'on_hand' AND b.quantity > 0
                AND (@all OR (l.maker = @maker AND l.number = @number AND l.expires_on IS NOT DISTINCT FROM @expires))
            ORDER BY b.lot_id
            """, new { shelf.Place, ItemCode, all = Lot is null, maker = Lot?.Maker ?? "", number = Lot?.Number ?? "", expires = Lot?.ExpiresOn }, cancel), cancel);
        return lots;
    }
}
