using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.Registry;
using Rongtong.Observations.Calendar;
using Rongtong.Observations.Ingest;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;

namespace Rongtong.Observations.Alerts;

/// <summary>
/// What is compared: a region's figures on a day with those of the same weekday a week before, and with what the calendar made of them last year:
/// the figures of the two days that it puts beside these, null where they are not known.
/// </summary>
internal sealed record WeekOnWeek
{
    public string Region { get; init; } = "";
    public int Covered { get; init; }
    public long Numerator { get; init; }
    public long Denominator { get; init; }
    public int Doubtful { get; init; }
    public int CoveredBefore { get; init; }
    public long NumeratorBefore { get; init; }
    public long DenominatorBefore { get; init; }
    public int DoubtfulBefore { get; init; }
    public decimal? LastYear { get; init; }
    public decimal? LastYearBefore { get; init; }
}

/// <summary>
/// Asks for work where figures turn bad, and takes the request back when they recover: a resumption rate that falls by ten points in a week beyond
/// what the calendar explains, a source from which less than half of last week's observations come, contradictions that double.
/// </summary>
internal sealed class RaiseAlerts(IRegions regions, TimeProvider clock) : IJob
{
    /// <summary>Fall of a rate within a week, in points of a hundred, that is worth somebody's look.</summary>
    public const int FallPoints = 10;

    /// <summary>Regions with fewer enterprises move too much by chance.</summary>
    public const int FirmsMin = 10;

    private const int AnswerWorkingDays = 2;

    public string Name => "observations.raise-alerts";

    public TimeSpan Every => TimeSpan.FromMinutes(5);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        session.StatementSeconds = 0;
        // The last day that is over: today's figures are still coming in.
        var day = await session.QuerySingleOrDefaultAsync<DateOnly?>("SELECT max(day) FROM observations.rollup WHERE measure = 1 AND day < @today", new { today = ChinaDay.Of(clock.GetUtcNow()) }, cancel);
        if (day is not { } last) return;
        var wanted = new Dictionary<string, (string Region, string Kind, string Detail)>();
        foreach (var week in await session.QueryAsync<WeekOnWeek>("""
            SELECT a.region, a.covered[1] AS covered, a.numerator[1] AS numerator, a.denominator[1] AS denominator, a.doubtful[1] AS doubtful,
                b.covered[1] AS covered_before, b.numerator[1] AS numerator_before, b.denominator[1] AS denominator_before, b.doubtful[1] AS doubtful_before,
                c.numerator[1]::numeric / nullif(c.denominator[1], 0) AS last_year, d.numerator[1]::numeric / nullif(d.denominator[1], 0) AS last_year_before
            FROM observations.rollup a JOIN observations.rollup b ON b.measure = a.measure AND b.region = a.region AND b.day = a.day - 7
            LEFT JOIN observations.rollup c ON c.measure = a.measure AND c.region = a.region AND c.day = @beside LEFT JOIN observations.rollup d ON d.measure = a.measure AND d.region = a.region AND d.day = @besideBefore
            WHERE a.measure = 1 AND a.day = @last AND a.region <> ''
            """, new { last, beside = ChinaCalendar.Counterpart(last), besideBefore = ChinaCalendar.Counterpart(last.AddDays(-7)) }, cancel))
        {
            foreach (var kind in Judge(week, last)) wanted[$"observations.alert:{kind}:{week.Region}"] = (week.Region, kind, Describe(week, kind));
        }
        foreach (var (source, region, now, before) in await session.QueryAsync<(short Source, string Region, long Now, long Before)>("""
            SELECT s.source, left(d.region, 4) AS region, count(*) FILTER (WHERE o.day = @last) AS now, count(*) FILTER (WHERE o.day = @before) AS before
            FROM observations.observation o JOIN observations.series s ON s.id = o.series_id JOIN observations.enterprise_dimension d ON d.id = s.enterprise_id
            WHERE o.day IN (@last, @before) GROUP BY 1, 2
            """, new { last, before = last.AddDays(-7) }, cancel))
        {
            if (before < FirmsMin || now * 2 >= before) continue;
            var name = Vocabulary.NameOf((Source)source);
            wanted[$"observations.alert:silent-{name}:{region}"] = (region, "silent", string.Create(CultureInfo.InvariantCulture, $"{name}: {now} / {before}"));
        }
        await SettleAsync(session, last, wanted, cancel);
    }

    /// <summary>What is wrong with a region's week, if anything.</summary>
    public static IEnumerable<string> Judge(WeekOnWeek week, DateOnly day)
    {
        if (week.Covered < FirmsMin || week.CoveredBefore < FirmsMin) yield break;
        var fall = (decimal)week.NumeratorBefore / week.DenominatorBefore - (decimal)week.Numerator / week.Denominator;
        // What the calendar took from the rate last year it may take this year too. Where last year is not known, a holiday says nothing of a fall.
        var isUsual = week is { LastYear: { } then, LastYearBefore: { } thenBefore } ? fall - Math.Max(0, thenBefore - then) < FallPoints / 100m : ChinaCalendar.IsOff(day) && !ChinaCalendar.IsOff(day.AddDays(-7));
        if (fall >= FallPoints / 100m && !isUsual) yield return "fall";
        if (week.Doubtful >= FirmsMin && (long)week.Doubtful * week.CoveredBefore >= 2L * week.DoubtfulBefore * week.Covered && week.Doubtful > week.DoubtfulBefore) yield return "conflicts";
    }

    private async Task SettleAsync(Session session, DateOnly day, Dictionary<string, (string Region, string Kind, string Detail)> wanted, CancellationToken cancel)
    {
        var open = (await session.QueryAsync<string>("SELECT key FROM observations.alert", cancel: cancel)).ToHashSet();
        foreach (var (key, (region, kind, detail)) in wanted.Where(w => !open.Contains(w.Key)))
        {
            await session.ExecuteAsync("INSERT INTO observations.alert (key, region, kind, measure, day, detail, raised_at) VALUES (@key, @region, @kind, 'resumed', @day, @detail, @now)", new { key, region, kind, day, detail, now = session.Now }, cancel);
            var place = regions.Current.Find(new(region));
            var (zh, en) = kind switch
            {
                "fall" => ("复工率一周下降超过10个百分点", "the share of resumed firms fell by more than ten points in a week"),
                "silent" => ("数据来源中断", "a source fell silent"),
                _ => ("数据来源之间矛盾增多", "sources contradict each other more and more"),
            };
            await session.PublishAsync(CaseWanted.Kind, key, new CaseWanted(key, "alert", region, null, $"{place?.Name ?? region}：{zh}", $"{place?.NameIn("en") ?? region}: {en}", detail,
                string.Create(CultureInfo.InvariantCulture, $"/rates?region={region}&day={day:yyyy-MM-dd}"), AnswerWorkingDays), cancel);
        }
        foreach (var key in open.Where(k => !wanted.ContainsKey(k)))
        {
            await session.ExecuteAsync("DELETE FROM observations.alert WHERE key = @key", new { key }, cancel);
            await session.PublishAsync(CaseNoLongerWanted.Kind, key, new CaseNoLongerWanted(key, string.Create(CultureInfo.InvariantCulture, $"recovered by {day:yyyy-MM-dd}")), cancel);
        }
    }

    private static string Describe(WeekOnWeek week, string kind) => kind == "fall"
        ? string.Create(CultureInfo.InvariantCulture, $"{week.NumeratorBefore}/{week.DenominatorBefore} → {week.Numerator}/{week.Denominator}")
        : string.Create(CultureInfo.InvariantCulture, $"{week.DoubtfulBefore}/{week.CoveredBefore} → {week.Doubtful}/{week.Covered}");
}
