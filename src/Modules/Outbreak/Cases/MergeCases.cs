using Npgsql;
using NpgsqlTypes;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;

namespace Rongtong.Outbreak.Cases;

/// <summary>What a merge did to the stored series.</summary>
public readonly record struct MergeCounts(int New, int Changed, int Unchanged);

/// <summary>
/// Brings reported rows into the bitemporal table: equal rows change nothing, different ones close the version known so far and open a new one.
/// <code>
///   rows ──COPY──> temporary table ──one statement──> close superseded versions (known_until = now)
///                                                 └──> insert new versions   (known_from  = now, batch)
/// </code>
/// Re-importing a file therefore changes nothing, and what was known before stays readable at its instant.
/// </summary>
internal static class MergeCases
{
    /// <summary>Puts rows aside; <c>Adds</c> marks rows of one area that add up instead of repeating each other.</summary>
    public static async Task StageAsync(Session session, IReadOnlyList<(CaseCount Count, bool Adds, long Line)> rows, CancellationToken cancel)
    {
        await session.ExecuteAsync("""
            CREATE TEMPORARY TABLE IF NOT EXISTS staged_row (
                region_code text, day date, confirmed integer, suspected integer, cured integer, dead integer, imported integer, adds boolean, line bigint) ON COMMIT DROP
            """, cancel: cancel);
        await using var copy = await session.Connection.BeginBinaryImportAsync(
            "COPY staged_row (region_code, day, confirmed, suspected, cured, dead, imported, adds, line) FROM STDIN (FORMAT binary)", cancel);
        foreach (var (row, adds, line) in rows)
        {
            await copy.StartRowAsync(cancel);
            await copy.WriteAsync(row.RegionCode, NpgsqlDbType.Text, cancel);
            await copy.WriteAsync(row.Day, NpgsqlDbType.Date, cancel);
            foreach (var count in new[] { row.Confirmed, row.Suspected, row.Cured, row.Dead, row.Imported })
            {
                if (count is { } persons) await copy.WriteAsync(persons, NpgsqlDbType.Integer, cancel);
                else await copy.WriteNullAsync(cancel);
            }
            await copy.WriteAsync(adds, NpgsqlDbType.Boolean, cancel);
            await copy.WriteAsync(line, NpgsqlDbType.Bigint, cancel);
        }
        await copy.CompleteAsync(cancel);
    }

    /// <summary>Since when the newest of the versions that the staged rows may replace is known; null when they replace none.</summary>
    public static Task<DateTimeOffset?> LatestKnownAsync(Session session, CancellationToken cancel) => session.QuerySingleOrDefaultAsync<DateTimeOffset?>("""
        SELECT max(c.known_from) FROM outbreak.case_count c WHERE c.known_until = 'infinity' AND EXISTS (SELECT FROM staged_row s WHERE (s.region_code, s.day) = (c.region_code, c.day))
        """, cancel: cancel);

    /// <summary>Moves what is known of an area to a region: days that the region has not itself get the area's counts, and the area's versions end.</summary>
    public static Task<int> MoveAsync(Session session, string area, string region, CancellationToken cancel) => session.ExecuteAsync("""
        WITH closed AS (
            UPDATE outbreak.case_count SET known_until = @now WHERE region_code = @area AND known_until = 'infinity'
            RETURNING day, confirmed, suspected, cured, dead, imported, batch_id)
        INSERT INTO outbreak.case_count (region_code, day, confirmed, suspected, cured, dead, imported, known_from, batch_id)
        SELECT @region, day, confirmed, suspected, cured, dead, imported, @now, batch_id FROM closed
        WHERE NOT EXISTS (SELECT FROM outbreak.case_count c WHERE c.region_code = @region AND c.day = closed.day AND c.known_until = 'infinity')
        """, new { area, region, now = session.Now }, cancel);

    /// <summary>Makes one row per region and day of what was staged: groups without a place add up, of repeated rows the last one counts. Tells of repetitions that differ.</summary>
    public static async Task<IReadOnlyList<ImportFinding>> SettleDuplicatesAsync(Session session, CancellationToken cancel)
    {
        await session.ExecuteAsync("""
            CREATE TEMPORARY TABLE staged_case ON COMMIT DROP AS
                SELECT region_code, day, sum(confirmed)::int AS confirmed, sum(suspected)::int AS suspected, sum(cured)::int AS cured, sum(dead)::int AS dead, sum(imported)::int AS imported
                FROM staged_row WHERE adds GROUP BY region_code, day
                UNION ALL
                (SELECT DISTINCT ON (region_code, day) region_code, day, confirmed, suspected, cured, dead, imported FROM staged_row WHERE NOT adds ORDER BY region_code, day, line DESC)
            """, cancel: cancel);
        var differing = await session.QueryAsync<(string Code, DateOnly Day, long Count)>("""
            SELECT region_code, day, count(*) FROM staged_row WHERE NOT adds
            GROUP BY region_code, day HAVING count(DISTINCT (confirmed, suspected, cured, dead, imported)) > 1 ORDER BY day, region_code
            """, cancel: cancel);
        return differing.Count == 0 ? [] :
            [new("outbreak.import.odd.repeated", differing.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), string.Join("; ", differing.Take(5).Select(d => $"{d.Code} {d.Day:yyyy-MM-dd}")))];
    }

    /// <summary>Merges what was staged and settled in this transaction.</summary>
    public static Task<MergeCounts> MergeAsync(Session session, DateTimeOffset knownFrom, long batchId, CancellationToken cancel) =>
        session.QuerySingleAsync<MergeCounts>("""
            WITH compared AS (
                SELECT s.*, c.region_code IS NOT NULL AS exists,
                    -- A file without a column says nothing about it: what is known stays known.
                    coalesce(s.suspected, c.suspected) AS suspected_, coalesce(s.cured, c.cured) AS cured_, coalesce(s.dead, c.dead) AS dead_,
                    coalesce(s.imported, c.imported) AS imported_, coalesce(s.confirmed, c.confirmed) AS confirmed_,
                    (c.confirmed, c.suspected, c.cured, c.dead, c.imported) AS stored
                FROM staged_case s
                LEFT JOIN outbreak.case_count c ON c.region_code = s.region_code AND c.day = s.day AND c.known_until = 'infinity'),
            different AS (
                SELECT * FROM compared WHERE NOT exists OR stored IS DISTINCT FROM (confirmed_, suspected_, cured_, dead_, imported_)),
            closed AS (
                UPDATE outbreak.case_count c SET known_until = @knownFrom FROM different d
                WHERE c.region_code = d.region_code AND c.day = d.day AND c.known_until = 'infinity' RETURNING 1),
            opened AS (
                INSERT INTO outbreak.case_count (region_code, day, confirmed, suspected, cured, dead, imported, known_from, batch_id)
                SELECT region_code, day, confirmed_, suspected_, cured_, dead_, imported_, @knownFrom, @batchId FROM different
                WHERE (SELECT count(*) FROM closed) >= 0 RETURNING 1)
            SELECT (SELECT count(*) FROM different WHERE NOT exists)::int AS new,
                   (SELECT count(*) FROM different WHERE exists)::int AS changed,
                   (SELECT count(*) FROM compared)::int - (SELECT count(*) FROM different)::int AS unchanged
            FROM (SELECT count(*) FROM opened) done
            """, new { knownFrom, batchId }, cancel);

    /// <summary>
    /// Takes a batch back: its versions end now, and the versions they had replaced are opened again as new versions.
    /// History keeps that the batch was believed in between. Returns the days affected.
    /// </summary>
    public static async Task<int> UndoAsync(Session session, long batchId, CancellationToken cancel)
    {
        var now = session.Now;
        var undone = await session.ExecuteAsync("""
            WITH closed AS (
                UPDATE outbreak.case_count SET known_until = @now WHERE batch_id = @batchId AND known_until = 'infinity'
                RETURNING region_code, day, known_from)
            INSERT INTO outbreak.case_count (region_code, day, confirmed, suspected, cured, dead, imported, known_from, batch_id)
            SELECT p.region_code, p.day, p.confirmed, p.suspected, p.cured, p.dead, p.imported, @now, p.batch_id
            FROM closed JOIN outbreak.case_count p ON p.region_code = closed.region_code AND p.day = closed.day AND p.known_until = closed.known_from
            """, new { now, batchId }, cancel);
        return undone;
    }
}
