using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Controls.Tables;

namespace Rongtong.Outbreak.Tiers;

/// <summary>The tier of every region, on the last day or as of any other.</summary>
internal static class TiersTable
{
    public const string Name = "outbreak.tiers";

    /// <summary>Order of severity, with what is not determined between.</summary>
    private const string Severity = "array_position(ARRAY['high','medium','undetermined','low'], tier)";

    // texts: outbreak.tier.*
    public static ITable Create(IRegions regions) => new SqlTable<TierPeriod>(Name, null, "outbreak.tier_period", "region_code, from_day, to_day, tier, is_provisional", new("region_code", "text"),
        [
            new("region", "outbreak.region", (p, _) => new(regions.NameOf(p.RegionCode), $"/outbreak/{p.RegionCode}"), new("region_code", "text")),
            new("province", "outbreak.province", (p, _) => new(regions.NameOf(p.RegionCode[..2]))),
            new("code", "outbreak.region-code", (p, _) => new(p.RegionCode.PadRight(6, '0'))),
            new("tier", "outbreak.tier", (p, texts) => new(TierText(p, texts), Class: "rt-tier rt-tier-" + p.Tier), new(Severity, "integer")),
            new("since", "outbreak.tiers.since", (p, _) => new(p.FromDay.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), new("from_day", "date")),
            new("why", "outbreak.tiers.reason", (p, texts) => new(texts["outbreak.tier.why"], $"/outbreak/tiers/{p.RegionCode}")),
        ],
        [
            new ChoiceFilter("tier", "outbreak.tier", "tier = @tier", () => ["high", "medium", "undetermined", "low"], (tier, texts) => texts["outbreak.tier." + tier]),
            new ChoiceFilter("province", "outbreak.province", "region_code ^@ @province",
                () => regions.Current.ChildrenOf(RegionCode.Nation).Select(p => p.Code.Value), (code, _) => regions.NameOf(code)),
            new TextFilter("region", "outbreak.region", "region_code = ANY (@region)", regions.CodesNamed),
            new DayFilter("day", "outbreak.asof.day", "from_day <= @day AND to_day >= @day") { Otherwise = "to_day = (SELECT max(to_day) FROM outbreak.tier_period WHERE known_until = 'infinity')" },
            new DayFilter("known", "outbreak.asof.known", "known_from <= @known AND known_until > @known", IsEndOfDay: true) { Otherwise = "known_until = 'infinity'" },
        ], "tier", "outbreak.tiers-read", RefreshPicture.Topic);

    private static string TierText(TierPeriod period, Texts texts) => texts["outbreak.tier." + period.Tier] + (period.IsProvisional ? texts["outbreak.tier.provisional"] : "");
}
