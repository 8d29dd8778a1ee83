using Rongtong.Contracts.Casework;
using Rongtong.HostTesting;
using Rongtong.Platform;
using Rongtong.Supplies.Necessities;

namespace Rongtong.Supplies.Tests;

public sealed class NecessityTests : IAsyncLifetime
{
    private RunningHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync();
        (await _host.ImportAsync("market-outlets", "outlet,organisation,name,kind,province,place\nS1,ORG1,一号店,chain,湖北,武昌区\nS2,ORG2,二号店,连锁,湖北,武昌区\nM1,ORG3,农贸市场,市场,湖北,武昌区\n", MarketHost.Account(MarketPermissions.Market))).New.ShouldBe(3);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Silence_is_not_zero()
    {
        (await DayAsync("rice")).ShouldBe((3, 0, null, null, false));
        await ReportAsync("S1", "ORG1", 1_000, 100);
        (await DayAsync("rice")).ShouldBe((3, 1, 1_000, 10.0m, false));
        (await DayAsync("flour")).ShouldBe((3, 0, null, null, false));
    }

    [Fact]
    public async Task Days_of_stock_are_stock_over_sales_of_those_who_reported_and_a_correction_replaces()
    {
        await ReportAsync("S1", "ORG1", 1_000, 100);
        await ReportAsync("S2", "ORG2", 500, 50);
        (await DayAsync("rice")).ShouldBe((3, 2, 1_500, 10.0m, false));
        await ReportAsync("S1", "ORG1", 1_300, 100);
        (await DayAsync("rice")).ShouldBe((3, 2, 1_800, 12.0m, false));
    }

    [Fact]
    public async Task The_same_figures_sent_again_change_nothing()
    {
        await ReportAsync("S1", "ORG1", 1_000, 100);
        await ReportAsync("S1", "ORG1", 1_000, 100);
        (await _host.QueryAsync<int>("SELECT count(*)::int FROM supplies.necessity_report")).ShouldBe([1]);
    }

    [Fact]
    public async Task Stock_below_the_threshold_warns_once_and_recovers_once()
    {
        await ReportAsync("S1", "ORG1", 700, 100);
        (await EventsAsync()).ShouldBeEmpty();
        await ReportAsync("S1", "ORG1", 690, 100);
        await ReportAsync("S1", "ORG1", 600, 100);
        (await EventsAsync()).ShouldBe([CaseWanted.Kind]);
        await ReportAsync("S1", "ORG1", 900, 100);
        (await EventsAsync()).ShouldBe([CaseWanted.Kind, CaseNoLongerWanted.Kind]);
    }

    [Fact]
    public async Task An_outlet_is_reported_by_its_organisation_alone()
    {
        await using var session = await _host.SessionAsync(MarketHost.Account(MarketPermissions.Own, "ORG2"));
        (await new ReportNecessities("S1", [new("rice", 1, 1, null)]).RunAsync(session)).ShouldBe(NecessityOutcome.OutletUnknown);
    }

    [Theory]
    [InlineData("rice", -1, 1)]
    [InlineData("rice", 1, 1_000_000_000_000)]
    [InlineData("mask-medical", 1, 1)]
    public async Task Figures_that_cannot_be_are_refused(string item, long stock, long sales)
    {
        await using var session = await _host.SessionAsync();
        (await new ReportNecessities("S1", [new(item, stock, sales, null)]).RunAsync(session)).ShouldBe(NecessityOutcome.FiguresWrong);
    }

    [Fact]
    public async Task The_shop_s_page_is_filled_with_the_last_day_s_figures_and_one_tap_sends_them()
    {
        var yesterday = ChinaDay.Of(TimeProvider.System.GetUtcNow()).AddDays(-1);
        await using (var session = await _host.SessionAsync())
        {
            await session.ExecuteAsync("INSERT INTO supplies.necessity_report (outlet_code, item, day, recorded_at, organisation, region_code, stock, daily_sales, price_fen, author) VALUES ('S1', 'eggs', @yesterday, @Now, 'ORG1', '420106', 4321, 100, 1055, 'x')", new { yesterday, session.Now });
            await session.CommitAsync();
        }
        using var shop = await _host.SignedInAsync("shop", "enterprise", "42", "ORG1");
        var page = await shop.PageAsync("/supplies/necessities/mine");
        page.ShouldContain("value=\"4321\"");
        page.ShouldContain("value=\"10.55\"");
        var answer = await RunningHost.PostAsync(shop, "/supplies/necessities/mine", "/supplies/necessities/mine", ("outlet", "S1"), ("stock-eggs", "4321"), ("sales-eggs", "100"), ("price-eggs", "10.55"));
        answer.Headers.Location!.OriginalString.ShouldNotContain("problem");
        (await DayAsync("eggs")).ShouldBe((3, 1, 4_321, 43.2m, false));
        var seen = await _host.Browser().PageAsync("/supplies/necessities?item=eggs&culture=en&ui-culture=en");
        seen.ShouldContain("43.2");
        seen.ShouldContain("1/3");
        seen.ShouldNotContain("⟦");
        seen.ShouldNotContain("一号店");
    }

    private async Task ReportAsync(string outlet, string organisation, long stock, long sales)
    {
        await using var session = await _host.SessionAsync(MarketHost.Account(MarketPermissions.Own, organisation));
        (await new ReportNecessities(outlet, [new("rice", stock, sales, null)]).RunAsync(session)).ShouldBe(NecessityOutcome.Recorded);
        await session.CommitAsync();
    }

    private async Task<(int, int, long?, decimal?, bool)> DayAsync(string item) =>
        (await _host.QueryAsync<(int, int, long?, decimal?, bool)>("SELECT expected, reported, stock, stock_days, is_low FROM supplies.necessity_day WHERE item = @item ORDER BY day DESC LIMIT 1", new { item })).Single();

    private Task<IReadOnlyList<string>> EventsAsync() => _host.QueryAsync<string>("SELECT kind FROM platform.outbox_event WHERE subject LIKE 'supplies.necessity:%' ORDER BY id");
}
