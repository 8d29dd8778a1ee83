using System.Net;
using Rongtong.Contracts.Casework;
using Rongtong.HostTesting;
using Rongtong.Platform;
using Rongtong.Platform.Events;
using Rongtong.Supplies.Prices;

namespace Rongtong.Supplies.Tests;

public sealed class PriceTests : IAsyncLifetime
{
    private const string Form = "/supplies/prices/report";
    private RunningHost _host = null!;

    public async Task InitializeAsync() => _host = await RunningHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_citizen_reports_without_a_name_and_sees_by_the_number_what_became_of_it()
    {
        await ReferenceAsync("mask-medical", "1.00");
        using var citizen = _host.Browser();
        var answer = await ReportAsync(citizen, "贪心药房", "10.00");
        answer.ShouldStartWith(Form + "/");
        (await citizen.PageAsync(answer + "?culture=en&ui-culture=en")).ShouldContain("Market regulation is looking into it");

        var (id, key) = (await _host.QueryAsync<(long, string)>("SELECT id, shop_key FROM supplies.price_case")).Single();
        key.ShouldBe("贪心药房");
        await using (var session = await _host.SessionAsync())
        {
            await session.PublishAsync(CaseClosed.Kind, RecordPriceReport.CaseKey(id), new CaseClosed(RecordPriceReport.CaseKey(id), "solved", "fined"));
            await new WhenPriceCaseClosed().HandleAsync(session, new OutboxEvent(1, CaseClosed.Kind, "", System.Text.Json.JsonSerializer.Serialize(new CaseClosed(RecordPriceReport.CaseKey(id), "solved", "fined"), System.Text.Json.JsonSerializerOptions.Web), session.Now), default);
            await session.CommitAsync();
        }
        (await citizen.PageAsync(answer + "?culture=en&ui-culture=en")).ShouldContain("Dealt with");
    }

    [Fact]
    public async Task Several_reports_of_one_shop_and_good_are_one_case_and_another_good_is_another()
    {
        await ReferenceAsync("mask-medical", "1.00");
        await ReferenceAsync("alcohol-75", "10.00");
        using var citizen = _host.Browser();
        await ReportAsync(citizen, "贪心药房", "10.00");
        await ReportAsync(citizen, "贪心 药房", "12.00");
        (await WantedAsync()).Count.ShouldBe(1);
        await ReportAsync(citizen, "贪心药房", "50.00", "alcohol-75");
        (await WantedAsync()).Count.ShouldBe(2);
        (await WantedAsync()).ShouldAllBe(w => w.Category == "price" && w.Region == MarketHost.Wuchang && w.Link.StartsWith("/supplies/prices/reports/", StringComparison.Ordinal));
        (await _host.QueryAsync<int>("SELECT count(DISTINCT case_id)::int FROM supplies.price_report")).ShouldBe([2]);
    }

    [Fact]
    public async Task A_single_anonymous_report_names_no_shop_and_moves_no_figure_in_public()
    {
        using var citizen = _host.Browser();
        var mine = await ReportAsync(citizen, "贪心药房", "99.00");
        foreach (var page in new[] { "/supplies/prices?item=mask-medical", "/open/supplies/prices.csv", "/open/supplies/prices.json", "/tables/supplies.prices.csv", mine })
        {
            var seen = await citizen.PageAsync(page);
            seen.ShouldNotContain("贪心药房", customMessage: page);
            if (page != mine) seen.ShouldNotContain("99.00", customMessage: page);
        }
        (await citizen.GetAsync(new Uri("/supplies/prices/reports", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task From_three_shops_on_the_median_is_published_and_a_shop_counts_once_however_often_it_is_reported()
    {
        await RecordAsync("A", 100, 100, 100, 100, 100);
        await RecordAsync("B", 200);
        (await CellAsync()).ShouldBe((2, 6, null, null, null));
        await RecordAsync("C", 300);
        (await CellAsync()).ShouldBe((3, 7, 100, 200, 300));
        (await _host.Browser().PageAsync("/open/supplies/prices.csv")).ShouldContain($"{MarketHost.Wuchang},mask-medical,{Today():yyyy-MM-dd},3,7,100,200,300,");
    }

    [Fact]
    public async Task A_sender_may_send_ten_in_an_hour()
    {
        using var citizen = _host.Browser();
        for (var i = 0; i < RecordPriceReport.ReportsPerHourMax; i++) (await ReportAsync(citizen, $"店{i}", "1.00")).ShouldNotContain("problem");
        (await ReportAsync(citizen, "店", "1.00")).ShouldContain("problem=too-many");
        (await _host.QueryAsync<int>("SELECT count(*)::int FROM supplies.price_report")).ShouldBe([RecordPriceReport.ReportsPerHourMax]);
    }

    [Theory]
    [InlineData("shop", "", "shop")]
    [InlineData("price", "0", "price")]
    [InlineData("price", "1.005", "price")]
    [InlineData("price", "-1", "price")]
    [InlineData("place", "不存在的地方", "place")]
    [InlineData("item", "gold", "item")]
    [InlineData("day", "2099-01-01", "day")]
    public async Task A_wrong_field_is_named_and_what_was_typed_stays(string field, string value, string problem)
    {
        using var citizen = _host.Browser();
        var fields = Fields("药房", "1.00").Select(f => f.Name == field ? (f.Name, value) : f).ToArray();
        var back = (await RunningHost.PostAsync(citizen, Form, Form, fields)).Headers.Location!.OriginalString;
        back.ShouldContain("problem=" + problem);
        if (field != "price") (await citizen.PageAsync(back)).ShouldContain("value=\"1.00\"");
        (await _host.QueryAsync<int>("SELECT count(*)::int FROM supplies.price_report")).ShouldBe([0]);
    }

    [Fact]
    public void A_receipt_is_told_from_its_bytes_and_not_from_its_name()
    {
        Receipt.Of([0xFF, 0xD8, 0xFF, 0xE0])!.MediaType.ShouldBe("image/jpeg");
        Receipt.Of([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 0])!.MediaType.ShouldBe("image/png");
        Receipt.Of("<svg onload=alert(1)>"u8.ToArray()).ShouldBeNull();
        Receipt.Of([0xFF, 0xD8, 0xFF, .. new byte[Receipt.BytesMax]]).ShouldBeNull();
    }

    [Fact]
    public async Task A_price_list_gives_reference_prices_and_what_monitors_saw_and_can_be_taken_back()
    {
        var report = await _host.ImportAsync("price-list", $"商品,价格,日期,省份,地区,门店,进价\n一次性医用口罩,1.00,2020-01-19,湖北,,,0.80\n一次性医用口罩,9.00,{Today():yyyy-MM-dd},湖北,武昌区,贪心药房,0.80\n金条,1,2020-01-19,湖北,,,\n", MarketHost.Account(MarketPermissions.Market));
        (report.New, report.Rejected).ShouldBe((2, 1));
        (await WantedAsync()).Single().Detail.ShouldContain("gouging");
        await using var session = await _host.SessionAsync();
        await _host.ImportAsync("price-list", "item,price,day,province\nrice,6,2020-01-19,湖北\n");
        await new ImportPriceList(null!).UndoAsync(session, report.BatchId, default);
        (await session.QueryAsync<string>("SELECT item FROM supplies.price_reference")).ShouldBe(["rice"]);
        (await session.QuerySingleAsync<int>("SELECT coalesce(sum(reports), 0)::int FROM supplies.price_day")).ShouldBe(0);
    }

    [Fact]
    public async Task An_inspector_reads_shop_and_reasons_of_her_region_alone_and_the_what_if_form_answers_everybody()
    {
        await ReferenceAsync("mask-medical", "1.00");
        await ReportAsync(_host.Browser(), "贪心药房", "10.00");
        using var inspector = await _host.SignedInAsync("inspector-42", "market_inspector", "42");
        (await inspector.PageAsync("/supplies/prices/reports")).ShouldContain("贪心药房");
        (await inspector.PageAsync("/supplies/prices/reports/1")).ShouldContain("市场监管总局");
        using var stranger = await _host.SignedInAsync("inspector-33", "market_inspector", "33");
        (await stranger.PageAsync("/supplies/prices/reports")).ShouldNotContain("贪心药房");
        (await stranger.PageAsync("/supplies/prices/reports/1")).ShouldNotContain("贪心药房");
        var answer = await _host.Browser().PageAsync("/supplies/prices/rules?item=mask-medical&province=46&day=2020-02-05&price=1.01&former=1.00");
        answer.ShouldContain("data-verdict=\"gouging\"");
        answer.ShouldNotContain("⟦");
    }

    private static DateOnly Today() => ChinaDay.Of(TimeProvider.System.GetUtcNow());

    private static (string Name, string Value)[] Fields(string shop, string price, string item = "mask-medical") =>
        [("item", item), ("price", price), ("shop", shop), ("province", "42"), ("place", "武昌区"), ("day", Today().ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)), ("note", "")];

    private static async Task<string> ReportAsync(HttpClient browser, string shop, string price, string item = "mask-medical") =>
        (await RunningHost.PostAsync(browser, Form, Form, Fields(shop, price, item))).Headers.Location!.OriginalString;

    private Task<Rongtong.Platform.Imports.ImportReport> ReferenceAsync(string item, string price) => _host.ImportAsync("price-list", $"item,price,day,province,source\n{item},{price},2020-01-19,湖北,test\n");

    private async Task RecordAsync(string shop, params long[] prices)
    {
        await using var session = await _host.SessionAsync();
        foreach (var price in prices) (await new RecordPriceReport("monitor", "", null, "mask-medical", MarketHost.Wuchang, shop, price, null, null, null, Today(), "").RunAsync(session)).ShouldBeOfType<ReportOutcome.Recorded>();
        await session.CommitAsync();
    }

    private async Task<(int, int, long?, long?, long?)> CellAsync() => (await _host.QueryAsync<(int, int, long?, long?, long?)>("SELECT shops, reports, q1_fen, median_fen, q3_fen FROM supplies.price_day WHERE region_code = '420106'")).Single();

    private async Task<IReadOnlyList<CaseWanted>> WantedAsync() =>
        [.. (await _host.QueryAsync<string>("SELECT payload::text FROM platform.outbox_event WHERE kind = 'casework.case-wanted' AND subject LIKE 'supplies.price:%' ORDER BY id")).Select(p => System.Text.Json.JsonSerializer.Deserialize<CaseWanted>(p, System.Text.Json.JsonSerializerOptions.Web)!)];
}
