using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Tests;

/// <summary>What goes wrong between people, and the words in which they are told; nothing is counted twice and nothing is lost.</summary>
public sealed class SupplyFaultTests : IAsyncLifetime
{
    private const string Own = "/supplies/own/shipments";

    private RunningHost _host = null!;
    private long _lot;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync();
        await _host.Services.GetServices<IDemoData>().OfType<Demo.DemoSupplies>().Single().LoadAsync("42", default);
        await using var session = await _host.SessionAsync();
        _lot = await Lots.FindOrAddAsync(session, new LotLabel("suit", "", "fault"));
        await Ledger.MoveAsync(session, new("made", "test", "", [new(_lot, new("S-DEMO-2", StockState.Produced), new("S-DEMO-2", StockState.OnHand), 1_000_000_000_000)]));
        await session.CommitAsync();
    }

    public async Task DisposeAsync()
    {
        await using (var session = await _host.SessionAsync())
        {
            (await Ledger.RecountAsync(session)).ShouldBeEmpty();
            (await session.QuerySingleAsync<decimal>("SELECT coalesce(sum(quantity), 0) FROM supplies.balance")).ShouldBe(0);
        }
        await _host.DisposeAsync();
    }

    private async Task<long> ReservedAsync(long quantity, TimeSpan goodFor)
    {
        await using var session = await _host.SessionAsync();
        var reserved = await Reservations.ReserveAsync(session, [new("suit", "S-DEMO-2", DemoAccounts.DemoFacility, quantity, "command", "fault", null, 1)], goodFor, default);
        await session.CommitAsync();
        return reserved.ShouldBeOfType<ReserveOutcome.Reserved>().Ids[0];
    }

    private async Task<long> OnTruckAsync(long quantity)
    {
        var id = await ReservedAsync(quantity, TimeSpan.FromHours(1));
        await using var session = await _host.SessionAsync();
        await new TakeStep(id, new StepInput.Confirm()).RunAsync(session, default);
        (await new IssueOrder("o", [id], DemoAccounts.DemoCarrier, "", session.Now.AddHours(1)).RunAsync(session, _host.Services.GetRequiredService<DispatchKeys>(), default)).ShouldBeOfType<OrderOutcome.Issued>();
        await session.CommitAsync();
        return id;
    }

    private async Task<long> HeldAsync(string place, string state) => (await _host.QueryAsync<long>("SELECT coalesce(sum(quantity), 0)::bigint FROM supplies.balance WHERE place = @place AND state = @state AND lot_id = @_lot", new { place, state, _lot })).Single();

    [Fact]
    public async Task A_supplier_who_confirms_too_late_is_told_that_the_goods_are_free_again()
    {
        var id = await ReservedAsync(500, TimeSpan.FromMicroseconds(1));
        var supplier = await _host.SignedInAsync("p1", "facility", "42", "S-DEMO-2");
        (await RunningHost.PostAsync(supplier, Own, "/supplies/consignments/steps", ("consignment", $"{id}"), ("step", "confirm"), ("back", Own))).Headers.Location!.OriginalString.ShouldBe(Own + "?problem=expired");
        (await supplier.PageAsync(Own + "?problem=expired")).ShouldContain("预留已过期，物资已退回");
        (await HeldAsync("S-DEMO-2", "on_hand")).ShouldBe(1_000_000_000_000);
        var answer = await supplier.PostAsJsonAsync(new Uri($"/api/v1/supplies/consignments/{id}/steps", UriKind.Relative), new { step = "confirm" });
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("expired");
    }

    [Fact]
    public async Task A_trillion_suits_are_promised_shipped_scanned_twice_and_received_to_the_last_one()
    {
        var id = await OnTruckAsync(1_000_000_000_000);
        var carrier = await _host.SignedInAsync("c1", "carrier", "42", DemoAccounts.DemoCarrier);
        var scan = new { id = Guid.NewGuid(), consignment = id, step = "ship" };
        foreach (var word in new[] { "moved", "repeated" }) (await (await carrier.PostAsJsonAsync(new Uri("/api/v1/supplies/scans", UriKind.Relative), new { scans = new[] { scan } })).Content.ReadAsStringAsync()).ShouldContain(word);
        (await HeldAsync(DemoAccounts.DemoCarrier, "in_transit")).ShouldBe(1_000_000_000_000);
        var hospital = await _host.SignedInAsync("h1", "facility", "42", DemoAccounts.DemoFacility);
        (await RunningHost.PostAsync(hospital, Own, "/supplies/consignments/steps", ("consignment", $"{id}"), ("step", "receive"), ("quantity", "10000000000001"), ("back", Own))).Headers.Location!.OriginalString.ShouldBe(Own + "?problem=quantity");
        (await hospital.PageAsync(Own + "?problem=quantity")).ShouldContain("数量有误");
        for (var n = 0; n < 2; n++) (await RunningHost.PostAsync(hospital, Own, "/supplies/consignments/steps", ("consignment", $"{id}"), ("step", "receive"), ("quantity", "1000000000000"), ("back", Own))).Headers.Location!.OriginalString.ShouldBe(Own);
        (await HeldAsync(DemoAccounts.DemoFacility, "on_hand")).ShouldBe(1_000_000_000_000);
        (await _host.Browser().PageAsync("/supplies/deliveries")).ShouldContain("1,000,000,000,000");
    }

    [Fact]
    public async Task A_truck_that_never_arrives_is_shown_as_late_and_its_goods_leave_only_when_the_loss_is_stated()
    {
        var id = await OnTruckAsync(700);
        await using (var session = await _host.SessionAsync())
        {
            await new TakeStep(id, new StepInput.Ship()).RunAsync(session, default);
            await session.ExecuteAsync("UPDATE supplies.consignment SET due_at = @due WHERE id = @id", new { id, due = session.Now.AddHours(-2) });
            await session.CommitAsync();
        }
        var staff = await _host.SignedInAsync("dispatch", "dispatcher", "42");
        (await staff.PageAsync("/supplies/shipments?due=late")).ShouldContain($"/supplies/shipments/{id}\"");
        (await HeldAsync(DemoAccounts.DemoCarrier, "in_transit")).ShouldBe(700);
        var page = $"/supplies/shipments/{id}";
        (await RunningHost.PostAsync(staff, page, "/supplies/consignments/steps", ("consignment", $"{id}"), ("step", "lose"), ("back", page))).Headers.Location!.OriginalString.ShouldBe(page);
        (await HeldAsync(DemoAccounts.DemoCarrier, "in_transit")).ShouldBe(0);
    }

    [Fact]
    public async Task A_receiver_or_a_carrier_that_does_not_exist_is_named_and_nothing_is_promised()
    {
        await using (var session = await _host.SessionAsync())
            (await Reservations.ReserveAsync(session, [new("suit", "S-DEMO-2", "H404", 5, "command", "nobody", null, 1)], TimeSpan.FromHours(1), default)).ShouldBe(new ReserveOutcome.Refused("nobody", "to"));
        var staff = await _host.SignedInAsync("dispatch", "dispatcher", "42");
        var offer = (await _host.QueryAsync<long>("SELECT min(id) FROM supplies.offer")).Single();
        var bought = (await RunningHost.PostAsync(staff, "/supplies/voluntary", "/supplies/purchases", ("offer", $"{offer}"), ("facility", "H404"), ("quantity", "1"), ("report", "r"), ("back", "/supplies/voluntary"))).Headers.Location!.OriginalString;
        bought.ShouldBe("/supplies/voluntary?problem=receiver");
        (await staff.PageAsync(bought)).ShouldContain("没有这个接收单位");
        var id = await ReservedAsync(5, TimeSpan.FromHours(1));
        var supplier = await _host.SignedInAsync("p1", "facility", "42", "S-DEMO-2");
        await RunningHost.PostAsync(supplier, Own, "/supplies/consignments/steps", ("consignment", $"{id}"), ("step", "confirm"), ("back", Own));
        var loaded = (await RunningHost.PostAsync(supplier, Own, "/supplies/dispatch/orders", ("consignment", $"{id}"), ("carrier", "C404"), ("plate", ""), ("hours", "12"), ("report", "r"), ("back", Own))).Headers.Location!.OriginalString;
        loaded.ShouldBe(Own + "?problem=carrier");
        (await supplier.PageAsync(loaded)).ShouldContain("没有这个承运单位");
    }
}
