using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Localisation;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Items;
using Rongtong.Web.Controls.Tables;
using static Rongtong.Supplies.Pages.RegionTexts;

namespace Rongtong.Supplies.Pages;

/// <summary>A need as staff read it.</summary>
internal sealed record NeedRow
{
    public long Id { get; init; }
    public string FacilityCode { get; init; } = "";
    public string FacilityName { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public string? ItemCode { get; init; }
    public string Specification { get; init; } = "";
    public string AmountKind { get; init; } = "";
    public long? Quantity { get; init; }
    public long? Low { get; init; }
    public long? High { get; init; }
    public long MetQuantity { get; init; }
    public short Urgency { get; init; }
    public short Tier { get; init; }
    public string State { get; init; } = "";
    public bool IsVerified { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public decimal? CoverDays { get; init; }
}

/// <summary>Needs of every facility, open ones first of all.</summary>
internal static class NeedsTable
{
    public const string Name = "supplies.needs";

    private static readonly string[] s_states = ["open", "partly_met", "met", "met_elsewhere", "no_longer_needed", "expired"];

    private const string From = """
        (SELECT n.*, f.name AS facility_name, round(c.stock / nullif(c.burn_per_day, 0), 1) AS cover_days FROM supplies.need n JOIN supplies.facility f ON f.code = n.facility_code
         LEFT JOIN supplies.cover_at(now()) c ON c.facility_code = n.facility_code AND c.item_code = n.item_code) n
        """;

    // texts: supplies.state.* supplies.urgency.*
    public static ITable Create(IRegions regions) => new SqlTable<NeedRow>(Name, SuppliesPermissions.Read, From,
        "id, facility_code, facility_name, region_code, item_code, specification, amount_kind, quantity, low, high, met_quantity, urgency, tier, state, is_verified, expires_at, cover_days", new("id", "bigint"),
        [
            new("facility", "supplies.facility", (r, _) => new(r.FacilityName, "/supplies/facilities/" + r.FacilityCode), new("facility_name", "text")),
            new("region", "supplies.region", (r, _) => new(regions.NameOf(r.RegionCode)), new("region_code", "text")),
            new("item", "supplies.item", (r, _) => new(r.ItemCode is null ? r.Specification : ItemCatalogue.Current.NameOf(r.ItemCode)), new("coalesce(item_code, specification)", "text")),
            new("amount", "supplies.amount", (r, texts) => new(AmountText(r, texts)), new("coalesce(quantity, low, 0)", "bigint"), IsNumber: true),
            new("met", "supplies.met", (r, _) => new(Number(r.MetQuantity)), IsNumber: true),
            new("tier", "supplies.tier", (r, _) => new(r.Tier.ToString(CultureInfo.InvariantCulture)), new("tier * 10 - urgency", "integer"), IsNumber: true),
            new("urgency", "supplies.urgency", (r, texts) => new(texts["supplies.urgency." + r.Urgency.ToString(CultureInfo.InvariantCulture)])),
            new("cover", "supplies.cover", (r, texts) => new(r.CoverDays is null ? texts["supplies.cover.unknown"] : Number(r.CoverDays)), new("coalesce(cover_days, 1e12)", "numeric"), IsNumber: true),
            new("state", "supplies.state", (r, texts) => new(texts["supplies.state." + r.State] + (r.IsVerified ? "" : texts["supplies.unverified"]))),
            new("expires", "supplies.expires", (r, _) => new(r.ExpiresAt.ToOffset(TimeSpan.FromHours(8)).ToString("MM-dd HH:mm", CultureInfo.InvariantCulture)), new("expires_at", "timestamptz")),
        ],
        [
            new ChoiceFilter("state", "supplies.state", "state = @state", () => s_states, (s, texts) => texts["supplies.state." + s]) { Otherwise = "state IN ('open', 'partly_met')" },
            new ChoiceFilter("item", "supplies.item", "item_code = @item", () => ItemCatalogue.Current.All.Select(i => i.Code), (code, _) => ItemCatalogue.Current.NameOf(code)),
            new ChoiceFilter("tier", "supplies.tier", "tier = @tier::smallint", () => ["1", "2", "3", "4"], (tier, _) => tier),
            new TextFilter("region", "supplies.region", "region_code = ANY (@region)", regions.CodesNamed),
            new TextFilter("facility", "supplies.facility", "facility_name ILIKE @facility"),
        ], "tier", "supplies.needs-read");

    private static string AmountText(NeedRow row, Texts texts) => row.AmountKind switch
    {
        "known" => Number(row.Quantity),
        "range" => AmountRanges.Text((row.Low!.Value, row.High)),
        _ => texts["supplies.amount.unknown"],
    };
}
