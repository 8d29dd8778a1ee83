using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;

namespace Rongtong.Supplies.Tests;

/// <summary>Gifts, quotations and used goods as people and machines meet them.</summary>
public sealed class VoluntaryPageTests : IAsyncLifetime
{
    private RunningHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync();
        foreach (var demo in _host.Services.GetServices<IDemoData>().Where(d => d.GetType().Namespace == "Rongtong.Supplies.Demo" && d is not Demo.DemoGiven)) await demo.LoadAsync("42", default);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private static Uri At(string page) => new(page, UriKind.Relative);

    [Fact]
    public async Task A_gift_is_offered_on_a_page_accepted_by_a_planner_and_taken_at_the_hospital()
    {
        using var anybody = _host.Browser();
        var refused = await RunningHost.PostAsync(anybody, "/supplies/donate", "/supplies/donate", ("item", "suit"), ("quantity", "5"), ("province", "42"), ("place", "仙境"), ("report", "0123456789abcdef"));
        refused.Headers.Location!.OriginalString.ShouldContain("problem=region");
        (await anybody.GetStringAsync(refused.Headers.Location)).ShouldContain("value=\"仙境\"");
        var page = (await RunningHost.PostAsync(anybody, "/supplies/donate", "/supplies/donate", ("item", "suit"), ("quantity", "5"), ("province", "42"), ("place", "武汉市"), ("donor", "张先生"), ("report", "0123456789abcdef"))).Headers.Location!.OriginalString;
        page.ShouldStartWith("/supplies/donations/");
        var html = await anybody.GetStringAsync(At(page));
        html.ShouldContain("等待安排");
        html.ShouldNotContain("⟦");
        (await anybody.GetAsync(At("/supplies/donations?code=" + page[^12..]))).Headers.Location!.OriginalString.ShouldBe(page);

        using var staff = await _host.SignedInAsync("staff", "dispatcher", "42");
        const string Voluntary = "/supplies/voluntary";
        (await staff.GetStringAsync(At(Voluntary))).ShouldContain("张先生");
        (await RunningHost.PostAsync(staff, Voluntary, "/supplies/donor-offers/1/decision", ("decision", "accept"), ("facility", DemoAccounts.DemoFacility), ("back", Voluntary))).Headers.Location!.OriginalString.ShouldBe(Voluntary);
        using var hospital = await _host.SignedInAsync("hospital", "facility", "42", DemoAccounts.DemoFacility);
        (await hospital.GetStringAsync(At("/supplies/own"))).ShouldContain("张先生");
        (await RunningHost.PostAsync(hospital, "/supplies/own", "/supplies/donor-offers/1/receipt", ("quantity", "5"), ("back", "/supplies/own"))).Headers.Location!.OriginalString.ShouldBe("/supplies/own");
        (await anybody.GetStringAsync(At(page))).ShouldContain("在库");
        JsonNode.Parse(await anybody.GetStringAsync(At("/api/v1/supplies/gifts/" + page[^12..])))!["parts"]![0]!["quantity"]!.GetValue<long>().ShouldBe(5);
    }

    [Fact]
    public async Task Machines_offer_gifts_without_an_account_and_are_told_what_is_wrong()
    {
        using var machine = _host.Browser();
        var told = await machine.PostAsJsonAsync(At("/api/v1/supplies/gifts"), new { item = "suit", quantity = 5, region = "99", report = "0123456789abcdef" });
        (told.StatusCode, await told.Content.ReadAsStringAsync()).ShouldSatisfyAllConditions(t => t.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity), t => t.Item2.ShouldContain("region"));
        var taken = await machine.PostAsJsonAsync(At("/api/v1/supplies/gifts"), new { item = "suit", quantity = 5, region = "4201", report = "0123456789abcdef" });
        var code = JsonNode.Parse(await taken.Content.ReadAsStringAsync())!["code"]!.ToString();
        JsonNode.Parse(await machine.GetStringAsync(At("/api/v1/supplies/gifts/" + code)))!["state"]!.ToString().ShouldBe("offered");
        (await machine.GetAsync(At("/api/v1/supplies/gifts/AAAAAAAAAAAA"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_hospital_asks_a_producer_quotes_and_a_planner_compares_and_orders_by_form()
    {
        using var hospital = await _host.SignedInAsync("hospital", "facility", "42", DemoAccounts.DemoFacility);
        using var producer = await _host.SignedInAsync("producer", "facility", "42", "S-DEMO-2");
        using var staff = await _host.SignedInAsync("staff", "dispatcher", "42");
        (await producer.PostAsJsonAsync(At("/api/v1/supplies/stock-counts"), new { report = "made", item = "suit", onHand = 100 })).EnsureSuccessStatusCode();
        const string Own = "/supplies/quotations";
        (await RunningHost.PostAsync(hospital, Own, "/supplies/quotation-requests", ("item", "suit"), ("quantity", "80"), ("days", "3"), ("report", "r"), ("back", Own))).Headers.Location!.OriginalString.ShouldBe(Own);
        (await producer.GetStringAsync(At(Own))).ShouldContain("name=\"price\"");
        (await RunningHost.PostAsync(producer, Own, "/supplies/quotation-requests/1/quotations", ("quantity", "80"), ("price", "88.50"), ("back", Own))).Headers.Location!.OriginalString.ShouldBe(Own);
        (await RunningHost.PostAsync(hospital, Own, "/supplies/quotation-requests/1/orders", ("offer", "1"), ("quantity", "80"), ("report", "o"))).StatusCode.ShouldNotBe(HttpStatusCode.OK);
        var comparison = JsonNode.Parse(await staff.GetStringAsync(At("/api/v1/supplies/quotation-requests/1")))!;
        var offer = comparison["quotations"]![0]!["offerId"]!.ToString();
        (await RunningHost.PostAsync(staff, "/supplies/purchases/1", "/supplies/quotation-requests/1/orders", ("offer", offer), ("quantity", "80"), ("report", "o"), ("back", "/supplies/purchases/1"))).Headers.Location!.OriginalString.ShouldBe("/supplies/purchases/1");
        (await staff.GetStringAsync(At("/supplies/purchases"))).ShouldContain("7,080.00");
        foreach (var (browser, address) in new[] { (staff, "/supplies/purchases"), (staff, "/supplies/purchases/1"), (hospital, Own), (producer, Own) }) (await browser.GetStringAsync(At(address))).ShouldNotContain("⟦", Case.Sensitive, address);
    }

    [Fact]
    public async Task Used_goods_are_registered_weighed_by_each_party_and_certified_on_their_own_pages()
    {
        using var hospital = await _host.SignedInAsync("hospital", "facility", "42", DemoAccounts.DemoFacility);
        using var carrier = await _host.SignedInAsync("carrier1", "carrier", "42", DemoAccounts.DemoCarrier);
        using var furnace = await _host.SignedInAsync("furnace", "facility", "42", "H-DEMO-3");
        const string Own = "/supplies/own/recycling", Carry = "/supplies/carry/recycling";
        (await RunningHost.PostAsync(hospital, Own, "/supplies/recycling", ("stream", "sharps"), ("weight", "12.5"), ("carrier", DemoAccounts.DemoCarrier), ("treatment", "H-DEMO-3"), ("report", "r"), ("back", Own))).Headers.Location!.OriginalString.ShouldBe(Own);
        (await RunningHost.PostAsync(carrier, Carry, "/supplies/recycling/1/weights", ("step", "fetch"), ("weight", "12.4"), ("back", Carry))).Headers.Location!.OriginalString.ShouldBe(Carry);
        (await RunningHost.PostAsync(furnace, Own, "/supplies/recycling/1", ("state", "destroyed"), ("certificate", "W-1"), ("back", Own))).Headers.Location!.OriginalString.ShouldBe(Own + "?problem=weight");
        (await RunningHost.PostAsync(furnace, Own, "/supplies/recycling/1/weights", ("step", "receive"), ("weight", "9"), ("back", Own))).Headers.Location!.OriginalString.ShouldBe(Own);
        (await hospital.GetStringAsync(At(Own))).ShouldContain("重量相差");
        (await furnace.PostAsJsonAsync(At("/api/v1/supplies/collections/1/steps"), new { step = "destroyed", certificate = "W-1" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        JsonNode.Parse(await hospital.GetStringAsync(At("/api/v1/supplies/collections")))![0]!["receivedWeightGrams"]!.GetValue<long>().ShouldBe(9_000);
        foreach (var (browser, address) in new[] { (hospital, Own), (carrier, Carry), (furnace, Own) }) (await browser.GetStringAsync(At(address))).ShouldNotContain("⟦", Case.Sensitive, address);
    }
}
