using Rongtong.Testing;

namespace Rongtong.Surveillance.Tests;

public sealed class EarsTests
{
    private static readonly double[] s_small = [3, 5, 2, 8, 4, 6, 3, 7, 5, 4, 12, 25, 31, 9, 6, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 1];

    [Fact]
    public void Known_bounds_of_the_package_are_met()
    {
        Bounds(s_small, new(EarsMethod.C1))[10].ShouldBe(10.84649715289122, 1e-9);
        Bounds(s_small, new(EarsMethod.C2))[11].ShouldBe(11.6756647580388, 1e-9);
        Bounds(s_small, new(EarsMethod.C3))[11].ShouldBe(24.39425302014341, 1e-9);
        Bounds(s_small, new(EarsMethod.C3))[26].ShouldBe(double.NaN);
    }

    [Fact]
    public void A_least_spread_keeps_one_case_after_silence_from_being_an_alarm()
    {
        var strict = Bounds(s_small, new(EarsMethod.C1))[25];
        Ears.IsAlarm(3, strict, EarsMethod.C1).ShouldBe(true);
        var calm = Bounds(s_small, new(EarsMethod.C1, MinSigma: EarsOptions.RecommendedMinSigma))[25];
        Ears.IsAlarm(3, calm, EarsMethod.C1).ShouldBe(false);
    }

    [Fact]
    public void The_textbook_C3_adds_the_excess_of_three_days()
    {
        double[] series = [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 9, 9];
        var statistic = Bounds(series, new(EarsMethod.C3Textbook));
        double C2(int t)
        {
            var window = series[(t - 9)..(t - 2)];
            var mean = window.Average();
            return (series[t] - mean) / Math.Sqrt(window.Sum(y => (y - mean) * (y - mean)) / 6);
        }
        statistic[12].ShouldBe(Enumerable.Range(10, 3).Sum(t => Math.Max(0, C2(t) - 1)), 1e-12);
        Ears.IsAlarm(9, statistic[12], EarsMethod.C3Textbook).ShouldBe(true);
    }

    [Theory]
    [InlineData(-1.0, "negative")]
    [InlineData(double.PositiveInfinity, "infinite")]
    public void Bad_values_are_named(double bad, string word)
    {
        double[] series = [1, 2, 3, 4, 5, 6, 7, 8, bad, 10];
        Should.Throw<SeriesException>(() => Bounds(series, new(EarsMethod.C1))).Message.ShouldSatisfyAllConditions(m => m.ShouldContain("Value 9"), m => m.ShouldContain(word));
    }

    [Fact]
    public void A_missing_count_leaves_undefined_what_rests_on_it_and_nothing_else()
    {
        double[] series = [3, 5, 2, 8, 4, 6, 3, 7, double.NaN, 4, 12, 5, 3, 9, 6, 4, 5, 2];
        var bounds = Bounds(series, new(EarsMethod.C1));
        Ears.IsAlarm(series[8], bounds[8], EarsMethod.C1).ShouldBeNull();
        double.IsNaN(bounds[8]).ShouldBeFalse();
        bounds[9..16].ShouldAllBe(b => double.IsNaN(b));
        double.IsNaN(bounds[16]).ShouldBeFalse();
    }

    [Fact]
    public void A_series_that_is_too_short_says_how_long_it_must_be() =>
        Should.Throw<SeriesException>(() => Bounds([1, 2, 3], new(EarsMethod.C2))).Message.ShouldContain("at least 10");

    [SharedTheory("golden/surveillance")]
    [InlineData("small", EarsMethod.C1)]
    [InlineData("small", EarsMethod.C2)]
    [InlineData("small", EarsMethod.C3)]
    [InlineData("poisson3", EarsMethod.C1)]
    [InlineData("poisson3", EarsMethod.C2)]
    [InlineData("poisson3", EarsMethod.C3)]
    public void Every_cell_agrees_with_R(string set, EarsMethod method)
    {
        var bounds = Bounds(Golden.Column($"ears_{set}_input.csv", "y"), new(method));
        foreach (var row in Golden.Rows($"ears_{set}_{method}.csv"))
        {
            var t = (int)row.Number("t");
            Golden.ShouldAgree(bounds[t - 1], row.Number("upperbound"), 1e-9, $"{set} {method} t={t}");
            Ears.IsAlarm(row.Number("observed"), bounds[t - 1], method).ShouldBe(row["alarm"] switch { "TRUE" => true, "FALSE" => false, _ => null });
        }
    }

    [SharedTheory("golden/surveillance/large")]
    [InlineData(EarsMethod.C1)]
    [InlineData(EarsMethod.C2)]
    [InlineData(EarsMethod.C3)]
    public void Three_hundred_series_agree_with_R(EarsMethod method)
    {
        var series = Golden.Rows("large/weekly.csv.gz").GroupBy(r => r["series"]).ToDictionary(g => g.Key, g => Bounds([.. g.Select(r => r.Number("cases"))], new(method, Alpha: 0.001)));
        foreach (var row in Golden.Rows($"large/out_earsC_{method}.csv.gz"))
            Golden.ShouldAgree(series[row["series"]][(int)row.Number("week") - 1], row.Number("upperbound"), 1e-9, $"{method} series {row["series"]} week {row["week"]}");
    }

    private static double[] Bounds(double[] counts, EarsOptions options)
    {
        var bounds = new double[counts.Length];
        Ears.Bounds(counts, options, bounds);
        return bounds;
    }
}
