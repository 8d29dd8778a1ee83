namespace Rongtong.Surveillance.Tests;

public sealed class SeriesCheckTests
{
    private static readonly DateOnly s_monday = new(2020, 1, 6);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Days_and_weeks_that_follow_each_other_are_both_regular(int step) => Should.NotThrow(() => SeriesCheck.Regular(Dates(step, 20)));

    [Theory]
    [InlineData(1, "Days are missing between 2020-01-08 and 2020-01-10 (value 4)")]
    [InlineData(7, "Weeks are missing between 2020-01-20 and 2020-02-03 (value 4)")]
    public void A_gap_is_named_by_its_dates(int step, string expected) =>
        Should.Throw<SeriesException>(() => SeriesCheck.Regular([.. Dates(step, 10).Where((_, i) => i != 3)])).Message.ShouldContain(expected);

    [Fact]
    public void A_date_that_stands_twice_is_named() =>
        Should.Throw<SeriesException>(() => SeriesCheck.Regular([s_monday, s_monday.AddDays(1), s_monday.AddDays(1)])).Message.ShouldContain("2020-01-07 stands after 2020-01-07");

    [Fact]
    public void A_daily_series_given_to_a_method_for_weeks_is_told_so() =>
        Should.Throw<SeriesException>(() => FarringtonFlexible.Evaluate(new double[700], Dates(1, 700), 690, new FarringtonOptions())).Message.ShouldContain("daily");

    [Fact]
    public void A_week_left_out_of_the_history_is_named() =>
        Should.Throw<SeriesException>(() => FarringtonFlexible.Evaluate(new double[329], [.. Dates(7, 330).Where((_, i) => i != 100)], 320, new FarringtonOptions())).Message.ShouldContain("Weeks are missing");

    private static DateOnly[] Dates(int step, int count) => [.. Enumerable.Range(0, count).Select(i => s_monday.AddDays(i * step))];
}
