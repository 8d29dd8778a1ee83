using Rongtong.Contracts.Outbreak;
using Rongtong.Platform.Access;
using Rongtong.Platform.Localisation;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Producers;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Tests;

public sealed class NeedTests : IAsyncLifetime
{
    private const string Item = "respirator-medical";
    private SuppliesWorld _world = null!;

    public async Task InitializeAsync() => _world = await SuppliesWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Asking_twice_for_an_item_is_one_need_as_it_was_said_last()
    {
        var first = (await AskAsync(Amount.Known(100))).ShouldBeOfType<AskOutcome.Asked>();
        (await AskAsync(Amount.Known(300))).ShouldBe(new AskOutcome.Changed(first.Id));
        var need = (await OpenAsync()).Single();
        (need.Quantity, need.Tier, need.TierRule, need.Version).ShouldBe((300, (short)1, "2020-02-01", 2));
    }

    [Fact]
    public async Task An_unknown_amount_becomes_a_range_by_one_tap_and_stays_low_and_high()
    {
        await AskAsync(Amount.Unknown);
        var need = (await OpenAsync()).Single();
        need.Quantity.ShouldBeNull();
        (await OwnAsync(s => AnswerNeed.SayAmountAsync(s, need.Id, Amount.Range(100, 499), default))).ShouldBe(new NeedOutcome.Done(2));
        need = (await OpenAsync()).Single();
        (need.AmountKind, need.Low, need.High, need.Quantity).ShouldBe(("range", 100, 499, null));
    }

    [Theory]
    [InlineData("met_elsewhere")]
    [InlineData("no_longer_needed")]
    public async Task A_need_ends_by_one_tap_and_only_once(string state)
    {
        await AskAsync(Amount.Known(5));
        var id = (await OpenAsync()).Single().Id;
        (await OwnAsync(s => AnswerNeed.CloseAsync(s, id, state, default))).ShouldBeOfType<NeedOutcome.Done>();
        (await OwnAsync(s => AnswerNeed.CloseAsync(s, id, state, default))).ShouldBeOfType<NeedOutcome.NotFound>();
        (await OpenAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hospital_cannot_end_the_need_of_another()
    {
        await AskAsync(Amount.Known(5));
        var id = (await OpenAsync()).Single().Id;
        (await _world.InAsync(SuppliesWorld.Of("H2"), s => AnswerNeed.CloseAsync(s, id, "met_elsewhere", default))).ShouldBeOfType<NeedOutcome.NotFound>();
    }

    [Theory]
    [InlineData(99, "partly_met")]
    [InlineData(100, "met")]
    public async Task A_known_amount_is_met_when_all_of_it_came(long came, string state)
    {
        var id = (await AskAsync(Amount.Known(100))).ShouldBeOfType<AskOutcome.Asked>().Id;
        await _world.InAsync(s => AnswerNeed.ReceiveAsync(s, id, came, default));
        (await _world.InAsync(s => s.QuerySingleAsync<string>("SELECT state FROM supplies.need WHERE id = @id", new { id }))).ShouldBe(state);
    }

    [Fact]
    public async Task A_need_nobody_renews_is_asked_about_once_and_lapses_after_seven_days()
    {
        await AskAsync(Amount.Known(100));
        _world.Clock.Advance(TimeSpan.FromDays(5.6));
        await FreshAsync();
        await FreshAsync();
        (await MessagesAsync()).ShouldHaveSingleItem().ShouldContain("13800000001");
        (await OpenAsync()).Count.ShouldBe(1);
        _world.Clock.Advance(TimeSpan.FromDays(1.4));
        await FreshAsync();
        (await OpenAsync()).ShouldBeEmpty();
        (await _world.InAsync(s => s.QuerySingleAsync<string>("SELECT state FROM supplies.need"))).ShouldBe("expired");
    }

    [Fact]
    public async Task One_tap_renews_every_need_for_seven_days()
    {
        await AskAsync(Amount.Known(100));
        _world.Clock.Advance(TimeSpan.FromDays(6));
        (await OwnAsync(s => AnswerNeed.RenewAllAsync(s, "H1", default))).ShouldBe(1);
        _world.Clock.Advance(TimeSpan.FromDays(6.9));
        await FreshAsync();
        (await OpenAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_need_without_an_amount_is_asked_back_the_same_day_and_again_after_two()
    {
        await AskAsync(Amount.Unknown);
        await FreshAsync();
        (await MessagesAsync()).Count.ShouldBe(1);
        _world.Clock.Advance(TimeSpan.FromDays(2));
        await FreshAsync();
        (await MessagesAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Cover_follows_from_recorded_use_once_there_are_three_days_of_it_and_from_the_hospitals_word_before()
    {
        var hospital = await _world.FacilityAsync("H1");
        await OwnAsync(s => new AskFor(hospital, Item, "", Amount.Known(100)) { BurnPerDay = 50 }.RunAsync(s, default));
        await OwnAsync(s => new CountStock("c0", "H1", Item, null, 1_000).RunAsync(s, default));
        (await CoverAsync()).ShouldBe((1_000, 50m));
        for (var day = 1; day <= 3; day++)
        {
            _world.Clock.Advance(TimeSpan.FromDays(1));
            await OwnAsync(s => new CountStock($"c{day}", "H1", Item, 70, null).RunAsync(s, default));
        }
        (await CoverAsync()).ShouldBe((790, 30m));
    }

    [Fact]
    public async Task A_producers_day_enters_the_ledger_as_made_and_fills_the_next_days_form()
    {
        var producer = await _world.FacilityAsync("P1");
        var figures = new DayFigures { ItemCode = Item, Day = new(2020, 2, 1), DesignCapacity = 10_000, Output = 6_000, Stock = 8_000, RawMaterialDays = 3 };
        (await _world.InAsync(SuppliesWorld.Of("P1"), s => new ReportDay(producer, figures).RunAsync(s, default))).ShouldBeOfType<ReportOutcome.Reported>();
        (await _world.InAsync(SuppliesWorld.Of("P1"), s => new ReportDay(producer, figures).RunAsync(s, default))).ShouldBeOfType<ReportOutcome.Reported>();
        (await _world.InAsync(s => s.QueryAsync<(string, long)>("SELECT state, sum(quantity)::bigint FROM supplies.balance WHERE place = 'P1' GROUP BY state ORDER BY state"))).ShouldBe([("adjusted", -2_000), ("on_hand", 8_000), ("produced", -6_000)]);
        (await _world.InAsync(SuppliesWorld.Of("P1"), s => ReportDay.LastOfAsync(s, "P1"))).Single().Output.ShouldBe(6_000);
    }

    [Fact]
    public async Task Withdrawing_an_offer_asks_for_no_reason_and_a_stale_one_lapses()
    {
        var producer = await _world.FacilityAsync("P1");
        async Task<long> OfferAsync() => (await _world.InAsync(SuppliesWorld.Of("P1"), s => new MakeOffer(producer, Item, 100, true, null, null).RunAsync(s, default))).ShouldBeOfType<OfferOutcome.Done>().Id;
        var (first, _) = (await OfferAsync(), await OfferAsync());
        (await _world.InAsync(SuppliesWorld.Of("P1"), s => MakeOffer.CloseAsync(s, first, "withdrawn", default))).ShouldBeOfType<OfferOutcome.Done>();
        _world.Clock.Advance(TimeSpan.FromDays(7));
        await FreshAsync();
        (await _world.InAsync(s => s.QueryAsync<string>("SELECT state FROM supplies.offer ORDER BY id"))).ShouldBe(["withdrawn", "expired"]);
    }

    [Fact]
    public void An_estimate_is_an_interval_and_leaves_out_what_somebody_asked_for()
    {
        var table = new ConsumptionTable("t", "t", [new("suit", "patient", 14, 24, "t"), new("mask-surgical", "patient", 14, 25, "t"), new("mask-surgical", "staff", 1, 3, "t")]);
        var estimates = EstimateDemand.Of([new ActiveCases(new("4201"), new(2020, 2, 1), 100)], new Dictionary<string, long> { ["4201"] = 1_000, ["4202"] = 10 }, new HashSet<(string, string)> { ("4201", "suit") }, table, new(2020, 2, 2));
        estimates.Select(e => (e.Region, e.Item, e.Low, e.High)).ShouldBe([("4201", "mask-surgical", 2_400, 5_500), ("4202", "mask-surgical", 10, 30)]);
    }

    [Theory]
    [InlineData("respirator-medical", "respirator-kn95", 2, true)]
    [InlineData("respirator-medical", "respirator-kn95", 3, false)]
    [InlineData("respirator-kn95", "respirator-medical", 3, true)]
    [InlineData("suit", "mask-surgical", 0, false)]
    public void Kn95_stands_in_for_a_medical_respirator_everywhere_but_in_isolation(string wanted, string given, int frontLine, bool isAllowed) =>
        (ItemCatalogue.Current.MayReplace(wanted, given, frontLine) is not null).ShouldBe(isAllowed);

    [Fact]
    public void Every_item_has_its_class_every_exchange_its_items_and_no_name_means_two()
    {
        var list = ItemCatalogue.Current;
        list.All.ShouldAllBe(i => list.Classes.Any(c => c.Code == i.Class));
        list.Substitutions.ShouldAllBe(s => list.Find(s.Wanted) != null && list.Find(s.Given) != null && s.Wanted != s.Given);
        list.All.SelectMany(i => i.Aliases.Concat([i.Zh, i.En]).Select(ItemNames.Normalise).Distinct()).GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key).ShouldBeEmpty();
        ConsumptionTable.Current.Rows.ShouldAllBe(r => list.Find(r.Item) != null && r.Low <= r.High && r.Source.Length > 10);
    }

    [Theory]
    [InlineData("hospital", 3, 1)]
    [InlineData("hospital", 1, 2)]
    [InlineData("community", 0, 3)]
    [InlineData("donor", 0, 4)]
    public void The_front_line_comes_first(string kind, int frontLine, int tier) => PriorityTiers.On(new(2020, 2, 10)).TierOf(kind, frontLine).ShouldBe(tier);

    private async Task<AskOutcome> AskAsync(Amount amount)
    {
        var hospital = await _world.FacilityAsync("H1");
        return await OwnAsync(s => new AskFor(hospital, Item, "", amount).RunAsync(s, default));
    }

    private Task<T> OwnAsync<T>(Func<Platform.Data.Session, Task<T>> work) => _world.InAsync(SuppliesWorld.Of("H1"), work);

    private Task<IReadOnlyList<Need>> OpenAsync() => _world.InAsync(s => Need.OpenOfAsync(s, "H1"));

    private Task<bool> FreshAsync() => _world.InAsync(Actor.System, async s =>
    {
        await new KeepFresh(new TextCatalogue([typeof(SuppliesModule).Assembly])).RunAsync(s, default);
        return true;
    });

    private Task<IReadOnlyList<string>> MessagesAsync() => _world.InAsync(s => s.QueryAsync<string>("SELECT payload::text FROM platform.outbox_event WHERE kind = 'casework.message-wanted'"));

    private Task<(long, decimal)> CoverAsync() => _world.InAsync(SuppliesWorld.Of("H1"), s => s.QuerySingleAsync<(long, decimal)>("SELECT stock, burn_per_day FROM supplies.cover_at(@Now) WHERE item_code = @Item", new { s.Now, Item }));
}
