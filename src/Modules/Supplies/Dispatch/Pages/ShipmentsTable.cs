using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Pages;
using Rongtong.Supplies.Recycling;
using Rongtong.Web.Controls.Tables;
using static Rongtong.Supplies.Pages.RegionTexts;

namespace Rongtong.Supplies.Dispatch.Pages;

/// <summary>A consignment as staff read it.</summary>
internal sealed record ShipmentRow
{
    public long Id { get; init; }
    public string ItemCode { get; init; } = "";
    public string FromName { get; init; } = "";
    public string ToName { get; init; } = "";
    public string ToRegion { get; init; } = "";
    public long Quantity { get; init; }
    public long? ReceivedQuantity { get; init; }
    public string Regime { get; init; } = "";
    public string State { get; init; } = "";

    /// <summary>The next instant at which it lapses or is late; null when nothing is due.</summary>
    public DateTimeOffset? EndsAt { get; init; }
    public bool IsLate { get; init; }
}

/// <summary>An escalated remainder.</summary>
internal sealed record EscalationRow
{
    public long Id { get; init; }
    public string RegionCode { get; init; } = "";
    public string ToRegion { get; init; } = "";
    public string ItemCode { get; init; } = "";
    public short Tier { get; init; }
    public long Quantity { get; init; }
    public string Reference { get; init; } = "";
    public string State { get; init; } = "";
    public DateTimeOffset ChangedAt { get; init; }
}

/// <summary>The module's lists of what is under way, what was handed upwards and what came back.</summary>
internal static class ShipmentsTable
{
    public const string Name = "supplies.shipments";
    public const string Escalations = "supplies.escalations";
    public const string Returns = "supplies.returns";

    private static readonly string[] s_states = ["reserved", "confirmed", "shipped", "arrived", "received", "lost", "lapsed", "declined", "cancelled"];

    private const string From = """
        (SELECT c.*, coalesce(f.name, c.from_facility) AS from_name, coalesce(t.name, c.to_facility) AS to_name, coalesce(c.state = 'shipped' AND c.due_at < now(), false) AS is_late,
            CASE c.state WHEN 'reserved' THEN c.reserved_until WHEN 'confirmed' THEN c.due_at WHEN 'shipped' THEN c.due_at END AS ends_at
         FROM supplies.consignment c LEFT JOIN supplies.facility f ON f.code = c.from_facility LEFT JOIN supplies.facility t ON t.code = c.to_facility) c
        """;

    // texts: supplies.dispatch.state.* supplies.dispatch.regime.* supplies.dispatch.due.*
    public static ITable Create(IRegions regions) => new SqlTable<ShipmentRow>(Name, SuppliesPermissions.Read, From,
        "id, item_code, from_name, to_name, to_region, quantity, received_quantity, regime, state, ends_at, is_late", new("id", "bigint"),
        [
            new("id", "supplies.dispatch.number", (r, _) => new(r.Id.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"/supplies/shipments/{r.Id}")), new("id", "bigint")),
            new("item", "supplies.item", (r, _) => new(ItemCatalogue.Current.NameOf(r.ItemCode)), new("item_code", "text")),
            new("from", "supplies.dispatch.from", (r, _) => new(r.FromName), new("from_name", "text")),
            new("to", "supplies.dispatch.to", (r, _) => new(r.ToName), new("to_name", "text")),
            new("region", "supplies.region", (r, _) => new(regions.NameOf(r.ToRegion)), new("to_region", "text")),
            new("sent", "supplies.dispatch.sent", (r, _) => new(Number(r.Quantity)), new("quantity", "bigint"), IsNumber: true),
            new("arrived", "supplies.dispatch.arrived", (r, _) => new(Number(r.ReceivedQuantity)), new("coalesce(received_quantity, -1)", "bigint"), IsNumber: true),
            new("regime", "supplies.dispatch.regime", (r, texts) => new(texts["supplies.dispatch.regime." + r.Regime])),
            new("state", "supplies.state", (r, texts) => new(texts["supplies.dispatch.state." + r.State] + (r.IsLate ? texts["supplies.dispatch.late"] : "")), new("state", "text")),
            new("ends", "supplies.dispatch.ends", (r, _) => new(r.EndsAt is { } at ? Instant(at) : "–"), new("coalesce(ends_at, 'infinity')", "timestamptz")),
        ],
        [
            new ChoiceFilter("due", "supplies.dispatch.due", "CASE @due WHEN 'late' THEN is_late ELSE ends_at < date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai' + interval '1 day' END", () => ["late", "today"], (s, texts) => texts["supplies.dispatch.due." + s]),
            new ChoiceFilter("state", "supplies.state", "state = @state", () => s_states, (s, texts) => texts["supplies.dispatch.state." + s]) { Otherwise = "state IN ('reserved', 'confirmed', 'shipped', 'arrived')" },
            new ChoiceFilter("item", "supplies.item", "item_code = @item", () => ItemCatalogue.Current.All.Select(i => i.Code), (code, _) => ItemCatalogue.Current.NameOf(code)),
            new TextFilter("region", "supplies.region", "to_region = ANY (@region)", regions.CodesNamed),
            new TextFilter("to", "supplies.dispatch.to", "to_name ILIKE @to"),
        ], "ends", "supplies.shipments-read", SuppliesModule.Topic);

    public static ITable CreateEscalations(IRegions regions) => new SqlTable<EscalationRow>(Escalations, SuppliesPermissions.Read, "supplies.escalation",
        "id, region_code, to_region, item_code, tier, quantity, reference, state, changed_at", new("id", "bigint"),
        [
            new("region", "supplies.region", (r, _) => new(regions.NameOf(r.RegionCode)), new("region_code", "text")),
            new("above", "supplies.dispatch.above", (r, texts) => new(r.ToRegion.Length == 0 ? texts["supplies.dispatch.nation"] : regions.NameOf(r.ToRegion))),
            new("item", "supplies.item", (r, _) => new(ItemCatalogue.Current.NameOf(r.ItemCode)), new("item_code", "text")),
            new("tier", "supplies.tier", (r, _) => new(r.Tier.ToString(CultureInfo.InvariantCulture)), new("tier", "smallint"), IsNumber: true),
            new("quantity", "supplies.amount", (r, _) => new(Number(r.Quantity)), new("quantity", "bigint"), IsNumber: true),
            new("changed", "supplies.history.at", (r, _) => new(Instant(r.ChangedAt)), new("changed_at", "timestamptz")),
        ],
        [new ChoiceFilter("state", "supplies.state", "state = @state", () => ["open", "met"], (s, texts) => texts["supplies.dispatch.escalation." + s]) { Otherwise = "state = 'open'" }], "tier", "supplies.escalations-read", SuppliesModule.Topic);

    // texts: supplies.dispatch.escalation.*
    public static ITable CreateReturns(IRegions regions) => new SqlTable<ReturnLine>(Returns, SuppliesPermissions.Read, ReturnLine.From, "facility_code, facility_name, region_code, item_code, issued, used, came_back, gap", new("key", "text"),
        [
            new("facility", "supplies.facility", (r, _) => new(r.FacilityName, "/supplies/facilities/" + r.FacilityCode), new("facility_name", "text")),
            new("region", "supplies.region", (r, _) => new(regions.NameOf(r.RegionCode)), new("region_code", "text")),
            new("item", "supplies.item", (r, _) => new(ItemCatalogue.Current.NameOf(r.ItemCode)), new("item_code", "text")),
            new("issued", "supplies.recycling.issued", (r, _) => new(Number(r.Issued)), new("issued", "bigint"), IsNumber: true),
            new("used", "supplies.recycling.used", (r, _) => new(Number(r.Used)), new("used", "bigint"), IsNumber: true),
            new("back", "supplies.recycling.back", (r, _) => new(Number(r.CameBack)), new("came_back", "bigint"), IsNumber: true),
            new("gap", "supplies.recycling.gap", (r, _) => new(Number(r.Gap)), new("gap", "bigint"), IsNumber: true),
        ],
        [new TextFilter("facility", "supplies.facility", "facility_name ILIKE @facility"), new TextFilter("region", "supplies.region", "region_code = ANY (@region)", regions.CodesNamed)], "facility", "supplies.returns-read");

    internal static string Instant(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
