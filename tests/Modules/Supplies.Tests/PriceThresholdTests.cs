using System.Text.Json.Nodes;
using Rongtong.HostTesting;
using Rongtong.Platform;
using Rongtong.Supplies.Prices;

namespace Rongtong.Supplies.Tests;

/// <summary>Figures that a region sets for itself, and the maps of what is published.</summary>
public sealed class PriceThresholdTests : IAsyncLifetime
{
    private const string Rule = "cn.hoarding";
    private RunningHost _host = null!;

    private static string Row => PriceThresholds.Shipped.Single(t => t.Rule == Rule).Row;

    public async Task InitializeAsync() => _host = await RunningHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public void The_figures_that_can_be_set_are_those_that_the_enactments_leave_open_or_name() =>
        PriceThresholds.Shipped.Select(t => (t.Rule, t.Text(t.Value))).ShouldBe([("cn.price-gouging", "30%"), ("cn.price-gouging", "30%"), ("cn.hoarding", "2"), ("hainan.price-gouging", "15%")]);

    [Fact]
    public async Task A_figure_needs_a_citation_and_a_second_person_and_holds_from_its_day_in_its_region_alone()
    {
        using var first = await _host.SignedInAsync("first", "market_inspector", "42");
        using var second = await _host.SignedInAsync("second", "market_inspector", "42");
        var today = ChinaDay.Of(TimeProvider.System.GetUtcNow());
        const string Page = "/supplies/prices/rules";
        async Task<string> ProposeAsync(string value, DateOnly from, string document, string region = "42") =>
            (await RunningHost.PostAsync(first, Page, "/supplies/prices/thresholds", ("threshold", $"{Rule}|{Row}"), ("value", value), ("region", region), ("effective", $"{from:yyyy-MM-dd}"), ("document", document), ("clause", "三"))).Headers.Location!.OriginalString;
        (await ProposeAsync("0", today, "鄂市监〔2020〕9号")).ShouldContain("problem=value");
        (await ProposeAsync("1.5", today, "")).ShouldContain("problem=citation");
        (await ProposeAsync("1.5", today.AddDays(-1), "鄂市监〔2020〕9号")).ShouldContain("problem=effective");
        (await ProposeAsync("1.5", today, "鄂市监〔2020〕9号", "44")).ShouldContain("problem=not-allowed");
        (await ProposeAsync("1.5", today, "鄂市监〔2020〕9号")).ShouldBe(Page + "#thresholds");

        (await RunningHost.PostAsync(first, Page, "/supplies/prices/thresholds/1/approval")).Headers.Location!.OriginalString.ShouldContain("not-allowed");
        (await VerdictAsync("420106", today)).ShouldBe("none");
        (await RunningHost.PostAsync(second, Page, "/supplies/prices/thresholds/1/approval")).Headers.Location!.OriginalString.ShouldBe(Page + "#thresholds");
        (await RunningHost.PostAsync(second, Page, "/supplies/prices/thresholds/1/approval")).Headers.Location!.OriginalString.ShouldContain("not-allowed");
        (await VerdictAsync("420106", today)).ShouldBe("hoarding");
        // Yesterday's price is judged by yesterday's figure, and Guangdong has its own.
        (await VerdictAsync("420106", today.AddDays(-1))).ShouldBe("none");
        (await VerdictAsync("440103", today)).ShouldBe("none");
        var html = await _host.Browser().PageAsync(Page);
        html.ShouldContain("鄂市监〔2020〕9号");
        html.ShouldNotContain("⟦");
    }

    [Fact]
    public async Task Maps_show_what_is_published_down_to_counties()
    {
        await using (var session = await _host.SessionAsync())
        {
            await session.ExecuteAsync("""
                WITH d AS (SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date AS day), p AS (INSERT INTO supplies.price_day (region_code, item, day, shops, reports, median_fen) SELECT '420106', 'mask-medical', day, 3, 3, 250 FROM d)
                INSERT INTO supplies.necessity_day (region_code, item, day, expected, reported, stock, daily_sales, stock_days, is_low) SELECT c, @item, day, 1, 1, s, 10, s / 10, false FROM d, (VALUES ('420106', 20), ('420111', 40)) v (c, s)
                """, new { item = Goods.Necessities[0].Code });
            await session.CommitAsync();
        }
        using var anybody = _host.Browser();
        async Task<string?> ValueAsync(string kind, string item, string inside, string code) =>
            JsonNode.Parse(await anybody.PageAsync($"/api/v1/supplies/{kind}/{item}/{inside}/figures"))!["regions"]!.AsArray().Single(r => r!["code"]!.ToString() == code)!["values"]!["value"]![0]?.ToString();
        (await ValueAsync("prices", "mask-medical", "4201", "420106")).ShouldBe("2.50");
        (await ValueAsync("prices", "mask-medical", "4201", "420111")).ShouldBeNull();
        (await ValueAsync("necessities", Goods.Necessities[0].Code, "42", "4201")).ShouldBe("3.0");
        foreach (var page in new[] { "/supplies/prices?item=mask-medical&region=4201", $"/supplies/necessities?item={Goods.Necessities[0].Code}&region=420106" })
        {
            var html = await anybody.PageAsync(page);
            html.ShouldContain("/4201/figures", customMessage: page);
            html.ShouldNotContain("⟦", customMessage: page);
        }
        (await anybody.GetAsync(new Uri("/api/v1/supplies/prices/nothing/42/figures", UriKind.Relative))).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
    }

    private async Task<string> VerdictAsync(string region, DateOnly day)
    {
        await using var session = await _host.SessionAsync();
        return PriceRules.Worst(await RecordPriceReport.JudgeAsync(session, region, day, "mask-medical", new(true, 100, 90, 180, 100), default));
    }
}
