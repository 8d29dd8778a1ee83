using Rongtong.Testing;

namespace Rongtong.Surveillance.Tests;

public sealed class FarringtonTests
{
    [SharedTheory("golden/surveillance")]
    [InlineData("delta_default")]
    [InlineData("noufaily_nbPlugin")]
    [InlineData("noufaily_muan")]
    public void Salmonella_agona_agrees_with_R(string configuration)
    {
        var counts = Golden.Column("farrington_agona_input.csv", "y");
        var results = FarringtonFlexible.Evaluate(counts, 286, Options(configuration)).ToDictionary(r => r.Index + 1);
        foreach (var row in Golden.Rows($"farrington_agona_{configuration}.csv")) ShouldAgree(results[(int)row.Number("week")], row, configuration);
    }

    [SharedFact("golden/surveillance/large")]
    public void Three_hundred_dated_series_agree_with_R()
    {
        var options = FarringtonOptions.Noufaily(FarringtonThreshold.NbPlugin) with { Alpha = 0.01, LimitCases = 0 };
        DateOnly[] dates = [.. Enumerable.Range(0, 312).Select(i => new DateOnly(2015, 1, 5).AddDays(7 * i))];
        var results = new Dictionary<(string, int), FarringtonResult>();
        foreach (var series in Golden.Rows("large/weekly.csv.gz").GroupBy(r => r["series"]))
        {
            foreach (var result in FarringtonFlexible.Evaluate([.. series.Select(r => r.Number("cases"))], dates, 260, options))
                results[(series.Key, result.Index + 1)] = result;
        }
        foreach (var row in Golden.Rows("large/out_farringtonFlexible.csv.gz"))
        {
            var result = results[(row["series"], (int)row.Number("week"))];
            var where = $"series {row["series"]} week {row["week"]}";
            ShouldBeNear(result.UpperBound, row.Number("upperbound"), where + " bound");
            ShouldBeNear(result.Expected, row.Number("expected"), where + " expected");
            ShouldBeNear(result.Phi, row.Number("phi"), where + " phi");
            ShouldBeNear(result.Score, row.Number("score"), where + " score");
            ShouldBeNear(result.PValue, row.Number("pvalue"), where + " p");
            (result.IsAlarm ? 1 : 0).ShouldBe((int)row.Number("alarm"), where);
            double.IsNaN(result.Trend).ShouldBe(row["trend"] == "0", where);
        }
    }

    [Fact]
    public void A_series_of_silence_raises_no_alarm_and_gives_no_bound()
    {
        var results = FarringtonFlexible.Evaluate(new double[320], 300, new FarringtonOptions());
        results.ShouldAllBe(r => !r.IsAlarm && double.IsNaN(r.UpperBound));
    }

    [Fact]
    public void Too_short_a_history_says_what_is_needed() =>
        Should.Throw<SeriesException>(() => FarringtonFlexible.Evaluate(new double[200], 190, new FarringtonOptions())).Message.ShouldContain("263");

    [Fact]
    public void Dates_without_the_same_week_of_past_years_are_named()
    {
        DateOnly[] dates = [.. Enumerable.Range(0, 120).Select(i => new DateOnly(2018, 1, 1).AddDays(7 * i))];
        Should.Throw<SeriesException>(() => FarringtonFlexible.Evaluate(new double[120], dates, 100, new FarringtonOptions())).Message.ShouldContain("2017");
    }

    internal static FarringtonOptions Options(string configuration) => configuration switch
    {
        "delta_default" => new FarringtonOptions(),
        "noufaily_nbPlugin" => FarringtonOptions.Noufaily(FarringtonThreshold.NbPlugin),
        _ => FarringtonOptions.Noufaily(FarringtonThreshold.Muan),
    };

    private static void ShouldAgree(FarringtonResult result, Dictionary<string, string> row, string where)
    {
        where += " week " + row["week"];
        result.Observed.ShouldBe(row.Number("observed"));
        ShouldBeNear(result.UpperBound, row.Number("upperbound"), where + " bound");
        ShouldBeNear(result.Expected, row.Number("expected"), where + " expected");
        ShouldBeNear(result.Phi, row.Number("phi"), where + " phi");
        ShouldBeNear(result.Score, row.Number("score"), where + " score");
        ShouldBeNear(result.PValue, row.Number("pvalue"), where + " p");
        ShouldBeNear(result.Trend, row.Number("trend"), where + " trend");
        result.IsAlarm.ShouldBe(row["alarm"] == "TRUE", where);
    }

    private static void ShouldBeNear(double actual, double expected, string where)
    {
        if (double.IsNaN(expected)) double.IsNaN(actual).ShouldBeTrue(where);
        else Math.Abs(actual - expected).ShouldBeLessThanOrEqualTo(1e-6 * Math.Abs(expected), $"{where}: {actual:R} against {expected:R}");
    }
}
