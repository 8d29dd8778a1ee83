using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Rongtong.Observations.Ingest;
using Rongtong.Observations.Measures;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Observations.Rollup;

/// <summary>
/// Keeps the roll-ups equal to the observations.
/// <code>
/// one transaction: lock the days' marks ──> delete the marks ──> read the days' rows ──> judge, fuse, sum ──> replace the days' roll-ups
/// </code>
/// A day is always counted whole, from the stored rows: there is nothing that could drift. A host that dies leaves marks and old figures as they
/// were. Marks that arrive meanwhile are not deleted, so rows that this count did not see are counted next. The newest days, which somebody watches,
/// come first, the others oldest first, because later ones are compared with them; many marked days of a month are read in one pass. Days that
/// are compared with a counted one are marked only when its values changed, not when enterprises were merely grouped anew.
/// </summary>
internal sealed class RollUp(Database database) : IDisposable
{
    /// <summary>Announced when figures changed.</summary>
    public const string Topic = "observations.figures";

    private const int LockSpace = 0x4F_62_73_44;

    /// <summary>From this many marked days in a month, the whole month is read at once instead of day by day.</summary>
    private const int DaysForOnePass = 4;

    /// <summary>Days around the last counted one that are counted before anything else: those that somebody watches.</summary>
    private const int WatchedBefore = 1;
    private const int WatchedAfter = 2;

    private readonly SemaphoreSlim _watched = new(1);
    private readonly SemaphoreSlim _all = new(1);
    private Dimensions? _dimensions;

    /// <summary>Counts marked days until none is left, or another host has them; how many were counted.</summary>
    public Task<int> RunAsync(CancellationToken cancel = default) => RunAsync(_all, watchedOnly: false, cancel);

    /// <summary>Counts the newest days alone, beside a count of everything: nobody who looks at today waits for last year.</summary>
    public Task<int> RunWatchedAsync(CancellationToken cancel = default) => RunAsync(_watched, watchedOnly: true, cancel);

    public void Dispose()
    {
        _watched.Dispose();
        _all.Dispose();
    }

    private async Task<int> RunAsync(SemaphoreSlim one, bool watchedOnly, CancellationToken cancel)
    {
        await one.WaitAsync(cancel);
        try
        {
            var counted = 0;
            for (int days; (days = await CountNextAsync(watchedOnly, cancel)) > 0;) counted += days;
            return counted;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Marks every counted day: what must be done when enterprises were grouped anew.</summary>
    public static Task MarkAllAsync(Session session, CancellationToken cancel) => MarkFromAsync(session, DateOnly.MinValue, cancel);

    /// <summary>Marks the counted days from one on: what must be done when a measure is defined anew.</summary>
    public static async Task MarkFromAsync(Session session, DateOnly first, CancellationToken cancel)
    {
        await session.ExecuteAsync("INSERT INTO observations.dirty_day (day) SELECT day FROM observations.counted_day WHERE day >= @first", new { first }, cancel);
        await session.AnnounceAsync(WriteBatch.DirtyTopic, cancel);
    }

    /// <summary>One day counted for whoever needs its single enterprises; nothing but a missing baseline is written.</summary>
    public async Task<(Dimensions Dimensions, CountDay Count)> CountOneAsync(Session session, DateOnly day, CancellationToken cancel)
    {
        var dimensions = await DimensionsAsync(session, cancel);
        var ranks = await ReadDays.RanksAsync(session, cancel);
        var values = await ReadDays.RunAsync(session, day.AddDays(-1), day, dimensions, ranks, cancel);
        var baselines = new Baselines(database, session, dimensions, ranks);
        await baselines.PrepareAsync([day], [], cancel);
        return (dimensions, Count(values[day], values[day.AddDays(-1)], dimensions, baselines).Count);
    }

    private async Task<int> CountNextAsync(bool watchedOnly, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        session.StatementSeconds = 0;
        var days = await TakeDaysAsync(session, watchedOnly, cancel);
        if (days.Count == 0) return 0;
        var dimensions = await DimensionsAsync(session, cancel);
        var ranks = await ReadDays.RanksAsync(session, cancel);
        var values = await ReadDays.RunAsync(session, days[0].AddDays(-1), days[^1], dimensions, ranks, cancel);
        DateOnly[] known = [.. days.Where(d => values[d].Observations > 0)];
        var baselines = new Baselines(database, session, dimensions, ranks);
        await baselines.PrepareAsync(known, days, cancel);
        await session.ExecuteAsync("DELETE FROM observations.rollup WHERE day = ANY (@days)", new { days = days.ToArray() }, cancel);
        var before = (await session.QueryAsync<(DateOnly Day, byte[] Hash)>("DELETE FROM observations.counted_day WHERE day = ANY (@days) RETURNING day, values_sha256", new { days = days.ToArray() }, cancel)).ToDictionary(c => c.Day, c => c.Hash);
        await session.ExecuteAsync("CREATE TEMPORARY TABLE rollup_in (LIKE observations.rollup) ON COMMIT DROP", cancel: cancel);
        var changed = days.Where(d => before.ContainsKey(d) != known.Contains(d)).ToList();
        foreach (var together in known.Chunk(Environment.ProcessorCount))
        {
            var counted = new Counted[together.Length];
            Parallel.For(0, together.Length, i => counted[i] = Sums(values[together[i]], values[together[i].AddDays(-1)], dimensions, baselines));
            foreach (var day in counted)
            {
                await WriteDayAsync(session, day, dimensions, cancel);
                if (before.TryGetValue(day.Values.Day, out var hash) && !hash.AsSpan().SequenceEqual(day.Hash)) changed.Add(day.Values.Day);
            }
        }
        await session.ExecuteAsync("INSERT INTO observations.rollup SELECT * FROM rollup_in", cancel: cancel);
        await Baselines.ForgetAsync(session, changed, cancel);
        await session.AnnounceAsync(Topic, cancel);
        await session.CommitAsync(cancel);
        return days.Count;
    }

    /// <summary>The newest counted day that is not only beginning to come in: at least half as much is used of it as of the fullest day of the week before.</summary>
    public static Task<DateOnly?> LastDayAsync(Session session, DateOnly today, CancellationToken cancel = default) => session.QuerySingleOrDefaultAsync<DateOnly?>("""
        WITH week AS (SELECT day, used FROM observations.counted_day WHERE day <= @today AND EXISTS (SELECT FROM observations.rollup r WHERE r.day = counted_day.day) ORDER BY day DESC LIMIT 8)
        SELECT max(day) FROM week WHERE 2 * used >= (SELECT max(used) FROM week)
        """, new { today }, cancel);

    /// <summary>The days to count now, in order, their marks deleted; each is locked until the transaction ends.</summary>
    private static async Task<List<DateOnly>> TakeDaysAsync(Session session, bool watchedOnly, CancellationToken cancel)
    {
        var marked = await session.QueryAsync<DateOnly>("SELECT DISTINCT day FROM observations.dirty_day ORDER BY day", cancel: cancel);
        if (marked.Count == 0) return [];
        var newest = await session.QuerySingleAsync<DateOnly?>("SELECT max(day) FROM observations.counted_day", cancel: cancel) ?? marked[^1];
        DateOnly[] watched = [.. marked.Where(d => d >= newest.AddDays(-WatchedBefore) && d <= newest.AddDays(WatchedAfter))];
        var others = watchedOnly ? [] : marked.Except(watched).GroupBy(Months.Of).Select(g => g.Count() >= DaysForOnePass ? g.ToArray() : [g.First()]);
        foreach (var wanted in others.Prepend(watched))
        {
            var taken = new List<DateOnly>();
            foreach (var day in wanted)
            {
                if (await session.QuerySingleAsync<bool>("SELECT pg_try_advisory_xact_lock(@LockSpace, @number)", new { LockSpace, number = day.DayNumber }, cancel)) taken.Add(day);
            }
            if (taken.Count == 0) continue;
            await session.ExecuteAsync("DELETE FROM observations.dirty_day WHERE day = ANY (@days)", new { days = taken.ToArray() }, cancel);
            return taken;
        }
        return [];
    }

    private async Task<Dimensions> DimensionsAsync(Session session, CancellationToken cancel)
    {
        var revision = await session.QuerySingleAsync<long>("SELECT number FROM observations.revision", cancel: cancel);
        if (_dimensions?.Revision == revision) return _dimensions;
        return _dimensions = await Dimensions.ReadAsync(session, cancel);
    }

    private static (long[] Judged, CountDay Count) Count(DayValues day, DayValues before, Dimensions dimensions, Baselines baselines)
    {
        var against = baselines.Of(day.Day);
        var judged = CountDay.Judge(day, before, dimensions, against[BaselineKind.December]);
        return (judged, CountDay.Of(day.Day, judged, dimensions, against));
    }

    private static Counted Sums(DayValues day, DayValues before, Dimensions dimensions, Baselines baselines)
    {
        var (judged, count) = Count(day, before, dimensions, baselines);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Known(day.Values));
        hash.AppendData(Known(judged));
        return new(day, hash.GetHashAndReset(), judged.LongCount(v => v != DayValues.Missing), [.. MeasureBook.All.Select(count.SumsOf).Where(s => Array.Exists(s.Covered, c => c > 0)).Select(s => (s, Suppression.Of(s.Covered, dimensions.Sums)))]);

        // Meters that came later and say nothing on this day change nothing.
        static ReadOnlySpan<byte> Known(long[] values) => MemoryMarshal.AsBytes(values.AsSpan(0, Array.FindLastIndex(values, v => v != DayValues.Missing) + 1));
    }

    private static async Task WriteDayAsync(Session session, Counted day, Dimensions dimensions, CancellationToken cancel)
    {
        await using (var copy = await session.Connection.BeginBinaryImportAsync("COPY rollup_in FROM STDIN (FORMAT BINARY)", cancel))
        {
            copy.Timeout = Months.PassTimeMax;
            foreach (var (sums, held) in day.Sums) await WriteAsync(copy, day.Values.Day, sums, held, dimensions, cancel);
            await copy.CompleteAsync(cancel);
        }
        await session.ExecuteAsync("INSERT INTO observations.counted_day (day, counted_at, observations, used, findings, values_sha256) VALUES (@Day, @now, @Observations, @Used, @findings::jsonb, @Hash)",
            new { day.Values.Day, now = session.Now, day.Values.Observations, day.Used, findings = JsonSerializer.Serialize(day.Values.Findings), day.Hash }, cancel);
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, DateOnly day, MeasureSums sums, bool[] held, Dimensions dimensions, CancellationToken cancel)
    {
        foreach (var region in dimensions.ByRegion)
        {
            await copy.StartRowAsync(cancel);
            await copy.WriteAsync(sums.Measure.Number, NpgsqlDbType.Smallint, cancel);
            await copy.WriteAsync(region.Region, NpgsqlDbType.Text, cancel);
            await copy.WriteAsync(day, NpgsqlDbType.Date, cancel);
            await copy.WriteAsync(region.Keys, NpgsqlDbType.Array | NpgsqlDbType.Smallint, cancel);
            await copy.WriteAsync(region.Firms, NpgsqlDbType.Array | NpgsqlDbType.Integer, cancel);
            await copy.WriteAsync(region.Of(sums.Covered), NpgsqlDbType.Array | NpgsqlDbType.Integer, cancel);
            await copy.WriteAsync(region.Of(sums.Numerator), NpgsqlDbType.Array | NpgsqlDbType.Bigint, cancel);
            await copy.WriteAsync(region.Of(sums.Denominator), NpgsqlDbType.Array | NpgsqlDbType.Bigint, cancel);
            await copy.WriteAsync(region.Of(sums.Doubtful), NpgsqlDbType.Array | NpgsqlDbType.Integer, cancel);
            await copy.WriteAsync(region.Of(held), NpgsqlDbType.Array | NpgsqlDbType.Boolean, cancel);
        }
    }

    /// <summary>One day as it is written.</summary>
    /// <param name="Hash">Of all values before and after judging: the same when a count anew found nothing new.</param>
    /// <param name="Used">Values that were believed.</param>
    private sealed record Counted(DayValues Values, byte[] Hash, long Used, (MeasureSums Sums, bool[] Held)[] Sums);
}
