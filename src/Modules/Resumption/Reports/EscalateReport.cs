using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Resumption.Reports;

/// <summary>What the next step of the ladder is.</summary>
/// <param name="Level">How often the deadline has passed.</param>
/// <param name="IsLast">True when nothing follows.</param>
/// <param name="Office">Who works on it: nobody but the enterprises, the liaison of the county, the leader of the city.</param>
internal sealed record LadderStep(int Level, bool IsLast, string Office);

/// <summary>
/// Silence is never zero: it is somebody's work. A county climbs as one: there is one deadline for a county, day and level, and one case that counts who is
/// silent, so that 300,000 enterprises are some hundred deadlines and not 300,000.
/// <code>
/// 18:00 no report ──> 1 shown to the enterprise as overdue ──> 21:00 ──> 2 case of the county's liaison ──> 18:00 next day ──> 3 case of the city
/// a report at any time ends it for its enterprise; the last one of the county ends it for the county
/// </code>
/// </summary>
internal static class EscalateReport
{
    /// <summary>Hour in China at which a day's report is due.</summary>
    public const int DueHour = 18;

    /// <summary>Names that a case lists; the list behind its link has them all.</summary>
    private const int NamesMax = 20;

    public static string Key(string county, DateOnly day, int level) => FormattableString.Invariant($"resumption.reports:{county}:{day:yyyy-MM-dd}:{level}");

    public static string CaseKey(string county, DateOnly day, int level) => Key(county, day, level) + ":case";

    /// <summary>When a level's deadline passes; the first by default.</summary>
    public static DateTimeOffset DueAt(DateOnly day, int level = 0) => ChinaDay.Start(day).AddHours(DueHour).AddHours(level switch { 0 => 0, 1 => 3, _ => 24 }).ToUniversalTime();

    /// <summary>The step that follows a level; null after the last.</summary>
    public static LadderStep? After(int level) => level switch
    {
        0 => new(1, false, ""),
        1 => new(2, false, "liaison"),
        2 => new(3, true, "city"),
        _ => null,
    };

    /// <summary>
    /// Locked in the order of everybody who changes several of these rows, so that no two wait for each other in a circle:
    /// <code>numbers of enterprises by code ──> rounds by day and county ──> awaited reports by day and enterprise</code>
    /// </summary>
    public static async Task PassAsync(Session session, string county, DateOnly day, int level, CancellationToken cancel)
    {
        if (After(level) is not { } step) return;
        var round = new { county, day, level = (short)level, next = (short)step.Level };
        if (await session.ExecuteAsync("UPDATE resumption.report_round SET level = @next WHERE region_code = @county AND day = @day AND level = @level", round, cancel) == 0) return;
        var silent = await session.ExecuteAsync("""
            WITH silent AS (
                SELECT enterprise_code, day FROM resumption.report_due d WHERE day = @day AND region_code = @county AND reported_at IS NULL
                    AND NOT EXISTS (SELECT FROM resumption.daily_report r WHERE r.enterprise_code = d.enterprise_code AND r.day = d.day)
                ORDER BY day, enterprise_code FOR NO KEY UPDATE)
            UPDATE resumption.report_due d SET level = @next FROM silent s WHERE (d.enterprise_code, d.day) = (s.enterprise_code, s.day)
            """, round, cancel);
        if (silent == 0) return;
        if (!step.IsLast) await SetAsync(session, county, day, step.Level, cancel);
        if (step.Office.Length == 0) return;
        var names = await session.QueryAsync<string>("SELECT enterprise_name FROM resumption.report_due WHERE day = @day AND region_code = @county AND reported_at IS NULL ORDER BY enterprise_code LIMIT @NamesMax", new { day, county, NamesMax }, cancel);
        var key = CaseKey(county, day, step.Level);
        await session.PublishAsync(CaseWanted.Kind, key, new CaseWanted(key, "alert", step.Office == "city" && county.Length > 4 ? county[..4] : county, null,
            FormattableString.Invariant($"{silent} 家企业未报送 {day:yyyy-MM-dd} 每日情况"), FormattableString.Invariant($"{silent} enterprises sent no report of {day:yyyy-MM-dd}"),
            string.Join('、', names) + (silent > names.Count ? "……" : ""), FormattableString.Invariant($"/resumption/reports?said=silent&day={day:yyyy-MM-dd}&region={county}"), 1), cancel);
    }

    /// <summary>Sets the deadline of a level for a county.</summary>
    public static Task SetAsync(Session session, string county, DateOnly day, int level, CancellationToken cancel) => session.PublishAsync(DeadlineSet.Kind, county,
        new DeadlineSet(Key(county, day, level), DueAt(day, level), county, string.Create(CultureInfo.InvariantCulture, $"每日情况报送 {day:yyyy-MM-dd}"), string.Create(CultureInfo.InvariantCulture, $"Daily reports of {day:yyyy-MM-dd}"),
            FormattableString.Invariant($"/resumption/reports?said=silent&day={day:yyyy-MM-dd}&region={county}")), cancel);

    /// <summary>Nobody of the county is silent any more.</summary>
    public static async Task EndAsync(Session session, string county, DateOnly day, int level, CancellationToken cancel)
    {
        await session.PublishAsync(DeadlineMet.Kind, county, new DeadlineMet(Key(county, day, level)), cancel);
        for (var climbed = 2; climbed <= level; climbed++)
            await session.PublishAsync(CaseNoLongerWanted.Kind, county, new CaseNoLongerWanted(CaseKey(county, day, climbed), "every report has come"), cancel);
    }
}
