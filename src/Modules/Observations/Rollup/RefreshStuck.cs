using NpgsqlTypes;
using Rongtong.Observations.Ingest;
using Rongtong.Observations.Measures;
using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;

namespace Rongtong.Observations.Rollup;

/// <summary>Keeps the list of enterprises that have not resumed on the last counted day, or whose sources contradict each other.</summary>
internal sealed class RefreshStuck(RollUp rollUp, TimeProvider clock) : IJob
{
    public string Name => "observations.refresh-stuck";

    public TimeSpan Every => TimeSpan.FromSeconds(30);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        session.StatementSeconds = 0;
        // Just after midnight a few early values make a day on which hardly anybody has a figure: the list stays that of the day before.
        if (await RollUp.LastDayAsync(session, Platform.ChinaDay.Of(clock.GetUtcNow()), cancel) is not { } last) return;
        var isWanted = await session.QuerySingleAsync<bool>("""
            SELECT counted_at >= @recently OR NOT EXISTS (SELECT FROM observations.stuck s WHERE s.day = c.day) FROM observations.counted_day c WHERE day = @last
            """, new { last, recently = session.Now - 4 * Every }, cancel);
        if (!isWanted) return;
        var (dimensions, count) = await rollUp.CountOneAsync(session, last, cancel);
        await session.ExecuteAsync("CREATE TEMPORARY TABLE stuck_in (enterprise_id integer, share_ppm bigint, baseline bigint, has_conflict boolean) ON COMMIT DROP", cancel: cancel);
        var (resumed, production) = (MeasureBook.Of("resumed"), MeasureBook.Of("production_rate"));
        await using (var copy = await session.Connection.BeginBinaryImportAsync("COPY stuck_in FROM STDIN (FORMAT BINARY)", cancel))
        {
            copy.Timeout = Months.PassTimeMax;
            for (var e = 0; e < dimensions.EnterpriseIds.Length; e++)
            {
                if (count.FigureOf(resumed, e) is not { } figure || figure.Fused.ValuePpm > 0 && !figure.Fused.HasConflict) continue;
                var reading = count.ReadingOf(production, 0, e);
                await copy.StartRowAsync(cancel);
                await copy.WriteAsync(dimensions.EnterpriseIds[e], NpgsqlDbType.Integer, cancel);
                await copy.WriteAsync(reading?.SharePpm ?? 0, NpgsqlDbType.Bigint, cancel);
                await copy.WriteAsync(reading?.Denominator ?? 0, NpgsqlDbType.Bigint, cancel);
                await copy.WriteAsync(figure.Fused.HasConflict, NpgsqlDbType.Boolean, cancel);
            }
            await copy.CompleteAsync(cancel);
        }
        await session.ExecuteAsync("""
            DELETE FROM observations.stuck s WHERE NOT EXISTS (SELECT FROM stuck_in i WHERE i.enterprise_id = s.enterprise_id);
            INSERT INTO observations.stuck AS s (enterprise_id, day, region, code, name, section, division, size, share_ppm, baseline, has_conflict)
            SELECT d.id, @last, d.region, d.code, d.name, d.section, d.division, d.size, i.share_ppm, i.baseline, i.has_conflict FROM stuck_in i JOIN observations.enterprise_dimension d ON d.id = i.enterprise_id
            ON CONFLICT (enterprise_id) DO UPDATE SET day = excluded.day, region = excluded.region, name = excluded.name, section = excluded.section, division = excluded.division, size = excluded.size,
                share_ppm = excluded.share_ppm, baseline = excluded.baseline, has_conflict = excluded.has_conflict
            WHERE (s.day, s.region, s.name, s.division, s.size, s.share_ppm, s.baseline, s.has_conflict) IS DISTINCT FROM (excluded.day, excluded.region, excluded.name, excluded.division, excluded.size, excluded.share_ppm, excluded.baseline, excluded.has_conflict)
            """, new { last }, cancel);
    }
}
