using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Demand;

/// <summary>How a step on a need ended.</summary>
internal abstract record NeedOutcome
{
    /// <summary>Done; the need is at this version now.</summary>
    public sealed record Done(int Version) : NeedOutcome;

    /// <summary>There is no such open need that the actor may change.</summary>
    public sealed record NotFound : NeedOutcome;

    /// <summary>The answer makes no sense.</summary>
    public sealed record Invalid(string Field) : NeedOutcome;
}

/// <summary>
/// What a facility says with one tap about a need that stands: it still holds (seven more days), how much it is about, that it was met elsewhere, or that
/// it is gone. Also, from plans, how much of it came.
/// </summary>
internal static class AnswerNeed
{
    /// <summary>It still holds.</summary>
    public static Task<NeedOutcome> RenewAsync(Session session, long id, CancellationToken cancel) =>
        StepAsync(session, id, "renewed", "expires_at = @expires, reminded_at = NULL", new { id, expires = session.Now.AddDays(Need.LifeDays) }, cancel);

    /// <summary>Every open need and offer of the facility still holds.</summary>
    public static async Task<int> RenewAllAsync(Session session, string facility, CancellationToken cancel)
    {
        var args = new { facility, expires = session.Now.AddDays(Need.LifeDays), actor = session.Actor.Id, now = session.Now };
        await session.ExecuteAsync("SELECT FROM supplies.offer WHERE facility_code = @facility AND state = 'open' ORDER BY id FOR NO KEY UPDATE", args, cancel);
        await session.ExecuteAsync("SELECT FROM supplies.need WHERE facility_code = @facility AND state IN ('open', 'partly_met') ORDER BY id FOR NO KEY UPDATE", args, cancel);
        await session.ExecuteAsync("""
            INSERT INTO supplies.need_step (need_id, facility_code, region_code, what, version, before, actor, at)
            SELECT id, facility_code, region_code, 'renewed', version + 1, to_jsonb(n), @actor, @now FROM supplies.need n WHERE facility_code = @facility AND state IN ('open', 'partly_met')
            """, args, cancel);
        var needs = await session.ExecuteAsync("UPDATE supplies.need SET expires_at = @expires, reminded_at = NULL, version = version + 1 WHERE facility_code = @facility AND state IN ('open', 'partly_met')", args, cancel);
        var offers = await session.ExecuteAsync("UPDATE supplies.offer SET expires_at = @expires, reminded_at = NULL, version = version + 1 WHERE facility_code = @facility AND state = 'open'", args, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return needs + offers;
    }

    /// <summary>The answer to "how much?": a number or a range.</summary>
    public static Task<NeedOutcome> SayAmountAsync(Session session, long id, Amount amount, CancellationToken cancel) =>
        !amount.IsValid || amount.Kind == "unknown" ? Task.FromResult<NeedOutcome>(new NeedOutcome.Invalid("quantity"))
            : StepAsync(session, id, "amount", "amount_kind = @Kind, quantity = @Quantity, low = @Low, high = @High, expires_at = @expires, reminded_at = NULL",
                new { id, amount.Kind, amount.Quantity, amount.Low, amount.High, expires = session.Now.AddDays(Need.LifeDays) }, cancel);

    /// <summary>Met elsewhere, or no longer needed: costs nothing and asks for no reason.</summary>
    public static Task<NeedOutcome> CloseAsync(Session session, long id, string state, CancellationToken cancel) =>
        state is not ("met_elsewhere" or "no_longer_needed") ? Task.FromResult<NeedOutcome>(new NeedOutcome.Invalid("state"))
            : StepAsync(session, id, state, "state = @state, closed_at = @now", new { id, state, now = session.Now }, cancel);

    /// <summary>Some of it came. A need of a known amount is met when all of it has; one of a range or unknown amount when the facility says so.</summary>
    public static Task<NeedOutcome> ReceiveAsync(Session session, long id, long quantity, CancellationToken cancel) =>
        quantity is < 1 or > Stock.Ledger.QuantityMax ? Task.FromResult<NeedOutcome>(new NeedOutcome.Invalid("quantity"))
            : StepAsync(session, id, "came", """
                met_quantity = met_quantity + @quantity,
                state = CASE WHEN quantity IS NOT NULL AND met_quantity + @quantity >= quantity THEN 'met' ELSE 'partly_met' END,
                closed_at = CASE WHEN quantity IS NOT NULL AND met_quantity + @quantity >= quantity THEN @now END
                """, new { id, quantity, now = session.Now }, cancel);

    private static async Task<NeedOutcome> StepAsync(Session session, long id, string what, string change, object args, CancellationToken cancel)
    {
        // Locked before it is kept: of two taps at once the second sees what the first did. Staff who may read but not plan find no row to lock.
        var found = await session.QuerySingleOrDefaultAsync<int?>("SELECT version FROM supplies.need WHERE id = @id AND state IN ('open', 'partly_met') FOR NO KEY UPDATE", new { id }, cancel);
        if (found is not { } current) return new NeedOutcome.NotFound();
        await Need.KeepStepAsync(session, id, what, null, cancel);
        await session.ExecuteAsync($"UPDATE supplies.need SET {change}, version = version + 1 WHERE id = @id", args, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return new NeedOutcome.Done(current + 1);
    }
}
