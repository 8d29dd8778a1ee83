using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;

namespace Rongtong.Resumption.Reports;

/// <summary>What the next step of the ladder is.</summary>
/// <param name="Level">How often the deadline has passed.</param>
/// <param name="Wait">Until the next step; null on the last.</param>
/// <param name="Office">Who works on it: nobody but the enterprise, the liaison of the county, the leader of the city.</param>
internal sealed record LadderStep(int Level, TimeSpan? Wait, string Office);

/// <summary>
/// Silence is never zero: it is somebody's work.
/// <code>
/// 18:00 no report ──> 1 shown to the enterprise as overdue ──> 21:00 ──> 2 case of the county's liaison ──> 09:00 next day + 9 h ──> 3 case of the city
/// a report at any time ends it
/// </code>
/// </summary>
internal static class EscalateReport
{
    /// <summary>Hour in China at which a day's report is due.</summary>
    public const int DueHour = 18;

    public static string Key(string enterpriseCode, DateOnly day, int level) => FormattableString.Invariant($"resumption.report:{enterpriseCode}:{day:yyyy-MM-dd}:{level}");

    public static DateTimeOffset DueAt(DateOnly day) => ChinaDay.Start(day).AddHours(DueHour).ToUniversalTime();

    /// <summary>The step that follows a level; null after the last.</summary>
    public static LadderStep? After(int level) => level switch
    {
        0 => new(1, TimeSpan.FromHours(3), ""),
        1 => new(2, TimeSpan.FromHours(21), "liaison"),
        2 => new(3, null, "city"),
        _ => null,
    };

    public static async Task PassAsync(Session session, string enterpriseCode, DateOnly day, int level, DateTimeOffset dueAt, CancellationToken cancel)
    {
        if (After(level) is not { } step) return;
        var climbed = await session.QuerySingleOrDefaultAsync<DueRow>("""
            UPDATE resumption.report_due SET level = @next WHERE enterprise_code = @enterpriseCode AND day = @day AND level = @level AND reported_at IS NULL
            RETURNING enterprise_id, enterprise_name, region_code
            """, new { enterpriseCode, day, level = (short)level, next = (short)step.Level }, cancel);
        if (climbed is null) return;
        if (step.Wait is { } wait) await SetAsync(session, enterpriseCode, climbed, day, step.Level, dueAt + wait, cancel);
        if (step.Office.Length == 0) return;
        var region = step.Office == "city" && climbed.RegionCode.Length > 4 ? climbed.RegionCode[..4] : climbed.RegionCode;
        var key = $"{Key(enterpriseCode, day, step.Level)}:case";
        await session.PublishAsync(CaseWanted.Kind, key, new CaseWanted(key, "alert", region, climbed.EnterpriseId, $"未报送每日情况：{climbed.EnterpriseName} {day:yyyy-MM-dd}",
            string.Create(CultureInfo.InvariantCulture, $"No daily report: {climbed.EnterpriseName} {day:yyyy-MM-dd}"), "", "/resumption/reports", 1), cancel);
    }

    public static Task SetAsync(Session session, string enterpriseCode, DueRow due, DateOnly day, int level, DateTimeOffset at, CancellationToken cancel) => session.PublishAsync(DeadlineSet.Kind, enterpriseCode,
        new DeadlineSet(Key(enterpriseCode, day, level), at, due.RegionCode, $"每日情况报送：{due.EnterpriseName}", $"Daily report: {due.EnterpriseName}", "/resumption/own"), cancel);
}

/// <summary>Whom a report is expected of.</summary>
internal sealed record DueRow
{
    public string EnterpriseCode { get; init; } = "";
    public int EnterpriseId { get; init; }
    public string EnterpriseName { get; init; } = "";
    public string RegionCode { get; init; } = "";
}

/// <summary>Every day a report is expected of every enterprise that may work.</summary>
internal sealed class ExpectReports : IJob
{
    public string Name => "resumption.expect-reports";

    public TimeSpan Every => TimeSpan.FromMinutes(15);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        var today = ChinaDay.Of(session.Now);
        var expected = await session.QueryAsync<DueRow>("""
            INSERT INTO resumption.report_due (enterprise_code, day, enterprise_id, enterprise_name, region_code)
            SELECT o.kept_code, @today, o.enterprise_id, o.enterprise_name, o.region_code FROM (
                SELECT DISTINCT ON (kept_code) coalesce(n.kept_code, o.enterprise_code) AS kept_code, coalesce(n.kept_id, o.enterprise_id) AS enterprise_id, o.enterprise_name, o.region_code
                FROM resumption.opening o LEFT JOIN resumption.enterprise_number n ON n.code = o.enterprise_code
                WHERE o.status IN ('open', 'committed', 'agreed', 'deemed') AND o.planned_day <= @today
                ORDER BY kept_code, (o.enterprise_code = n.kept_code) DESC, o.id DESC) o
            ON CONFLICT DO NOTHING RETURNING enterprise_code, enterprise_id, enterprise_name, region_code
            """, new { today }, cancel);
        await SettleAsync(session, today, cancel);
        foreach (var due in expected) await EscalateReport.SetAsync(session, due.EnterpriseCode, due, today, 0, EscalateReport.DueAt(today), cancel);
    }

    /// <summary>Ends the waiting for reports that were sent before their enterprise was expected, or while the row that expects it was being written.</summary>
    private static Task SettleAsync(Session session, DateOnly today, CancellationToken cancel) => session.ExecuteAsync("""
        UPDATE resumption.report_due d SET reported_at = said.first_at
        FROM (
            SELECT e.code, r.day, min(r.recorded_at) AS first_at FROM (
                SELECT coalesce(n.kept_code, r.enterprise_code) AS kept_code, r.day, r.recorded_at
                FROM resumption.daily_report r LEFT JOIN resumption.enterprise_number n ON n.code = r.enterprise_code WHERE r.day >= @yesterday) r
            JOIN resumption.enterprise_number e ON e.kept_code = r.kept_code GROUP BY e.code, r.day) said
        WHERE d.day = said.day AND d.enterprise_code = said.code AND d.reported_at IS NULL
        """, new { yesterday = today.AddDays(-1) }, cancel);
}
