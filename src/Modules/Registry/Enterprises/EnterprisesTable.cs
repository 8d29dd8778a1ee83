using Rongtong.Contracts.Registry;
using Rongtong.Platform.Localisation;
using Rongtong.Registry.Codes;
using Rongtong.Web.Controls.Tables;

namespace Rongtong.Registry.Enterprises;

/// <summary>The register as a list: of the reader's regions, unless a region is asked for.</summary>
internal static class EnterprisesTable
{
    public const string Name = "registry.enterprises";

    private const string From = """
        (SELECT e.id, e.code, e.name, e.region_code, e.industry, e.section, e.size, e.status, e.park_id
         FROM registry.enterprise e WHERE e.merged_into IS NULL AND e.withdrawn_at IS NULL) e
        """;

    // texts: registry.size.* registry.status.*
    public static ITable Create(IRegions regions) => new SqlTable<Row>(Name, null, From,
        "id, code, name, region_code, industry, size, status, coalesce((SELECT p.name FROM registry.park p WHERE p.id = e.park_id), '') AS park", new("id", "integer"),
        [
            new("name", "registry.enterprise.field.name", (r, _) => new(r.Name, $"/enterprises/{r.Id}"), new("name", "text")),
            new("code", "registry.enterprise.code", (r, _) => new(r.Code), new("code", "text")),
            new("region", "registry.enterprise.field.region", (r, _) => new(EnterpriseTexts.Region(regions.Current, r.RegionCode)), new("region_code", "text")),
            new("industry", "registry.enterprise.field.industry", (r, texts) => new(EnterpriseTexts.Industry(r.Industry, texts))),
            new("size", "registry.enterprise.field.size", (r, texts) => new(texts[EnterpriseTexts.SizeKey(r.Size)]), new("size", "smallint")),
            new("park", "registry.enterprise.field.park", (r, _) => new(r.Park)),
            new("status", "registry.enterprise.field.status", (r, texts) => new(texts["registry.status." + r.Status])),
        ],
        [
            new RegionFilter(regions)
            {
                Otherwise = "region_code >= registry.scope_low() AND region_code < registry.scope_high() AND (platform.actor_kind() NOT IN ('account', 'machine') OR platform.region_in_scope(region_code))",
            },
            new ChoiceFilter("section", "registry.enterprise.section", "section = @section", () => Industries.Sections.Select(s => s.Code), (code, texts) => EnterpriseTexts.Industry(code, texts)),
            new ChoiceFilter("division", "registry.enterprise.division", "left(industry, 2) = @division", () => Industries.Divisions.Select(s => s.Code), (code, texts) => EnterpriseTexts.Industry(code, texts)),
            new ChoiceFilter("size", "registry.enterprise.field.size", "size::text = @size", () => ["4", "3", "2", "1", "0"], (size, texts) => texts[EnterpriseTexts.SizeKey(short.Parse(size, System.Globalization.CultureInfo.InvariantCulture))]),
            new TextFilter("park", "registry.enterprise.field.park", "park_id IN (SELECT id FROM registry.park WHERE name LIKE @park)"),
            new TextFilter("search", "registry.enterprise.search", "name LIKE @search OR code LIKE upper(@search)"),
        ], "region");

    /// <summary>A region by code or name; what lies inside it counts.</summary>
    private sealed record RegionFilter(IRegions Regions) : Filter("region", "registry.enterprise.field.region", "region_code ^@ @region")
    {
        public override object? Parameter(string value)
        {
            if (value.Length > TextFilter.LengthMax) return null;
            var text = value.Trim();
            if (text.Length is 2 or 4 or 6 && text.All(char.IsAsciiDigit)) return Import.RegionReading.Read(Regions.Current, "", text, DateOnly.MaxValue)?.Code.Value;
            return Regions.Current.All.Where(r => !r.IsStatistical && r.ValidTo is null && r.Code.Value.Length > 0 && (r.Name == text || r.EnglishName == text || r.Name.StartsWith(text, StringComparison.Ordinal)))
                .OrderBy(r => r.Code.Value.Length).Select(r => r.Code.Value).FirstOrDefault();
        }
    }

    private sealed record Row
    {
        public int Id { get; init; }
        public string Code { get; init; } = "";
        public string Name { get; init; } = "";
        public string RegionCode { get; init; } = "";
        public string Industry { get; init; } = "";
        public short Size { get; init; }
        public string Status { get; init; } = "";
        public string Park { get; init; } = "";
    }
}
