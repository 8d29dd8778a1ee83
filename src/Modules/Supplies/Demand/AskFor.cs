using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Demand;

/// <summary>How asking ended.</summary>
internal abstract record AskOutcome
{
    /// <summary>A new need.</summary>
    public sealed record Asked(long Id) : AskOutcome;

    /// <summary>The facility had asked for the item already: that need is as said now, and stands seven days more.</summary>
    public sealed record Changed(long Id) : AskOutcome;

    /// <summary>Exactly what stands there already.</summary>
    public sealed record Unchanged(long Id) : AskOutcome;

    /// <summary>What was said makes no sense.</summary>
    public sealed record Invalid(string Field) : AskOutcome;
}

/// <summary>
/// A facility asks for an item. It has one open need of each: asking again changes that one, so that nothing is counted twice. Who asks for what the
/// catalogue does not have says it in words.
/// </summary>
internal sealed record AskFor(Facility Facility, string? ItemCode, string Specification, Amount Amount)
{
    /// <summary>1 can wait, 2 within days, 3 today.</summary>
    public int Urgency { get; init; } = 2;

    public DateOnly? NeededBy { get; init; }

    /// <summary>Units a day as the facility says; null where it does not.</summary>
    public long? BurnPerDay { get; init; }

    public bool IsVerified { get; init; } = true;

    public string Source { get; init; } = "page";

    public string SourceLink { get; init; } = "";

    public long? BatchId { get; init; }

    public async Task<AskOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        var specification = Specification.Trim();
        if (ItemCode is null ? specification.Length is 0 or > 200 : ItemCatalogue.Current.Find(ItemCode) is null || specification.Length > 200) return new AskOutcome.Invalid("item");
        if (!Amount.IsValid) return new AskOutcome.Invalid("quantity");
        if (Urgency is < 1 or > 3) return new AskOutcome.Invalid("urgency");
        if (BurnPerDay is < 0 or > Stock.Ledger.QuantityMax) return new AskOutcome.Invalid("burn");
        if (Facility.Role != "receiver") return new AskOutcome.Invalid("facility");
        var rule = PriorityTiers.On(ChinaDay.Of(session.Now));
        var args = new
        {
            facility = Facility.Code,
            region = Facility.RegionCode,
            ItemCode,
            specification,
            Amount.Kind,
            Amount.Quantity,
            Amount.Low,
            Amount.High,
            urgency = (short)Urgency,
            tier = (short)rule.TierOf(Facility.Kind, Facility.FrontLine),
            rule = rule.Version,
            BurnPerDay,
            NeededBy,
            IsVerified,
            Source,
            SourceLink,
            expires = session.Now.AddDays(Need.LifeDays),
            by = session.Actor.Id,
            now = session.Now,
            BatchId,
        };
        // Two taps at once: the second waits here and finds what the first wrote.
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended(@facility || '|' || coalesce(@ItemCode, @specification), 7))", args, cancel);
        var open = await session.QuerySingleOrDefaultAsync<Need>($"""
            SELECT {Need.Columns} FROM supplies.need
            WHERE facility_code = @facility AND state IN ('open', 'partly_met') AND (item_code = @ItemCode OR (@ItemCode IS NULL AND item_code IS NULL AND specification = @specification))
            FOR NO KEY UPDATE
            """, args, cancel);
        if (open is null)
        {
            var id = await session.QuerySingleAsync<long>("""
                INSERT INTO supplies.need (facility_code, region_code, item_code, specification, amount_kind, quantity, low, high, urgency, tier, tier_rule, burn_per_day, needed_by,
                    is_verified, source, source_link, expires_at, asked_by, asked_at, batch_id)
                VALUES (@facility, @region, @ItemCode, @specification, @Kind, @Quantity, @Low, @High, @urgency, @tier, @rule, @BurnPerDay, @NeededBy,
                    @IsVerified, @Source, @SourceLink, @expires, @by, @now, @BatchId) RETURNING id
                """, args, cancel);
            await session.AnnounceAsync(SuppliesModule.Topic, cancel);
            return new AskOutcome.Asked(id);
        }
        if (open.AmountKind == Amount.Kind && open.Quantity == Amount.Quantity && open.Low == Amount.Low && open.High == Amount.High && open.Urgency == Urgency
            && open.NeededBy == NeededBy && (BurnPerDay is null || open.BurnPerDay == BurnPerDay) && BatchId is not null) return new AskOutcome.Unchanged(open.Id);
        await Need.KeepStepAsync(session, open.Id, "changed", BatchId, cancel);
        await session.ExecuteAsync("""
            UPDATE supplies.need SET specification = @specification, amount_kind = @Kind, quantity = @Quantity, low = @Low, high = @High, urgency = @urgency, tier = @tier, tier_rule = @rule,
                burn_per_day = coalesce(@BurnPerDay, burn_per_day), needed_by = @NeededBy, is_verified = @IsVerified, source = @Source, source_link = @SourceLink,
                state = CASE WHEN met_quantity > 0 THEN 'partly_met' ELSE 'open' END, expires_at = @expires, reminded_at = NULL, version = version + 1 WHERE id = @id
            """, new { open.Id, args.specification, args.Kind, args.Quantity, args.Low, args.High, args.urgency, args.tier, args.rule, args.BurnPerDay, args.NeededBy, args.IsVerified, args.Source, args.SourceLink, args.expires }, cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return new AskOutcome.Changed(open.Id);
    }
}
