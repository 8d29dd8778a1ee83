using System.Globalization;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Dispatch;

/// <summary>
/// Output that is promised before it is made; see Schema/0041_promised_output.sql.
/// <code>
/// producer's latest figures ──> capacity of the day ──consignment──> committed ──"it is made"──> produced -> on hand -> reserved, one posting
///                                                          └── declined, cancelled, lapsed ──> the day's capacity is free again
/// </code>
/// The session runs as the system.
/// </summary>
internal static class PromisedOutput
{
    /// <summary>Days after which what a producer told of itself is no longer believed.</summary>
    public const int ReportDaysMax = 14;

    /// <summary>Days after the day itself that the producer has to say that the goods are made.</summary>
    private const int AnswerDays = 1;

    /// <summary>The instant at which a consignment of a day's output lapses.</summary>
    public static DateTimeOffset LapsesAt(DateOnly day) => ChinaDay.Start(day.AddDays(AnswerDays + 1)).ToUniversalTime();

    /// <summary>Locks the capacities that consignments want, brought up to date with the producers' figures; answers those for which too little is free.</summary>
    public static async Task<IReadOnlyList<StockShort>> LockAsync(Session session, IReadOnlyList<NewConsignment> wanted, CancellationToken cancel)
    {
        var known = (await session.QueryAsync<string>("SELECT reference FROM supplies.consignment WHERE reference = ANY (@references)", new { references = wanted.Select(w => w.Reference).ToArray() }, cancel)).ToHashSet(StringComparer.Ordinal);
        NewConsignment[] added = [.. wanted.Where(w => w.MadeOn is not null && !known.Contains(w.Reference))];
        if (added.Length == 0) return [];
        var keys = added.Select(w => (w.FromFacility, w.ItemCode, Day: w.MadeOn!.Value)).Distinct().ToArray();
        var today = ChinaDay.Of(session.Now);
        var args = new { places = keys.Select(k => k.FromFacility).ToArray(), items = keys.Select(k => k.ItemCode).ToArray(), days = keys.Select(k => k.Day).ToArray(), today, since = today.AddDays(-ReportDaysMax) };
        // Later figures may be lower than what is promised already: that stays promised until the producer declines it.
        await session.ExecuteAsync("""
            INSERT INTO supplies.production_promise (facility_code, region_code, item_code, day, promised)
            SELECT w.place, f.region_code, w.item, w.day, CASE WHEN w.day <= @today OR w.day > r.day + coalesce(r.raw_material_days, 3650) THEN 0 ELSE coalesce(r.output, r.design_capacity, 0) END
            FROM unnest(@places, @items, @days) AS w (place, item, day) JOIN supplies.facility f ON f.code = w.place
            CROSS JOIN LATERAL (SELECT day, output, design_capacity, raw_material_days FROM supplies.producer_report
                WHERE facility_code = w.place AND item_code = w.item AND day >= @since ORDER BY day DESC, id DESC LIMIT 1) r
            ORDER BY w.place COLLATE "C", w.item COLLATE "C", w.day
            ON CONFLICT (facility_code, item_code, day) DO UPDATE SET promised = greatest(excluded.promised, production_promise.committed + production_promise.made)
            """, args, cancel);
        var free = (await session.QueryAsync<(string Place, string Item, DateOnly Day, long Free)>("""
            SELECT facility_code, item_code, day, promised - committed - made FROM supplies.production_promise WHERE (facility_code, item_code, day) IN (SELECT * FROM unnest(@places, @items, @days))
            """, args, cancel)).ToDictionary(f => (f.Place, f.Item, f.Day), f => f.Free);
        var shorts = new List<StockShort>();
        foreach (var w in added)
        {
            var key = (w.FromFacility, w.ItemCode, w.MadeOn!.Value);
            var left = free.GetValueOrDefault(key);
            if (w.Quantity > left) shorts.Add(new(w.Reference, w.ItemCode, w.FromFacility, w.Quantity, left));
            else free[key] = left - w.Quantity;
        }
        return shorts;
    }

    /// <summary>
    /// The producer says that the goods of a consignment are made: they are set aside. Before the day's report they enter the ledger here, and the report
    /// counts them as told already; after it they lie on the shelf, and only what the report did not have enters.
    /// </summary>
    public static async Task MakeAsync(Session session, Consignment c, DateOnly day, CancellationToken cancel)
    {
        var maker = await session.QuerySingleAsync<string>("SELECT name FROM supplies.facility WHERE code = @FromFacility", new { c.FromFacility }, cancel);
        var lot = await Lots.FindOrAddAsync(session, new LotLabel(c.ItemCode, maker), cancel);
        // As counts and reports do: none of them comes between reading and posting.
        await Shelves.LockAsync(session, c.FromFacility, c.ItemCode, cancel);
        var isReported = await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM supplies.producer_report WHERE facility_code = @FromFacility AND item_code = @ItemCode AND day >= @day AND stock IS NOT NULL)",
            new { c.FromFacility, c.ItemCode, day }, cancel);
        var (outside, shelf, aside) = (new Account(c.FromFacility, StockState.Produced), new Account(c.FromFacility, StockState.OnHand), new Account(c.FromFacility, StockState.Reserved));
        var lines = isReported ? (await Lots.PickAsync(session, shelf, aside, c.ItemCode, c.Quantity, ChinaDay.Of(session.Now), cancel)).ToList() : [];
        var moves = new List<Move>();
        if (c.Quantity - lines.Sum(l => l.Quantity) is > 0 and var made)
        {
            moves.Add(new(lot, outside, shelf, made));
            var at = lines.FindIndex(l => l.LotId == lot);
            if (at < 0) lines.Add((lot, made));
            else lines[at] = (lot, lines[at].Quantity + made);
        }
        moves.AddRange(lines.Select(l => new Move(l.LotId, shelf, aside, l.Quantity)));
        await session.ExecuteAsync("INSERT INTO supplies.consignment_line (consignment_id, lot_id, quantity) SELECT @Id, * FROM unnest(@lots, @quantities)",
            new { c.Id, lots = lines.Select(l => l.LotId).ToArray(), quantities = lines.Select(l => l.Quantity).ToArray() }, cancel);
        var posting = new Posting(string.Create(CultureInfo.InvariantCulture, $"consignment:{c.Id}:made"), "output", Producers.ReportDay.DocumentOf(day), moves);
        if (await Ledger.MoveAsync(session, posting, cancel) is not MoveOutcome.Moved) throw new InvalidOperationException($"Consignment {c.Id} could not be posted as made although its shelf was locked.");
    }
}
