using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Platform.Events;
using Rongtong.Supplies.Demo;
using Rongtong.Supplies.Planning.Board;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Tests;

/// <summary>What a newcomer finds after the demo data are loaded: nothing empty, everything in some state.</summary>
public sealed class DemoDispatchTests : IAsyncLifetime
{
    private RunningHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync();
        foreach (var demo in _host.Services.GetServices<IDemoData>().Where(d => d.GetType().Namespace == "Rongtong.Supplies.Demo")) await demo.LoadAsync("42", default);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Consignments_stand_in_every_state_and_the_ledger_agrees()
    {
        (await _host.QueryAsync<string>("SELECT DISTINCT state FROM supplies.consignment ORDER BY 1")).ShouldBe(["arrived", "cancelled", "confirmed", "declined", "lapsed", "lost", "received", "reserved", "shipped"]);
        (await _host.QueryAsync<string>("SELECT DISTINCT difference_reason FROM supplies.consignment WHERE state = 'received' AND difference_reason IS NOT NULL ORDER BY 1")).ShouldBe(["damaged", "short"]);
        (await _host.QueryAsync<int>("SELECT count(*)::int FROM supplies.consignment WHERE made_on IS NOT NULL AND state = 'reserved'")).Single().ShouldBeGreaterThan(0);
        await using var session = await _host.SessionAsync();
        (await Ledger.RecountAsync(session)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_board_has_gaps_and_flows_the_carrier_and_the_hospital_their_work_and_the_public_its_figures()
    {
        var staff = MarketHost.Account(SuppliesPermissions.Read);
        var board = await _host.Services.GetRequiredService<ReadBoard>().ReadAsync(staff, default);
        foreach (var scarce in new[] { "respirator-medical", "suit", "goggles" }) board.Items.Single(i => i.Item == scarce).Gaps[^1].ShouldBeGreaterThan(0, scarce);
        board.Items.Count(i => i.Gaps[^1] == 0).ShouldBeGreaterThan(0);
        board.Flows.ShouldNotBeEmpty();
        var carrier = await _host.SignedInAsync("c1", "carrier", "42", DemoAccounts.DemoCarrier);
        (await carrier.PageAsync("/supplies/carry/shipments")).ShouldContain("value=\"arrive\"");
        var hospital = await _host.SignedInAsync("h1", "facility", "42", DemoAccounts.DemoFacility);
        (await hospital.PageAsync("/supplies/own/shipments")).ShouldContain("value=\"receive\"");
        (await _host.QueryAsync<int>("SELECT count(DISTINCT day)::int FROM supplies.delivery_day WHERE arrived > 0")).Single().ShouldBeGreaterThan(3);
        (await _host.Browser().PageAsync("/supplies/deliveries")).ShouldContain("<td class=\"num\">");
    }

    [Fact]
    public async Task Gifts_quotations_and_used_goods_stand_in_every_state_and_a_gift_can_be_followed_by_its_code()
    {
        (await _host.QueryAsync<string>("SELECT DISTINCT state FROM supplies.donor_offer ORDER BY 1")).ShouldBe(["accepted", "declined", "offered", "taken", "withdrawn"]);
        (await _host.QueryAsync<string>("SELECT DISTINCT state FROM supplies.collection ORDER BY 1")).ShouldBe(["collected", "destroyed", "returned"]);
        var gift = await _host.Browser().PageAsync("/supplies/donations/" + DemoGiven.FollowedCode);
        foreach (var there in new[] { "演示校友会", ">320<", ">100<", ">60<" }) gift.ShouldContain(there);
        var planner = await _host.SignedInAsync("dispatch", "dispatcher", "42");
        var hospital = await _host.SignedInAsync("h1", "facility", "42", DemoAccounts.DemoFacility);
        var carrier = await _host.SignedInAsync("c1", "carrier", "42", DemoAccounts.DemoCarrier);
        foreach (var (who, page, there) in new[]
        {
            (planner, "/supplies/voluntary", "演示热心市民"), (planner, "/supplies/purchases", "演示防护用品厂（18）"), (planner, "/supplies/recycling", "演示-0001"), (hospital, "/supplies/own", "演示爱心企业"), (carrier, "/supplies/carry/recycling", "12.5"),
        }) (await who.PageAsync(page)).ShouldContain(there, customMessage: page);
        var before = (await _host.QueryAsync<int>("SELECT count(*)::int FROM supplies.entry")).Single();
        await _host.Services.GetServices<IDemoData>().OfType<DemoGiven>().Single().LoadAsync("42", default);
        (await _host.QueryAsync<int>("SELECT count(*)::int FROM supplies.entry")).ShouldBe([before]);
    }

    [Fact]
    public async Task What_was_declined_today_was_planned_anew_and_the_page_says_what_changed()
    {
        await _host.HandOnAsync();
        var (plan, returns) = (await _host.QueryAsync<(long, int)>("SELECT coalesce(plan_id, 0), count(*)::int FROM supplies.pool_return GROUP BY 1")).Single();
        plan.ShouldBeGreaterThan(1);
        returns.ShouldBeGreaterThan(0);
        var browser = await _host.SignedInAsync("dispatch", "dispatcher", "42");
        var page = await browser.PageAsync($"/supplies/plans/{plan}");
        page.ShouldContain("id=\"news\"");
        page.ShouldContain("id=\"remainder\"");
        page.ShouldNotContain("⟦");
        var board = await browser.PageAsync("/supplies/board");
        board.ShouldContain($"/supplies/plans/{plan}\"");
        board.ShouldNotContain("⟦");
        var renewed = (await RunningHost.PostAsync(browser, $"/supplies/plans/{plan}", $"/supplies/plans/{plan}/renewal")).Headers.Location!.OriginalString;
        renewed.ShouldBe($"/supplies/plans/{plan + 1}");
        var old = await browser.PageAsync($"/supplies/plans/{plan}");
        old.ShouldContain("id=\"replaced\"");
        old.ShouldContain(renewed);
        var line = (await _host.QueryAsync<(int Supply, int Demand)>("SELECT supply, demand FROM supplies.plan_line WHERE plan_id = @plan AND quantity > 0 LIMIT 1", new { plan })).Single();
        var late = (await RunningHost.PostAsync(browser, renewed, $"/supplies/plans/{plan}/pins", ("version", "1"), ("supply", $"{line.Supply}"), ("demand", $"{line.Demand}"), ("what", "forbid"))).Headers.Location!.OriginalString;
        late.ShouldStartWith($"{renewed}?replaced={plan}&supply=");
        (await browser.PageAsync(late)).ShouldContain("您的修改尚未生效，也没有丢失");
        var sending = (await RunningHost.PostAsync(browser, renewed, $"/supplies/plans/{plan}/sending", ("version", "1"))).Headers.Location!.OriginalString;
        sending.ShouldBe($"{renewed}?replaced={plan}");
        (await RunningHost.PostAsync(browser, renewed, $"{renewed}/sending", ("version", "1"))).Headers.Location!.OriginalString.ShouldBe(renewed);
        (await browser.PageAsync(renewed)).ShouldContain("已上报");
    }
}
