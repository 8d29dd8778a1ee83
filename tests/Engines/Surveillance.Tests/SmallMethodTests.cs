namespace Rongtong.Surveillance.Tests;

public sealed class SmallMethodTests
{
    [Fact]
    public void The_moving_percentile_compares_with_the_same_weeks_of_past_years()
    {
        var counts = new double[5 * 52 + 3];
        for (var i = 0; i < counts.Length; i++) counts[i] = i % 52 / 10 + i / 52;
        var t = counts.Length - 1;
        double[] past = [.. Enumerable.Range(1, 5).SelectMany(year => Enumerable.Range(-2, 5).Select(d => counts[t - year * 52 + d])).Order()];
        var position = 24 * 0.8;
        var expected = past[(int)position] + (position - (int)position) * (past[(int)position + 1] - past[(int)position]);
        var bounds = MovingPercentile.Bounds(counts, 0.8);
        bounds[t].ShouldBe(expected, 1e-12);
        double.IsNaN(bounds[t - 1]).ShouldBeTrue();
    }

    [Fact]
    public void Cases_that_double_every_three_days_have_a_doubling_time_of_three_days()
    {
        var growth = DoublingTime.Estimate([.. Enumerable.Range(0, 12).Select(day => 10 * Math.Pow(2, day / 3.0))])!.Value;
        growth.DoublingDays.ShouldBe(3, 1e-9);
        growth.IsCertain.ShouldBeTrue();
        DoublingTime.Estimate([0, 0, 1, 0, 2, 0]).ShouldBeNull();
    }

    [Fact]
    public void Complete_days_are_left_alone_and_the_last_days_are_raised_by_the_share_not_yet_reported()
    {
        // Half of each day's 40 events are reported at once, half a day later; the last day has its first half only.
        var reports = new double[10, 2];
        for (var t = 0; t < 10; t++) (reports[t, 0], reports[t, 1]) = (20, t < 9 ? 20 : 0);
        var days = Nowcast.Estimate(reports);
        days[8].Estimate.ShouldBe(40);
        days[9].Reported.ShouldBe(20);
        days[9].Estimate.ShouldBe(40, 1e-9);
        days[9].Low.ShouldBeInRange(25, 35);
        days[9].High.ShouldBeInRange(48, 62);
    }

    [Fact]
    public void One_case_reaches_a_threshold_of_one()
    {
        FixedThreshold.IsAlarm(1).ShouldBeTrue();
        FixedThreshold.IsAlarm(0).ShouldBeFalse();
    }
}
