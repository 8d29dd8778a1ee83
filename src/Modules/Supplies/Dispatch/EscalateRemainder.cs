using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Dispatch;

/// <summary>How an escalation ended.</summary>
internal abstract record EscalationOutcome
{
    /// <summary>The region above knows. ToRegion is its code, empty for the nation; IsNew is false where an open record was brought up to date.</summary>
    public sealed record Escalated(long Id, string ToRegion, bool IsNew) : EscalationOutcome;

    /// <summary>Nothing is missing any more: an open record was closed, or there was none.</summary>
    public sealed record Closed : EscalationOutcome;

    /// <summary>Field is region (unknown, the nation, or not the actor's), item, tier, quantity or reference.</summary>
    public sealed record Invalid(string Field) : EscalationOutcome;
}

/// <summary>
/// Hands what a region cannot meet to the region above it: county to city, city to province, province to the nation. A region has one open record of an
/// item and tier; said again, the quantity is the one said last, and zero closes it.
/// </summary>
/// <param name="RegionCode">Short code of the region that lacks the goods.</param>
/// <param name="Quantity">Units missing now; zero when nothing is.</param>
/// <param name="Reference">Where that was found, as <c>plan:12</c>.</param>
internal sealed record EscalateRemainder(string RegionCode, string ItemCode, int Tier, long Quantity, string Reference)
{
    /// <summary>Working days for an answer, by tier: first-tier goods are answered the next day.</summary>
    private int AnswerDays => Tier == 1 ? 1 : Tier == 2 ? 2 : 5;

    public async Task<EscalationOutcome> RunAsync(Session session, IRegionTree regions, CancellationToken cancel)
    {
        if (RegionCode.Length == 0 || regions.Find(new(RegionCode)) is not { } region) return new EscalationOutcome.Invalid("region");
        if (!session.Actor.May(SuppliesPermissions.Plan) || !session.Actor.Covers(RegionCode)) return new EscalationOutcome.Invalid("region");
        if (ItemCatalogue.Current.Find(ItemCode) is not { } item) return new EscalationOutcome.Invalid("item");
        if (Tier is < 1 or > 4) return new EscalationOutcome.Invalid("tier");
        if (Quantity is < 0 or > Ledger.QuantityMax) return new EscalationOutcome.Invalid("quantity");
        if (Reference.Length is 0 or > 100) return new EscalationOutcome.Invalid("reference");
        var key = string.Create(CultureInfo.InvariantCulture, $"supplies.escalation:{RegionCode}:{ItemCode}:{Tier}");
        if (Quantity == 0)
        {
            var closed = await session.ExecuteAsync("UPDATE supplies.escalation SET state = 'met', changed_at = @Now WHERE region_code = @RegionCode AND item_code = @ItemCode AND tier = @Tier AND state = 'open'", new { session.Now, RegionCode, ItemCode, Tier }, cancel);
            if (closed > 0) await session.PublishAsync(CaseNoLongerWanted.Kind, key, new CaseNoLongerWanted(key, Reference), cancel);
            return new EscalationOutcome.Closed();
        }
        // Short codes nest by two digits: 420106 in 4201 in 42. Counties directly under a province have no city between.
        var above = RegionCode.Length > 2 ? RegionCode[..^2] : "";
        while (above.Length > 0 && regions.Find(new(above)) is not { IsStatistical: false }) above = above[..^2];
        var (id, isNew) = await session.QuerySingleAsync<(long, bool)>("""
            INSERT INTO supplies.escalation (region_code, to_region, item_code, tier, quantity, reference, raised_by, raised_at, changed_at)
            VALUES (@RegionCode, @above, @ItemCode, @Tier, @Quantity, @Reference, @actor, @now, @now)
            ON CONFLICT (region_code, item_code, tier) WHERE state = 'open' DO UPDATE SET quantity = excluded.quantity, reference = excluded.reference, changed_at = excluded.changed_at
            RETURNING id, xmax = 0
            """, new { RegionCode, above, ItemCode, Tier = (short)Tier, Quantity, Reference, actor = session.Actor.Id, now = session.Now }, cancel);
        // The nation has no office here: its case is kept by the province that asks.
        var office = above.Length > 0 ? above : RegionCode;
        var detail = string.Create(CultureInfo.InvariantCulture, $"{Quantity} {item.UnitEn}, {region.Name}, {Reference}");
        await session.PublishAsync(CaseWanted.Kind, key, new CaseWanted(key, "supplies", office, null, $"本级无法满足：{region.Name} {item.Zh} {Quantity}{item.UnitZh}", $"Cannot be met locally: {item.En}, {Quantity} {item.UnitEn}, {region.NameIn("en")}", detail, "/supplies/shipments?escalations=1", AnswerDays), cancel);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return new EscalationOutcome.Escalated(id, above, isNew);
    }
}
