using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Rongtong.Observations.Alerts;
using Rongtong.Observations.Calendar;
using Rongtong.Observations.Ingest;
using Rongtong.Observations.Measures;
using Rongtong.Observations.Rollup;
using Rongtong.Testing;

namespace Rongtong.Observations.Tests;

/// <summary>The decisions themselves, without a database.</summary>
public sealed class PureTests
{
    [Fact]
    public void The_index_that_zhejiang_published_comes_out() =>
        Math.Round(Fusion.Index(40_541.65m, 128_807.02m, 64_590, 333_427), 2).ShouldBe(25.42m);

    [Fact]
    public void Sources_that_agree_make_the_interval_smaller_and_sources_that_do_not_are_a_conflict()
    {
        var one = Fusion.OfRate([new(0, 500_000, 50_000, 0, 0)]);
        var two = Fusion.OfRate([new(0, 500_000, 50_000, 0, 0), new(1, 520_000, 50_000, 0, 0)]);
        (two.HighPpm - two.LowPpm).ShouldBeLessThan(one.HighPpm - one.LowPpm);
        var far = Fusion.OfRate([new(0, 100_000, 50_000, 0, 0), new(1, 900_000, 100_000, 0, 0)]);
        (far.HasConflict, far.LowPpm, far.HighPpm).ShouldBe((true, 0, 1_100_000));
    }

    [Fact]
    public void The_order_of_the_sources_does_not_matter() => Prop.ForAll(Gen.ListOf(Gen.Choose(0, 2_000_000)).Where(l => l.Count is > 1 and < 7).ToArbitrary(), shares =>
    {
        Reading[] readings = [.. shares.Select((s, i) => new Reading(i, s, 20_000 + i * 7_000, s, 1))];
        var (a, b) = (Fusion.OfRate(readings), Fusion.OfRate([.. readings.Reverse()]));
        return Math.Abs(a.ValuePpm - b.ValuePpm) <= 1 && a.HasConflict == b.HasConflict && Fusion.OfYesOrNo(readings) == Fusion.OfYesOrNo([.. readings.Reverse()]);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Late_corrected_and_duplicated_rows_in_any_order_give_the_same_day()
    {
        var row = from series in Gen.Choose(0, 5) from value in Gen.Choose(0, 200_000) from rank in Gen.Choose(1, 9) select (series, value: (long)value * 7 + series + rank, rank);
        Prop.ForAll(Gen.Zip(Gen.ListOf(row), Gen.Choose(0, int.MaxValue)).ToArbitrary(), pair =>
        {
            // One delivery gives a day of a series once: it was settled when it came in.
            var rows = pair.Item1.GroupBy(r => (r.series, r.rank)).Select(g => g.First()).ToArray();
            var shuffled = rows.ToArray();
            new Random(pair.Item2).Shuffle(shuffled);
            return Values(rows).SequenceEqual(Values([.. shuffled, .. shuffled.Take(3)]));
        }).QuickCheckThrowOnFailure();

        static long[] Values((int Series, long Value, int Rank)[] rows)
        {
            var day = new DayValues(new(2020, 2, 18), 6);
            foreach (var (series, value, rank) in rows) day.Take(series, value, Quality.Good, rank);
            return day.Values;
        }
    }

    [Fact]
    public void No_cell_of_fewer_than_three_firms_can_be_computed_from_what_is_shown()
    {
        // Whole 0 = 1 + 2 + 3: the cell of one firm would be the whole less the two others.
        Suppression.Of([12, 1, 5, 6], [[0, 1, 2, 3]]).ShouldBe([false, true, true, false]);
        // Two cells of one firm each: together they are two firms, and the sum of them could be read.
        Suppression.Of([12, 1, 1, 10], [[0, 1, 2, 3]]).ShouldBe([false, true, true, true]);
        Suppression.Of([9, 3, 6], [[0, 1, 2]]).ShouldBe([false, false, false]);
        Suppression.Of([6, 0, 6], [[0, 1, 2]]).ShouldBe([false, false, false]);
    }

    [Fact]
    public void Kept_back_parts_of_a_shown_whole_are_always_at_least_two_with_three_firms() => Prop.ForAll(Gen.ListOf(Gen.Choose(0, 6)).Where(l => l.Count > 1).ToArbitrary(), parts =>
    {
        int[] covered = [parts.Sum(), .. parts];
        var held = Suppression.Of(covered, [[.. Enumerable.Range(0, covered.Length)]]);
        var kept = Enumerable.Range(1, parts.Count).Where(i => held[i]).ToArray();
        return held[0] || kept.Length == 0 || kept.Length >= 2 && kept.Sum(i => covered[i]) >= Suppression.FirmsMin;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("2020-01-25", "2019-02-05")]
    [InlineData("2020-02-10", "2019-02-21")]
    [InlineData("2020-06-10", "2019-06-12")]
    public void A_day_near_new_year_is_compared_with_the_same_lunar_day_and_others_with_the_same_weekday(string day, string counterpart) =>
        ChinaCalendar.Counterpart(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(DateOnly.Parse(counterpart, System.Globalization.CultureInfo.InvariantCulture));

    [SharedTheory("data/calendar")]
    [InlineData(2019)]
    [InlineData(2020)]
    [InlineData(2021)]
    public void The_holidays_are_those_of_the_notices(int year)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(SharedData.PathOf($"data/calendar/holiday-cn_{year}.json")));
        foreach (var day in file.RootElement.GetProperty("days").EnumerateArray())
            ChinaCalendar.IsOff(DateOnly.Parse(day.GetProperty("date").GetString()!, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(day.GetProperty("isOffDay").GetBoolean(), day.ToString());
    }

    [Theory]
    [InlineData(80, 70, true)]
    [InlineData(80, 71, false)]
    public void A_fall_of_ten_points_in_a_week_is_an_alert_and_less_is_not(int before, int now, bool isAlert) =>
        RaiseAlerts.Judge(new WeekOnWeek { Region = "3301", Covered = 100, Numerator = now, Denominator = 100, CoveredBefore = 100, NumeratorBefore = before, DenominatorBefore = 100 }, new(2020, 2, 18)).Contains("fall").ShouldBe(isAlert);
}
