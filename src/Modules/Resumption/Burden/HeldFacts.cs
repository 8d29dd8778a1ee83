using Rongtong.Rules;

namespace Rongtong.Resumption.Burden;

/// <summary>A fact that the product holds already, and where: no form may ask for it.</summary>
/// <param name="Fact">Its name.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Place">Where it is held.</param>
internal sealed record HeldFact(string Fact, Bilingual Title, Bilingual Place);

/// <summary>
/// The register of facts: what is held elsewhere, and what the shipped forms ask, each once. Forms of offices stand in the database, where the fact is
/// unique over all of them.
/// </summary>
internal static class HeldFacts
{
    private static readonly Bilingual s_register = new("企业名录", "register of enterprises");
    private static readonly Bilingual s_observations = new("数据融合（用电、税票、考勤等）", "observations (electricity, invoices, attendance and others)");
    private static readonly Bilingual s_health = new("健康码（仅人数）", "health code (numbers only)");
    private static readonly Bilingual s_outbreak = new("疫情风险等级", "risk tiers");

    public static IReadOnlyList<HeldFact> Elsewhere { get; } =
    [
        new("enterprise.code", new("统一社会信用代码", "unified social credit code"), s_register),
        new("enterprise.name", new("企业名称", "name"), s_register),
        new("enterprise.region", new("所在地区", "region"), s_register),
        new("enterprise.industry", new("行业", "industry"), s_register),
        new("enterprise.size", new("规模", "size"), s_register),
        new("enterprise.contact", new("联系人和电话", "contact and telephone"), s_register),
        new("enterprise.places", new("厂区、宿舍、食堂", "plants, dormitories, canteens"), s_register),
        new("electricity", new("用电量", "electricity used"), s_observations),
        new("output", new("产量", "output"), s_observations),
        new("production.rate", new("复产率", "production rate"), s_observations),
        new("staff.total", new("职工总数", "all staff"), s_observations),
        new("staff.origin", new("职工来源地", "where staff come from"), s_health),
        new("staff.isolated", new("隔离中职工人数", "staff in isolation"), s_health),
        new("region.tier", new("县域风险等级", "tier of the county"), s_outbreak),
    ];

    /// <summary>Facts that the shipped forms of this module ask, with the form.</summary>
    public static IReadOnlyDictionary<string, string> Asked { get; } = new Dictionary<string, string>
    {
        ["opening.day"] = ShippedForms.Opening,
        ["opening.commitment"] = ShippedForms.Opening,
        ["staff.unwell"] = ShippedForms.DailyReport,
        ["staff.present"] = ShippedForms.DailyReport,
        ["enterprise.open"] = ShippedForms.DailyReport,
        ["measures.done"] = ShippedForms.SelfCheck,
        ["coaches"] = ShippedForms.PlanTerms,
        ["isolation.rooms"] = ShippedForms.PlanTerms,
        ["shifts"] = ShippedForms.PlanTerms,
        ["capacity.beds"] = ShippedForms.PlanTerms,
        ["capacity.canteen-seats"] = ShippedForms.PlanTerms,
        ["capacity.work-places"] = ShippedForms.PlanTerms,
    };
}
