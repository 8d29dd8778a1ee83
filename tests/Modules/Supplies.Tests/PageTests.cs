using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;

namespace Rongtong.Supplies.Tests;

/// <summary>The module as it is served, with its demo data.</summary>
public sealed partial class PageTests : IAsyncLifetime
{
    private RunningHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync();
        foreach (var demo in _host.Services.GetServices<IDemoData>().OfType<Demo.DemoSupplies>()) await demo.LoadAsync("42", default);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Staff_see_what_is_there_and_what_is_missing()
    {
        var browser = await _host.SignedInAsync("dispatch", "dispatcher", "42");
        foreach (var page in new[] { "/supplies", "/supplies/needs", "/supplies/facilities", "/supplies/items", "/supplies/facilities/" + DemoAccounts.DemoFacility })
        {
            var html = await browser.GetStringAsync(new Uri(page, UriKind.Relative));
            html.ShouldContain("<table", Case.Sensitive, page);
            html.ShouldNotContain("⟦", Case.Sensitive, page);
        }
        (await browser.GetStringAsync(new Uri("/supplies", UriKind.Relative))).ShouldContain("医用防护口罩");
        (await UploadAsync(browser, "x\n1\n")).ShouldContain("problem=");
        (await UploadAsync(browser, "物流名称,出发地,目的地\n某物流,全国,武汉\n某物流,全国,无此地\n")).ShouldContain("result=");
        (await _host.Browser().GetAsync(new Uri("/supplies", UriKind.Relative))).StatusCode.ShouldNotBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_hospital_asks_counts_and_answers_with_one_tap_on_its_own_page()
    {
        var browser = await _host.SignedInAsync("h1", "facility", "42", DemoAccounts.DemoFacility);
        var post = (string action, (string, string)[] fields) => RunningHost.PostAsync(browser, "/supplies/own", action, fields);
        (await post("/supplies/own/needs", [("item", "ventilator"), ("quantity", ""), ("urgency", "3"), ("burn", "")])).Headers.Location!.OriginalString.ShouldBe("/supplies/own");
        var html = await browser.GetStringAsync(new Uri("/supplies/own", UriKind.Relative));
        html.ShouldNotContain("⟦");
        var need = AmountForm().Match(html).Groups[1].Value;
        (await post($"/supplies/own/needs/{need}/amount", [("low", "3"), ("high", "5")])).Headers.Location!.OriginalString.ShouldBe("/supplies/own");
        (await post("/supplies/own/counts", [("report", "r1"), ("new", "ventilator"), ("new-there", "7")])).Headers.Location!.OriginalString.ShouldBe("/supplies/own");
        (await post("/supplies/own/counts", [("report", "r2"), ("used.ventilator", "8")])).Headers.Location!.OriginalString.ShouldBe("/supplies/own?problem=used-more");
        (await post("/supplies/own/renewals", [])).Headers.Location!.OriginalString.ShouldBe("/supplies/own");
        (await browser.GetStringAsync(new Uri("/api/v1/supplies/stock", UriKind.Relative))).ShouldContain("ventilator");
    }

    [Fact]
    public async Task A_producer_and_a_carrier_report_their_day()
    {
        var producer = await _host.SignedInAsync("p1", "facility", "42", "S-DEMO-2");
        (await producer.GetStringAsync(new Uri("/supplies/own", UriKind.Relative))).ShouldContain("name=\"output.");
        (await RunningHost.PostAsync(producer, "/supplies/own", "/supplies/own/reports", ("output.goggles", "120"), ("stock.goggles", "300"))).Headers.Location!.OriginalString.ShouldBe("/supplies/own");
        (await RunningHost.PostAsync(producer, "/supplies/own", "/supplies/own/offers", ("item", "goggles"), ("quantity", "100"), ("price", "12.50"))).Headers.Location!.OriginalString.ShouldBe("/supplies/own");
        (await RunningHost.PostAsync(producer, "/supplies/own", "/supplies/own/needs", ("item", "goggles"), ("quantity", "1"))).Headers.Location!.OriginalString.ShouldBe("/supplies/own?problem=facility");
        var carrier = await _host.SignedInAsync("c1", "carrier", "42", DemoAccounts.DemoCarrier);
        (await carrier.GetStringAsync(new Uri("/supplies/carry", UriKind.Relative))).ShouldNotContain("⟦");
        (await RunningHost.PostAsync(carrier, "/supplies/carry", "/supplies/carry/lanes", ("from", "42"), ("to", "4201"), ("trucks", "6"))).Headers.Location!.OriginalString.ShouldBe("/supplies/carry");
    }

    private static async Task<string> UploadAsync(HttpClient browser, string csv)
    {
        var token = Token().Match(await browser.GetStringAsync(new Uri("/supplies/facilities", UriKind.Relative))).Groups[1].Value;
        using var form = new MultipartFormDataContent { { new StringContent(token), "__RequestVerificationToken" }, { new StringContent("supplies-lane-table"), "kind" }, { new StringContent(csv), "file", "lanes.csv" } };
        return (await browser.PostAsync(new Uri("/supplies/imports", UriKind.Relative), form)).Headers.Location!.OriginalString;
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("/supplies/own/needs/([0-9]+)/amount")]
    private static partial Regex AmountForm();
}
