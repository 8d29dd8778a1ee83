using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Tests;

/// <summary>The pages and the API of consignments as they are served.</summary>
public sealed class DispatchPageTests : IAsyncLifetime
{
    private RunningHost _host = null!;
    private long _id;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync();
        foreach (var demo in _host.Services.GetServices<IDemoData>().OfType<Demo.DemoSupplies>()) await demo.LoadAsync("42", default);
        await using var session = await _host.Services.GetRequiredService<Database>().BeginAsync(Actor.System);
        var lot = await Lots.FindOrAddAsync(session, new LotLabel("suit", "", "page"));
        await Ledger.MoveAsync(session, new("made", "test", "", [new(lot, new("S-DEMO-2", StockState.Produced), new("S-DEMO-2", StockState.OnHand), 500)]));
        var reserved = await Reservations.ReserveAsync(session, [new("suit", "S-DEMO-2", DemoAccounts.DemoFacility, 500, "command", "plan:1:1", null, 1)], TimeSpan.FromHours(6), default);
        _id = reserved.ShouldBeOfType<ReserveOutcome.Reserved>().Ids[0];
        await session.CommitAsync();
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private static Uri At(string page) => new(page, UriKind.Relative);

    [Fact]
    public async Task A_supplier_confirms_and_loads_by_form_the_carrier_by_scan_and_the_receiver_by_api()
    {
        var supplier = await _host.SignedInAsync("p1", "facility", "42", "S-DEMO-2");
        var html = await supplier.GetStringAsync(At("/supplies/own/shipments"));
        html.ShouldContain("value=\"confirm\"");
        html.ShouldNotContain("⟦");
        const string Own = "/supplies/own/shipments";
        (await RunningHost.PostAsync(supplier, Own, "/supplies/consignments/steps", ("consignment", $"{_id}"), ("step", "confirm"), ("back", Own))).Headers.Location!.OriginalString.ShouldBe(Own);
        (await RunningHost.PostAsync(supplier, Own, "/supplies/consignments/steps", ("consignment", $"{_id}"), ("step", "ship"), ("back", Own))).Headers.Location!.OriginalString.ShouldBe(Own + "?problem=no-order");
        (await RunningHost.PostAsync(supplier, Own, "/supplies/dispatch/orders", ("consignment", $"{_id}"), ("carrier", DemoAccounts.DemoCarrier), ("plate", "A1"), ("hours", "12"), ("report", "r"), ("back", Own))).Headers.Location!.OriginalString.ShouldBe(Own);
        (await supplier.GetStringAsync(At("/supplies/dispatch/1"))).ShouldContain("data:image/png");
        (await _host.Browser().GetStringAsync(At("/supplies/dispatch/1"))).ShouldNotContain("data:image/png");

        await using var session = await _host.Services.GetRequiredService<Database>().BeginAsync(Actor.System);
        var token = await session.QuerySingleAsync<string>("SELECT token FROM supplies.dispatch_order");
        var carrier = await _host.SignedInAsync("c1", "carrier", "42", DemoAccounts.DemoCarrier);
        // A code in capitals, as the camera reads it.
        (await carrier.GetStringAsync(At("/SUPPLIES/SCAN/" + token))).ShouldContain("value=\"ship\"");
        (await _host.Browser().GetStringAsync(At("/supplies/scan/" + token))).ShouldNotContain($"id=\"q{_id}\"");
        (await carrier.GetStringAsync(At("/supplies/scan/" + token[..^2] + "00"))).ShouldNotContain("data-forged=\"\" hidden");
        (await _host.Browser().GetStringAsync(At("/supplies/dispatch/key"))).ShouldContain("BEGIN PUBLIC KEY");

        var scan = new { id = Guid.NewGuid(), consignment = _id, step = "ship" };
        for (var n = 0; n < 2; n++) (await (await carrier.PostAsJsonAsync(At("/api/v1/supplies/scans"), new { scans = new[] { scan } })).Content.ReadAsStringAsync()).ShouldContain(n == 0 ? "moved" : "repeated");

        var receiver = await _host.SignedInAsync("h1", "facility", "42", DemoAccounts.DemoFacility);
        (await receiver.PostAsJsonAsync(At($"/api/v1/supplies/consignments/{_id}/steps"), new { step = "receive", quantity = 490 })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await receiver.PostAsJsonAsync(At($"/api/v1/supplies/consignments/{_id}/steps"), new { step = "receive", quantity = 490, reason = "short" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await receiver.PostAsJsonAsync(At($"/api/v1/supplies/consignments/{_id}/steps"), new { step = "lose" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await _host.Browser().GetStringAsync(At("/open/supplies/deliveries.csv?region=42"))).ShouldContain(",suit,");
        (await _host.Browser().GetStringAsync(At("/supplies/deliveries"))).ShouldContain("490");
    }

    [Fact]
    public async Task Staff_see_what_is_under_way_and_the_public_what_arrived()
    {
        var staff = await _host.SignedInAsync("dispatch", "dispatcher", "42");
        foreach (var page in new[] { "/supplies/shipments", $"/supplies/shipments/{_id}", "/supplies/voluntary?item=goggles", "/supplies/recycling" })
        {
            var html = await staff.GetStringAsync(At(page));
            html.ShouldContain("<table", Case.Sensitive, page);
            html.ShouldNotContain("⟦", Case.Sensitive, page);
        }
        var carrier = await _host.SignedInAsync("c1", "carrier", "42", DemoAccounts.DemoCarrier);
        (await carrier.GetStringAsync(At("/supplies/carry/shipments"))).ShouldNotContain("⟦");
        foreach (var page in new[] { "/supplies/deliveries", "/supplies/donations/ABCDEFGHJKLM", "/supplies/scan" }) (await _host.Browser().GetStringAsync(At(page))).ShouldNotContain("⟦", Case.Sensitive, page);
        (await _host.Browser().GetAsync(At("/supplies/shipments"))).StatusCode.ShouldNotBe(HttpStatusCode.OK);
    }
}
