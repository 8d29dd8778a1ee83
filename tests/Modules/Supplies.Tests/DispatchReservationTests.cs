using Rongtong.Platform.Access;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Tests;

public sealed class DispatchReservationTests : IAsyncLifetime
{
    private const string Item = "respirator-medical";

    private SuppliesWorld _world = null!;
    private long _early, _late;

    public async Task InitializeAsync()
    {
        _world = await SuppliesWorld.StartAsync();
        (_late, _early) = (await _world.LotAsync("late", new(2021, 1, 1)), await _world.LotAsync("early", new(2020, 6, 1)));
        foreach (var lot in new[] { _late, _early }) await _world.MoveAsync($"made{lot}", lot, "P1", StockState.Produced, "P1", StockState.OnHand, 100);
    }

    public async Task DisposeAsync()
    {
        (await _world.InAsync(s => Ledger.RecountAsync(s))).ShouldBeEmpty();
        await _world.DisposeAsync();
    }

    private static NewConsignment To(string receiver, long quantity, string reference, string regime = "command") => new(Item, "P1", receiver, quantity, regime, reference, null, 1);

    private Task<ReserveOutcome> ReserveAsync(Actor actor, params NewConsignment[] wanted) => _world.InAsync(actor, s => Reservations.ReserveAsync(s, wanted, TimeSpan.FromHours(6), default));

    [Fact]
    public async Task Reserved_goods_are_the_first_to_expire_and_leave_the_shelf_but_not_the_place()
    {
        var ids = (await ReserveAsync(SuppliesWorld.Dispatcher, To("H1", 120, "plan:1:1"), To("H2", 30, "plan:1:2"))).ShouldBeOfType<ReserveOutcome.Reserved>().Ids;
        (await _world.InAsync(s => Consignment.LinesAsync(s, ids[0], default))).ShouldBe([(_late, 20), (_early, 100)], ignoreOrder: true);
        (await _world.HeldAsync("P1", StockState.OnHand, _late)).ShouldBe(50);
        (await _world.HeldAsync("P1", StockState.Reserved, _late)).ShouldBe(50);
        (await _world.HeldAsync("P1", StockState.Reserved, _early)).ShouldBe(100);
    }

    [Fact]
    public async Task The_same_reference_is_the_same_consignment_and_another_may_not_use_it()
    {
        var first = (await ReserveAsync(SuppliesWorld.Dispatcher, To("H1", 60, "plan:1:1"))).ShouldBeOfType<ReserveOutcome.Reserved>().Ids;
        var again = (await ReserveAsync(SuppliesWorld.Dispatcher, To("H1", 60, "plan:1:1"), To("H2", 5, "plan:1:2"))).ShouldBeOfType<ReserveOutcome.Reserved>().Ids;
        again[0].ShouldBe(first[0]);
        (await ReserveAsync(SuppliesWorld.Dispatcher, To("H1", 61, "plan:1:1"))).ShouldBe(new ReserveOutcome.Refused("plan:1:1", "reference"));
        (await _world.HeldAsync("P1", StockState.Reserved, _early)).ShouldBe(65);
    }

    [Fact]
    public async Task Where_one_lacks_goods_none_is_reserved_and_the_answer_says_what_is_there()
    {
        var outcome = (await ReserveAsync(SuppliesWorld.Dispatcher, To("H1", 150, "plan:1:1"), To("H2", 51, "plan:1:2"))).ShouldBeOfType<ReserveOutcome.NotEnough>();
        outcome.Which.ShouldBe([new StockShort("plan:1:2", Item, "P1", 51, 50)]);
        (await _world.InAsync(s => s.QuerySingleAsync<long>("SELECT count(*) FROM supplies.consignment"))).ShouldBe(0);
        (await _world.HeldAsync("P1", StockState.OnHand, _early)).ShouldBe(100);
        (await ReserveAsync(SuppliesWorld.Dispatcher, To("H1", 1_000_000_000_000, "plan:1:3"))).ShouldBeOfType<ReserveOutcome.NotEnough>().Which.Single().There.ShouldBe(200);
    }

    [Theory]
    [InlineData("H404", 5, "command", "to")]
    [InlineData("P1", 5, "command", "to")]
    [InlineData("H1", 0, "command", "quantity")]
    [InlineData("H1", 10_000_000_000_001, "command", "quantity")]
    [InlineData("H1", 5, "theft", "regime")]
    public async Task What_makes_no_sense_is_refused_by_name(string receiver, long quantity, string regime, string field) =>
        (await ReserveAsync(SuppliesWorld.Dispatcher, To(receiver, quantity, "r", regime))).ShouldBe(new ReserveOutcome.Refused("r", field));

    [Fact]
    public async Task Only_planners_reserve_and_an_authority_commands_goods_of_its_own_regions_alone()
    {
        (await ReserveAsync(SuppliesWorld.Of("H1"), To("H1", 5, "r"))).ShouldBe(new ReserveOutcome.Refused("r", "authority"));
        var elsewhere = SuppliesWorld.Dispatcher with { Scope = ["43"] };
        (await ReserveAsync(elsewhere, To("H9", 5, "r"))).ShouldBe(new ReserveOutcome.Refused("r", "authority"));
        (await ReserveAsync(elsewhere, To("H9", 5, "r", "voluntary"))).ShouldBeOfType<ReserveOutcome.Reserved>();
    }

    [Fact]
    public async Task Two_who_want_the_last_goods_at_once_do_not_both_get_them()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => ReserveAsync(SuppliesWorld.Dispatcher, To("H1", 30, $"plan:{n}:1"), To("H2", 20, $"plan:{n}:2"))));
        outcomes.Count(o => o is ReserveOutcome.Reserved).ShouldBe(4);
        outcomes.Count(o => o is ReserveOutcome.NotEnough).ShouldBe(4);
        (await _world.HeldAsync("P1", StockState.OnHand, _late)).ShouldBe(0);
    }
}
