using Microsoft.Extensions.DependencyInjection;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;

namespace Rongtong.Supplies.Tests;

public sealed class DemoMarketTests : IAsyncLifetime
{
    private RunningHost _host = null!;

    public async Task InitializeAsync() => _host = await RunningHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Demo_data_fill_every_page_of_the_market_and_load_once()
    {
        var demo = _host.Services.GetServices<IDemoData>().OfType<DemoMarket>().Single();
        await demo.LoadAsync("42", default);
        var reports = (await _host.QueryAsync<int>("SELECT count(*)::int FROM supplies.price_report")).Single();
        await demo.LoadAsync("42", default);
        (await _host.QueryAsync<int>("SELECT count(*)::int FROM supplies.price_report")).ShouldBe([reports]);
        foreach (var language in new[] { "en", "zh-CN" })
        {
            foreach (var page in new[] { "/supplies/prices", "/supplies/prices/rules", "/supplies/prices/report", "/supplies/necessities", "/supplies/households/order" })
            {
                var html = await _host.Browser().PageAsync($"{page}?culture={language}&ui-culture={language}");
                html.ShouldNotContain("⟦", customMessage: page);
            }
        }
        (await _host.Browser().PageAsync("/supplies/prices?item=mask-medical")).ShouldContain("<rt-chart");
        using var worker = await _host.SignedInAsync("grid", "grid_worker", "42");
        var walk = await worker.PageAsync("/supplies/households");
        walk.ShouldContain("示例小区");
        walk.ShouldContain("id=\"came-back\"");
        (await _host.QueryAsync<string>("SELECT DISTINCT state FROM supplies.household_order ORDER BY 1")).ShouldBe(["cancelled", "collected", "left", "ordered", "out", "packed", "returned"]);
    }
}
