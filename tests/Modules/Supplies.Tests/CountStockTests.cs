using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Tests;

public sealed class CountStockTests : IAsyncLifetime
{
    private const string Item = "respirator-medical";
    private SuppliesWorld _world = null!;

    public async Task InitializeAsync() => _world = await SuppliesWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task A_first_count_opens_the_account_and_a_later_one_shows_the_difference()
    {
        (await CountAsync("1", null, 500)).ShouldBe(new CountOutcome.Counted(500));
        (await CountAsync("2", 120, 400)).ShouldBe(new CountOutcome.Counted(20));
        (await StatesAsync()).ShouldBe([("adjusted", -20), ("on_hand", 400), ("opening", -500), ("used", 120)]);
    }

    [Fact]
    public async Task A_form_sent_twice_is_one_report()
    {
        await CountAsync("1", null, 500);
        await CountAsync("2", 100, null);
        (await CountAsync("2", 100, null)).ShouldBeOfType<CountOutcome.Repeated>();
        (await StatesAsync()).ShouldContain(("used", 100));
    }

    [Theory]
    [InlineData(50, true)]
    [InlineData(51, false)]
    public async Task More_than_is_there_is_used_only_with_a_count_that_explains_it(long used, bool isTaken)
    {
        await CountAsync("1", null, 50);
        var outcome = await CountAsync("2", used, null);
        if (isTaken) outcome.ShouldBe(new CountOutcome.Counted(0));
        else outcome.ShouldBe(new CountOutcome.UsedMoreThanThere(50));
        if (!isTaken) (await CountAsync("3", used, 9)).ShouldBe(new CountOutcome.Counted(10));
    }

    [Fact]
    public async Task What_a_count_does_not_find_goes_out_of_the_lot_that_expires_first()
    {
        var (late, early) = (await _world.LotAsync("late", new(2021, 1, 1)), await _world.LotAsync("early", new(2020, 3, 1)));
        foreach (var lot in new[] { late, early }) await _world.MoveAsync($"a{lot}", lot, "H1", StockState.Opening, "H1", StockState.OnHand, 100);
        (await CountAsync("1", 60, 90)).ShouldBe(new CountOutcome.Counted(-50));
        (await _world.HeldAsync("H1", StockState.OnHand, early)).ShouldBe(0);
        (await _world.HeldAsync("H1", StockState.OnHand, late)).ShouldBe(90);
    }

    [Theory]
    [InlineData(-1L, null)]
    [InlineData(null, Ledger.QuantityMax + 1)]
    public async Task A_number_outside_its_limits_is_refused(long? used, long? there) => (await CountAsync("1", used, there)).ShouldBeOfType<CountOutcome.Invalid>();

    private Task<CountOutcome> CountAsync(string report, long? used, long? there) => _world.InAsync(SuppliesWorld.Of("H1"), s => new CountStock("count:" + report, "H1", Item, used, there).RunAsync(s, default));

    private async Task<(string, long)[]> StatesAsync() => [.. await _world.InAsync(s => s.QueryAsync<(string, long)>("SELECT state, sum(quantity)::bigint FROM supplies.balance WHERE place = 'H1' GROUP BY state ORDER BY state"))];
}
