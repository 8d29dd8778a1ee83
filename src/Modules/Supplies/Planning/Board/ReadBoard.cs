using System.Collections.Concurrent;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Planning.Board;

/// <summary>What lacks of an item, day by day, and how long what receivers have will last.</summary>
/// <param name="Gaps">Units asked for by the end of the day that supply by then does not meet.</param>
/// <param name="Unknown">Needs of unknown amount, in no sum.</param>
/// <param name="Offered">Units that suppliers offer: they may be asked for and close no gap by themselves.</param>
internal sealed record BoardItem(string Item, IReadOnlyList<long> Gaps, int Unknown, decimal? CoverDays, long Offered);

/// <summary>A plan that waits to be sent.</summary>
/// <param name="Returns">Consignments that came back and are planned for in it.</param>
/// <param name="Changed">Lines that differ from the proposal before; null where it replaced none.</param>
internal sealed record BoardProposal(long Id, string Region, DateTimeOffset At, int Returns, int? Changed);

/// <summary>Goods under way between two prefectures.</summary>
internal sealed record BoardFlow(string From, string To, long Quantity, int Consignments);

/// <summary>The board of a scope at one instant.</summary>
internal sealed record BoardPicture(DateTimeOffset At, DateOnly Today, IReadOnlyList<BoardItem> Items, IReadOnlyList<BoardFlow> Flows, int Needs, int Facilities, int EndingNeeds, int EndingOffers, int EndingReservations, int Late, IReadOnlyList<BoardProposal> Proposals);

/// <summary>
/// Adds up the board. Everybody of one scope sees the same, so it is kept for a few seconds: the first who asks afterwards adds up anew, and the
/// others have the old one meanwhile.
/// </summary>
internal sealed class ReadBoard(Database database, TimeProvider clock)
{
    /// <summary>Days of the heat table.</summary>
    public const int Days = 7;

    private const int FlowsMax = 40;
    private const int ProposalsMax = 5;
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_usable = TimeSpan.FromSeconds(60);

    /// <summary>Scopes kept: there are some three thousand counties, and few are looked at.</summary>
    private const int ScopesMax = 500;

    private readonly ConcurrentDictionary<string, BoardPicture> _kept = [];
    private readonly ConcurrentDictionary<string, Task<BoardPicture>> _running = [];

    public async Task<BoardPicture> ReadAsync(Actor actor, CancellationToken cancel)
    {
        // Rights decide what the database shows, so they are part of the key.
        var key = string.Join(',', actor.Scope.Order(StringComparer.Ordinal)) + "|" + actor.Organisation + "|" + actor.May(SuppliesPermissions.Plan) + "|" + actor.May(SuppliesPermissions.Read);
        var now = clock.GetUtcNow();
        if (_kept.TryGetValue(key, out var kept) && now - kept.At < s_fresh) return kept;
        var mine = new TaskCompletionSource<BoardPicture>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = _running.GetOrAdd(key, mine.Task);
        if (running != mine.Task) return kept is not null && now - kept.At < s_usable ? kept : await running.WaitAsync(cancel);
        try
        {
            var picture = await AddUpAsync(actor, CancellationToken.None);
            if (_kept.Count >= ScopesMax) _kept.Clear();
            _kept[key] = picture;
            mine.SetResult(picture);
            return picture;
        }
        catch (Exception e)
        {
            mine.SetException(e);
            throw;
        }
        finally
        {
            _running.TryRemove(key, out _);
        }
    }

    private async Task<BoardPicture> AddUpAsync(Actor actor, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(actor, cancel);
        var today = ChinaDay.Of(session.Now);
        var args = new { today, end = today.AddDays(Days - 1), since = today.AddDays(-14), tomorrow = ChinaDay.Start(today.AddDays(1)).ToUniversalTime(), session.Now, FlowsMax, ProposalsMax };
        var asked = await session.QueryAsync<(string Item, int Day, long Quantity, int Unknown)>($"""
            SELECT n.item_code, greatest(0, coalesce(n.needed_by - @today, CASE n.urgency WHEN 3 THEN 0 WHEN 2 THEN 2 ELSE 6 END))::int,
                sum(greatest(0, coalesce(n.quantity, n.low, 0) - n.met_quantity - coalesce(w.quantity, 0)))::bigint, (count(*) FILTER (WHERE n.amount_kind = 'unknown'))::int
            FROM supplies.need n LEFT JOIN ({OnTheWay.Sql}) w ON w.need_id = n.id WHERE n.state IN ('open', 'partly_met') AND n.item_code IS NOT NULL GROUP BY 1, 2
            """, args, cancel);
        // What is promised of a day's output is on its way to a need already: it is no supply any more.
        var there = await session.QueryAsync<(string Item, int Day, long Quantity)>("""
            SELECT b.item_code, 0, sum(b.quantity)::bigint FROM supplies.balance b JOIN supplies.facility f ON f.code = b.place WHERE b.state = 'on_hand' AND f.role = 'supplier' GROUP BY 1
            UNION ALL SELECT item_code, day - @today, -sum(committed + made)::bigint FROM supplies.production_promise WHERE day > @today AND day <= @end GROUP BY 1, 2
            """, args, cancel);
        var offered = (await session.QueryAsync<(string Item, long Quantity)>("SELECT item_code, sum(quantity - taken_quantity)::bigint FROM supplies.offer WHERE state = 'open' AND available_from <= @end AND expires_at > @Now GROUP BY 1", args, cancel)).ToDictionary(o => o.Item, o => o.Quantity);
        var proposals = await session.QueryAsync<BoardProposal>("""
            SELECT p.id, p.region_code AS region, p.created_at AS at, (SELECT count(*)::int FROM supplies.pool_return r WHERE r.plan_id = p.id) AS returns, (p.news ->> 'changed')::int AS changed
            FROM supplies.plan p WHERE p.state = 'draft' ORDER BY p.id DESC LIMIT @ProposalsMax
            """, args, cancel);
        var made = (await session.QueryAsync<(string Item, long PerDay)>("""
            SELECT item_code, sum(output)::bigint FROM (SELECT DISTINCT ON (facility_code, item_code) item_code, output FROM supplies.producer_report WHERE item_code IS NOT NULL AND day >= @since ORDER BY facility_code, item_code, day DESC, id DESC) latest
            WHERE output > 0 GROUP BY 1
            """, args, cancel)).ToDictionary(m => m.Item, m => m.PerDay);
        var cover = (await session.QueryAsync<(string Item, decimal? Days)>("""
            SELECT c.item_code, round(sum(c.stock) / nullif(sum(c.burn_per_day), 0), 1) FROM supplies.cover_at(@Now) c JOIN supplies.facility f ON f.code = c.facility_code WHERE c.burn_per_day > 0 AND f.role = 'receiver' GROUP BY 1
            """, args, cancel)).ToDictionary(c => c.Item, c => c.Days);
        var flows = await session.QueryAsync<(string From, string To, long Quantity, int Consignments)>("""
            SELECT left(from_region, 4), left(to_region, 4), sum(quantity)::bigint, count(*)::int FROM supplies.consignment WHERE state IN ('reserved', 'confirmed', 'shipped', 'arrived')
            GROUP BY 1, 2 ORDER BY 3 DESC LIMIT @FlowsMax
            """, args, cancel);
        var (needs, facilities, endingNeeds, endingOffers, endingReservations, late) = await session.QuerySingleAsync<(int, int, int, int, int, int)>("""
            SELECT count(*)::int, count(DISTINCT facility_code)::int, (count(*) FILTER (WHERE expires_at < @tomorrow))::int,
                (SELECT count(*)::int FROM supplies.offer WHERE state = 'open' AND expires_at < @tomorrow),
                (SELECT count(*)::int FROM supplies.consignment WHERE state = 'reserved' AND reserved_until < @tomorrow),
                (SELECT count(*)::int FROM supplies.consignment WHERE state = 'shipped' AND due_at < @Now)
            FROM supplies.need WHERE state IN ('open', 'partly_met')
            """, args, cancel);
        await session.CommitAsync(cancel);
        var items = ItemCatalogue.Current.All.Select(i => i.Code).Where(code => asked.Any(a => a.Item == code))
            .Select(code => new BoardItem(code, Gaps(asked.Where(a => a.Item == code).Select(a => (a.Day, a.Quantity)), there.Where(t => t.Item == code).Select(t => (t.Day, t.Quantity)), made.GetValueOrDefault(code)), asked.Where(a => a.Item == code).Sum(a => a.Unknown), cover.GetValueOrDefault(code), offered.GetValueOrDefault(code)))
            .OrderByDescending(i => i.Gaps[^1]).ToArray();
        return new(session.Now, today, items, [.. flows.Select(f => new BoardFlow(f.From, f.To, f.Quantity, f.Consignments))], needs, facilities, endingNeeds, endingOffers, endingReservations, late, proposals);
    }

    /// <summary>Asked for by each day less what is there by then; pure.</summary>
    internal static long[] Gaps(IEnumerable<(int Day, long Quantity)> asked, IEnumerable<(int Day, long Quantity)> there, long madePerDay)
    {
        var (wanted, had) = (asked.ToArray(), there.ToArray());
        return [.. Enumerable.Range(0, Days).Select(day => (long)Int128.Clamp(Total(wanted, day) - Total(had, day) - ((Int128)madePerDay * day), 0, long.MaxValue))];

        static Int128 Total((int Day, long Quantity)[] rows, int day) => rows.Where(r => r.Day <= day || (day == Days - 1 && r.Day > day)).Aggregate(Int128.Zero, (sum, r) => sum + r.Quantity);
    }
}

/// <summary>Names of places on the board.</summary>
internal static class BoardPlaces
{
    /// <summary>Where flows are drawn: degrees to a picture of the given width, north up.</summary>
    public static IReadOnlyDictionary<string, (double X, double Y)> Draw(Places places, IEnumerable<string> regions, double width, double height)
    {
        var found = regions.Distinct().Select(r => (Region: r, Centre: places.CentreOf(r))).Where(r => r.Centre is not null).Select(r => (r.Region, r.Centre!.Value.Longitude, r.Centre!.Value.Latitude)).ToArray();
        if (found.Length == 0) return new Dictionary<string, (double, double)>();
        // A degree of latitude is longer than one of longitude: at 32 degrees north by 1 / cos.
        const double Stretch = 1.18;
        const double Margin = 60;
        var (west, north) = (found.Min(f => f.Longitude), found.Max(f => f.Latitude));
        var degrees = Math.Max(Math.Max(found.Max(f => f.Longitude) - west, 0.5) / (width - (2 * Margin)), Math.Max((north - found.Min(f => f.Latitude)) * Stretch, 0.5) / (height - (2 * Margin)));
        return found.ToDictionary(f => f.Region, f => (Math.Round(Margin + ((f.Longitude - west) / degrees), 1), Math.Round(Margin + ((north - f.Latitude) * Stretch / degrees), 1)));
    }

    public static string Name(IRegions regions, string code, string language) => regions.Current.Find(new(code))?.NameIn(language) ?? code;
}
