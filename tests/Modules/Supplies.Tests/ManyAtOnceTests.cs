using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.DataProtection;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Donations;
using Rongtong.Supplies.Planning;
using Rongtong.Supplies.Producers;
using Rongtong.Supplies.Recycling;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Tests;

/// <summary>Everything that anybody may do with goods, by eight at once over the same few shelves: none of them is ended by another, and the books agree.</summary>
public sealed class ManyAtOnceTests : IAsyncLifetime, IDisposable
{
    private const int Workers = 8;
    private static readonly string[] s_items = ["respirator-medical", "suit"], s_givers = ["P1", "P2", "H1", "H2"], s_carriers = ["C1", "C2"];
    private static readonly string[] s_actions =
    [
        "reserve", "reserve", "promise", "promise", "offer", "take", "take", "confirm", "confirm", "confirm", "decline", "cancel", "order", "order", "ship", "arrive", "receive", "receive", "lose", "count", "use", "report",
        "lapse", "plan", "send", "ask", "answer", "fresh", "renew", "retire", "give", "collect", "certify", "later",
    ];

    private readonly StoredPlans _plans = new();
    private SuppliesWorld _world = null!;
    private DispatchKeys _keys = null!;

    public async Task InitializeAsync()
    {
        _world = await SuppliesWorld.StartAsync();
        _keys = new(_world.Stored.Database, new EphemeralDataProtectionProvider());
        await _world.InAsync(s => Facilities.RegisterFacilities.RunAsync(s, [new("P2", "二厂", "producer", "4201"), new("C2", "二车队", "carrier", "4201")], null, isDemo: false, default));
        foreach (var item in s_items)
        {
            // The same lots lie in several places: their accounts stand next to each other in the order of the locks.
            foreach (var (lot, n) in new[] { await _world.LotAsync("A", new(2021, 1, 1), item), await _world.LotAsync("B", new(2021, 6, 1), item) }.Select((l, n) => (l, n)))
            {
                foreach (var place in s_givers) await _world.MoveAsync($"{item}:{n}:{place}", lot, place, StockState.Opening, place, StockState.OnHand, 400);
            }
            foreach (var producer in new[] { "P1", "P2" }) await _world.InAsync(async s => await new ReportDay((await Facilities.Facility.FindAsync(s, producer))!, new DayFigures { ItemCode = item, Day = new(2020, 2, 1), Output = 300 }).RunAsync(s, default));
        }
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void Whatever_many_do_at_once_from_plan_to_door_ends_nobody_and_the_books_agree()
    {
        var act = from what in Gen.Elements(s_actions) from a in Gen.Choose(0, 1_000) from b in Gen.Choose(0, 1_000) from quantity in Gen.Choose(1, 90) select new Act(what, a, b, quantity);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3), Prop.ForAll(act.ListOf(Workers * 25).ToArbitrary(), acts => RunAsync([.. acts]).GetAwaiter().GetResult()));
    }

    private async Task<bool> RunAsync(Act[] acts)
    {
        var round = Guid.NewGuid().ToString("N");
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async worker =>
        {
            for (var i = worker; i < acts.Length; i += Workers) await DoAsync(acts[i], $"{round}:{i}");
        }));
        await AgreeAsync();
        return true;
    }

    private async Task AgreeAsync()
    {
        (await _world.InAsync(s => Ledger.RecountAsync(s))).ShouldBeEmpty();
        await NoneAsync("a lot whose accounts do not add up to nothing", "SELECT lot_id FROM supplies.balance GROUP BY lot_id HAVING sum(quantity) <> 0");
        await NoneAsync("goods set aside that no consignment has, or the other way round", """
            SELECT * FROM (SELECT place, lot_id, sum(quantity) AS q FROM supplies.balance WHERE state = 'reserved' AND quantity <> 0 GROUP BY 1, 2) b
            FULL JOIN (SELECT c.from_facility AS place, l.lot_id, sum(l.quantity) AS q FROM supplies.consignment c JOIN supplies.consignment_line l ON l.consignment_id = c.id WHERE c.state IN ('reserved', 'confirmed') GROUP BY 1, 2) c
            USING (place, lot_id) WHERE b.q IS DISTINCT FROM c.q
            """);
        await NoneAsync("goods on a truck that no consignment has, or the other way round", """
            SELECT * FROM (SELECT place, sum(quantity) AS q FROM supplies.balance WHERE state = 'in_transit' AND quantity <> 0 GROUP BY 1) b
            FULL JOIN (SELECT carrier AS place, sum(quantity) AS q FROM supplies.consignment WHERE state IN ('shipped', 'arrived') GROUP BY 1) c USING (place) WHERE b.q IS DISTINCT FROM c.q
            """);
        await NoneAsync("a day of output that is promised otherwise than its consignments say", """
            SELECT * FROM supplies.production_promise p
            WHERE committed <> (SELECT coalesce(sum(quantity), 0) FROM supplies.consignment c WHERE c.made_on = p.day AND c.from_facility = p.facility_code AND c.item_code = p.item_code AND c.state = 'reserved')
                OR made <> (SELECT coalesce(sum(quantity), 0) FROM supplies.consignment c WHERE c.made_on = p.day AND c.from_facility = p.facility_code AND c.item_code = p.item_code AND EXISTS (SELECT FROM supplies.consignment_line l WHERE l.consignment_id = c.id))
            """);
        await NoneAsync("an offer of which more or less is taken than stands reserved or has gone further", """
            SELECT * FROM supplies.offer o WHERE taken_quantity <> (SELECT coalesce(sum(quantity), 0) FROM supplies.consignment c WHERE c.offer_id = o.id AND c.state NOT IN ('lapsed', 'declined', 'cancelled'))
            """);
        await NoneAsync("a facility with two open needs of one item", "SELECT facility_code, item_code FROM supplies.need WHERE state IN ('open', 'partly_met') GROUP BY 1, 2 HAVING count(*) > 1");
        await NoneAsync("a need that is open and closed", "SELECT id FROM supplies.need WHERE (state IN ('open', 'partly_met')) <> (closed_at IS NULL)");
        await NoneAsync("a sum of deliveries that is none of its consignments", """
            SELECT * FROM (SELECT item_code, sum(sent) AS q, sum(arrived) AS r FROM supplies.delivery_day GROUP BY 1) d
            FULL JOIN (SELECT item_code, sum(quantity) FILTER (WHERE state IN ('shipped', 'arrived', 'received', 'lost')) AS q, coalesce(sum(received_quantity) FILTER (WHERE state = 'received'), 0) AS r FROM supplies.consignment GROUP BY 1) c
            USING (item_code) WHERE coalesce(d.q, 0) <> coalesce(c.q, 0) OR coalesce(d.r, 0) <> coalesce(c.r, 0)
            """);
    }

    private async Task NoneAsync(string what, string sql) => (await _world.InAsync(s => s.QueryAsync<string>($"SELECT to_jsonb(found)::text FROM ({sql}) found"))).ShouldBeEmpty(what);

    private Task DoAsync(Act act, string name) => act.What switch
    {
        "reserve" => ReserveAsync(name, act, null),
        "promise" => ReserveAsync(name, act, new DateOnly(2020, 2, 2).AddDays(act.B % 3)),
        "offer" => AsAsync(SuppliesWorld.Of(Producer(act)), async s => await new MakeOffer((await Facilities.Facility.FindAsync(s, Producer(act)))!, Item(act), act.Quantity * 2, act.B % 2 == 0, act.B % 2 == 0 ? null : 500, null).RunAsync(s, default) is OfferOutcome.Done),
        "take" => OnAsync("SELECT id FROM supplies.offer ORDER BY id DESC LIMIT 6", act, SuppliesWorld.Dispatcher, async (s, id) => await new TakeOffer(id, act.B % 2 == 0 ? "H1" : "H2", act.Quantity, name[^8..]).RunAsync(s, default) is TakeOfferOutcome.Taken),
        "confirm" => StepAsync(act, new StepInput.Confirm(), "from_facility", "reserved"),
        "decline" => StepAsync(act, new StepInput.Decline(), "from_facility", "reserved", "confirmed"),
        "cancel" => StepAsync(act, new StepInput.Cancel(), "", "reserved", "confirmed"),
        "ship" => StepAsync(act, new StepInput.Ship(), "from_facility", "confirmed", "received"),
        "arrive" => StepAsync(act, new StepInput.Arrive(), "to_facility", "confirmed", "shipped"),
        "receive" => ReceiveAsync(act),
        "lose" => StepAsync(act, new StepInput.Lose(), "", "shipped", "arrived"),
        "order" => OrderAsync(act, name),
        "count" => AsAsync(SuppliesWorld.Of(Giver(act)), async s => await new CountStock(name, Giver(act), Item(act), null, act.Quantity * 12).RunAsync(s, default) is CountOutcome.Counted),
        "use" => AsAsync(SuppliesWorld.Of("H1"), async s => await new CountStock(name, act.A % 2 == 0 ? "H1" : "H2", Item(act), act.Quantity, null).RunAsync(s, default) is CountOutcome.Counted),
        "report" => AsAsync(SuppliesWorld.Of(Producer(act)), async s => await new ReportDay((await Facilities.Facility.FindAsync(s, Producer(act)))!, new DayFigures { ItemCode = Item(act), Day = new(2020, 2, 1), Output = 300 + act.Quantity, Stock = act.Quantity * 10 }).RunAsync(s, default) is ReportOutcome.Reported),
        "lapse" => AsAsync(Actor.System, async s => { await new LapseReservations().RunAsync(s, default); return true; }),
        "plan" => AsAsync(SuppliesWorld.Dispatcher, async s => await new CreatePlan("42", new() { HorizonDays = 2 }).RunAsync(s, _plans, new Places(_world.Regions), default) is CreateOutcome.Created),
        "send" => OnAsync("SELECT id FROM supplies.plan WHERE state = 'draft' ORDER BY id DESC LIMIT 3", act, SuppliesWorld.Dispatcher, async (s, id) => await new SendPlan(id, 1).RunAsync(s, _world.Regions.Current, default) is SendOutcome.Sent),
        "ask" => AsAsync(SuppliesWorld.Of(Hospital(act)), async s => await new AskFor((await Facilities.Facility.FindAsync(s, Hospital(act)))!, Item(act), "", act.B % 3 == 0 ? Amount.Unknown : Amount.Known(act.Quantity)).RunAsync(s, default) is not AskOutcome.Invalid),
        "answer" => OnAsync("SELECT id FROM supplies.need ORDER BY id DESC LIMIT 4", act, Actor.System, async (s, id) => (act.B % 3) switch
        {
            0 => await AnswerNeed.RenewAsync(s, id, default),
            1 => await AnswerNeed.SayAmountAsync(s, id, Amount.Known(act.Quantity), default),
            _ => await AnswerNeed.CloseAsync(s, id, "met_elsewhere", default),
        } is NeedOutcome.Done),
        "fresh" => AsAsync(Actor.System, async s => { await new KeepFresh(new TextCatalogue([typeof(SuppliesModule).Assembly])).RunAsync(s, default); return true; }),
        "renew" => AsAsync(SuppliesWorld.Of(Giver(act)), async s => await AnswerNeed.RenewAllAsync(s, Giver(act), default) >= 0),
        "retire" => OnAsync("SELECT id FROM supplies.offer WHERE state = 'open' ORDER BY id DESC LIMIT 6", act, Actor.System, async (s, id) => await MakeOffer.CloseAsync(s, id, "withdrawn", default) is OfferOutcome.Done),
        "give" => AsAsync(SuppliesWorld.Of(Hospital(act)), async s => await new TakeDonation((await Facilities.Facility.FindAsync(s, Hospital(act)))!, Item(act), act.Quantity, "", name[^8..]).RunAsync(s, default) is DonationOutcome.Taken),
        "collect" => AsAsync(SuppliesWorld.Of(Hospital(act)), async s => await new Collect(name[^8..], (await Facilities.Facility.FindAsync(s, Hospital(act)))!, "protective", Item(act), act.Quantity, 5_000, Carrier(act), Hospital(act) == "H1" ? "H2" : "H1").RunAsync(s, default) is CollectOutcome.Done),
        "certify" => OnAsync("SELECT id FROM supplies.collection WHERE state = 'collected' ORDER BY id DESC LIMIT 4", act, SuppliesWorld.Dispatcher, async (s, id) => await Collect.CloseAsync(s, id, "destroyed", "c", default) is CollectOutcome.Done),
        _ => LaterAsync(),
    };

    private Task LaterAsync()
    {
        lock (_plans) _world.Clock.Advance(TimeSpan.FromMinutes(20));
        return Task.CompletedTask;
    }

    private Task ReserveAsync(string name, Act act, DateOnly? day)
    {
        var from = day is null ? Giver(act) : Producer(act);
        // Several in one call, over both items and two receivers, as plans and machines ask.
        NewConsignment[] wanted = [.. Enumerable.Range(0, 1 + (act.B % 3)).Select(n => new NewConsignment(s_items[(act.A + n) % 2], from, Hospital(act) == from ? (from == "H1" ? "H2" : "H1") : Hospital(act), act.Quantity, "command", $"{name}:{n}", null, 1) { MadeOn = day })];
        return AsAsync(SuppliesWorld.Dispatcher, async s => await Reservations.ReserveAsync(s, wanted, TimeSpan.FromMinutes(act.B % 2 == 0 ? 10 : 300), default) is ReserveOutcome.Reserved);
    }

    private Task StepAsync(Act act, StepInput input, string by, params string[] states) => StepAsync(act, _ => input, by, states);

    private async Task StepAsync(Act act, Func<long, StepInput> input, string by, params string[] states)
    {
        var found = await _world.InAsync(s => s.QueryAsync<(long Id, long Quantity, string Who)>($"SELECT id, quantity, {(by.Length > 0 ? by : "''")} FROM supplies.consignment WHERE state = ANY (@states) ORDER BY id DESC LIMIT 8", new { states }));
        if (found.Count == 0) return;
        var (id, quantity, who) = found[act.A % found.Count];
        await AsAsync(who.Length > 0 ? SuppliesWorld.Of(who) : SuppliesWorld.Dispatcher, async s => await new TakeStep(id, input(quantity), act.B % 2 == 0 ? Guid.NewGuid() : null, s.Now.AddHours(-(act.B % 30))).RunAsync(s, default) is TakeOutcome.Taken);
    }

    private Task ReceiveAsync(Act act) => StepAsync(act, sent => (act.B % 5) switch
    {
        0 => new StepInput.Receive(sent - 1, "short"),
        1 => new StepInput.Receive(sent + 1, "over"),
        2 => new StepInput.Receive(sent - 1, "damaged"),
        3 => new StepInput.Receive(sent - 1, "lost"),
        _ => new StepInput.Receive(sent, null),
    }, "to_facility", "confirmed", "shipped", "arrived");

    private async Task OrderAsync(Act act, string name)
    {
        var from = Giver(act);
        var ready = await _world.InAsync(s => s.QueryAsync<long>("SELECT id FROM supplies.consignment WHERE from_facility = @from AND state = 'confirmed' AND order_id IS NULL ORDER BY id DESC LIMIT 3", new { from }));
        if (ready.Count > 0) await AsAsync(SuppliesWorld.Of(from), async s => await new IssueOrder(name, ready, Carrier(act), "", s.Now.AddDays(2)).RunAsync(s, _keys, default) is OrderOutcome.Issued);
    }

    private async Task OnAsync(string sql, Act act, Actor actor, Func<Session, long, Task<bool>> work)
    {
        var ids = await _world.InAsync(s => s.QueryAsync<long>(sql));
        if (ids.Count > 0) await AsAsync(actor, s => work(s, ids[act.A % ids.Count]));
    }

    /// <summary>What was refused is not committed, as the pages do it.</summary>
    private async Task AsAsync(Actor actor, Func<Session, Task<bool>> work)
    {
        await using var session = await _world.Stored.Database.BeginAsync(actor);
        if (await work(session)) await session.CommitAsync();
    }

    private static string Item(Act act) => s_items[act.A % 2];

    private static string Giver(Act act) => s_givers[act.B % 4];

    private static string Producer(Act act) => act.B % 2 == 0 ? "P1" : "P2";

    private static string Hospital(Act act) => act.A / 2 % 2 == 0 ? "H1" : "H2";

    private static string Carrier(Act act) => s_carriers[act.A / 4 % 2];

    private sealed record Act(string What, int A, int B, int Quantity);
}
