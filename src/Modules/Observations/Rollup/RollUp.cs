using System.Globalization;
using System.Runtime.InteropServices;
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
/// were. Marks that arrive meanwhile are not deleted, so rows that this count did not see are counted next. Newest days come first; many marked
/// days of a month are read in one pass.
/// </summary>
internal sealed class RollUp(Database database) : IDisposable
{
    /// <summary>Announced when figures changed.</summary>
    public const string Topic = "observations.figures";

    private const int LockSpace = 0x4F_62_73_44;

    /// <summary>From this many marked days in a month, the whole month is read at once instead of day by day.</summary>
    private const int DaysForOnePass = 4;

    private readonly SemaphoreSlim _one = new(1);
    private Dimensions? _dimensions;

    /// <summary>Counts marked days until none is left, or another host has them; how many were counted.</summary>
    public async Task<int> RunAsync(CancellationToken cancel = default)
    {
        await _one.WaitAsync(cancel);
        try
        {
            var counted = 0;
            for (int days; (days = await CountNextAsync(cancel)) > 0;) counted += days;
            return counted;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>Marks every counted day: what must be done when enterprises were grouped anew or a measure was defined anew.</summary>
    public static async Task MarkAllAsync(Session session, CancellationToken cancel)
    {
        await session.ExecuteAsync("INSERT INTO observations.dirty_day (day) SELECT day FROM observations.counted_day", cancel: cancel);
        await session.AnnounceAsync(WriteBatch.DirtyTopic, cancel);
    }

    /// <summary>One day counted for whoever needs its single enterprises; nothing is written.</summary>
    public async Task<(Dimensions Dimensions, CountDay Count)> CountOneAsync(Session session, DateOnly day, CancellationToken cancel)
    {
        var dimensions = await DimensionsAsync(session, cancel);
        var ranks = await RanksAsync(session, cancel);
        var values = await ReadDaysAsync(session, day.AddDays(-1), day, dimensions, ranks, cancel);
        return (dimensions, (await CountAsync(session, values[day], values[day.AddDays(-1)], dimensions, ranks, cancel)).Count);
    }

    private async Task<int> CountNextAsync(CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        session.StatementSeconds = 0;
        var days = await TakeDaysAsync(session, cancel);
        if (days.Count == 0) return 0;
        var dimensions = await DimensionsAsync(session, cancel);
        var ranks = await RanksAsync(session, cancel);
        var values = await ReadDaysAsync(session, days[0].AddDays(-1), days[^1], dimensions, ranks, cancel);
        await session.ExecuteAsync("DELETE FROM observations.rollup WHERE day = ANY (@days); DELETE FROM observations.counted_day WHERE day = ANY (@days)", new { days = days.ToArray() }, cancel);
        await session.ExecuteAsync("CREATE TEMPORARY TABLE rollup_in (LIKE observations.rollup) ON COMMIT DROP", cancel: cancel);
        foreach (var day in days)
        {
            if (values[day].Observations > 0) await WriteDayAsync(session, values[day], values[day.AddDays(-1)], dimensions, ranks, cancel);
        }
        await session.ExecuteAsync("INSERT INTO observations.rollup SELECT * FROM rollup_in", cancel: cancel);
        await DropBaselinesAsync(session, days, cancel);
        await session.AnnounceAsync(Topic, cancel);
        await session.CommitAsync(cancel);
        return days.Count;
    }

    /// <summary>The days to count now, in order, their marks deleted; each is locked until the transaction ends.</summary>
    private static async Task<List<DateOnly>> TakeDaysAsync(Session session, CancellationToken cancel)
    {
        // Days of a baseline are counted before those that are compared with them; otherwise the newest first.
        var marked = await session.QueryAsync<DateOnly>("""
            SELECT day FROM (SELECT DISTINCT day FROM observations.dirty_day) marked
            ORDER BY extract(month FROM day) >= 10 AND extract(year FROM day) < (SELECT extract(year FROM max(day)) FROM observations.dirty_day) DESC, day DESC
            """, cancel: cancel);
        foreach (var month in marked.Select(Months.Of).Distinct())
        {
            var wanted = marked.Where(d => Months.Of(d) == month).ToArray();
            var taken = new List<DateOnly>();
            foreach (var day in wanted.Length >= DaysForOnePass ? wanted : wanted[..1])
            {
                if (await session.QuerySingleAsync<bool>("SELECT pg_try_advisory_xact_lock(@LockSpace, @number)", new { LockSpace, number = day.DayNumber }, cancel)) taken.Add(day);
            }
            if (taken.Count == 0) continue;
            await session.ExecuteAsync("DELETE FROM observations.dirty_day WHERE day = ANY (@days)", new { days = taken.ToArray() }, cancel);
            taken.Sort();
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

    /// <summary>
    /// Order of deliveries by when they were issued, by number; 0 for withdrawn ones and for those that were not there yet. Rows of a delivery
    /// that is committed later are passed over by the caller's reading, and its marks, which this count has not deleted, bring the day again.
    /// </summary>
    internal static async Task<int[]> RanksAsync(Session session, CancellationToken cancel)
    {
        var ids = await session.QueryAsync<int>("SELECT id FROM observations.batch WHERE withdrawn_at IS NULL ORDER BY issued_at, key COLLATE \"C\", source", cancel: cancel);
        var ranks = new int[ids.Count == 0 ? 1 : ids.Max() + 1];
        for (var i = 0; i < ids.Count; i++) ranks[ids[i]] = i + 1;
        return ranks;
    }

    /// <summary>The rows of days that stand side by side.</summary>
    private static async Task<Dictionary<DateOnly, DayValues>> ReadDaysAsync(Session session, DateOnly first, DateOnly last, Dimensions dimensions, int[] ranks, CancellationToken cancel)
    {
        var values = new DayValues[last.DayNumber - first.DayNumber + 1];
        for (var i = 0; i < values.Length; i++) values[i] = new(first.AddDays(i), dimensions.SeriesWidth);
        var sql = string.Create(CultureInfo.InvariantCulture,
            $"COPY (SELECT series_id, day, value, quality, batch_id FROM observations.observation WHERE day BETWEEN '{first:yyyy-MM-dd}' AND '{last:yyyy-MM-dd}') TO STDOUT (FORMAT BINARY)");
        await using var copy = await session.Connection.BeginBinaryExportAsync(sql, cancel);
        copy.Timeout = Months.PassTimeMax;
        // The reader is buffered: awaiting each field would cost more than the field.
#pragma warning disable CA1849
        while (copy.StartRow() >= 0)
        {
            var series = copy.Read<int>(NpgsqlDbType.Integer);
            var day = copy.Read<DateOnly>(NpgsqlDbType.Date);
            var value = copy.Read<long>(NpgsqlDbType.Bigint);
            var quality = (Quality)copy.Read<short>(NpgsqlDbType.Smallint);
            var batch = copy.Read<int>(NpgsqlDbType.Integer);
            values[day.DayNumber - first.DayNumber].Take(series, value, quality, batch < ranks.Length ? ranks[batch] : 0);
        }
#pragma warning restore CA1849
        return values.ToDictionary(v => v.Day);
    }

    private static async Task<(long Used, CountDay Count)> CountAsync(Session session, DayValues day, DayValues before, Dimensions dimensions, int[] ranks, CancellationToken cancel)
    {
        var means = new Dictionary<BaselineKind, long[]>();
        foreach (var kind in (BaselineKind[])[BaselineKind.December, BaselineKind.FourthQuarter]) means[kind] = await MeansAsync(session, BaselinePeriod.For(kind, day.Day)!.Value, dimensions, ranks, cancel);
        var counted = CountDay.Judge(day, before, dimensions, means[BaselineKind.December]);
        return (counted.LongCount(v => v != DayValues.Missing), CountDay.Of(counted, dimensions, means, MeasureBook.Of("resumed")));
    }

    private static async Task WriteDayAsync(Session session, DayValues day, DayValues before, Dimensions dimensions, int[] ranks, CancellationToken cancel)
    {
        var (used, count) = await CountAsync(session, day, before, dimensions, ranks, cancel);
        await using (var copy = await session.Connection.BeginBinaryImportAsync("COPY rollup_in FROM STDIN (FORMAT BINARY)", cancel))
        {
            copy.Timeout = Months.PassTimeMax;
            foreach (var measure in MeasureBook.All) await WriteAsync(copy, day.Day, count.SumsOf(measure), dimensions, cancel);
            await copy.CompleteAsync(cancel);
        }
        await session.ExecuteAsync("INSERT INTO observations.counted_day (day, counted_at, observations, used, findings) VALUES (@Day, @now, @Observations, @used, @findings::jsonb)",
            new { day.Day, now = session.Now, day.Observations, used, findings = JsonSerializer.Serialize(day.Findings) }, cancel);
    }

    private static async Task WriteAsync(NpgsqlBinaryImporter copy, DateOnly day, MeasureSums sums, Dimensions dimensions, CancellationToken cancel)
    {
        if (Array.TrueForAll(sums.Covered, c => c == 0)) return;
        var held = Suppression.Of(sums.Covered, dimensions.Sums);
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

    /// <summary>Daily mean of each series over the period, from the stored baseline or, where its days changed, anew.</summary>
    private static async Task<long[]> MeansAsync(Session session, BaselinePeriod period, Dimensions dimensions, int[] ranks, CancellationToken cancel)
    {
        // Lets no second host compute it at the same time, and none drop it between our reading and our commit.
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock_shared(@LockSpace, @number)", new { LockSpace = LockSpace + 1, number = period.First.DayNumber }, cancel);
        var stored = await session.QuerySingleOrDefaultAsync<byte[]>("SELECT means FROM observations.baseline WHERE first_day = @First AND last_day = @Last", new { period.First, period.Last }, cancel);
        if (stored is not null) return Unpack(stored, dimensions.SeriesWidth);
        var (sums, days) = (new long[dimensions.SeriesWidth], new int[dimensions.SeriesWidth]);
        for (var month = period.First; month <= period.Last; month = month.AddMonths(1))
        {
            if (!await session.QuerySingleAsync<bool>("SELECT to_regclass(@name) IS NOT NULL", new { name = Months.TableOf(month) }, cancel)) continue;
            var read = await ReadDaysAsync(session, month.AddDays(-1), month.AddMonths(1).AddDays(-1), dimensions, ranks, cancel);
            for (var day = month; day < month.AddMonths(1); day = day.AddDays(1))
            {
                var counted = CountDay.Judge(read[day], read[day.AddDays(-1)], dimensions, null);
                for (var s = 0; s < counted.Length; s++)
                {
                    if (counted[s] == DayValues.Missing) continue;
                    sums[s] += counted[s];
                    days[s]++;
                }
            }
        }
        // A mean of fewer days than a week says more about weekdays than about the enterprise.
        for (var s = 0; s < sums.Length; s++) sums[s] = days[s] < 7 ? 0 : (sums[s] + days[s] / 2) / days[s];
        await session.ExecuteAsync("INSERT INTO observations.baseline (first_day, last_day, means) VALUES (@First, @Last, @means) ON CONFLICT DO NOTHING", new { period.First, period.Last, means = Pack(sums) }, cancel);
        return sums;
    }

    /// <summary>Baselines of which a day was counted anew are dropped, and the days compared with them are marked.</summary>
    private static async Task DropBaselinesAsync(Session session, List<DateOnly> days, CancellationToken cancel)
    {
        var years = days.Where(d => d.Month >= 10).Select(d => d.Year).Distinct().ToArray();
        foreach (var year in years)
        {
            foreach (var number in (int[])[new DateOnly(year, 10, 1).DayNumber, new DateOnly(year, 12, 1).DayNumber])
                await session.ExecuteAsync("SELECT pg_advisory_xact_lock(@LockSpace, @number)", new { LockSpace = LockSpace + 1, number }, cancel);
        }
        await session.ExecuteAsync("""
            WITH dropped AS (
                DELETE FROM observations.baseline b WHERE EXISTS (SELECT FROM unnest(@days) d WHERE d BETWEEN b.first_day AND b.last_day) RETURNING last_day)
            INSERT INTO observations.dirty_day (day) SELECT c.day FROM observations.counted_day c WHERE extract(year FROM c.day) IN (SELECT extract(year FROM last_day) + 1 FROM dropped)
            """, new { days = days.ToArray() }, cancel);
    }

    private static byte[] Pack(long[] means)
    {
        var pairs = means.Select((mean, series) => (series, mean)).Where(p => p.mean > 0).ToArray();
        var bytes = new byte[pairs.Length * 12];
        for (var i = 0; i < pairs.Length; i++)
        {
            MemoryMarshal.Write(bytes.AsSpan(i * 12), in pairs[i].series);
            MemoryMarshal.Write(bytes.AsSpan(i * 12 + 4), in pairs[i].mean);
        }
        return bytes;
    }

    internal static long[] Unpack(byte[] bytes, int width)
    {
        var means = new long[width];
        for (var at = 0; at < bytes.Length; at += 12)
        {
            var series = MemoryMarshal.Read<int>(bytes.AsSpan(at));
            if (series < width) means[series] = MemoryMarshal.Read<long>(bytes.AsSpan(at + 4));
        }
        return means;
    }
}
