using Rongtong.Contracts.Observations;
using Rongtong.Observations.Calendar;
using Rongtong.Observations.Ingest;
using Rongtong.Observations.Rollup;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Observations.Measures;

/// <summary>One stored value of an enterprise, as those see it who may open figures down to the meter.</summary>
internal sealed record MeterValue
{
    public DateOnly Day { get; init; }
    public short Source { get; init; }
    public short Quantity { get; init; }
    public string Subject { get; init; } = "";
    public long Value { get; init; }
    public short Quality { get; init; }
    public int SeriesId { get; init; }
    public int BatchId { get; init; }
    public string BatchKey { get; init; } = "";
    public string Author { get; init; } = "";
    public DateTime IssuedAt { get; init; }
    public bool Withdrawn { get; init; }
}

/// <summary>
/// The figures of one enterprise, computed from its rows by the same functions that count whole days; the only thing taken from the day's count is
/// which sources repeated themselves, since one enterprise's meters cannot tell.
/// </summary>
internal sealed class EnterpriseRates(Database database) : IEnterpriseRates
{
    /// <summary>Longest span that can be asked for, days.</summary>
    public const int DaysMax = 800;

    public async Task<IReadOnlyList<EnterpriseRate>> OfAsync(int enterpriseId, DateOnly from, DateOnly to, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to.DayNumber - from.DayNumber, DaysMax);
        var rates = new List<EnterpriseRate>();
        await foreach (var (day, count) in CountsAsync(enterpriseId, from, to, cancel))
        {
            foreach (var measure in MeasureBook.All)
            {
                if (count.FigureOf(measure, 0) is not { } figure) continue;
                string[] sources = [.. Enumerable.Range(0, measure.Sources.Count).Where(place => count.ReadingOf(measure, place, 0) is not null).Select(place => Vocabulary.NameOf(measure.Sources[place].Source))];
                rates.Add(new(measure.Name, day, Share(figure.Fused.ValuePpm), Share(figure.Fused.LowPpm), Share(figure.Fused.HighPpm), sources, figure.Fused.HasConflict));
            }
        }
        return rates;
    }

    public async Task<(DateOnly Day, decimal Value, string Source)?> LatestAsync(int enterpriseId, string quantity, CancellationToken cancel = default)
    {
        if (Vocabulary.QuantityOf(quantity) is not { } wanted) throw new ArgumentException($"There is no quantity '{quantity}'; there are: {string.Join(", ", Vocabulary.Quantities)}.", nameof(quantity));
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var last = await session.QueryAsync<MeterValue>("""
            WITH series AS (SELECT s.* FROM observations.series s WHERE s.quantity = @wanted AND s.enterprise_id IN (
                SELECT id FROM observations.enterprise_dimension WHERE counts_as = (SELECT counts_as FROM observations.enterprise_dimension WHERE id = @enterpriseId)))
            SELECT o.day, s.source, s.quantity, s.subject, o.value, o.quality, s.id AS series_id, o.batch_id
            FROM observations.observation o JOIN series s ON s.id = o.series_id JOIN observations.batch b ON b.id = o.batch_id
            WHERE o.series_id IN (SELECT id FROM series) AND o.quality < 2 AND b.withdrawn_at IS NULL
            ORDER BY o.day DESC, b.issued_at DESC, b.key COLLATE "C" DESC LIMIT 1
            """, new { wanted = (short)wanted, enterpriseId }, cancel);
        return last is [var row] ? (row.Day, row.Value / (decimal)Vocabulary.Scale, Vocabulary.NameOf((Source)row.Source)) : null;
    }

    /// <summary>All stored values of an enterprise over the days, the superseded and withdrawn too.</summary>
    public async Task<IReadOnlyList<MeterValue>> ValuesAsync(int enterpriseId, DateOnly from, DateOnly to, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        return await ValuesAsync(session, enterpriseId, from, to, cancel);
    }

    /// <summary>The enterprise alone, counted day by day.</summary>
    public async IAsyncEnumerable<(DateOnly Day, CountDay Count)> CountsAsync(int enterpriseId, DateOnly from, DateOnly to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var values = await ValuesAsync(session, enterpriseId, from.AddDays(-1), to, cancel);
        if (values.Count == 0) yield break;
        DateOnly[] counterparts = [.. Enumerable.Range(0, to.DayNumber - from.DayNumber + 1).Select(i => ChinaCalendar.Counterpart(from.AddDays(i))).Distinct().Order()];
        var early = counterparts[0].AddDays(-1);
        values = [.. values, .. (await ValuesAsync(session, enterpriseId, early, counterparts[^1], cancel)).Where(v => v.Day < from.AddDays(-1))];
        var region = await session.QuerySingleAsync<string>("SELECT region FROM observations.enterprise_dimension WHERE id = (SELECT counts_as FROM observations.enterprise_dimension WHERE id = @enterpriseId)", new { enterpriseId }, cancel);
        // Numbers of series are made small, so that arrays have the width of this enterprise and not of the country.
        var series = values.Select(v => (v.SeriesId, v.Source, v.Quantity)).Distinct().Select((s, i) => (s.SeriesId, Small: i, s.Source, s.Quantity)).ToArray();
        var smallOf = series.ToDictionary(s => s.SeriesId, s => s.Small);
        var dimensions = new Dimensions(0, [new(enterpriseId, region, 1, 1, enterpriseId)], [.. series.Select(s => (s.Small, s.Source, s.Quantity, (int?)enterpriseId))], await Dimensions.StrictnessAsync(session, cancel));
        var rank = 0;
        var ranks = values.Where(v => !v.Withdrawn).Select(v => (v.IssuedAt, v.BatchKey, v.BatchId)).Distinct().OrderBy(b => b.IssuedAt).ThenBy(b => b.BatchKey, StringComparer.Ordinal).ToDictionary(b => b.BatchId, _ => ++rank);
        var days = Enumerable.Range(0, to.DayNumber - early.DayNumber + 1).ToDictionary(early.AddDays, i => new DayValues(early.AddDays(i), series.Length));
        foreach (var value in values) days[value.Day].Take(smallOf[value.SeriesId], value.Value, (Quality)value.Quality, ranks.GetValueOrDefault(value.BatchId));
        var repeating = (await session.QueryAsync<(DateOnly Day, string[] Names)>("""
            SELECT day, array(SELECT jsonb_object_keys(findings)) AS names FROM observations.counted_day WHERE day BETWEEN @early AND @to
            """, new { early, to }, cancel)).ToDictionary(c => c.Day, c => c.Names.ToHashSet());
        var stored = new Dictionary<BaselinePeriod, long[]>();
        for (var day = from; day <= to; day = day.AddDays(1))
        {
            if (days[day].Observations == 0) continue;
            var against = new Dictionary<BaselineKind, long[]>();
            foreach (var kind in (BaselineKind[])[BaselineKind.December, BaselineKind.FourthQuarter]) against[kind] = await MeansAsync(kind, day);
            var beside = ChinaCalendar.Counterpart(day);
            against[BaselineKind.LastYear] = Array.ConvertAll(CountDay.Judge(days[beside], days[beside.AddDays(-1)], dimensions, await MeansAsync(BaselineKind.December, beside), repeating.GetValueOrDefault(beside) ?? []), v => v == DayValues.Missing ? 0 : v);
            var judged = CountDay.Judge(days[day], days[day.AddDays(-1)], dimensions, against[BaselineKind.December], repeating.GetValueOrDefault(day) ?? []);
            yield return (day, CountDay.Of(day, judged, dimensions, against));
        }

        async Task<long[]> MeansAsync(BaselineKind kind, DateOnly day)
        {
            var period = BaselinePeriod.For(kind, day)!.Value;
            if (stored.TryGetValue(period, out var known)) return known;
            var bytes = await session.QuerySingleOrDefaultAsync<byte[]>("SELECT means FROM observations.baseline WHERE first_day = @First AND last_day = @Last", new { period.First, period.Last }, cancel);
            var wide = bytes is null ? [] : Baselines.Unpack(bytes, series.Max(s => s.SeriesId) + 1);
            return stored[period] = [.. series.Select(s => s.SeriesId < wide.Length ? wide[s.SeriesId] : 0)];
        }
    }

    private static Task<IReadOnlyList<MeterValue>> ValuesAsync(Session session, int enterpriseId, DateOnly from, DateOnly to, CancellationToken cancel) => session.QueryAsync<MeterValue>("""
        WITH series AS MATERIALIZED (SELECT s.* FROM observations.series s WHERE s.enterprise_id IN (
            SELECT id FROM observations.enterprise_dimension WHERE counts_as = (SELECT counts_as FROM observations.enterprise_dimension WHERE id = @enterpriseId)))
        SELECT o.day, s.source, s.quantity, s.subject, o.value, o.quality, s.id AS series_id, o.batch_id, b.key AS batch_key, b.author, b.issued_at, b.withdrawn_at IS NOT NULL AS withdrawn
        FROM series s JOIN observations.observation o ON o.series_id = s.id JOIN observations.batch b ON b.id = o.batch_id
        WHERE o.day BETWEEN @from AND @to ORDER BY o.day DESC, s.source, s.quantity, s.subject, b.issued_at
        """, new { enterpriseId, from, to }, cancel);

    private static decimal Share(long ppm) => ppm / (decimal)Fusion.One;
}
