using Rongtong.Platform.Data;
using Rongtong.Supplies.Facilities;

namespace Rongtong.Supplies.Dispatch;

/// <summary>How issuing an order ended.</summary>
internal abstract record OrderOutcome
{
    /// <summary>Issued, now or by the same key before.</summary>
    public sealed record Issued(long Id, string Token) : OrderOutcome;

    /// <summary>This consignment is not confirmed, or on a truck already.</summary>
    public sealed record NotReady(long Consignment, string State) : OrderOutcome;

    /// <summary>Field is consignments (none, of several suppliers, or not to be seen), carrier, plate, due, authority or too-many.</summary>
    public sealed record Invalid(string Field) : OrderOutcome;
}

/// <summary>Puts confirmed consignments of one supplier on one truck and signs the paper that goes with them.</summary>
/// <param name="Key">Unique name of the order; repeated, it is the same one.</param>
/// <param name="Carrier">A carrier, or the supplier with its own truck.</param>
/// <param name="DueAt">When all must have arrived.</param>
internal sealed record IssueOrder(string Key, IReadOnlyList<long> Consignments, string Carrier, string Plate, DateTimeOffset DueAt)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(30);

    public async Task<OrderOutcome> RunAsync(Session session, DispatchKeys keys, CancellationToken cancel)
    {
        if (Key.Length is 0 or > 80) return new OrderOutcome.Invalid("key");
        if (Plate.Length > 20 || Plate.Any(ch => ch == '|' || char.IsControl(ch))) return new OrderOutcome.Invalid("plate");
        if (DueAt <= session.Now || DueAt > session.Now + s_longest) return new OrderOutcome.Invalid("due");
        long[] ids = [.. Consignments.Distinct()];
        var seen = await session.QueryAsync<(string From, bool May)>("SELECT from_facility, supplies.acts_for(from_region, from_facility) FROM supplies.consignment WHERE id = ANY (@ids)", new { ids }, cancel);
        if (ids.Length == 0 || seen.Count != ids.Length || seen.Select(s => s.From).Distinct().Count() > 1) return new OrderOutcome.Invalid("consignments");
        if (!seen[0].May) return new OrderOutcome.Invalid("authority");
        var signer = await keys.KeyAsync(cancel);
        OrderOutcome? outcome = null;
        await session.AsSystemAsync(async () => outcome = await IssueAsync(session, signer, ids, seen[0].From, cancel), cancel);
        return outcome!;
    }

    private async Task<OrderOutcome> IssueAsync(Session session, HealthPass.SigningKey signer, long[] ids, string from, CancellationToken cancel)
    {
        // The name is the supplier's own: another's order is never given out for it.
        var key = from + "/" + Key;
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@key, 8))", new { key }, cancel);
        if (await session.QuerySingleOrDefaultAsync<(long Id, string Token)?>("SELECT id, token FROM supplies.dispatch_order WHERE key = @key", new { key }, cancel) is { } old) return new OrderOutcome.Issued(old.Id, old.Token);
        var consignments = await session.QueryAsync<Consignment>($"SELECT {Consignment.Columns} FROM supplies.consignment WHERE id = ANY (@ids) ORDER BY id FOR NO KEY UPDATE", new { ids }, cancel);
        if (consignments.FirstOrDefault(c => c.State != "confirmed" || c.OrderId is not null) is { } early) return new OrderOutcome.NotReady(early.Id, early.OrderId is null ? early.State : "order");
        if (await Facility.FindAsync(session, Carrier, cancel) is not { } carrier || (carrier.Role != "carrier" && carrier.Code != from)) return new OrderOutcome.Invalid("carrier");
        await session.ExecuteAsync("SAVEPOINT dispatch", cancel: cancel);
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO supplies.dispatch_order (key, from_facility, from_region, carrier, carrier_region, plate, due_at, issued_by, issued_at)
            VALUES (@key, @from, @FromRegion, @Code, @RegionCode, @Plate, @due, @actor, @Now) RETURNING id
            """, new { key, from, consignments[0].FromRegion, carrier.Code, carrier.RegionCode, Plate, due = DueAt.ToUniversalTime(), actor = session.Actor.Id, session.Now }, cancel);
        var stops = consignments.OrderBy(c => c.ToRegion, StringComparer.Ordinal).ThenBy(c => c.ToFacility, StringComparer.Ordinal).ThenBy(c => c.Id).ToArray();
        var token = new OrderToken(id, from, carrier.Code, Plate, session.Now, DueAt, [.. stops.Select(c => new OrderLine(c.Id, c.ItemCode, c.Quantity, c.ToFacility))]).Sign(signer);
        if (token.Length > OrderToken.LengthMax)
        {
            await session.ExecuteAsync("ROLLBACK TO SAVEPOINT dispatch", cancel: cancel);
            return new OrderOutcome.Invalid("too-many");
        }
        var args = new { id, token, key, carrier = carrier.Code, region = carrier.RegionCode, due = DueAt.ToUniversalTime(), stops = stops.Select(c => c.Id).ToArray(), actor = session.Actor.Id, place = session.Actor.Organisation, now = session.Now };
        await session.ExecuteAsync("UPDATE supplies.dispatch_order SET token = @token WHERE id = @id", args, cancel);
        await session.ExecuteAsync("""
            UPDATE supplies.consignment c SET order_id = @id, carrier = @carrier, carrier_region = @region, due_at = @due, stop = s.n, version = version + 1
            FROM unnest(@stops) WITH ORDINALITY AS s (id, n) WHERE c.id = s.id
            """, args, cancel);
        await session.ExecuteAsync("""
            INSERT INTO supplies.consignment_step (consignment_id, what, effect, state, actor, place, at, recorded_at) SELECT s, 'order', 'done', 'confirmed', @actor, @place, @now, @now FROM unnest(@stops) s ORDER BY s
            """, args, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return new OrderOutcome.Issued(id, token);
    }
}
