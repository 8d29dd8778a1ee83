using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Localisation;
using Rongtong.Resumption.Openings;
using Rongtong.Web.Controls.Tables;

namespace Rongtong.Resumption.Pages;

/// <summary>The lists of the module that may grow.</summary>
internal static class ResumptionTables
{
    public const string OpeningsName = "resumption.openings";
    public const string ReportsName = "resumption.reports";
    public const string BurdenName = "resumption.burden";
    public const string SetAsideName = "resumption.plans-set-aside";
    public const string ProjectsName = "resumption.projects";

    private static readonly string[] s_statuses = [.. Enum.GetValues<OpeningStatus>().Select(Opening.Word)];

    // texts: resumption.status.* resumption.track.* resumption.report.*
    public static ITable Openings(IRegions regions) => new SqlTable<OpeningRow>(OpeningsName, ResumptionPermissions.Read, "resumption.opening", OpeningRow.Columns, new("id", "bigint"),
        [
            new("enterprise", "resumption.enterprise", (o, _) => new(o.EnterpriseName, $"/resumption/openings/{o.Id}"), new("enterprise_name", "text")),
            new("region", "resumption.region", (o, _) => new(NameOf(regions, o.RegionCode)), new("region_code", "text")),
            new("track", "resumption.track", (o, texts) => new(texts["resumption.track." + o.Track])),
            new("status", "resumption.status", (o, texts) => new(texts["resumption.status." + o.Status]), new("status", "text")),
            new("filed", "resumption.filed", (o, _) => new(Instant(o.FiledAt)), new("filed_at", "timestamptz")),
            new("due", "resumption.due", (o, _) => new(o.Status is "waiting" or "escalated" && o.DueAt is { } due ? Instant(due) : ""), new("coalesce(due_at, 'infinity')", "timestamptz")),
        ],
        [
            new ChoiceFilter("status", "resumption.status", "status = @status", () => s_statuses, (status, texts) => texts["resumption.status." + status]),
            new TextFilter("enterprise", "resumption.enterprise", "enterprise_name ILIKE @enterprise"),
        ], "due", "resumption.openings-read");

    public static ITable Reports(IRegions regions) => new SqlTable<ReportLine>(ReportsName, ResumptionPermissions.Read, """
        (SELECT d.enterprise_code, d.day, d.enterprise_name, d.region_code, d.level, r.version, r.unwell, r.staff_present, r.is_open
         FROM resumption.report_due d LEFT JOIN LATERAL (
            SELECT version, unwell, staff_present, is_open FROM resumption.daily_report r WHERE r.enterprise_code = d.enterprise_code AND r.day = d.day ORDER BY version DESC LIMIT 1) r ON true) lines
        """, "enterprise_code, day, enterprise_name, region_code, level, version, unwell, staff_present, is_open", new("enterprise_code || day", "text"),
        [
            new("day", "resumption.day", (r, _) => new(Day(r.Day)), new("day", "date")),
            new("enterprise", "resumption.enterprise", (r, _) => new(r.EnterpriseName, $"/resumption/checks/{r.EnterpriseCode}"), new("enterprise_name", "text")),
            new("region", "resumption.region", (r, _) => new(NameOf(regions, r.RegionCode)), new("region_code", "text")),
            // Silence is a word here, never a figure.
            new("report", "resumption.report", (r, texts) => new(r.Version is null ? texts["resumption.report.silent"] : r.IsOpen == true ? texts["resumption.report.open"] : texts["resumption.report.closed"]), new("coalesce(version, 0)", "integer")),
            new("unwell", "resumption.unwell", (r, _) => new(r.Unwell?.ToString(CultureInfo.InvariantCulture) ?? "–"), null, true),
            new("present", "resumption.present", (r, _) => new(r.StaffPresent?.ToString(CultureInfo.InvariantCulture) ?? "–"), null, true),
            new("version", "resumption.version", (r, _) => new(r.Version?.ToString(CultureInfo.InvariantCulture) ?? "–"), null, true),
            new("level", "resumption.level", (r, _) => new(r.Level.ToString(CultureInfo.InvariantCulture)), new("level", "integer"), true),
        ],
        [
            new ChoiceFilter("said", "resumption.report", "(version IS NULL) = (@said = 'silent')", () => ["silent", "said"], (said, texts) => texts["resumption.report." + said]),
            new DayFilter("day", "resumption.day", "day = @day"),
            new TextFilter("region", "resumption.region", "region_code ^@ ANY (@region)", text => Prefixes(regions, text)),
            new TextFilter("enterprise", "resumption.enterprise", "enterprise_name ILIKE @enterprise"),
        ], "-day", "resumption.reports-read");

    public static ITable Burden(IRegions regions) => new SqlTable<BurdenLine>(BurdenName, ResumptionPermissions.Read, """
        (SELECT coalesce(n.kept_code, b.enterprise_code) AS enterprise_code, min(b.region_code) AS region_code, b.week, sum(b.typed)::bigint AS typed, sum(b.confirmed)::bigint AS confirmed, count(*) AS submissions
         FROM resumption.burden b LEFT JOIN resumption.enterprise_number n ON n.code = b.enterprise_code GROUP BY 1, b.week) weeks
        """, "enterprise_code, region_code, week, typed, confirmed, submissions", new("enterprise_code || week", "text"),
        [
            new("week", "resumption.week", (b, _) => new(Day(b.Week)), new("week", "date")),
            new("enterprise", "resumption.enterprise", (b, _) => new(b.EnterpriseCode)),
            new("region", "resumption.region", (b, _) => new(NameOf(regions, b.RegionCode)), new("region_code", "text")),
            new("typed", "resumption.typed", (b, _) => new(b.Typed.ToString(CultureInfo.InvariantCulture)), new("typed", "bigint"), true),
            new("confirmed", "resumption.confirmed", (b, _) => new(b.Confirmed.ToString(CultureInfo.InvariantCulture)), new("confirmed", "bigint"), true),
            new("submissions", "resumption.submissions", (b, _) => new(b.Submissions.ToString(CultureInfo.InvariantCulture)), null, true),
        ], [], "-week", "resumption.burden-read");

    /// <summary>Plans that could not be made again, with what must be put right.</summary>
    public static ITable SetAside(IRegions regions) => new SqlTable<SetAsideLine>(SetAsideName, ResumptionPermissions.Read, "resumption.plan_failure", "enterprise_code, region_code, reason, attempts, failed_at", new("enterprise_code", "text"),
        [
            new("failed", "resumption.plan.failed", (f, _) => new(Instant(f.FailedAt)), new("failed_at", "timestamptz")),
            new("enterprise", "resumption.enterprise", (f, _) => new(f.EnterpriseCode, $"/resumption/checks/{f.EnterpriseCode}")),
            new("region", "resumption.region", (f, _) => new(NameOf(regions, f.RegionCode)), new("region_code", "text")),
            new("reason", "resumption.plan.failed.reason", (f, _) => new(f.Reason)),
            new("attempts", "resumption.plan.failed.attempts", (f, _) => new(f.Attempts.ToString(CultureInfo.InvariantCulture)), new("attempts", "integer"), true),
        ], [], "-failed", "resumption.plans-set-aside-read");

    public static ITable Projects(IRegions regions) => new SqlTable<ProjectLine>(ProjectsName, ResumptionPermissions.Read, """
        (SELECT m.id, p.name AS project, p.region_code, p.investment_fen, m.name, m.due_on, m.done_on, m.is_late FROM resumption.milestone m JOIN resumption.project p ON p.id = m.project_id) lines
        """, "id, project, region_code, investment_fen, name, due_on, done_on, is_late", new("id", "bigint"),
        [
            new("project", "resumption.project", (m, _) => new(m.Project), new("project", "text")),
            new("region", "resumption.region", (m, _) => new(NameOf(regions, m.RegionCode)), new("region_code", "text")),
            new("investment", "resumption.investment", (m, _) => new((m.InvestmentFen / 1_000_000).ToString("N0", CultureInfo.InvariantCulture)), new("investment_fen", "bigint"), true),
            new("milestone", "resumption.milestone", (m, _) => new(m.Name)),
            new("due", "resumption.due", (m, _) => new(Day(m.DueOn)), new("due_on", "date")),
            new("done", "resumption.done", (m, texts) => new(m.DoneOn is { } done ? Day(done) : m.IsLate ? texts["resumption.late"] : "")),
        ],
        [new TextFilter("project", "resumption.project", "project ILIKE @project")], "due", "resumption.projects-read");

    /// <summary>A code, or the codes of the regions whose name contains the text.</summary>
    private static string[] Prefixes(IRegions regions, string text) => text.All(char.IsAsciiDigit) ? [text]
        : [.. regions.Current.All.Where(r => r.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || r.EnglishName?.Contains(text, StringComparison.OrdinalIgnoreCase) == true).Select(r => r.Code.Value)];

    public static string NameOf(IRegions regions, string code) => regions.Current.Find(new(code))?.NameIn(Texts.Language) ?? code;

    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The hour in China.</summary>
    public static string Instant(DateTime utc) => utc.AddHours(8).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    internal sealed record ReportLine
    {
        public string EnterpriseCode { get; init; } = "";
        public DateOnly Day { get; init; }
        public string EnterpriseName { get; init; } = "";
        public string RegionCode { get; init; } = "";
        public short Level { get; init; }
        public int? Version { get; init; }
        public int? Unwell { get; init; }
        public int? StaffPresent { get; init; }
        public bool? IsOpen { get; init; }
    }

    internal sealed record BurdenLine
    {
        public string EnterpriseCode { get; init; } = "";
        public string RegionCode { get; init; } = "";
        public DateOnly Week { get; init; }
        public long Typed { get; init; }
        public long Confirmed { get; init; }
        public long Submissions { get; init; }
    }

    internal sealed record SetAsideLine
    {
        public string EnterpriseCode { get; init; } = "";
        public string RegionCode { get; init; } = "";
        public string Reason { get; init; } = "";
        public int Attempts { get; init; }
        public DateTime FailedAt { get; init; }
    }

    internal sealed record ProjectLine
    {
        public long Id { get; init; }
        public string Project { get; init; } = "";
        public string RegionCode { get; init; } = "";
        public long InvestmentFen { get; init; }
        public string Name { get; init; } = "";
        public DateOnly DueOn { get; init; }
        public DateOnly? DoneOn { get; init; }
        public bool IsLate { get; init; }
    }
}
