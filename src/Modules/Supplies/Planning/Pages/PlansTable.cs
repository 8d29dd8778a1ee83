using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Supplies.Pages;
using Rongtong.Web.Controls.Tables;
using static Rongtong.Supplies.Pages.RegionTexts;

namespace Rongtong.Supplies.Planning.Pages;

internal sealed record PlanListRow
{
    public long Id { get; init; }
    public string RegionCode { get; init; } = "";
    public string State { get; init; } = "";
    public int Version { get; init; }
    public int Needs { get; init; }
    public bool? IsProven { get; init; }
    public decimal? Gap { get; init; }
    public string CreatedBy { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Plans, the latest first.</summary>
internal static class PlansTable
{
    public const string Name = "supplies.plans";

    private static readonly string[] s_states = ["draft", "sent", "replaced"];

    // texts: supplies.plan.state.*
    public static ITable Create(IRegions regions) => new SqlTable<PlanListRow>(Name, SuppliesPermissions.Read,
        "(SELECT p.*, v.is_proven, v.gap FROM supplies.plan p JOIN supplies.plan_version v ON v.plan_id = p.id AND v.version = p.version) p",
        "id, region_code, state, version, needs, is_proven, gap, created_by, created_at", new("id", "bigint"),
        [
            new("plan", "supplies.plan", (r, texts) => new(texts["supplies.plan.number", r.Id], "/supplies/plans/" + r.Id.ToString(CultureInfo.InvariantCulture)), new("-id", "bigint")),
            new("region", "supplies.region", (r, _) => new(regions.NameOf(r.RegionCode)), new("region_code", "text")),
            new("state", "supplies.state", (r, texts) => new(texts["supplies.plan.state." + r.State])),
            new("version", "supplies.plan.version", (r, _) => new(Number(r.Version)), IsNumber: true),
            new("needs", "supplies.figure.needs", (r, _) => new(Number(r.Needs)), IsNumber: true),
            new("proof", "supplies.plan.proof", (r, texts) => new(r.Gap is { } gap ? texts["supplies.plan.proof.gap", gap.ToString("0.###%", CultureInfo.InvariantCulture)] : texts[r.IsProven == true ? "supplies.plan.proof.yes" : r.IsProven == false ? "supplies.plan.proof.no" : "supplies.plan.proof.open"])),
            new("by", "supplies.plan.by", (r, _) => new(r.CreatedBy)),
            new("at", "supplies.plan.at", (r, _) => new(r.CreatedAt.ToOffset(TimeSpan.FromHours(8)).ToString("MM-dd HH:mm", CultureInfo.InvariantCulture)), new("created_at", "timestamptz")),
        ],
        [
            new ChoiceFilter("state", "supplies.state", "state = @state", () => s_states, (s, texts) => texts["supplies.plan.state." + s]),
            new TextFilter("region", "supplies.region", "region_code = ANY (@region)", regions.CodesNamed),
        ], "plan", "supplies.plans-read");
}
