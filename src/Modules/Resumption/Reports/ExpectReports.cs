using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;

namespace Rongtong.Resumption.Reports;

/// <summary>
/// Every day a report is expected of every enterprise that may work, and of each county that it is asked for. All in sets: a province of 300,000
/// enterprises is a handful of statements and an event per county.
/// </summary>
internal sealed class ExpectReports : IJob
{
    /// <summary>Longest that one statement may take, seconds: the first run of a day writes a row for every enterprise.</summary>
    private const int StatementSecondsMax = 300;

    public string Name => "resumption.expect-reports";

    public TimeSpan Every => TimeSpan.FromMinutes(15);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        session.StatementSeconds = StatementSecondsMax;
        var today = ChinaDay.Of(session.Now);
        await LockRoundsAsync(session, today, cancel);
        await ExpectAsync(session, today, cancel);
        await SettleAsync(session, today, cancel);
        await MoveRoundsAsync(session, today, cancel);
    }

    /// <summary>Rounds before reports, as <see cref="EscalateReport.PassAsync"/>: a ladder that climbs meanwhile waits here, and not in the middle.</summary>
    private static Task LockRoundsAsync(Session session, DateOnly today, CancellationToken cancel) => session.ExecuteAsync(
        "SELECT FROM resumption.report_round WHERE day >= @from ORDER BY day, region_code FOR NO KEY UPDATE", new { from = today.AddDays(-SendReport.CorrectionDaysMax) }, cancel);

    /// <summary>
    /// Who may work since after the hour at which reports are due is expected from tomorrow on: nobody is overdue for a day on which there was nothing to do
    /// about it. Who comes in later than the county's first deadline, but could have reported, stands where the county stands.
    /// </summary>
    private static Task ExpectAsync(Session session, DateOnly today, CancellationToken cancel) => session.ExecuteAsync("""
        INSERT INTO resumption.report_due (enterprise_code, day, enterprise_id, enterprise_name, region_code, level)
        SELECT o.kept_code, @today, o.enterprise_id, o.enterprise_name, o.region_code, coalesce(w.level, 0) FROM (
            SELECT DISTINCT ON (kept_code) coalesce(n.kept_code, o.enterprise_code) AS kept_code, coalesce(n.kept_id, o.enterprise_id) AS enterprise_id, o.enterprise_name, o.region_code
            FROM resumption.opening o LEFT JOIN resumption.enterprise_number n ON n.code = o.enterprise_code
            WHERE o.status IN ('open', 'committed', 'agreed', 'deemed') AND o.planned_day <= @today AND o.ended_at < @due
            ORDER BY kept_code, (o.enterprise_code = n.kept_code) DESC, o.id DESC) o
        LEFT JOIN resumption.report_round w ON w.day = @today AND w.region_code = o.region_code
        WHERE NOT EXISTS (SELECT FROM resumption.report_due d WHERE d.enterprise_code = o.kept_code AND d.day = @today)
        ON CONFLICT DO NOTHING
        """, new { today, due = EscalateReport.DueAt(today) }, cancel);

    /// <summary>Ends the waiting for reports that were sent before their enterprise was expected, or while the row that expects it was being written.</summary>
    private static Task SettleAsync(Session session, DateOnly today, CancellationToken cancel) => session.ExecuteAsync("""
        WITH said AS (
            SELECT e.code, r.day, min(r.recorded_at) AS first_at FROM (
                SELECT coalesce(n.kept_code, r.enterprise_code) AS kept_code, r.day, r.recorded_at
                FROM resumption.daily_report r LEFT JOIN resumption.enterprise_number n ON n.code = r.enterprise_code WHERE r.day >= @yesterday) r
            JOIN resumption.enterprise_number e ON e.kept_code = r.kept_code GROUP BY e.code, r.day),
        settled AS (
            SELECT d.enterprise_code, d.day, s.first_at FROM resumption.report_due d JOIN said s ON s.day = d.day AND s.code = d.enterprise_code WHERE d.reported_at IS NULL
            ORDER BY d.day, d.enterprise_code FOR NO KEY UPDATE OF d)
        UPDATE resumption.report_due d SET reported_at = s.first_at FROM settled s WHERE (d.enterprise_code, d.day) = (s.enterprise_code, s.day)
        """, new { yesterday = today.AddDays(-1) }, cancel);

    /// <summary>A county with somebody silent has its deadline; one without has none, and its cases are over.</summary>
    private static async Task MoveRoundsAsync(Session session, DateOnly today, CancellationToken cancel)
    {
        await session.ExecuteAsync("""
            INSERT INTO resumption.report_round (day, region_code) SELECT DISTINCT day, region_code FROM resumption.report_due WHERE day = @today AND reported_at IS NULL ON CONFLICT DO NOTHING
            """, new { today }, cancel);
        foreach (var round in await session.QueryAsync<Round>("""
            UPDATE resumption.report_round w SET is_open = NOT is_open
            WHERE day >= @from AND is_open <> EXISTS (SELECT FROM resumption.report_due d WHERE d.day = w.day AND d.region_code = w.region_code AND d.reported_at IS NULL)
            RETURNING day, region_code, level, is_open
            """, new { from = today.AddDays(-SendReport.CorrectionDaysMax) }, cancel))
        {
            if (!round.IsOpen) await EscalateReport.EndAsync(session, round.RegionCode, round.Day, round.Level, cancel);
            else if (EscalateReport.After(round.Level) is not null) await EscalateReport.SetAsync(session, round.RegionCode, round.Day, round.Level, cancel);
        }
    }

    private sealed record Round
    {
        public DateOnly Day { get; init; }
        public string RegionCode { get; init; } = "";
        public short Level { get; init; }
        public bool IsOpen { get; init; }
    }
}
