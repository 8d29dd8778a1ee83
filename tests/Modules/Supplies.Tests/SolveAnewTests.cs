using Rongtong.Contracts.Casework;
using Rongtong.Platform.Events;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Planning;
using Rongtong.Supplies.Producers;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Tests;

/// <summary>What comes back is planned anew at once; what nobody here can meet goes up; on a real database.</summary>
public sealed class SolveAnewTests : IAsyncLifetime
{
    private const string Item = "respirator-medical";

    private readonly StoredPlans _plans = new();
    private SuppliesWorld _world = null!;

    public async Task InitializeAsync()
    {
        _world = await SuppliesWorld.StartAsync();
        await _world.MoveAsync("in", await _world.LotAsync("A", new(2021, 1, 1)), "P1", StockState.Opening, "P1", StockState.OnHand, 100);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    private async Task NeedAsync(string facility, long quantity)
    {
        var place = await _world.FacilityAsync(facility);
        await _world.InAsync(s => new AskFor(place, Item, "", Amount.Known(quantity)).RunAsync(s, default));
    }

    private async Task<long> PlanAsync() => (await _world.InAsync(SuppliesWorld.Dispatcher, s => new CreatePlan("42", new()).RunAsync(s, _plans, new Places(_world.Regions), default))).ShouldBeOfType<CreateOutcome.Created>().Id;

    private Task<SendOutcome> SendAsync(long plan, int version = 1) => _world.InAsync(SuppliesWorld.Dispatcher, s => new SendPlan(plan, version).RunAsync(s, _world.Regions.Current, default));

    private Task<ChangeOutcome> PinAsync(long plan, int version, params PinChange[] changes) => _world.InAsync(SuppliesWorld.Dispatcher, s => new ChangePins(plan, version, changes).RunAsync(s, _plans, default));

    private Task<T> ReadAsync<T>(string sql) => _world.InAsync(s => s.QuerySingleAsync<T>(sql));

    /// <summary>Hands every event of the kind that was published to the subscriber, as the dispatcher of events does.</summary>
    private async Task<int> HandleAsync()
    {
        var events = await _world.InAsync(s => s.QueryAsync<(long Id, string Payload)>("SELECT id, payload::text FROM platform.outbox_event WHERE kind = @Kind ORDER BY id", new { PoolChanged.Kind }));
        foreach (var (id, payload) in events)
        {
            await _world.InAsync(async s =>
            {
                await new WhenPoolChanged(_plans, new Places(_world.Regions)).HandleAsync(s, new OutboxEvent(id, PoolChanged.Kind, "", payload, s.Now), default);
                return 0;
            });
        }
        return events.Count;
    }

    private async Task StepAsync(StepInput input, string actor = "P1", string reference = "%")
    {
        var ids = await _world.InAsync(s => s.QueryAsync<long>("SELECT id FROM supplies.consignment WHERE reference LIKE @reference ORDER BY id", new { reference }));
        foreach (var id in ids) (await _world.InAsync(SuppliesWorld.Of(actor), s => new TakeStep(id, input).RunAsync(s, default))).ShouldBeOfType<TakeOutcome.Taken>().Step.ShouldBeOfType<StepOutcome.Moved>();
    }

    [Fact]
    public async Task Goods_that_are_declined_are_planned_anew_at_once_and_many_returns_are_one_solution()
    {
        await NeedAsync("H1", 60);
        await NeedAsync("H2", 40);
        var sent = await PlanAsync();
        (await SendAsync(sent)).ShouldBe(new SendOutcome.Sent(2, 0, 0));
        await StepAsync(new StepInput.Decline());
        (await HandleAsync()).ShouldBe(2);
        (await ReadAsync<int>("SELECT count(*)::int FROM supplies.plan")).ShouldBe(2);
        (await ReadAsync<(long, string)>("SELECT parent_id, state FROM supplies.plan ORDER BY id DESC LIMIT 1")).ShouldBe((sent, "draft"));
        (await ReadAsync<(int, long)>("SELECT count(*)::int, min(plan_id) FROM supplies.pool_return WHERE state = 'declined'")).ShouldBe((2, sent + 1));
        (await ReadAsync<long>($"SELECT sum(quantity)::bigint FROM supplies.plan_line WHERE plan_id = {sent + 1}")).ShouldBe(100);
        // The same events again, as after a host that died: nothing more to do.
        await HandleAsync();
        (await ReadAsync<int>("SELECT count(*)::int FROM supplies.plan")).ShouldBe(2);
    }

    [Fact]
    public async Task A_draft_that_is_being_edited_is_replaced_with_its_fixed_lines_and_the_editor_is_led_to_the_new_one()
    {
        await NeedAsync("H1", 60);
        await SendAsync(await PlanAsync());
        await NeedAsync("H2", 90);
        var draft = await PlanAsync();
        (await PinAsync(draft, 1, new PinChange(0, 0, 25))).ShouldBeOfType<ChangeOutcome.Solved>();
        await StepAsync(new StepInput.Decline());
        await HandleAsync();
        var anew = await ReadAsync<long>($"SELECT replaced_by FROM supplies.plan WHERE id = {draft} AND state = 'replaced'");
        (await ReadAsync<long>($"SELECT pinned FROM supplies.plan_line WHERE plan_id = {anew} AND to_facility = 'H2' AND pinned IS NOT NULL")).ShouldBe(25);
        (await ReadAsync<long>($"SELECT sum(quantity)::bigint FROM supplies.plan_line WHERE plan_id = {anew} AND to_facility = 'H1'")).ShouldBe(60);
        (await ReadAsync<int>($"SELECT (news ->> 'changed')::int FROM supplies.plan WHERE id = {anew}")).ShouldBe(1);
        var late = (await PinAsync(draft, 2, new PinChange(0, 0, 30))).ShouldBeOfType<ChangeOutcome.Replaced>();
        late.By.ShouldBe(anew);
        var mine = late.Change.ShouldNotBeNull();
        (await PinAsync(anew, 2, mine)).ShouldBe(new ChangeOutcome.Solved(3));
        (await SendAsync(draft, 2)).ShouldBe(new SendOutcome.Replaced(anew));
        var proof = await _world.InAsync(SuppliesWorld.Dispatcher, async s => await VerifyPlan.RunAsync(s, (await StoredPlans.FindAsync(s, anew, default))!, 2, default));
        (proof.IsReplayed, proof.Problems.Count).ShouldBe((true, 0));
    }

    [Fact]
    public async Task Reservations_that_lapse_or_arrive_short_come_back_as_well()
    {
        await NeedAsync("H1", 60);
        await SendAsync(await PlanAsync());
        _world.Clock.Advance(SendPlan.GoodFor);
        await _world.InAsync(async s => { await new LapseReservations().RunAsync(s, default); return 0; });
        await HandleAsync();
        (await ReadAsync<(string, long)>("SELECT r.state, sum(l.quantity)::bigint FROM supplies.pool_return r JOIN supplies.plan_line l ON l.plan_id = r.plan_id GROUP BY 1")).ShouldBe(("lapsed", 60));

        (await SendAsync(2)).ShouldBe(new SendOutcome.Sent(1, 0, 0));
        await StepAsync(new StepInput.Confirm(), reference: "plan:2:%");
        var id = await ReadAsync<long>("SELECT max(id) FROM supplies.consignment");
        using var keys = new DispatchKeys(_world.Stored.Database, new Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider());
        (await _world.InAsync(SuppliesWorld.Of("P1"), s => new IssueOrder("o", [id], "C1", "", s.Now.AddHours(5)).RunAsync(s, keys, default))).ShouldBeOfType<OrderOutcome.Issued>();
        await StepAsync(new StepInput.Receive(45, "damaged"), "H1", "plan:2:%");
        await HandleAsync();
        (await ReadAsync<(long, long)>("SELECT r.quantity, l.quantity FROM supplies.pool_return r JOIN supplies.plan_line l ON l.plan_id = r.plan_id WHERE r.state = 'received'")).ShouldBe((15, 15));
    }

    [Fact]
    public async Task What_the_product_plans_anew_holds_no_goods_that_the_dispatcher_may_not_command()
    {
        await _world.InAsync(s => s.ExecuteAsync("INSERT INTO supplies.facility (code, name, kind, region_code, created_at) VALUES ('P9', '外省库', 'warehouse', '430102', now())"));
        await _world.MoveAsync("in9", await _world.LotAsync("A", new(2021, 1, 1)), "P9", StockState.Opening, "P9", StockState.OnHand, 500);
        await NeedAsync("H1", 160);
        await SendAsync(await PlanAsync());
        await StepAsync(new StepInput.Decline());
        await HandleAsync();
        (await ReadAsync<string>("SELECT string_agg(DISTINCT from_facility, ',') FROM supplies.plan_line WHERE plan_id = 2")).ShouldBe("P1");
    }

    [Fact]
    public async Task New_needs_and_new_stock_make_a_plan_out_of_date()
    {
        await NeedAsync("H1", 60);
        var plan = await PlanAsync();
        async Task<(int, int)> SinceAsync() => await _world.InAsync(SuppliesWorld.Dispatcher, async s => await PlanMarks.SinceAsync(s, (await StoredPlans.FindAsync(s, plan, default))!, default));
        (await SinceAsync()).ShouldBe((0, 0));
        await NeedAsync("H2", 5);
        await NeedAsync("H1", 70);
        await NeedAsync("H9", 70);
        (await SinceAsync()).ShouldBe((2, 0));
        await _world.MoveAsync("more", await _world.LotAsync("B"), "P1", StockState.Produced, "P1", StockState.OnHand, 9);
        (await SinceAsync()).ShouldBe((2, 1));
    }

    [Fact]
    public async Task What_an_approved_plan_leaves_unmet_goes_to_the_level_above_once_and_is_closed_when_a_plan_meets_it()
    {
        await NeedAsync("H1", 130);
        (await SendAsync(await PlanAsync())).ShouldBe(new SendOutcome.Sent(1, 0, 1));
        (await ReadAsync<(string, string, long, string)>("SELECT region_code, to_region, quantity, state FROM supplies.escalation")).ShouldBe(("42", "", 30, "open"));
        // What is left can still not be met: it is approved as it is, and the open record stays one.
        (await SendAsync(await PlanAsync())).ShouldBe(new SendOutcome.Sent(0, 0, 1));
        (await ReadAsync<(int, long)>("SELECT count(*)::int, max(quantity) FROM supplies.escalation")).ShouldBe((1, 30));
        (await ReadAsync<int>($"SELECT count(DISTINCT subject)::int FROM platform.outbox_event WHERE kind = '{CaseWanted.Kind}'")).ShouldBe(1);
        await _world.MoveAsync("more", await _world.LotAsync("B"), "P1", StockState.Produced, "P1", StockState.OnHand, 30);
        (await SendAsync(await PlanAsync())).ShouldBe(new SendOutcome.Sent(1, 0, 0));
        (await ReadAsync<string>("SELECT state FROM supplies.escalation")).ShouldBe("met");
        (await SendAsync(await PlanAsync())).ShouldBeOfType<SendOutcome.Nothing>();
    }

    [Fact]
    public async Task Output_that_another_region_commands_is_shown_and_asked_of_the_level_above_instead_of_reserved()
    {
        await _world.InAsync(s => s.ExecuteAsync("INSERT INTO supplies.facility (code, name, kind, region_code, created_at) VALUES ('P9', '外省厂', 'producer', '430102', now())"));
        var producer = await _world.FacilityAsync("P9");
        await _world.InAsync(s => new ReportDay(producer, new DayFigures { ItemCode = Item, Day = new(2020, 2, 1), Output = 500 }).RunAsync(s, default));
        await NeedAsync("H1", 130);
        (await SendAsync(await PlanAsync())).ShouldBe(new SendOutcome.Sent(1, 1, 1));
        (await ReadAsync<long>("SELECT quantity FROM supplies.escalation")).ShouldBe(30);
    }
}
