using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Observations.Rollup;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Controls.Tables;

namespace Rongtong.Observations.Pages;

/// <summary>Who has not resumed, the largest first: the liaison officer's list.</summary>
internal static class StuckTable
{
    public const string Name = "observations.stuck";

    // texts: observations.section.* observations.size.*
    public static ITable Create(IRegions regions) => new SqlTable<Row>(Name, ObservationPermissions.Meters, "observations.stuck", "enterprise_id, day, region, code, name, section, division, size, share_ppm, baseline, has_conflict", new("enterprise_id", "integer"),
        [
            new("name", "observations.stuck.name", (r, _) => new(r.Name, $"/rates/enterprise/{r.EnterpriseId}"), new("name", "text")),
            new("code", "observations.stuck.code", (r, _) => new(r.Code)),
            new("region", "observations.region", (r, _) => new(regions.Current.Find(new(r.Region))?.NameIn(Texts.Language) ?? r.Region), new("region", "text")),
            new("industry", "observations.filter.industry", (r, texts) => new(r.Section == "?" ? texts["observations.section.unknown"] : texts["observations.section." + r.Section.ToLowerInvariant()]), new("division", "smallint")),
            new("size", "observations.filter.size", (r, texts) => new(texts["observations.size." + r.Size.ToString(CultureInfo.InvariantCulture)]), new("size", "smallint")),
            new("share", "observations.stuck.share", (r, _) => new((r.SharePpm / 10_000m).ToString("0.0", CultureInfo.InvariantCulture) + "%"), new("share_ppm", "bigint"), IsNumber: true),
            new("baseline", "observations.stuck.baseline", (r, _) => new((r.Baseline / 1_000m).ToString("N0", CultureInfo.InvariantCulture)), new("baseline", "bigint"), IsNumber: true),
            new("conflict", "observations.conflict", (r, texts) => new(r.HasConflict ? texts["observations.conflict.yes"] : ""), new("has_conflict", "boolean")),
        ],
        [
            new TextFilter("name", "observations.stuck.name", "name ILIKE @name"),
            new ChoiceFilter("section", "observations.filter.industry", "section = @section", () => Enumerable.Range(101, 20).Select(Dimensions.LetterOf), (s, texts) => texts["observations.section." + s.ToLowerInvariant()]),
            new TextFilter("region", "observations.region", "region ^@ @region", code => code),
        ], "-baseline", "observations.stuck-read", RollUp.Topic);

    private sealed record Row
    {
        public int EnterpriseId { get; init; }
        public DateOnly Day { get; init; }
        public string Region { get; init; } = "";
        public string Code { get; init; } = "";
        public string Name { get; init; } = "";
        public string Section { get; init; } = "";
        public short Division { get; init; }
        public short Size { get; init; }
        public long SharePpm { get; init; }
        public long Baseline { get; init; }
        public bool HasConflict { get; init; }
    }
}
