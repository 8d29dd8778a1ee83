using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Planning;
using Rongtong.Supplies.Producers;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Tests;

/// <summary>Goods that are promised before they are made: never twice, and nothing in the ledger until they exist.</summary>
public sealed class PromisedOutputTests : IAsyncLifetime
{
    private const string Item = "respirator-medical";
    private static readonly DateOnly s_tomorrow = new(2020, 2, 2);

    private SuppliesWorld _world = null!;

    public async Task InitializeAsync()
    {
        _world = await SuppliesWorld.StartAsync();
        await ReportAsync(new(2020, 2, 1), 100, null);
    }

    public async Task DisposeAsync()
    {
        (await _world.InAsync(s => Ledger.RecountAsync(s))).ShouldBeEmpty();
        (await _world.InAsync(s => s.QuerySingleAsync<decimal>("SELECT coalesce(sum(quantity), 0) FROM supplies.balance"))).ShouldBe(0);
        await _world.DisposeAsync();
    }

    private async Task ReportAsync(DateOnly day, long? output, long? stock)
    {
        var producer = await _world.FacilityAsync("P1");
        (await _world.InAsync(s => new ReportDay(producer, new DayFigures { ItemCode = Item, Day = day, Output = output, Stock = stock }).RunAsync(s, default))).ShouldBeOfType<ReportOutcome.Reported>();
    }

    private Task<ReserveOutcome> ReserveAsync(string reference, long quantity, DateOnly? day = null) =>
        _world.InAsync(SuppliesWorld.Dispatcher, s => Reservations.ReserveAsync(s, [new(Item, "P1", "H1", quantity, "command", reference, null, 1) { MadeOn = day ?? s_tomorrow }], TimeSpan.FromHours(6), default));

    private async Task<long> ReservedAsync(string reference, long quantity) => (await ReserveAsync(reference, quantity)).ShouldBeOfType<ReserveOutcome.Reserved>().Ids[0];

    private async Task<StepOutcome> StepAsync(long id, StepInput input) =>
        (await _world.InAsync(input is StepInput.Cancel ? SuppliesWorld.Dispatcher : SuppliesWorld.Of("P1"), s => new TakeStep(id, input).RunAsync(s, default))).ShouldBeOfType<TakeOutcome.Taken>().Step;

    private Task<(long Promised, long Committed, long Made)> DayAsync() => _world.InAsync(s => s.QuerySingleAsync<(long, long, long)>("SELECT promised, committed, made FROM supplies.production_promise"));

    private Task<long> HeldAsync(StockState state) => _world.InAsync(s => s.QuerySingleAsync<long>("SELECT coalesce(sum(quantity), 0)::bigint FROM supplies.balance WHERE place = 'P1' AND state = @state", new { state = state.Word() }));

    [Fact]
    public async Task A_days_output_is_promised_once_and_nothing_of_it_is_stock_before_it_is_made()
    {
        await ReservedAsync("plan:1:1", 70);
        (await ReserveAsync("plan:1:2", 31)).ShouldBeOfType<ReserveOutcome.NotEnough>().Which.ShouldBe([new StockShort("plan:1:2", Item, "P1", 31, 30)]);
        (await ReserveAsync("plan:1:3", 1, new(2020, 2, 1))).ShouldBeOfType<ReserveOutcome.NotEnough>();
        (await DayAsync()).ShouldBe((100, 70, 0));
        (await _world.InAsync(s => s.QuerySingleAsync<int>("SELECT count(*)::int FROM supplies.entry"))).ShouldBe(0);
        (await ReserveAsync("plan:1:1", 70)).ShouldBeOfType<ReserveOutcome.Reserved>();
        (await DayAsync()).ShouldBe((100, 70, 0));
    }

    [Fact]
    public async Task Confirming_brings_the_goods_in_and_sets_them_aside_and_the_days_report_counts_them_once()
    {
        var id = await ReservedAsync("plan:1:1", 70);
        (await StepAsync(id, new StepInput.Confirm())).ShouldBeOfType<StepOutcome.Moved>();
        (await DayAsync()).ShouldBe((100, 0, 70));
        (await HeldAsync(StockState.Reserved)).ShouldBe(70);
        _world.Clock.Advance(TimeSpan.FromDays(1));
        await ReportAsync(s_tomorrow, 100, 100);
        (await HeldAsync(StockState.Produced)).ShouldBe(-100);
        (await HeldAsync(StockState.OnHand)).ShouldBe(30);
        (await StepAsync(id, new StepInput.Decline())).ShouldBeOfType<StepOutcome.Moved>();
        (await HeldAsync(StockState.OnHand)).ShouldBe(100);
        (await DayAsync()).ShouldBe((100, 0, 70));
    }

    [Fact]
    public async Task Confirmed_after_the_days_report_they_come_from_the_shelf()
    {
        var id = await ReservedAsync("plan:1:1", 70);
        _world.Clock.Advance(TimeSpan.FromDays(1));
        await ReportAsync(s_tomorrow, 100, 100);
        (await StepAsync(id, new StepInput.Confirm())).ShouldBeOfType<StepOutcome.Moved>();
        (await HeldAsync(StockState.Produced)).ShouldBe(-100);
        (await HeldAsync(StockState.OnHand)).ShouldBe(30);
        (await HeldAsync(StockState.Reserved)).ShouldBe(70);
    }

    [Fact]
    public async Task What_nobody_confirmed_a_day_later_or_was_declined_is_free_again()
    {
        var (declined, lapsed) = (await ReservedAsync("plan:1:1", 40), await ReservedAsync("plan:1:2", 60));
        (await StepAsync(declined, new StepInput.Decline())).ShouldBeOfType<StepOutcome.Moved>();
        (await DayAsync()).ShouldBe((100, 60, 0));
        _world.Clock.Advance(TimeSpan.FromDays(3));
        (await StepAsync(lapsed, new StepInput.Confirm())).ShouldBeOfType<StepOutcome.Expired>();
        (await DayAsync()).ShouldBe((100, 0, 0));
    }

    [Theory]
    [InlineData("UPDATE supplies.production_promise SET committed = 0")]
    [InlineData("UPDATE supplies.production_promise SET made = made + 1")]
    [InlineData("UPDATE supplies.production_promise SET promised = 69")]
    [InlineData("DELETE FROM supplies.production_promise")]
    [InlineData("INSERT INTO supplies.production_promise (facility_code, region_code, item_code, day, promised, committed) VALUES ('P1', '4201', 'suit', '2020-02-02', 5, 5)")]
    [InlineData("INSERT INTO supplies.consignment (reference, item_code, from_facility, from_region, to_facility, to_region, quantity, regime, tier, reserved_until, created_by, created_at, made_on) VALUES ('x', 'respirator-medical', 'P1', '4201', 'H1', '420106', 31, 'command', 1, now(), 'x', now(), '2020-02-02')")]
    [InlineData("INSERT INTO supplies.consignment (reference, item_code, from_facility, from_region, to_facility, to_region, quantity, regime, tier, reserved_until, created_by, created_at, made_on) VALUES ('x', 'suit', 'P1', '4201', 'H1', '420106', 1, 'command', 1, now(), 'x', now(), '2020-02-02')")]
    public async Task No_statement_even_of_the_product_itself_promises_twice(string sql)
    {
        await ReservedAsync("plan:1:1", 70);
        await Should.ThrowAsync<PostgresException>(() => _world.InAsync(s => s.ExecuteAsync(sql)));
        (await DayAsync()).ShouldBe((100, 70, 0));
    }

    [Fact]
    public async Task A_plan_reserves_stock_and_output_together_and_the_next_plan_has_only_the_rest_of_the_day()
    {
        await _world.MoveAsync("in", await _world.LotAsync("A"), "P1", StockState.Opening, "P1", StockState.OnHand, 20);
        var hospital = await _world.FacilityAsync("H1");
        await _world.InAsync(s => new AskFor(hospital, Item, "", Amount.Known(90)).RunAsync(s, default));
        var plans = new StoredPlans();
        Task<CreateOutcome> PlanAsync() => _world.InAsync(SuppliesWorld.Dispatcher, s => new CreatePlan("42", new() { HorizonDays = 1 }).RunAsync(s, plans, new Places(_world.Regions), default));
        await PlanAsync();
        (await _world.InAsync(SuppliesWorld.Dispatcher, s => new SendPlan(1, 1).RunAsync(s, _world.Regions.Current, default))).ShouldBe(new SendOutcome.Sent(2, 0, 0));
        (await DayAsync()).ShouldBe((100, 70, 0));
        await PlanAsync();
        var snapshot = await _world.InAsync(async s => await plans.SnapshotAsync(s, (await StoredPlans.FindAsync(s, 2, default))!, default));
        snapshot.Supplies.Select(s => (s.Source, s.Quantity)).ShouldBe([("planned", 30)]);
        snapshot.Needs.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_decline_that_waits_for_the_day_holds_up_nobody_who_has_it()
    {
        var id = await ReservedAsync("plan:1:1", 70);
        await using var dispatcher = await _world.Stored.Database.BeginAsync(SuppliesWorld.Dispatcher);
        Task<ReserveOutcome> AskAsync(string reference, long quantity) =>
            Reservations.ReserveAsync(dispatcher, [new(Item, "P1", "H1", quantity, "command", reference, null, 1) { MadeOn = s_tomorrow }], TimeSpan.FromHours(6), default);
        (await AskAsync("plan:1:2", 10)).ShouldBeOfType<ReserveOutcome.Reserved>();
        var declining = StepAsync(id, new StepInput.Decline());
        while (!await _world.InAsync(s => s.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"))) declining.IsCompleted.ShouldBeFalse();
        // The same consignment again, as a page sent twice does: it is known, and needs nothing that the decline has.
        (await AskAsync("plan:1:1", 70)).ShouldBeOfType<ReserveOutcome.Reserved>().Ids.ShouldBe([id]);
        await dispatcher.CommitAsync();
        (await declining).ShouldBeOfType<StepOutcome.Moved>();
        (await DayAsync()).ShouldBe((100, 10, 0));
    }

    /// <summary>Many at once, steps drawn at random: what is promised is what waits, what was made entered the ledger, and neither exceeds the day.</summary>
    [Fact]
    public void Whatever_many_do_at_once_a_day_is_promised_once_and_what_is_made_enters_once()
    {
        var action = from reference in Gen.Choose(1, 6) from what in Gen.Elements("reserve", "reserve", "confirm", "decline", "cancel") from quantity in Gen.Choose(1, 60) select (reference, what, quantity);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(4), Prop.ForAll(Gen.Zip(Gen.Choose(0, int.MaxValue), action.ArrayOf(40)).ToArbitrary(), drawn => RunAsync(drawn.Item1, drawn.Item2).GetAwaiter().GetResult()));
    }

    private async Task<bool> RunAsync(int seed, (int Reference, string What, int Quantity)[] actions)
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async worker =>
        {
            for (var i = worker; i < actions.Length; i += 8)
            {
                var (number, what, quantity) = actions[i];
                var reference = $"r:{seed}:{number}";
                if (what == "reserve") await ReserveAsync(reference, quantity);
                else if (await _world.InAsync(s => s.QuerySingleOrDefaultAsync<long?>("SELECT id FROM supplies.consignment WHERE reference = @reference", new { reference })) is { } id)
                    await StepAsync(id, what switch { "confirm" => new StepInput.Confirm(), "decline" => new StepInput.Decline(), _ => new StepInput.Cancel() });
            }
        }));
        var (promised, committed, made) = await DayAsync();
        (committed + made).ShouldBeLessThanOrEqualTo(promised);
        committed.ShouldBe(await SumAsync("state = 'reserved'"));
        made.ShouldBe(await SumAsync("EXISTS (SELECT FROM supplies.consignment_line l WHERE l.consignment_id = c.id)"));
        (await HeldAsync(StockState.Produced)).ShouldBe(-made);
        (await HeldAsync(StockState.Reserved)).ShouldBe(await SumAsync("state = 'confirmed'"));
        (await HeldAsync(StockState.OnHand) + await HeldAsync(StockState.Reserved)).ShouldBe(made);
        (await _world.InAsync(s => Ledger.RecountAsync(s))).ShouldBeEmpty();
        return true;
    }

    private Task<long> SumAsync(string where) => _world.InAsync(s => s.QuerySingleAsync<long>($"SELECT coalesce(sum(quantity), 0)::bigint FROM supplies.consignment c WHERE made_on IS NOT NULL AND {where}"));
}
