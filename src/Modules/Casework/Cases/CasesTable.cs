using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Controls.Tables;

namespace Rongtong.Casework.Cases;

/// <summary>Cases, for officers those of their regions, for an enterprise its own.</summary>
internal static class CasesTable
{
    public const string Name = "casework.cases";

    public const string OwnName = "casework.own-cases";

    /// <summary>Every stage but the last two.</summary>
    private const string Running = "running";

    private const string Select = "id, category, urgency, region_code, enterprise_name, title_zh, title_en, stage, level, owner_name, opened_at, due_at, answered_at, outcome, rating";

    // texts: casework.stage.* casework.category.* casework.urgency.* casework.level.* casework.outcome.* casework.late.*
    public static ITable Create(IRegions regions, TimeProvider clock) => new SqlTable<CaseFile>(Name, CaseworkPermissions.Read, "casework.case_file", Select, new("id", "bigint"),
        [
            Title(), Category(), Urgency(),
            new("enterprise", "casework.enterprise", (c, _) => new(c.EnterpriseName), new("enterprise_name", "text")),
            new("region", "casework.region", (c, _) => new(regions.NameOf(c.RegionCode)), new("region_code", "text")),
            Stage(), Due(clock),
            new("level", "casework.level", (c, texts) => new(texts["casework.level." + c.Level.ToString(CultureInfo.InvariantCulture)]), new("level", "integer")),
            new("owner", "casework.owner", (c, texts) => new(c.OwnerName.Length == 0 ? texts["casework.nobody"] : c.OwnerName), new("owner_name", "text")),
        ],
        [
            StageFilter(), CategoryFilter(),
            new ChoiceFilter("urgency", "casework.urgency", "urgency = @urgency", () => CaseRules.Urgencies, (urgency, texts) => texts["casework.urgency." + urgency]),
            new ChoiceFilter("level", "casework.level", "level = @level::integer", () => ["0", "1", "2"], (level, texts) => texts["casework.level." + level]),
            new ChoiceFilter("late", "casework.late", "CASE @late WHEN 'yes' THEN coalesce(answered_at, now()) > due_at ELSE coalesce(answered_at, now()) <= due_at END", () => ["yes", "no"], (late, texts) => texts["casework.late." + late]),
            new TextFilter("region", "casework.region", "region_code = ANY (@region)", regions.CodesNamed),
            new TextFilter("enterprise", "casework.enterprise", "enterprise_name ILIKE @enterprise"),
            new TextFilter("owner", "casework.owner", "owner_name ILIKE @owner"),
        ], "due", "casework.cases-read");

    public static ITable CreateOwn(TimeProvider clock) => new SqlTable<CaseFile>(OwnName, CaseworkPermissions.Own, "casework.case_file", Select, new("id", "bigint"),
        [
            Title(), Category(), Stage(), Due(clock),
            new("opened", "casework.opened-at", (c, _) => new(ChinaTime.Minute(c.OpenedAt)), new("opened_at", "timestamptz")),
            new("rating", "casework.rating", (c, texts) => c.Rating is { } stars ? new(texts["casework.stars", stars]) : new("")),
        ], [StageFilter() with { Default = "" }, CategoryFilter()], "-opened", "casework.own-cases-read");

    private static Column<CaseFile> Title() => new("title", "casework.title", (c, _) => new($"#{c.Id.ToString(CultureInfo.InvariantCulture)} {(Texts.Language == "en" ? c.TitleEn : c.TitleZh)}", $"/casework/cases/{c.Id.ToString(CultureInfo.InvariantCulture)}"), new("id", "bigint"));

    private static Column<CaseFile> Category() => new("category", "casework.category", (c, texts) => new(texts["casework.category." + c.Category]), new("category", "text"));

    private static Column<CaseFile> Urgency() => new("urgency", "casework.urgency", (c, texts) => new(texts["casework.urgency." + c.Urgency]), new("array_position(ARRAY['critical','urgent','normal'], urgency)", "integer"));

    private static Column<CaseFile> Stage() => new("stage", "casework.stage", (c, texts) => new(c.Outcome is null ? texts["casework.stage." + c.Stage] : texts["casework.outcome." + c.Outcome]), new("stage", "text"));

    private static Column<CaseFile> Due(TimeProvider clock) => new("due", "casework.due",
        (c, texts) => c.IsLate(clock.GetUtcNow()) ? new($"{ChinaTime.Due(c.DueAt)} {texts["casework.overdue"]}", Class: "rt-field-error") : new(ChinaTime.Due(c.DueAt)), new("due_at", "timestamptz"));

    private static ChoiceFilter StageFilter() => new("stage", "casework.stage", $"CASE @stage WHEN '{Running}' THEN stage IN ('open', 'accepted', 'asked') ELSE stage = @stage END",
        () => [Running, "open", "accepted", "asked", "closed", "merged"], (stage, texts) => texts["casework.stage." + stage])
    { Default = Running };

    private static ChoiceFilter CategoryFilter() => new("category", "casework.category", "category = @category", () => CaseRules.Categories, (category, texts) => texts["casework.category." + category]);
}
