using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.Observations;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Resumption.Burden;
using Rongtong.Resumption.Held;

namespace Rongtong.Resumption.Reports;

/// <summary>What an enterprise said about a day; the newest version counts, the others stay readable.</summary>
internal sealed record ReportRow
{
    public const string Columns = "enterprise_code, day, version, unwell, staff_present, is_open, reason, author, recorded_at";

    public string EnterpriseCode { get; init; } = "";
    public DateOnly Day { get; init; }
    public int Version { get; init; }
    public int Unwell { get; init; }
    public int StaffPresent { get; init; }
    public bool IsOpen { get; init; }
    public string Reason { get; init; } = "";
    public string Author { get; init; } = "";
    public DateTime RecordedAt { get; init; }
}

/// <summary>What became of a report.</summary>
internal abstract record ReportOutcome
{
    private ReportOutcome() { }

    /// <summary>Kept, and handed to every receiver.</summary>
    public sealed record Kept(int Version) : ReportOutcome;

    /// <summary>The register does not know the code.</summary>
    public sealed record NotRegistered : ReportOutcome;

    /// <summary>A figure or the day makes no sense.</summary>
    public sealed record Invalid(string Field) : ReportOutcome;

    /// <summary>A correction says why.</summary>
    public sealed record ReasonMissing : ReportOutcome;

    /// <summary>Somebody else reported since the form was shown; this is the version now.</summary>
    public sealed record Stale(int Version) : ReportOutcome;
}

/// <summary>The daily report: shown with what is held, sent with one tap, corrected without losing what was said.</summary>
/// <param name="Day">Day it is about.</param>
/// <param name="Unwell">Staff with fever or symptoms; zero is an answer, and nothing is none.</param>
/// <param name="StaffPresent">Staff at work.</param>
/// <param name="IsOpen">Whether it works that day.</param>
/// <param name="Version">The version that the form showed; 0 where nothing was said yet.</param>
/// <param name="Reason">Why a correction is made.</param>
internal sealed record SendReport(DateOnly Day, int Unwell, int StaffPresent, bool IsOpen, int Version, string Reason)
{
    /// <summary>Days back that may still be corrected.</summary>
    public const int CorrectionDaysMax = 14;

    public const int StaffMax = 1_000_000;

    public const int ReasonLengthMax = 200;

    /// <summary>Who gets the one entry; keys of texts.</summary>
    public static IReadOnlyList<string> Receivers { get; } = ["industry", "health", "street", "statistics"];

    public static Task<ReportRow?> LatestAsync(Session session, string enterpriseCode, DateOnly day, CancellationToken cancel) => session.QuerySingleOrDefaultAsync<ReportRow>(
        $"SELECT {ReportRow.Columns} FROM resumption.daily_report WHERE enterprise_code = @enterpriseCode AND day = @day ORDER BY version DESC LIMIT 1", new { enterpriseCode, day }, cancel);

    /// <summary>What was said of the day under other codes of the enterprise, before they were merged: shown beside its own with the code, never added to it.</summary>
    public static Task<IReadOnlyList<ReportRow>> UnderOtherCodesAsync(Session session, string enterpriseCode, DateOnly day, CancellationToken cancel) => session.QueryAsync<ReportRow>($"""
        SELECT DISTINCT ON (enterprise_code) {ReportRow.Columns} FROM resumption.daily_report
        WHERE enterprise_code = ANY (resumption.members(@enterpriseCode)) AND enterprise_code <> @enterpriseCode AND day = @day ORDER BY enterprise_code, version DESC
        """, new { enterpriseCode, day }, cancel);

    public async Task<ReportOutcome> RunAsync(Session session, WhatIsHeld held, string enterpriseCode, CancellationToken cancel)
    {
        var today = ChinaDay.Of(session.Now);
        if (Day > today || Day < today.AddDays(-CorrectionDaysMax)) return new ReportOutcome.Invalid("day");
        if (StaffPresent is < 0 or > StaffMax) return new ReportOutcome.Invalid("present");
        if (Unwell < 0 || Unwell > StaffPresent) return new ReportOutcome.Invalid("unwell");
        if (Version > 0 && (string.IsNullOrWhiteSpace(Reason) || Reason.Length > ReasonLengthMax)) return new ReportOutcome.ReasonMissing();
        if (await held.EnterpriseAsync(session, enterpriseCode, cancel) is not { } enterprise) return new ReportOutcome.NotRegistered();
        var shown = await ShownAsync(session, held, enterprise, Day, cancel);
        if (shown.Version != Version) return new ReportOutcome.Stale(shown.Version);
        var kept = await session.ExecuteAsync("""
            INSERT INTO resumption.daily_report (enterprise_code, day, version, enterprise_id, region_code, unwell, staff_present, is_open, reason, author, recorded_at)
            VALUES (@Code, @Day, @version, @Id, @region, @Unwell, @StaffPresent, @IsOpen, @reason, @author, @now) ON CONFLICT DO NOTHING
            """, new { enterprise.Code, Day, version = Version + 1, enterprise.Id, region = enterprise.Region.Value, Unwell, StaffPresent, IsOpen, reason = Version == 0 ? "" : Reason.Trim(), author = session.Actor.Id, now = session.Now }, cancel);
        if (kept == 0) return new ReportOutcome.Stale(Version + 1);
        await HandOnAsync(session, enterprise, cancel);
        await BurdenMeter.CountAsync(session, enterprise, ShippedForms.DailyReport,
            [(Text(shown.Unwell), Text(Unwell)), (Text(shown.StaffPresent), Text(StaffPresent)), (shown.IsOpen ? "open" : "closed", IsOpen ? "open" : "closed"), .. Version > 0 ? new[] { ("", Reason) } : []], cancel);
        session.Audit(Version == 0 ? "resumption.report-sent" : "resumption.report-corrected", $"{enterprise.Code} {Day:yyyy-MM-dd}");
        return new ReportOutcome.Kept(Version + 1);
    }

    /// <summary>What the form shows: what was said of the day, else what is held; zero unwell and open are proposals that count once they are sent.</summary>
    public static async Task<ReportRow> ShownAsync(Session session, WhatIsHeld held, Enterprise enterprise, DateOnly day, CancellationToken cancel) =>
        await LatestAsync(session, enterprise.Code, day, cancel) ?? new ReportRow { Day = day, Version = 0, Unwell = 0, IsOpen = true, StaffPresent = (await held.PresentAsync(session, enterprise, day, cancel)).Value ?? 0 };

    /// <summary>One entry, every receiver: the fusion core, the ladder that waited, and the health office where somebody is unwell.</summary>
    private async Task HandOnAsync(Session session, Enterprise enterprise, CancellationToken cancel)
    {
        foreach (var (quantity, value) in new[] { ("staff_present", (decimal)StaffPresent), ("is_open", IsOpen ? 1 : 0) })
        {
            var key = FormattableString.Invariant($"resumption.report:{enterprise.Id}:{Day:yyyy-MM-dd}:{quantity}");
            await session.PublishAsync(FigureReported.Kind, key, new FigureReported(key, enterprise.Id, quantity, Day, value), cancel);
        }
        // The county's deadline is ended by the job that looks whether anybody is still silent: here that would be a look over the county for every report.
        await session.ExecuteAsync("""
            WITH awaited AS (
                SELECT enterprise_code, day FROM resumption.report_due WHERE enterprise_code = ANY (resumption.members(@Code)) AND day = @Day AND reported_at IS NULL
                ORDER BY day, enterprise_code FOR NO KEY UPDATE)
            UPDATE resumption.report_due d SET reported_at = @now FROM awaited a WHERE (d.enterprise_code, d.day) = (a.enterprise_code, a.day)
            """, new { enterprise.Code, Day, now = session.Now }, cancel);
        var unwell = FormattableString.Invariant($"resumption.unwell:{enterprise.Code}:{Day:yyyy-MM-dd}");
        if (Unwell > 0) await session.PublishAsync(CaseWanted.Kind, unwell, new CaseWanted(unwell, "health", enterprise.Region.Value, enterprise.Id, $"职工发热或有症状 {Unwell} 人：{enterprise.Name}", $"{Unwell} staff unwell: {enterprise.Name}", "", "/resumption/reports", 1), cancel);
        else if (Version > 0) await session.PublishAsync(CaseNoLongerWanted.Kind, unwell, new CaseNoLongerWanted(unwell, Reason.Trim()), cancel);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
