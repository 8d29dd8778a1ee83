using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Warnings;

namespace Rongtong.Outbreak.Tests;

public sealed class DetectSignalsTests
{
    private const int Years = 6;

    [Fact]
    public void With_five_years_of_history_an_unusual_week_is_a_signal_of_the_weekly_methods_and_a_usual_one_is_not()
    {
        // Two cases a day all year, three in winter; in the last week ten a day.
        int[] daily = [.. Enumerable.Range(0, Years * 364).Select(day => day >= Years * 364 - 7 ? 10 : day % 364 < 90 ? 3 : 2)];
        var signals = DetectSignals.Of(Series(daily));
        var last = new DateOnly(2014, 1, 1).AddDays(daily.Length - 1);
        signals.Where(s => s.Method is "farrington" or "percentile").Select(s => (s.Method, s.Day, s.Observed))
            .ShouldBe([("farrington", last, 70), ("percentile", last, 70)], ignoreOrder: true);
    }

    [Fact]
    public void Without_that_history_the_weekly_methods_say_nothing() =>
        DetectSignals.Of(Series([.. Enumerable.Repeat(2, 4 * 364), 30, 30, 30])).ShouldNotContain(s => s.Method == "farrington" || s.Method == "percentile");

    [Fact]
    public void The_first_case_after_two_silent_weeks_is_a_signal_by_itself() =>
        DetectSignals.Of(Series([3, .. Enumerable.Repeat(0, 14), 1])).ShouldContain(s => s.Method == "first-case" && s.Day == new DateOnly(2014, 1, 16));

    private static CaseSeries Series(int[] daily)
    {
        var cumulative = 0;
        return CaseSeries.From(new RegionCode("4201"), [.. daily.Select((cases, i) => new CaseCount { RegionCode = "4201", Day = new DateOnly(2014, 1, 1).AddDays(i), Confirmed = cumulative += cases })]);
    }
}
