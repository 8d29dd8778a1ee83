using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Platform.Data;

namespace Rongtong.Outbreak.Warnings;

/// <summary>
/// Stores what the methods say now, withdraws what they no longer say, and opens a warning for people where a region's signals are fresh:
/// signals at most <see cref="FreshDays"/> days before the last reported day. Older signals of a loaded history are for the back-test only.
/// </summary>
internal static class RefreshSignals
{
    /// <summary>Days back from the last report within which a signal still asks for somebody's attention.</summary>
    public const int FreshDays = 14;

    /// <summary>Signals this many days apart belong to one warning.</summary>
    public const int GapDays = 7;

    public static async Task RunAsync(Session session, IRegionTree tree, IReadOnlyDictionary<RegionCode, CaseSeries> series, CancellationToken cancel)
    {
        if (series.Count == 0) return;
        var now = session.Now;
        Signal[] signals = [.. series.Values.Where(s => tree.Find(s.Region) is { IsStatistical: false, Level: not RegionLevel.Nation }).SelectMany(s => DetectSignals.Of(s))];
        await session.ExecuteAsync("""
            CREATE TEMPORARY TABLE fresh_signal ON COMMIT DROP AS
                SELECT * FROM unnest(@codes, @days::date[], @methods, @observed, @bounds) AS s (region_code, day, method, observed, bound);
            UPDATE outbreak.signal s SET withdrawn_at = @now
                WHERE withdrawn_at IS NULL AND NOT EXISTS (SELECT FROM fresh_signal f WHERE (f.region_code, f.day, f.method) = (s.region_code, s.day, s.method));
            INSERT INTO outbreak.signal (region_code, day, method, observed, bound, raised_at)
                SELECT region_code, day, method, observed, bound, @now FROM fresh_signal
                ON CONFLICT (region_code, day, method) DO UPDATE SET observed = excluded.observed, bound = excluded.bound, withdrawn_at = NULL
                WHERE (outbreak.signal.observed, outbreak.signal.bound) IS DISTINCT FROM (excluded.observed, excluded.bound) OR outbreak.signal.withdrawn_at IS NOT NULL;
            DROP TABLE fresh_signal
            """,
            new
            {
                now,
                codes = signals.Select(s => s.RegionCode).ToArray(),
                days = signals.Select(s => s.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)).ToArray(),
                methods = signals.Select(s => s.Method).ToArray(),
                observed = signals.Select(s => s.Observed).ToArray(),
                bounds = signals.Select(s => s.Bound).ToArray(),
            }, cancel);
        await OpenWarningsAsync(session, signals, series.Values.Max(s => s.LastDay), cancel);
    }

    private static async Task OpenWarningsAsync(Session session, Signal[] signals, DateOnly lastDay, CancellationToken cancel)
    {
        foreach (var region in signals.Where(s => s.Day > lastDay.AddDays(-FreshDays)).GroupBy(s => s.RegionCode))
        {
            var (first, last) = (region.Min(s => s.Day), region.Max(s => s.Day));
            var extended = await session.ExecuteAsync("""
                UPDATE outbreak.warning SET last_day = greatest(last_day, @last)
                WHERE region_code = @code AND (stage <> 'closed' OR last_day >= @last) AND last_day >= @first::date - @GapDays
                """, new { code = region.Key, first, last, GapDays }, cancel);
            if (extended > 0) continue;
            await session.ExecuteAsync("""
                INSERT INTO outbreak.warning (region_code, first_day, last_day, due_at, opened_at) VALUES (@code, @first, @last, @due, @now)
                """, new { code = region.Key, first, last, due = session.Now + WarningStages.TimeFor(WarningStage.Signal), now = session.Now }, cancel);
        }
    }
}
