using System.Runtime.InteropServices;
using Rongtong.Observations.Calendar;
using Rongtong.Observations.Ingest;
using Rongtong.Observations.Measures;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Observations.Rollup;

/// <summary>
/// What days are compared with, by series: daily means of the last quarter and of the December before the day's year, which are stored, and the
/// judged values of the day of last year that the calendar puts beside it, which are read when they are asked for. One for each transaction.
/// </summary>
internal sealed class Baselines(Database database, Session session, Dimensions dimensions, int[] ranks)
{
    private const int LockSpace = 0x4F_62_73_45;

    private static readonly (BaselineKind Kind, int FirstMonth)[] s_stored = [(BaselineKind.December, 12), (BaselineKind.FourthQuarter, 10)];

    private readonly Dictionary<int, Dictionary<BaselineKind, long[]>> _ofYear = [];
    private readonly Dictionary<DateOnly, long[]> _lastYear = [];

    /// <summary>
    /// Makes the baselines of these days known; then <see cref="Of"/> can be asked, by several at once. Years are locked from the earliest on, and a year
    /// that the transaction reads and may also <see cref="ForgetAsync">forget</see>, as around New Year, exclusively at once: two that share it
    /// and then want it alone would wait for each other.
    /// </summary>
    /// <param name="days">Days to be compared.</param>
    /// <param name="counted">Days whose values this transaction may find changed.</param>
    public async Task PrepareAsync(IReadOnlyList<DateOnly> days, IReadOnlyList<DateOnly> counted, CancellationToken cancel)
    {
        var counterparts = days.Select(ChinaCalendar.Counterpart).Distinct().Order().ToArray();
        var forgettable = YearsOf(counted).ToHashSet();
        foreach (var year in days.Concat(counterparts).Select(d => d.Year - 1).Distinct().Order()) await LockAsync(session, year, exclusively: forgettable.Contains(year), cancel);
        foreach (var year in days.Select(d => d.Year).Distinct()) await OfYearAsync(year - 1, cancel);
        // Counterparts of a month lie in two or three; whichever has no table has no values.
        foreach (var month in counterparts.GroupBy(Months.Of))
        {
            if (!await session.QuerySingleAsync<bool>("SELECT to_regclass(@name) IS NOT NULL", new { name = Months.TableOf(month.Key) }, cancel)) continue;
            await OfYearAsync(month.Key.Year - 1, cancel);
            var values = await ReadDays.RunAsync(session, month.Min().AddDays(-1), month.Max(), dimensions, ranks, cancel);
            foreach (var day in month)
            {
                var judged = CountDay.Judge(values[day], values[day.AddDays(-1)], dimensions, _ofYear[day.Year - 1][BaselineKind.December]);
                _lastYear[day] = Array.ConvertAll(judged, v => v == DayValues.Missing ? 0 : v);
            }
        }
    }

    /// <summary>Baselines of a prepared day.</summary>
    public IReadOnlyDictionary<BaselineKind, long[]> Of(DateOnly day) =>
        new Dictionary<BaselineKind, long[]>(_ofYear[day.Year - 1]) { [BaselineKind.LastYear] = _lastYear.GetValueOrDefault(ChinaCalendar.Counterpart(day)) ?? [] };

    /// <summary>Days of which the values changed: stored baselines made of them are dropped, and the counted days compared with them are marked.</summary>
    public static async Task ForgetAsync(Session session, IReadOnlyList<DateOnly> changed, CancellationToken cancel)
    {
        foreach (var year in YearsOf(changed)) await LockAsync(session, year, exclusively: true, cancel);
        await session.ExecuteAsync("""
            WITH dropped AS (
                DELETE FROM observations.baseline b WHERE EXISTS (SELECT FROM unnest(@days) d WHERE d BETWEEN b.first_day AND b.last_day) RETURNING last_day)
            INSERT INTO observations.dirty_day (day) SELECT c.day FROM observations.counted_day c WHERE extract(year FROM c.day) IN (SELECT extract(year FROM last_day) + 1 FROM dropped)
            """, new { days = changed.ToArray() }, cancel);
        var compared = changed.SelectMany(d => Enumerable.Range(ShiftMin, ShiftMax - ShiftMin + 1).Select(d.AddDays).Where(later => ChinaCalendar.Counterpart(later) == d)).ToArray();
        await session.ExecuteAsync("INSERT INTO observations.dirty_day (day) SELECT c.day FROM observations.counted_day c WHERE c.day = ANY (@compared)", new { compared }, cancel);
    }

    /// <summary>Years whose baselines are made of these days among others, the earliest first.</summary>
    private static IEnumerable<int> YearsOf(IEnumerable<DateOnly> days) => days.Where(d => d.Month >= 10).Select(d => d.Year).Distinct().Order();

    public static byte[] Pack(long[] means)
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

    public static long[] Unpack(byte[] bytes, int width)
    {
        var means = new long[width];
        for (var at = 0; at < bytes.Length; at += 12)
        {
            var series = MemoryMarshal.Read<int>(bytes.AsSpan(at));
            if (series < width) means[series] = MemoryMarshal.Read<long>(bytes.AsSpan(at + 4));
        }
        return means;
    }

    /// <summary>Lunar years have 353 to 385 days, and the calendar year's counterpart is 364 days away.</summary>
    private const int ShiftMin = 350;
    private const int ShiftMax = 390;

    /// <summary>Daily means of each series over the periods at the end of a year, as stored or, where a day of them changed, anew in one pass.</summary>
    private async Task OfYearAsync(int year, CancellationToken cancel)
    {
        if (_ofYear.ContainsKey(year)) return;
        var last = new DateOnly(year, 12, 31);
        var stored = (await session.QueryAsync<(DateOnly First, byte[] Means)>("SELECT first_day, means FROM observations.baseline WHERE last_day = @last", new { last }, cancel)).ToDictionary(b => b.First, b => b.Means);
        var means = new Dictionary<BaselineKind, long[]>();
        foreach (var (kind, first) in s_stored)
        {
            if (stored.TryGetValue(new(year, first, 1), out var bytes)) means[kind] = Unpack(bytes, dimensions.SeriesWidth);
        }
        if (means.Count < s_stored.Length)
        {
            means = await CountMeansAsync(year, cancel);
            // Stored at once, in a transaction of its own: nobody who needs the same year waits for the end of ours.
            await using var storing = await database.BeginAsync(Actor.System, cancel);
            foreach (var (kind, first) in s_stored)
            {
                await storing.ExecuteAsync("INSERT INTO observations.baseline (first_day, last_day, means) VALUES (@first, @last, @means) ON CONFLICT DO NOTHING",
                    new { first = new DateOnly(year, first, 1), last, means = Pack(means[kind]) }, cancel);
            }
            await storing.CommitAsync(cancel);
        }
        _ofYear[year] = means;
    }

    private async Task<Dictionary<BaselineKind, long[]>> CountMeansAsync(int year, CancellationToken cancel)
    {
        var width = dimensions.SeriesWidth;
        var sums = s_stored.ToDictionary(s => s.Kind, _ => (Sum: new long[width], Days: new int[width]));
        for (var month = new DateOnly(year, 10, 1); month.Year == year; month = month.AddMonths(1))
        {
            if (!await session.QuerySingleAsync<bool>("SELECT to_regclass(@name) IS NOT NULL", new { name = Months.TableOf(month) }, cancel)) continue;
            var read = await ReadDays.RunAsync(session, month.AddDays(-1), month.AddMonths(1).AddDays(-1), dimensions, ranks, cancel);
            for (var day = month; day < month.AddMonths(1); day = day.AddDays(1))
            {
                var counted = CountDay.Judge(read[day], read[day.AddDays(-1)], dimensions, null);
                foreach (var (kind, first) in s_stored)
                {
                    if (month.Month >= first) Add(counted, sums[kind].Sum, sums[kind].Days);
                }
            }
        }
        return sums.ToDictionary(s => s.Key, s => Mean(s.Value.Sum, s.Value.Days));
    }

    private static void Add(long[] counted, long[] sums, int[] days)
    {
        for (var s = 0; s < counted.Length; s++)
        {
            if (counted[s] == DayValues.Missing) continue;
            sums[s] += counted[s];
            days[s]++;
        }
    }

    /// <summary>A mean of fewer days than a week says more about weekdays than about the enterprise.</summary>
    private static long[] Mean(long[] sums, int[] days) => [.. sums.Select((sum, s) => days[s] < 7 ? 0 : (sum + days[s] / 2) / days[s])];

    /// <summary>Lets nobody drop a year's baselines between our reading and our commit.</summary>
    private static Task LockAsync(Session session, int year, bool exclusively, CancellationToken cancel) =>
        session.ExecuteAsync(exclusively ? "SELECT pg_advisory_xact_lock(@LockSpace, @year)" : "SELECT pg_advisory_xact_lock_shared(@LockSpace, @year)", new { LockSpace, year }, cancel);
}
