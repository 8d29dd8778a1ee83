using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Stock;

/// <summary>
/// What is read and then posted must stand still meanwhile. Whoever counts an item at a place locks the place, for a shelf without an account has no row
/// of its own, and then every account of the item there: use, surplus and what is taken are posted over all of them. Lots are found or added before: two
/// who add the same one wait for each other.
/// </summary>
internal static class Shelves
{
    public static Task LockAsync(Session session, string place, string item, CancellationToken cancel) => LockAsync(session, [(place, item)], cancel);

    /// <summary>Several at once; a session that counts one after the other locks all of them first.</summary>
    public static Task LockAsync(Session session, IReadOnlyCollection<(string Place, string Item)> shelves, CancellationToken cancel) => session.AsSystemAsync(async () =>
    {
        var args = new { places = shelves.Select(s => s.Place).ToArray(), items = shelves.Select(s => s.Item).ToArray() };
        await session.ExecuteAsync("SELECT FROM supplies.facility WHERE code = ANY (@places) ORDER BY code FOR NO KEY UPDATE", args, cancel);
        await session.ExecuteAsync("SELECT FROM supplies.balance WHERE (place, item_code) IN (SELECT * FROM unnest(@places, @items)) ORDER BY lot_id, place, state FOR NO KEY UPDATE", args, cancel);
    }, cancel);
}
