using FsCheck;
using FsCheck.Fluent;
using Rongtong.Testing;

namespace Rongtong.Surveillance.Tests;

public sealed class ReproductionNumberTests
{
    [Fact]
    public void The_discrete_serial_interval_is_that_of_the_appendix()
    {
        var weights = SerialInterval.Gamma(2.6, 1.5, 20).Weights;
        weights[0].ShouldBe(0);
        weights[1].ShouldBe(.233172125407541, 1e-14);
        weights[2].ShouldBe(.358579400315597, 1e-14);
        weights[3].ShouldBe(.198110828540314, 1e-14);
    }

    [SharedTheory("golden/surveillance")]
    [InlineData("toy", "si5_3", "si_5_3", 5, 3)]
    [InlineData("flu2009", "si2.6_1.5", "si_2.6_1.5", 2.6, 1.5)]
    public void Every_window_agrees_with_EpiEstim(string set, string output, string interval, double mean, double sd)
    {
        var cases = Golden.Column($"rt_{set}_input.csv", "cases");
        var gamma = SerialInterval.Gamma(mean, sd, cases.Length);
        foreach (var row in Golden.Rows($"rt_{set}_{interval}.csv").Where(r => r.Number("k") < cases.Length))
            Golden.ShouldAgree(gamma.Weights[(int)row.Number("k")], row.Number("w"), 1e-12, $"w({row["k"]})");
        var estimates = new ReproductionNumber(gamma).Estimate(cases);
        var rows = Golden.Rows($"rt_{set}_weekly_{output}.csv");
        rows.Count.ShouldBe(estimates.Length);
        foreach (var (row, estimate) in rows.Zip(estimates)) ShouldAgree(estimate, row, set);
    }

    [SharedFact("golden/surveillance/large")]
    public void Three_hundred_series_agree_with_EpiEstim()
    {
        var estimator = new ReproductionNumber(SerialInterval.Gamma(4.8, 2.3, 400));
        var series = Golden.Rows("large/incidence.csv.gz").GroupBy(r => r["county"]).ToDictionary(g => g.Key, g => estimator.Estimate([.. g.Select(r => r.Number("cases"))]));
        foreach (var row in Golden.Rows("large/out_estimate_R_every_10th_row.csv.gz"))
            ShouldAgree(series[row["county"]][(int)row.Number("t_start") - 2], row, $"county {row["county"]} day {row["t_start"]}");
    }

    [Fact]
    public void Quantiles_of_the_gamma_distribution_invert_it()
    {
        var cases = Gen.Choose(1, 2_000_000).SelectMany(a => Gen.Choose(1, 9_999).Select(p => (Shape: a / 100.0, Probability: p / 10_000.0))).ToArbitrary();
        Prop.ForAll(cases, c => Math.Abs(GammaFunctions.Cdf(c.Shape, GammaFunctions.Quantile(c.Shape, c.Probability)) - c.Probability) < 1e-11).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(2e6, 0.025, 1997229.1396258022)]
    [InlineData(3.3e7, 0.75, 33003874.466915242)]
    [InlineData(7e9, 0.95, 7000137618.8964291)]
    [InlineData(1e12, 0.5, 999999999999.66663)]
    public void Quantiles_of_huge_shapes_are_those_of_R(double shape, double probability, double expected) =>
        GammaFunctions.Quantile(shape, probability).ShouldBe(expected, 1e-11 * expected);

    [Fact]
    public void A_given_interval_is_used_as_it_is()
    {
        double[] cases = [1, 2, 4, 8, 16, 32, 64, 128, 256];
        var estimates = new ReproductionNumber(SerialInterval.Given([0, 1]), windowDays: 1).Estimate(cases);
        // With one day between cases, doubling every day is a reproduction number of two; the prior's weight fades.
        estimates[^1].Mean.ShouldBe((1 + 256) / (1 / 5.0 + 128), 1e-12);
    }

    [Fact]
    public void What_cannot_be_estimated_is_refused_in_words()
    {
        var estimator = new ReproductionNumber(SerialInterval.Gamma(5, 3, 30));
        Should.Throw<SeriesException>(() => estimator.Estimate(new double[30])).Message.ShouldContain("zero");
        Should.Throw<SeriesException>(() => estimator.Estimate([1, 2, 3])).Message.ShouldContain("at least 8");
        Should.Throw<SeriesException>(() => SerialInterval.Gamma(0.5, 1, 30)).Message.ShouldContain("more than 1");
        DateOnly[] weekly = [new(2020, 1, 6), new(2020, 1, 13), new(2020, 1, 20)];
        Should.Throw<SeriesException>(() => SeriesCheck.Daily(weekly)).Message.ShouldContain("weekly");
        DateOnly[] gap = [new(2020, 1, 1), new(2020, 1, 2), new(2020, 1, 4)];
        Should.Throw<SeriesException>(() => SeriesCheck.Daily(gap)).Message.ShouldContain("2020-01-04");
    }

    private static void ShouldAgree(ReproductionEstimate estimate, Dictionary<string, string> row, string where)
    {
        Golden.ShouldAgree(estimate.Mean, row.Number("mean"), 1e-9, where + " mean");
        Golden.ShouldAgree(estimate.Sd, row.Number("sd"), 1e-9, where + " sd");
        Golden.ShouldAgree(estimate.Q025, row.Number("q025"), 1e-8, where + " 2.5%");
        Golden.ShouldAgree(estimate.Q05, row.Number("q05"), 1e-8, where + " 5%");
        Golden.ShouldAgree(estimate.Q25, row.Number("q25"), 1e-8, where + " 25%");
        Golden.ShouldAgree(estimate.Median, row.Number("median"), 1e-8, where + " 50%");
        Golden.ShouldAgree(estimate.Q75, row.Number("q75"), 1e-8, where + " 75%");
        Golden.ShouldAgree(estimate.Q95, row.Number("q95"), 1e-8, where + " 95%");
        Golden.ShouldAgree(estimate.Q975, row.Number("q975"), 1e-8, where + " 97.5%");
    }
}
