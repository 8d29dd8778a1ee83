using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Tiers;

namespace Rongtong.Outbreak.Tests;

public sealed class CaseSeriesTests
{
    private static readonly DateOnly s_first = new(2020, 2, 1);

    [Fact]
    public void A_missing_day_repeats_the_last_report_and_is_flagged()
    {
        var series = Series(3, 5, null, null, 9);
        series.Carried(CaseKind.Confirmed).ShouldBe([3, 5, 5, 5, 9]);
        series.NewPerDay(CaseKind.Confirmed).ShouldBe([3, 2, 0, 0, 4]);
        var flag = SeriesFlag.Find(series).ShouldHaveSingleItem();
        (flag.Oddity, flag.Day, flag.Value).ShouldBe((SeriesOddity.MissingDays, s_first.AddDays(2), 2));
    }

    [Fact]
    public void A_fall_is_flagged_and_never_becomes_a_negative_number_of_new_cases()
    {
        var series = Series(10, 8, 12);
        series.NewPerDay(CaseKind.Confirmed).ShouldBe([10, 0, 4]);
        var flag = SeriesFlag.Find(series).ShouldHaveSingleItem();
        (flag.Oddity, flag.Value, flag.Expected).ShouldBe((SeriesOddity.Fall, 8, 10));
    }

    [Fact]
    public void The_change_of_definition_in_Hubei_is_a_jump()
    {
        // Hubei, cumulative confirmed at the end of 4 to 13 February 2020 as published by its health commission.
        var series = Series(16678, 19665, 22112, 24953, 27100, 29631, 31728, 33366, 48206, 51986);
        var jump = SeriesFlag.Find(series).ShouldHaveSingleItem();
        (jump.Oddity, jump.Day, jump.Value).ShouldBe((SeriesOddity.Jump, s_first.AddDays(8), 14840));
    }

    [Fact]
    public void Parts_that_do_not_add_up_to_the_whole_are_told_once_per_change_of_the_difference()
    {
        var whole = Series(10, 12, 15, 15);
        var part = Series(10, 10, 13, 15);
        SeriesFlag.FindSumDifferences(whole, [part]).Select(f => (f.Day.Day, f.Value, f.Expected)).ShouldBe([(2, 12, 10)]);
    }

    [Fact]
    public void Tier_facts_count_rises_of_the_last_fourteen_days_including_the_day_itself()
    {
        var series = Series([.. Enumerable.Range(0, 20).Select(i => (int?)(i < 3 ? 40 + i : 42))]);
        TierFacts.On(s_first.AddDays(2), series, []).ShouldBe(new TierFacts(42, 42, null));
        TierFacts.On(s_first.AddDays(15), series, []).ShouldBe(new TierFacts(42, 1, null));
        TierFacts.On(s_first.AddDays(16), series, []).ShouldBe(new TierFacts(42, 0, null));
    }

    [Fact]
    public void A_cluster_that_touches_the_window_counts_and_no_cluster_must_cover_all_of_it()
    {
        var series = Series([.. Enumerable.Repeat((int?)60, 30)]);
        var day = s_first.AddDays(20);
        ClusterFinding Finding(bool isCluster, int from, int to) => new() { IsCluster = isCluster, FromDay = s_first.AddDays(from), ToDay = s_first.AddDays(to) };
        TierFacts.On(day, series, [Finding(true, 0, 7)]).ClusterWithin14d.ShouldBe(true);
        TierFacts.On(day, series, [Finding(true, 0, 6)]).ClusterWithin14d.ShouldBeNull();
        TierFacts.On(day, series, [Finding(false, 7, 20)]).ClusterWithin14d.ShouldBe(false);
        TierFacts.On(day, series, [Finding(false, 8, 20)]).ClusterWithin14d.ShouldBeNull();
    }

    private static CaseSeries Series(params int?[] confirmed) =>
        CaseSeries.From(new RegionCode("42"), [.. confirmed.Select((count, i) => new CaseCount { RegionCode = "42", Day = s_first.AddDays(i), Confirmed = count })]);
}
