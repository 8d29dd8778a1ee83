using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Planning;

/// <summary>The rows of a plan's present version. The session runs as the system.</summary>
internal static class PlanLines
{
    /// <summary>Only lines that changed are written; what the version before had and this has not stays with 0.</summary>
    public static async Task WriteAsync(Session session, long id, SolvedPlan solved, bool isFirst, CancellationToken cancel)
    {
        var snapshot = solved.Snapshot;
        var pins = solved.Result.Pins.ToDictionary(p => (p.Supply, p.Demand), p => p.Quantity);
        SolvedLine[] lines = [.. solved.Lines.Concat(solved.Result.Pins.Where(p => p.Quantity == 0).Select(p => new SolvedLine(p.Supply, p.Demand, 0)))];
        if (!isFirst) lines = await ChangeAsync(session, id, lines, Pinned, cancel);
        if (lines.Length == 0) return;
        await session.ExecuteAsync("""
            INSERT INTO supplies.plan_line (plan_id, supply, demand, wanted_item, item_code, source, from_facility, from_region, to_facility, to_region, need_id, tier, quantity, before, pinned, unit_cost, available_on)
            SELECT @id, s, d, w, i, o, ff, fr, tf, tr, n, t, q, @before::bigint, p, c, a
            FROM unnest(@supply, @demand, @wanted, @item, @source, @from, @fromRegion, @to, @toRegion, @need, @tier, @quantity, @pinned, @cost, @available) AS l (s, d, w, i, o, ff, fr, tf, tr, n, t, q, p, c, a)
            """, new
        {
            id,
            before = isFirst ? (long?)null : 0,
            supply = lines.Select(l => l.Supply).ToArray(),
            demand = lines.Select(l => l.Demand).ToArray(),
            wanted = lines.Select(l => snapshot.Needs[l.Demand].Item).ToArray(),
            item = lines.Select(l => snapshot.Supplies[l.Supply].Item).ToArray(),
            source = lines.Select(l => snapshot.Supplies[l.Supply].Source).ToArray(),
            from = lines.Select(l => snapshot.Places[snapshot.Supplies[l.Supply].Place].Code).ToArray(),
            fromRegion = lines.Select(l => snapshot.Places[snapshot.Supplies[l.Supply].Place].Region).ToArray(),
            to = lines.Select(l => snapshot.Places[snapshot.Needs[l.Demand].Place].Code).ToArray(),
            toRegion = lines.Select(l => snapshot.Places[snapshot.Needs[l.Demand].Place].Region).ToArray(),
            need = lines.Select(l => snapshot.Needs[l.Demand].NeedId).ToArray(),
            tier = lines.Select(l => (short)snapshot.Needs[l.Demand].Tier).ToArray(),
            quantity = lines.Select(l => l.Quantity).ToArray(),
            pinned = lines.Select(Pinned).ToArray(),
            available = lines.Select(l => snapshot.Supplies[l.Supply].From).ToArray(),
            cost = lines.Select(l => LaneCosts.Of(snapshot, snapshot.Supplies[l.Supply], snapshot.Needs[l.Demand])!.Value.Cost).ToArray(),
        }, cancel);

        long? Pinned(SolvedLine line) => pins.TryGetValue((line.Supply, line.Demand), out var pin) ? pin : null;
    }

    /// <summary>Changes the rows there are; answers the lines that have none.</summary>
    private static async Task<SolvedLine[]> ChangeAsync(Session session, long id, SolvedLine[] lines, Func<SolvedLine, long?> pinned, CancellationToken cancel)
    {
        await session.ExecuteAsync("DELETE FROM supplies.plan_line WHERE plan_id = @id AND quantity = 0", new { id }, cancel);
        var rows = await session.QueryAsync<(int Supply, int Demand, long Quantity, long? Before, long? Pinned)>("SELECT supply, demand, quantity, before, pinned FROM supplies.plan_line WHERE plan_id = @id", new { id }, cancel);
        var wanted = lines.ToDictionary(l => (l.Supply, l.Demand), l => (l.Quantity, Pinned: pinned(l)));
        var changed = rows.Select(r => (r.Supply, r.Demand, Was: (r.Before ?? r.Quantity, r.Quantity, r.Pinned), Now: wanted.GetValueOrDefault((r.Supply, r.Demand))))
            .Where(r => r.Was != (r.Was.Quantity, r.Now.Quantity, r.Now.Pinned)).ToArray();
        await session.ExecuteAsync("""
            UPDATE supplies.plan_line x SET before = x.quantity, quantity = n.q, pinned = n.p FROM unnest(@supply, @demand, @quantity, @pinned) AS n (s, d, q, p) WHERE x.plan_id = @id AND x.supply = n.s AND x.demand = n.d
            """, new
        {
            id,
            supply = changed.Select(c => c.Supply).ToArray(),
            demand = changed.Select(c => c.Demand).ToArray(),
            quantity = changed.Select(c => c.Now.Quantity).ToArray(),
            pinned = changed.Select(c => c.Now.Pinned).ToArray(),
        }, cancel);
        var known = rows.Select(r => (r.Supply, r.Demand)).ToHashSet();
        return [.. lines.Where(l => !known.Contains((l.Supply, l.Demand)))];
    }
}
