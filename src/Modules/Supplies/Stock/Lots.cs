using Rongtong.Platform.Data;
using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Stock;

/// <summary>What a label says of a lot.</summary>
/// <param name="Number">Lot number; empty where nobody told.</param>
/// <param name="ExpiresOn">Last day of use; null where nobody told.</param>
internal readonly record struct LotLabel(string ItemCode, string Maker = "", string Number = "", DateOnly? ExpiresOn = null);

/// <summary>Lots by their labels, and which of them go first.</summary>
internal static class Lots
{
    /// <summary>The numbers of the lots, made where they are new, in the order of the labels.</summary>
    public static async Task<long[]> FindOrAddAsync(Session session, IReadOnlyList<LotLabel> labels, CancellationToken cancel = default)
    {
        foreach (var label in labels)
        {
            if (ItemCatalogue.Current.Find(label.ItemCode) is null) throw new ArgumentException($"There is no item '{label.ItemCode}' in the catalogue.", nameof(labels));
        }
        var args = new
        {
            items = labels.Select(l => l.ItemCode).ToArray(),
            makers = labels.Select(l => l.Maker).ToArray(),
            numbers = labels.Select(l => l.Number).ToArray(),
            expiries = labels.Select(l => l.ExpiresOn).ToArray(),
        };
        var found = await FindAsync();
        if (found.Length == labels.Count) return found;
        await session.ExecuteAsync("""
            INSERT INTO supplies.lot (item_code, maker, number, expires_on)
            SELECT DISTINCT i, m, n, e FROM unnest(@items, @makers, @numbers, @expiries::date[]) AS w (i, m, n, e) ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING
            """, args, cancel);
        return await FindAsync();

        async Task<long[]> FindAsync() => [.. await session.QueryAsync<long>("""
            SELECT l.id FROM unnest(@items, @makers, @numbers, @expiries::date[]) WITH ORDINALITY AS w (i, m, n, e, place)
            JOIN supplies.lot l ON l.item_code = w.i AND l.maker = w.m AND l.number = w.n AND l.expires_on IS NOT DISTINCT FROM w.e ORDER BY w.place
            """, args, cancel)];
    }

    public static async Task<long> FindOrAddAsync(Session session, LotLabel label, CancellationToken cancel = default) => (await FindOrAddAsync(session, [label], cancel))[0];

    /// <summary>
    /// Takes a quantity of an item out of an account, the first to expire first, lots without a date last: what lies there of each lot, until the
    /// quantity is reached. Less than was wanted comes back where less is there. The accounts are locked until the session ends.
    /// </summary>
    /// <param name="to">Where they go: the accounts there are locked with them, in the order of the ledger.</param>
    /// <param name="notExpiredOn">Leaves out what has expired before this day; null takes everything, as for disposal.</param>
    public static async Task<IReadOnlyList<(long LotId, long Quantity)>> PickAsync(
        Session session, Account from, Account to, string itemCode, long quantity, DateOnly? notExpiredOn, CancellationToken cancel = default)
    {
        IReadOnlyList<(bool IsSource, long LotId, long Quantity, DateOnly? ExpiresOn)> there = [];
        await session.AsSystemAsync(async () => there = await session.QueryAsync<(bool, long, long, DateOnly?)>("""
            SELECT b.place = @place AND b.state = @state, b.lot_id, b.quantity, l.expires_on FROM supplies.balance b JOIN supplies.lot l ON l.id = b.lot_id
            WHERE b.item_code = @itemCode AND ((b.place = @place AND b.state = @state AND b.quantity > 0) OR (b.place = @toPlace AND b.state = @toState))
            ORDER BY b.lot_id, b.place, b.state FOR NO KEY UPDATE OF b
            """, new { place = from.Place, state = from.State.Word(), toPlace = to.Place, toState = to.State.Word(), itemCode }, cancel), cancel);
        return FirstToExpire(there.Where(t => t.IsSource).Select(t => (t.LotId, t.Quantity, t.ExpiresOn)), quantity, notExpiredOn);
    }

    /// <summary>The pure part: which lots, in which order, how much of each.</summary>
    internal static IReadOnlyList<(long LotId, long Quantity)> FirstToExpire(IEnumerable<(long LotId, long Quantity, DateOnly? ExpiresOn)> there, long quantity, DateOnly? notExpiredOn)
    {
        var picked = new List<(long, long)>();
        foreach (var lot in there.Where(l => notExpiredOn is null || l.ExpiresOn is null || l.ExpiresOn >= notExpiredOn).OrderBy(l => l.ExpiresOn ?? DateOnly.MaxValue).ThenBy(l => l.LotId))
        {
            if (quantity == 0) break;
            var taken = Math.Min(quantity, lot.Quantity);
            picked.Add((lot.LotId, taken));
            quantity -= taken;
        }
        return picked;
    }
}
