using Microsoft.AspNetCore.DataProtection;
using Rongtong.Contracts.Casework;
using Rongtong.Platform.Access;
using Rongtong.Platform.Events;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Donations;
using Rongtong.Supplies.Producers;
using Rongtong.Supplies.Recycling;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Tests;

/// <summary>From the promise to the door, on a real database; every test ends with a recount of the ledger and with nothing made or lost.</summary>
public sealed class DispatchLifeTests : IAsyncLifetime, IDisposable
{
    private const string Item = "respirator-medical";
    private static readonly Actor s_supplier = SuppliesWorld.Of("P1"), s_carrier = SuppliesWorld.Of("C1", SuppliesPermissions.Carry), s_receiver = SuppliesWorld.Of("H1");

    private SuppliesWorld _world = null!;
    private DispatchKeys _keys = null!;
    private long _lot;

    public async Task InitializeAsync()
    {
        _world = await SuppliesWorld.StartAsync();
        _keys = new(_world.Stored.Database, new EphemeralDataProtectionProvider());
        _lot = await _world.LotAsync("a", new(2021, 1, 1));
        await _world.MoveAsync("made", _lot, "P1", StockState.Produced, "P1", StockState.OnHand, 2_000_000_000_000);
    }

    public async Task DisposeAsync()
    {
        (await _world.InAsync(s => Ledger.RecountAsync(s))).ShouldBeEmpty();
        (await _world.InAsync(s => s.QuerySingleAsync<decimal>("SELECT coalesce(sum(quantity), 0) FROM supplies.balance"))).ShouldBe(0);

        await _world.DisposeAsync();
    }

    public void Dispose() => _keys.Dispose();

    private async Task<long> ReservedAsync(long quantity = 100, string reference = "plan:1:1") =>
        (await _world.InAsync(SuppliesWorld.Dispatcher, s => Reservations.ReserveAsync(s, [new(Item, "P1", "H1", quantity, "command", reference, null, 1)], TimeSpan.FromHours(6), default))).ShouldBeOfType<ReserveOutcome.Reserved>().Ids[0];

    private Task<TakeOutcome> StepAsync(Actor actor, long id, StepInput input, Guid? scan = null, DateTimeOffset? at = null) => _world.InAsync(actor, s => new TakeStep(id, input, scan, at).RunAsync(s, default));

    private Task<OrderOutcome> OrderAsync(params long[] ids) => _world.InAsync(s_supplier, s => new IssueOrder("o" + string.Join('-', ids), ids, "C1", "鄂A12345", s.Now.AddHours(12)).RunAsync(s, _keys, default));

    private async Task<long> OnTruckAsync(long quantity = 100, string reference = "plan:1:1")
    {
        var id = await ReservedAsync(quantity, reference);
        await StepAsync(s_supplier, id, new StepInput.Confirm());
        (await OrderAsync(id)).ShouldBeOfType<OrderOutcome.Issued>();
        return id;
    }

    private Task<Consignment> ReadAsync(long id) => _world.InAsync(async s => (await Consignment.FindAsync(s, id))!);

    private static T Is<T>(TakeOutcome outcome) where T : StepOutcome => outcome.ShouldBeOfType<TakeOutcome.Taken>().Step.ShouldBeOfType<T>();

    [Fact]
    public async Task Goods_go_from_the_shelf_over_the_truck_to_the_other_shelf()
    {
        var id = await OnTruckAsync();
        Is<StepOutcome.Moved>(await StepAsync(s_carrier, id, new StepInput.Ship()));
        (await _world.HeldAsync("C1", StockState.InTransit, _lot)).ShouldBe(100);
        Is<StepOutcome.Moved>(await StepAsync(s_carrier, id, new StepInput.Arrive()));
        Is<StepOutcome.Moved>(await StepAsync(s_receiver, id, new StepInput.Receive(100, null)));
        (await _world.HeldAsync("H1", StockState.OnHand, _lot)).ShouldBe(100);
        (await _world.HeldAsync("C1", StockState.InTransit, _lot)).ShouldBe(0);
        (await _world.InAsync(s => ConsignmentStep.OfAsync(s, id, default))).Select(s => s.What).ShouldBe(["reserve", "confirm", "order", "ship", "arrive", "receive"]);
    }

    [Theory]
    [InlineData(97, "damaged", "H1", "destroyed", 3)]
    [InlineData(97, "lost", "C1", "adjusted", 3)]
    [InlineData(97, "short", "P1", "adjusted", 3)]
    [InlineData(104, "over", "P1", "adjusted", -4)]
    [InlineData(0, "lost", "C1", "adjusted", 100)]
    public async Task A_difference_stands_where_it_has_to_be_explained(long came, string reason, string place, string state, long difference)
    {
        var id = await OnTruckAsync();
        await StepAsync(s_carrier, id, new StepInput.Ship());
        Is<StepOutcome.Invalid>(await StepAsync(s_receiver, id, new StepInput.Receive(came, null))).Field.ShouldBe("reason");
        Is<StepOutcome.Moved>(await StepAsync(s_receiver, id, new StepInput.Receive(came, reason)));
        (await _world.HeldAsync("H1", StockState.OnHand, _lot)).ShouldBe(came);
        (await _world.HeldAsync(place, StockStates.Parse(state), _lot)).ShouldBe(difference);
    }

    [Fact]
    public async Task An_unconfirmed_reservation_lapses_and_confirming_it_late_says_so()
    {
        var (late, alone) = (await ReservedAsync(60), await ReservedAsync(40, "plan:1:2"));
        _world.Clock.Advance(TimeSpan.FromHours(6));
        Is<StepOutcome.Expired>(await StepAsync(s_supplier, late, new StepInput.Confirm()));
        await _world.InAsync(async s => { await new LapseReservations().RunAsync(s, default); return 0; });
        (await ReadAsync(late)).State.ShouldBe("lapsed");
        (await ReadAsync(alone)).State.ShouldBe("lapsed");
        (await _world.HeldAsync("P1", StockState.OnHand, _lot)).ShouldBe(2_000_000_000_000);
        (await _world.InAsync(s => s.QuerySingleAsync<long>("SELECT count(*) FROM platform.outbox_event WHERE kind = @Kind", new { PoolChanged.Kind }))).ShouldBe(2);
        Is<StepOutcome.Expired>(await StepAsync(s_supplier, alone, new StepInput.Confirm()));
    }

    [Fact]
    public async Task Declining_gives_the_goods_back_and_two_at_once_are_one_after_the_other()
    {
        var id = await ReservedAsync();
        StepInput[] inputs = [new StepInput.Confirm(), new StepInput.Decline(), new StepInput.Confirm(), new StepInput.Decline()];
        await Task.WhenAll(inputs.Select(i => StepAsync(s_supplier, id, i)));
        (await ReadAsync(id)).State.ShouldBe("declined");
        (await _world.HeldAsync("P1", StockState.Reserved, _lot)).ShouldBe(0);
    }

    [Fact]
    public async Task Nobody_says_what_is_for_another_to_say()
    {
        var id = await OnTruckAsync();
        Is<StepOutcome.NotYours>(await StepAsync(s_receiver, id, new StepInput.Ship()));
        Is<StepOutcome.NotYours>(await StepAsync(s_carrier, id, new StepInput.Receive(100, null)));
        (await StepAsync(SuppliesWorld.Of("H2"), id, new StepInput.Receive(100, null))).ShouldBeOfType<TakeOutcome.NotFound>();
        (await StepAsync(s_carrier, 404, new StepInput.Ship())).ShouldBeOfType<TakeOutcome.NotFound>();
    }

    [Fact]
    public async Task A_host_that_dies_while_shipping_has_shipped_nothing_and_the_next_ships_once()
    {
        var id = await OnTruckAsync();
        await using (var dying = await _world.Stored.Database.BeginAsync(s_carrier)) Is<StepOutcome.Moved>(await new TakeStep(id, new StepInput.Ship()).RunAsync(dying, default));
        (await ReadAsync(id)).State.ShouldBe("confirmed");
        (await _world.HeldAsync("P1", StockState.Reserved, _lot)).ShouldBe(100);
        Is<StepOutcome.Moved>(await StepAsync(s_carrier, id, new StepInput.Ship()));
        Is<StepOutcome.Already>(await StepAsync(s_supplier, id, new StepInput.Ship()));
        (await _world.HeldAsync("C1", StockState.InTransit, _lot)).ShouldBe(100);
    }

    [Fact]
    public async Task Scans_in_any_order_and_any_number_end_the_same()
    {
        var scans = new (Actor By, StepInput What, int Hour, Guid Id)[] { (s_carrier, new StepInput.Ship(), 1, Guid.NewGuid()), (s_carrier, new StepInput.Arrive(), 2, Guid.NewGuid()), (s_receiver, new StepInput.Receive(99, "lost"), 3, Guid.NewGuid()) };
        var start = _world.Clock.GetUtcNow();
        int[][] orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        var ends = new List<object>();
        var ids = new List<long>();
        foreach (var n in Enumerable.Range(0, orders.Length)) ids.Add(await OnTruckAsync(100, $"plan:2:{n}"));
        _world.Clock.Advance(TimeSpan.FromHours(5));
        foreach (var (order, id) in orders.Zip(ids))
        {
            foreach (var n in order) WasTaken(scans[n], await StepAsync(scans[n].By, id, scans[n].What, scans[n].Id, start.AddHours(scans[n].Hour)));
            foreach (var n in order) (await StepAsync(scans[n].By, id, scans[n].What, scans[n].Id)).ShouldBeOfType<TakeOutcome.Repeated>();
            var c = await ReadAsync(id);
            ends.Add((c.State, c.ReceivedQuantity, c.DifferenceReason, c.ShippedAt, c.ArrivedAt, c.ReceivedAt));
        }
        ends.Distinct().ShouldHaveSingleItem();
        (await _world.HeldAsync("H1", StockState.OnHand, _lot)).ShouldBe(99 * orders.Length);
        var sums = (await _world.InAsync(s => Deliveries.RecordsAsync(s, "", default))).Single();
        (sums.Sent, sums.Arrived).ShouldBe((100L * orders.Length, 99L * orders.Length));
    }

    private static void WasTaken((Actor By, StepInput What, int Hour, Guid Id) scan, TakeOutcome outcome) =>
        outcome.ShouldBeOfType<TakeOutcome.Taken>(scan.What.ToString()).Step.ShouldBeAssignableTo<StepOutcome>()!.GetType().Name.ShouldBeOneOf("Moved", "Noted");

    [Fact]
    public async Task Two_receipts_that_differ_are_both_kept_and_the_first_counts()
    {
        var id = await OnTruckAsync();
        await StepAsync(s_receiver, id, new StepInput.Receive(100, null), Guid.NewGuid());
        Is<StepOutcome.Contradicts>(await StepAsync(s_receiver, id, new StepInput.Receive(90, "short"), Guid.NewGuid()));
        (await _world.HeldAsync("H1", StockState.OnHand, _lot)).ShouldBe(100);
        (await _world.InAsync(s => ConsignmentStep.OfAsync(s, id, default))).Count(s => s.Effect == "contradicts").ShouldBe(1);
    }

    [Fact]
    public async Task A_truck_that_never_arrives_opens_a_case_and_its_goods_stay_in_transit_until_the_loss_is_stated()
    {
        var id = await OnTruckAsync(1_000_000_000_000);
        await StepAsync(s_carrier, id, new StepInput.Ship());
        _world.Clock.Advance(TimeSpan.FromHours(13));
        var passed = System.Text.Json.JsonSerializer.Serialize(new DeadlinePassed(TakeStep.DeadlineKey(id), _world.Clock.GetUtcNow()), System.Text.Json.JsonSerializerOptions.Web);
        await _world.InAsync(async s => { await new WhenTruckIsLate().HandleAsync(s, new OutboxEvent(1, DeadlinePassed.Kind, "", passed, s.Now), default); return 0; });
        (await _world.InAsync(s => s.QuerySingleAsync<long>("SELECT count(*) FROM platform.outbox_event WHERE kind = @Kind", new { CaseWanted.Kind }))).ShouldBe(1);
        (await _world.HeldAsync("C1", StockState.InTransit, _lot)).ShouldBe(1_000_000_000_000);
        Is<StepOutcome.Moved>(await StepAsync(SuppliesWorld.Dispatcher, id, new StepInput.Lose()));
        (await _world.HeldAsync("C1", StockState.InTransit, _lot)).ShouldBe(0);
        (await _world.HeldAsync("C1", StockState.Adjusted, _lot)).ShouldBe(1_000_000_000_000);
    }

    [Fact]
    public async Task An_order_is_signed_names_its_load_and_a_changed_one_is_not_ours()
    {
        var (a, b) = (await ReservedAsync(70), await ReservedAsync(30, "plan:1:2"));
        (await OrderAsync(a, b)).ShouldBe(new OrderOutcome.NotReady(a, "reserved"));
        foreach (var id in new[] { a, b }) await StepAsync(s_supplier, id, new StepInput.Confirm());
        var issued = (await OrderAsync(a, b)).ShouldBeOfType<OrderOutcome.Issued>();
        (await OrderAsync(a, b)).ShouldBe(issued);
        var publicKey = (await _keys.KeyAsync(default)).PublicKey;
        var order = OrderToken.Open(issued.Token, publicKey).ShouldNotBeNull();
        order.Lines.ShouldBe([new(a, Item, 70, "H1"), new(b, Item, 30, "H1")]);
        (order.Order, order.Plate).ShouldBe((issued.Id, "鄂A12345"));
        OrderToken.Open(issued.Token[..^1] + (issued.Token[^1] == '0' ? '1' : '0'), publicKey).ShouldBeNull();
        OrderToken.Open("00", publicKey).ShouldBeNull();
        (await _world.InAsync(s_supplier, s => new IssueOrder("x", [a], "H2", "", s.Now.AddHours(1)).RunAsync(s, _keys, default))).ShouldBe(new OrderOutcome.NotReady(a, "order"));
    }

    /// <summary>Received by Hubei up to 19 February 2020, as the State Council's press conference listed them.</summary>
    [Fact]
    public async Task The_list_of_19_February_2020_is_what_the_public_page_says()
    {
        (string Item, long Quantity, string Line)[] list =
        [
            ("suit", 1_512_000, "suits"), ("goggles", 300_000, "goggles-shields"), ("face-shield", 257_000, "goggles-shields"), ("gown-isolation", 436_000, "isolation-gowns"), ("ambulance-negative-pressure", 401, "negative-pressure-ambulances"),
            ("ventilator", 9_000, "ventilators"), ("ventilator-niv", 473, "ventilators"), ("oxygen-high-flow", 1_780, "high-flow-oxygen"), ("monitor", 9_405, "monitors"), ("thermal-camera", 1_771, "thermometers-automatic"), ("thermometer", 96_990, "thermometers-hand-held"),
        ];
        foreach (var (item, quantity, _) in list)
        {
            var lot = await _world.LotAsync("", null, item);
            await _world.MoveAsync("made" + item, lot, "P1", StockState.Produced, "P1", StockState.OnHand, quantity);
            var id = (await _world.InAsync(s => Reservations.ReserveAsync(s, [new(item, "P1", "H1", quantity, "command", "r" + item, null, 1)], TimeSpan.FromHours(1), default))).ShouldBeOfType<ReserveOutcome.Reserved>().Ids[0];
            await StepAsync(s_supplier, id, new StepInput.Confirm());
            await OrderAsync(id);
            await StepAsync(s_receiver, id, new StepInput.Receive(quantity, null));
        }
        var told = await _world.InAsync(Actor.Public, s => Deliveries.UpToAsync(s, "42", new(2020, 2, 19), default));
        told.Select(t => (t.Line.Code, t.Arrived)).ShouldBe([("suits", 1_512_000), ("goggles-shields", 557_000), ("isolation-gowns", 436_000), ("negative-pressure-ambulances", 401), ("ventilators", 9_473), ("high-flow-oxygen", 1_780), ("monitors", 9_405), ("thermometers-automatic", 1_771), ("thermometers-hand-held", 96_990)]);
        Deliveries.Csv(await _world.InAsync(Actor.Public, s => Deliveries.RecordsAsync(s, "42", default))).ShouldContain("4201,suit,2020-02-01,1512000,1512000,1512000,1512000\n");
    }

    [Fact]
    public async Task What_a_region_lacks_goes_to_the_region_above_once_and_is_closed_when_nothing_lacks()
    {
        var escalate = (string region, long quantity) => _world.InAsync(SuppliesWorld.Dispatcher, s => new EscalateRemainder(region, Item, 1, quantity, "plan:1").RunAsync(s, _world.Regions.Current, default));
        var first = (await escalate("420106", 500)).ShouldBeOfType<EscalationOutcome.Escalated>();
        (first.ToRegion, first.IsNew).ShouldBe(("4201", true));
        (await escalate("420106", 400)).ShouldBe(new EscalationOutcome.Escalated(first.Id, "4201", false));
        (await escalate("4201", 400)).ShouldBeOfType<EscalationOutcome.Escalated>().ToRegion.ShouldBe("42");
        (await escalate("42", 400)).ShouldBeOfType<EscalationOutcome.Escalated>().ToRegion.ShouldBe("");
        (await escalate("430102", 5)).ShouldBe(new EscalationOutcome.Invalid("region"));
        (await escalate("420106", 0)).ShouldBeOfType<EscalationOutcome.Closed>();
        (await _world.InAsync(s => s.QuerySingleAsync<string>("SELECT state FROM supplies.escalation WHERE id = @Id", new { first.Id }))).ShouldBe("met");
    }

    [Fact]
    public async Task A_donor_follows_every_part_of_a_gift_to_its_receiver_by_the_code_alone()
    {
        var producer = await _world.FacilityAsync("P1");
        var code = (await _world.InAsync(SuppliesWorld.Dispatcher, s => new TakeDonation(producer, "suit", 50, "某校友会", "d1").RunAsync(s, default))).ShouldBeOfType<DonationOutcome.Taken>().Code;
        (await _world.InAsync(SuppliesWorld.Dispatcher, s => new TakeDonation(producer, "suit", 50, "某校友会", "d1").RunAsync(s, default))).ShouldBe(new DonationOutcome.Taken(code));
        var id = (await _world.InAsync(SuppliesWorld.Dispatcher, s => Reservations.ReserveAsync(s, [new("suit", "P1", "H1", 30, "voluntary", "gift", null, 1)], TimeSpan.FromHours(1), default))).ShouldBeOfType<ReserveOutcome.Reserved>().Ids[0];
        await StepAsync(s_supplier, id, new StepInput.Confirm());
        await OrderAsync(id);
        await StepAsync(s_receiver, id, new StepInput.Receive(30, null));
        var trace = (await _world.InAsync(Actor.Public, s => DonationTrace.FindAsync(s, code, default))).ShouldNotBeNull();
        trace.Parts.ShouldBe([new("received", 30, "第一医院", "420106", new(2020, 2, 1)), new("stored", 20, "口罩厂", "4201", null)]);
        (await _world.InAsync(Actor.Public, s => DonationTrace.FindAsync(s, "AAAAAAAAAAAA", default))).ShouldBeNull();
    }

    [Fact]
    public async Task A_purchase_keeps_its_price_and_the_quotations_beside_it_and_a_refusal_opens_the_offer_again()
    {
        var producer = await _world.FacilityAsync("P1");
        var offer = (await _world.InAsync(s_supplier, s => new MakeOffer(producer, Item, 100, false, 1250, null).RunAsync(s, default))).ShouldBeOfType<OfferOutcome.Done>().Id;
        Task<TakeOfferOutcome> BuyAsync(long quantity, string report) => _world.InAsync(SuppliesWorld.Dispatcher, s => new TakeOffer(offer, "H1", quantity, report).RunAsync(s, default));
        (await BuyAsync(101, "a")).ShouldBe(new TakeOfferOutcome.Invalid("quantity"));
        var id = (await BuyAsync(100, "b")).ShouldBeOfType<TakeOfferOutcome.Taken>().Consignment;
        (await BuyAsync(100, "b")).ShouldBe(new TakeOfferOutcome.Taken(id));
        (await BuyAsync(1, "c")).ShouldBe(new TakeOfferOutcome.Invalid("offer"));
        (await ReadAsync(id)).Regime.ShouldBe("voluntary");
        (await _world.InAsync(s => s.QuerySingleAsync<decimal>("SELECT total_fen FROM supplies.purchase WHERE consignment_id = @id AND jsonb_array_length(quotations) = 1", new { id }))).ShouldBe(125_000);
        await StepAsync(s_supplier, id, new StepInput.Decline());
        (await _world.InAsync(s => s.QuerySingleAsync<(string, long)>("SELECT state, taken_quantity FROM supplies.offer WHERE id = @offer", new { offer }))).ShouldBe(("open", 0));
    }

    [Fact]
    public async Task What_was_used_is_fetched_weighed_and_destroyed_under_a_certificate()
    {
        var hospital = await _world.FacilityAsync("H1");
        await _world.MoveAsync("o", _lot, "H1", StockState.Opening, "H1", StockState.OnHand, 50);
        await _world.MoveAsync("u", _lot, "H1", StockState.OnHand, "H1", StockState.Used, 40);
        Task<CollectOutcome> FetchAsync(string key, long quantity) => _world.InAsync(SuppliesWorld.Dispatcher, s => new Collect(key, hospital, "protective", Item, quantity, 1_500, "C1", "H2").RunAsync(s, default));
        (await FetchAsync("a", 41)).ShouldBe(new CollectOutcome.UsedLess(40));
        var id = (await FetchAsync("b", 35)).ShouldBeOfType<CollectOutcome.Done>().Id;
        (await FetchAsync("b", 35)).ShouldBe(new CollectOutcome.Done(id));
        (await _world.InAsync(SuppliesWorld.Of("H2"), s => Collect.CloseAsync(s, id, "destroyed", "", default))).ShouldBe(new CollectOutcome.Invalid("certificate"));
        Task<CollectOutcome> WeighAsync(string who, string step, long grams, string permission = SuppliesPermissions.Own) => _world.InAsync(SuppliesWorld.Of(who, permission), s => new WeighLoad(id, step, grams).RunAsync(s, default));
        (await WeighAsync("H2", "fetch", 1_480)).ShouldBeOfType<CollectOutcome.NotFound>();
        (await WeighAsync("C1", "fetch", 1_480, SuppliesPermissions.Carry)).ShouldBe(new CollectOutcome.Done(id));
        (await WeighAsync("C1", "fetch", 1_480, SuppliesPermissions.Carry)).ShouldBe(new CollectOutcome.Done(id));
        (await WeighAsync("C1", "fetch", 1_000, SuppliesPermissions.Carry)).ShouldBe(new CollectOutcome.Invalid("state"));
        (await _world.InAsync(SuppliesWorld.Of("H2"), s => Collect.CloseAsync(s, id, "destroyed", "W-2020-7", default))).ShouldBe(new CollectOutcome.Invalid("weight"));
        (await _world.InAsync(SuppliesWorld.Of("H1"), s => Load.LastAsync(s, "H1", default))).Single().IsWeightDoubtful.ShouldBeFalse();
        (await WeighAsync("H2", "receive", 1_200)).ShouldBe(new CollectOutcome.Done(id));
        (await _world.InAsync(SuppliesWorld.Of("H1"), s => Load.LastAsync(s, "H1", default))).Single().IsWeightDoubtful.ShouldBeTrue();
        (await _world.InAsync(SuppliesWorld.Of("H2"), s => Collect.CloseAsync(s, id, "destroyed", "W-2020-7", default))).ShouldBe(new CollectOutcome.Done(id));
        (await _world.HeldAsync("H2", StockState.Destroyed, _lot)).ShouldBe(35);
        var line = (await _world.InAsync(s => s.QueryAsync<ReturnLine>("SELECT facility_code, item_code, issued, used, came_back, gap FROM " + ReturnLine.From))).Single(l => l.FacilityCode == "H1");
        (line.Used, line.CameBack, line.Gap).ShouldBe((40, 35, 5));
    }
}
