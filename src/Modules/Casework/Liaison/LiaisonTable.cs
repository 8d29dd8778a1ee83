using System.Globalization;
using Rongtong.Casework.Cases;
using Rongtong.Contracts.Registry;
using Rongtong.Web.Controls.Tables;

namespace Rongtong.Casework.Liaison;

/// <summary>Enterprises of the reader's regions with who looks after them and when they were visited.</summary>
internal static class LiaisonTable
{
    public const string Name = "casework.liaison";

    /// <summary>Today in China, of the database's clock.</summary>
    public const string Today = "(now() AT TIME ZONE 'Asia/Shanghai')::date";

    private const string From = $"""
        casework.enterprise e
        LEFT JOIN LATERAL (SELECT x.officer_name FROM casework.assignment x WHERE x.enterprise_id = e.id AND x.from_day <= {Today} AND (x.to_day IS NULL OR x.to_day >= {Today}) LIMIT 1) a ON true
        LEFT JOIN LATERAL (SELECT max(x.day) AS last_day FROM casework.visit x WHERE x.enterprise_id = e.id) v ON true
        LEFT JOIN LATERAL (SELECT count(*)::integer AS running FROM casework.case_file x WHERE x.enterprise_id = e.id AND x.stage IN ('open', 'accepted', 'asked')) c ON true
        """;

    public static ITable Create(IRegions regions) => new SqlTable<Row>(Name, CaseworkPermissions.Read, From, "e.id, e.name, e.region_code, e.park, a.officer_name, v.last_day, c.running", new("e.id", "integer"),
        [
            new("enterprise", "casework.enterprise", (e, _) => new(e.Name, $"/casework/enterprises/{e.Id.ToString(CultureInfo.InvariantCulture)}")),
            new("region", "casework.region", (e, _) => new(regions.NameOf(e.RegionCode)), new("e.region_code", "text")),
            new("park", "casework.park", (e, _) => new(e.Park)),
            new("officer", "casework.officer", (e, texts) => e.OfficerName is null ? new(texts["casework.nobody"], Class: "rt-field-error") : new(e.OfficerName)),
            new("visit", "casework.last-visit", (e, texts) => new(e.LastDay is { } day ? ChinaTime.Day(day) : texts["casework.never"])),
            new("cases", "casework.running-cases", (e, _) => new(e.Running.ToString(CultureInfo.InvariantCulture)), IsNumber: true),
        ],
        [
            new TextFilter("enterprise", "casework.enterprise", "e.name ILIKE @enterprise"),
            new TextFilter("region", "casework.region", "e.region_code = ANY (@region)", regions.CodesNamed),
            new TextFilter("park", "casework.park", "e.park ILIKE @park"),
            new TextFilter("officer", "casework.officer", "a.officer_name ILIKE @officer"),
            new ChoiceFilter("covered", "casework.covered", "CASE @covered WHEN 'yes' THEN a.officer_name IS NOT NULL ELSE a.officer_name IS NULL END", () => ["yes", "no"], (covered, texts) => texts["casework.covered." + covered]),
            new ChoiceFilter("visit", "casework.visit-due", $"CASE @visit WHEN 'due' THEN coalesce(v.last_day, '-infinity') <= {Today} - {CaseRules.Current.VisitEveryDays.ToString(CultureInfo.InvariantCulture)} ELSE v.last_day > {Today} - {CaseRules.Current.VisitEveryDays.ToString(CultureInfo.InvariantCulture)} END",
                () => ["due", "done"], (visit, texts) => texts["casework.visit." + visit]),
        ], "region", "casework.liaison-read");

    // texts: casework.covered.* casework.visit.*
    private sealed record Row
    {
        public int Id { get; init; }
        public string Name { get; init; } = "";
        public string RegionCode { get; init; } = "";
        public string Park { get; init; } = "";
        public string? OfficerName { get; init; }
        public DateOnly? LastDay { get; init; }
        public int Running { get; init; }
    }
}
