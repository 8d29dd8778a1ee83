using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Stock;

/// <summary>A place and what goods are doing there.</summary>
internal readonly record struct Account(string Place, StockState State);

/// <summary>Some of one lot from one account to another.</summary>
/// <param name="Quantity">Units, 1 to <see cref="Ledger.QuantityMax"/>.</param>
internal readonly record struct Move(long LotId, Account From, Account To, long Quantity);

/// <summary>Moves that happen together or not at all.</summary>
/// <param name="Key">Unique name of what happened, as <c>shipment:7:received</c>; a second posting of the same key is the same one.</param>
/// <param name="Cause">Why, as <c>count</c>, <c>use</c>, <c>shipment</c>.</param>
/// <param name="Document">Order, delivery note or file that says so; may be empty.</param>
internal sealed record Posting(string Key, string Cause, string Document, IReadOnlyList<Move> Moves)
{
    /// <summary>The import it came with.</summary>
    public long? BatchId { get; init; }
}

/// <summary>An account that does not hold what was to be taken from it.</summary>
internal sealed record Shortage(long LotId, Account Account, long Wanted, long There);

/// <summary>How a posting ended.</summary>
internal abstract record MoveOutcome
{
    /// <summary>Posted.</summary>
    public sealed record Moved : MoveOutcome;

    /// <summary>This very posting was made before; nothing happened now.</summary>
    public sealed record AlreadyMoved : MoveOutcome;

    /// <summary>Another posting has this key.</summary>
    public sealed record KeyTaken(string Key) : MoveOutcome;

    /// <summary>There is not enough; nothing was moved.</summary>
    public sealed record NotEnough(IReadOnlyList<Shortage> Shortages) : MoveOutcome;

    /// <summary>A place or lot that does not exist; nothing was moved.</summary>
    public sealed record NotFound(string What) : MoveOutcome;
}

/// <summary>
/// The double-entry ledger of quantities; see Schema/0002_ledger.sql for what the database guarantees by itself.
/// <code>
/// Posting ──> key known? ──yes──> AlreadyMoved | KeyTaken
///         ──> accounts locked in one order ──> enough? ──no──> NotEnough, with what is there
///         ──> entries inserted ──> trigger derives balances ──> caller commits
/// </code>
/// Whether the actor may move these goods is decided by the use case that calls; entries are then written in the product's own name. A session that
/// posts more than once locks the accounts of all its postings first, by <see cref="LockAsync"/>: postings of two sessions that lock the same accounts
/// in different orders end one of them.
/// </summary>
internal static class Ledger
{
    /// <summary>Most units in one entry; the sum of 900,000 such entries fits into an account.</summary>
    public const long QuantityMax = 10_000_000_000_000;

    /// <summary>Most moves in one posting.</summary>
    public const int MovesMax = 20_000;

    /// <summary>Makes the moves, all of them or none.</summary>
    public static async Task<MoveOutcome> MoveAsync(Session session, Posting posting, CancellationToken cancel = default)
    {
        Check(posting);
        MoveOutcome? outcome = null;
        await session.AsSystemAsync(async () => outcome = await PostAsync(session, posting, cancel), cancel);
        return outcome!;
    }

    /// <summary>Locks and opens every account of moves that will be posted one after the other. The session runs as the system; lots and places exist.</summary>
    internal static Task LockAsync(Session session, IEnumerable<Move> moves, CancellationToken cancel) =>
        LockAsync(session, [.. moves.SelectMany(m => new[] { (m.LotId, m.From), (m.LotId, m.To) }).Distinct()], cancel);

    /// <summary>What accounts of a place hold, by lot, the first to expire first.</summary>
    public static Task<IReadOnlyList<Holding>> BalancesAsync(Session session, string place, string? itemCode = null, CancellationToken cancel = default) =>
        session.QueryAsync<Holding>("""
            SELECT b.lot_id, b.item_code, l.maker, l.number, l.expires_on, b.place, b.state, b.quantity
            FROM supplies.balance b JOIN supplies.lot l ON l.id = b.lot_id
            WHERE b.place = @place AND (@itemCode::text IS NULL OR b.item_code = @itemCode) AND b.quantity <> 0
            ORDER BY b.item_code, b.state, l.expires_on NULLS LAST, b.lot_id
            """, new { place, itemCode }, cancel);

    /// <summary>Entries that touched a place, the latest first.</summary>
    public static Task<IReadOnlyList<EntryLine>> HistoryAsync(Session session, string place, string? itemCode = null, int rows = 100, CancellationToken cancel = default) =>
        session.QueryAsync<EntryLine>("""
            SELECT id, key, line, lot_id, item_code, from_place, from_state, to_place, to_state, quantity, cause, document, actor, at
            FROM supplies.entry WHERE (from_place = @place OR to_place = @place) AND (@itemCode::text IS NULL OR item_code = @itemCode) ORDER BY id DESC LIMIT @rows
            """, new { place, itemCode, rows }, cancel);

    /// <summary>Accounts whose balance differs from the sum of their entries; none, unless the database is broken.</summary>
    public static Task<IReadOnlyList<Shortage>> RecountAsync(Session session, CancellationToken cancel = default) => RecountAsync(session, null, cancel);

    internal static async Task<IReadOnlyList<Shortage>> RecountAsync(Session session, long? lotId, CancellationToken cancel)
    {
        var rows = await session.QueryAsync<(long LotId, string Place, string State, decimal Entries, long Balance)>("""
            SELECT coalesce(b.lot_id, e.lot_id), coalesce(b.place, e.place), coalesce(b.state, e.state), coalesce(e.quantity, 0), coalesce(b.quantity, 0)
            FROM supplies.balance b FULL JOIN (
                SELECT lot_id, place, state, sum(quantity) AS quantity FROM (
                    SELECT lot_id, from_place AS place, from_state AS state, -quantity AS quantity FROM supplies.entry
                    UNION ALL SELECT lot_id, to_place, to_state, quantity FROM supplies.entry) sides GROUP BY lot_id, place, state) e
                ON e.lot_id = b.lot_id AND e.place = b.place AND e.state = b.state
            WHERE coalesce(e.quantity, 0) <> coalesce(b.quantity, 0) AND (@lotId::bigint IS NULL OR coalesce(b.lot_id, e.lot_id) = @lotId)
            """, new { lotId }, cancel);
        return [.. rows.Select(r => new Shortage(r.LotId, new(r.Place, StockStates.Parse(r.State)), (long)r.Entries, r.Balance))];
    }

    private static void Check(Posting posting)
    {
        if (posting.Moves.Count is 0 or > MovesMax) throw new ArgumentException($"A posting has 1 to {MovesMax} moves; this one has {posting.Moves.Count}.", nameof(posting));
        foreach (var move in posting.Moves)
        {
            if (move.Quantity is < 1 or > QuantityMax) throw new ArgumentException($"A move takes 1 to {QuantityMax} units; this one of lot {move.LotId} takes {move.Quantity}.", nameof(posting));
            if (move.From == move.To) throw new ArgumentException($"A move goes from one account to another; this one of lot {move.LotId} stays at {move.From.Place} {move.From.State}.", nameof(posting));
        }
    }

    private static async Task<MoveOutcome> PostAsync(Session session, Posting posting, CancellationToken cancel)
    {
        var args = Columns(posting, session);
        // The key is held until the transaction ends: whoever sends the same posting at the same time waits, and then finds it. Keys of an import have its
        // number in them, and there are more of them than the server holds locks.
        if (posting.BatchId is null) await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@Key, 5))", new { posting.Key }, cancel);
        if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM supplies.entry WHERE key = @Key)", new { posting.Key }, cancel))
        {
            var isSame = await session.QuerySingleAsync<bool>($"""
                SELECT NOT EXISTS (
                    (SELECT line, lot_id, from_place, from_state, to_place, to_state, quantity FROM supplies.entry WHERE key = @key EXCEPT {Wanted})
                    UNION ALL ({Wanted} EXCEPT SELECT line, lot_id, from_place, from_state, to_place, to_state, quantity FROM supplies.entry WHERE key = @key))
                """, args, cancel);
            return isSame ? new MoveOutcome.AlreadyMoved() : new MoveOutcome.KeyTaken(posting.Key);
        }
        if (await MissingAsync(session, posting, cancel) is { } missing) return new MoveOutcome.NotFound(missing);
        var shortages = await ShortagesAsync(session, posting, cancel);
        if (shortages.Count > 0) return new MoveOutcome.NotEnough(shortages);
        await session.ExecuteAsync($"""
            INSERT INTO supplies.entry (key, line, lot_id, item_code, from_place, from_region, from_state, to_place, to_region, to_state, quantity, cause, document, actor, at, batch_id)
            SELECT @key, m.line, m.lot_id, l.item_code, m.from_place, f.region_code, m.from_state, m.to_place, t.region_code, m.to_state, m.quantity, @cause, @document, @actor, @now, @batchId
            FROM ({Wanted}) m JOIN supplies.lot l ON l.id = m.lot_id
            JOIN supplies.facility f ON f.code = m.from_place JOIN supplies.facility t ON t.code = m.to_place ORDER BY m.line
            """, args, cancel);
        return new MoveOutcome.Moved();
    }

    private const string Wanted = "SELECT line::int, lot_id, from_place, from_state, to_place, to_state, quantity FROM unnest(@lots, @fromPlaces, @fromStates, @toPlaces, @toStates, @quantities) WITH ORDINALITY AS w (lot_id, from_place, from_state, to_place, to_state, quantity, line)";

    private static object Columns(Posting posting, Session session) => new
    {
        key = posting.Key,
        cause = posting.Cause,
        document = posting.Document,
        actor = session.Actor.Id,
        now = session.Now,
        batchId = posting.BatchId,
        lots = posting.Moves.Select(m => m.LotId).ToArray(),
        fromPlaces = posting.Moves.Select(m => m.From.Place).ToArray(),
        fromStates = posting.Moves.Select(m => m.From.State.Word()).ToArray(),
        toPlaces = posting.Moves.Select(m => m.To.Place).ToArray(),
        toStates = posting.Moves.Select(m => m.To.State.Word()).ToArray(),
        quantities = posting.Moves.Select(m => m.Quantity).ToArray(),
    };

    private static async Task<string?> MissingAsync(Session session, Posting posting, CancellationToken cancel) =>
        await session.QuerySingleOrDefaultAsync<string?>("""
            SELECT 'facility ' || p FROM unnest(@places) p WHERE NOT EXISTS (SELECT FROM supplies.facility WHERE code = p)
            UNION ALL SELECT 'lot ' || l::text FROM unnest(@lots) l WHERE NOT EXISTS (SELECT FROM supplies.lot WHERE id = l) LIMIT 1
            """, new { places = posting.Moves.SelectMany(m => new[] { m.From.Place, m.To.Place }).Distinct().ToArray(), lots = posting.Moves.Select(m => m.LotId).Distinct().ToArray() }, cancel);

    /// <summary>
    /// Accounts that would fall below zero by the posting as a whole, as the database's constraint sees it. Locks and opens all accounts, each in one
    /// order, so that what is seen here still holds when the entries are inserted, and no two sessions wait for each other.
    /// </summary>
    private static async Task<IReadOnlyList<Shortage>> ShortagesAsync(Session session, Posting posting, CancellationToken cancel)
    {
        var net = new Dictionary<(long Lot, Account Account), long>();
        foreach (var move in posting.Moves)
        {
            net[(move.LotId, move.From)] = checked(net.GetValueOrDefault((move.LotId, move.From)) - move.Quantity);
            net[(move.LotId, move.To)] = checked(net.GetValueOrDefault((move.LotId, move.To)) + move.Quantity);
        }
        var there = await LockAsync(session, [.. net.Keys], cancel);
        return [.. net.Where(n => n.Value < 0 && n.Key.Account.State < StockState.Produced && there.GetValueOrDefault(n.Key) + n.Value < 0)
            .Select(n => new Shortage(n.Key.Lot, n.Key.Account, -n.Value, there.GetValueOrDefault(n.Key)))];
    }

    /// <summary>
    /// Accounts with what they hold, locked in one order, those that do not exist opened. An account that another session opens meanwhile may belong in
    /// the middle of what is locked here: then all is let go and begun again, for to wait for it while holding what comes after it is how circles begin.
    /// </summary>
    private static async Task<Dictionary<(long Lot, Account Account), long>> LockAsync(Session session, IReadOnlyList<(long Lot, Account Account)> wanted, CancellationToken cancel)
    {
        var accounts = new { lots = wanted.Select(k => k.Lot).ToArray(), places = wanted.Select(k => k.Account.Place).ToArray(), states = wanted.Select(k => k.Account.State.Word()).ToArray() };
        while (true)
        {
            await session.ExecuteAsync("SAVEPOINT accounts", cancel: cancel);
            var there = (await session.QueryAsync<(long Lot, string Place, string State, long Quantity)>("""
                SELECT lot_id, place, state, quantity FROM supplies.balance
                WHERE (lot_id, place, state) IN (SELECT * FROM unnest(@lots, @places, @states)) ORDER BY lot_id, place, state FOR NO KEY UPDATE
                """, accounts, cancel)).ToDictionary(r => (r.Lot, new Account(r.Place, StockStates.Parse(r.State))), r => r.Quantity);
            var opened = there.Count == wanted.Count ? 0 : await session.ExecuteAsync("""
                INSERT INTO supplies.balance (lot_id, place, state, item_code, region_code, quantity)
                SELECT a.lot_id, a.place, a.state, l.item_code, f.region_code, 0 FROM unnest(@lots, @places, @states) AS a (lot_id, place, state)
                JOIN supplies.lot l ON l.id = a.lot_id JOIN supplies.facility f ON f.code = a.place
                WHERE NOT EXISTS (SELECT FROM supplies.balance b WHERE (b.lot_id, b.place, b.state) = (a.lot_id, a.place, a.state)) ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING
                """, accounts, cancel);
            await session.ExecuteAsync(there.Count + opened == wanted.Count ? "RELEASE SAVEPOINT accounts" : "ROLLBACK TO SAVEPOINT accounts", cancel: cancel);
            if (there.Count + opened == wanted.Count) return there;
        }
    }
}

/// <summary>What one account holds of a lot.</summary>
internal sealed record Holding
{
    public long LotId { get; init; }
    public string ItemCode { get; init; } = "";
    public string Maker { get; init; } = "";
    public string Number { get; init; } = "";
    public DateOnly? ExpiresOn { get; init; }
    public string Place { get; init; } = "";
    public string State { get; init; } = "";
    public long Quantity { get; init; }
}

/// <summary>An entry as it stands in the history.</summary>
internal sealed record EntryLine
{
    public long Id { get; init; }
    public string Key { get; init; } = "";
    public int Line { get; init; }
    public long LotId { get; init; }
    public string ItemCode { get; init; } = "";
    public string FromPlace { get; init; } = "";
    public string FromState { get; init; } = "";
    public string ToPlace { get; init; } = "";
    public string ToState { get; init; } = "";
    public long Quantity { get; init; }
    public string Cause { get; init; } = "";
    public string Document { get; init; } = "";
    public string Actor { get; init; } = "";
    public DateTimeOffset At { get; init; }
}
