using Npgsql;
using Rongtong.HostTesting;
using Rongtong.Platform;
using Rongtong.Supplies.Households;

namespace Rongtong.Supplies.Tests;

public sealed class HouseholdTests : IAsyncLifetime
{
    private const string OrderPage = "/supplies/households/order";
    private RunningHost _host = null!;
    private string _home = "";
    private string _isolated = "";
    private long _package;
    private long _slot;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync();
        (await _host.ImportAsync("households", "compound,compoundName,building,door,isolated,east,north,province,place\nC1,东湖小区,1栋,101,,10,0,湖北,武昌区\nC1,东湖小区,2栋,201,是,50,0,湖北,武昌区\n", MarketHost.Account(MarketPermissions.Deliver))).New.ShouldBe(2);
        var codes = await _host.QueryAsync<string>("SELECT code FROM supplies.household ORDER BY building");
        (_home, _isolated) = (codes[0], codes[1]);
        await using var session = await _host.SessionAsync();
        _package = await session.QuerySingleAsync<long>("INSERT INTO supplies.household_package (organisation, region_code, name, content, price_fen) VALUES ('SHOP', '42', '蔬菜包', '10kg', 5000) RETURNING id");
        _slot = await session.QuerySingleAsync<long>("INSERT INTO supplies.delivery_slot (compound_code, region_code, day, from_hour, to_hour, capacity) VALUES ('C1', '420106', @today, 9, 11, 2) RETURNING id", new { today = ChinaDay.Of(session.Now) });
        await session.CommitAsync();
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_worker_loads_what_is_packed_at_once_and_brings_back_what_nobody_was_there_for_by_one_tap()
    {
        using var resident = _host.Browser();
        foreach (var (home, once) in new[] { (_isolated, "k1"), (_home, "k2") })
            (await RunningHost.PostAsync(resident, $"{OrderPage}?household={home}", OrderPage, ("household", home), ("package", $"{_package}"), ("quantity", "1"), ("slot", $"{_slot}"), ("once", once))).Headers.Location!.OriginalString.ShouldContain("number=");
        using var shop = await _host.SignedInAsync("shop", "enterprise", "42", "SHOP");
        await RunningHost.PostAsync(shop, "/supplies/households/shop", "/supplies/households/shop/orders/1/packed", ("packed", "1"));
        using var worker = await _host.SignedInAsync("grid", "grid_worker", "4201");
        // A worker of another city loads nothing of this one.
        using var stranger = await _host.SignedInAsync("stranger", "grid_worker", "4401");
        await RunningHost.PostAsync(stranger, "/supplies/households", $"/supplies/households/walks/{_slot}/out", ("day", ""));
        await RunningHost.PostAsync(worker, "/supplies/households", $"/supplies/households/walks/{_slot}/out", ("day", ""));
        await RunningHost.PostAsync(worker, "/supplies/households", $"/supplies/households/walks/{_slot}/out", ("day", ""));
        (await _host.QueryAsync<string>("SELECT state FROM supplies.household_order ORDER BY id")).ShouldBe(["out", "ordered"]);
        (await _host.QueryAsync<string>("SELECT actor FROM supplies.household_step WHERE state = 'out'")).Count.ShouldBe(1);

        var number = (await _host.QueryAsync<string>("SELECT number FROM supplies.household_order WHERE state = 'out'")).Single();
        var list = await worker.PageAsync("/supplies/households?culture=en&ui-culture=en");
        list.ShouldContain("0 of 2 done");
        list.ShouldContain("Nobody there");
        await RunningHost.PostAsync(worker, "/supplies/households", "/supplies/households/steps", ("number", number), ("to", "returned"), ("note", "无人应答"), ("day", ""));
        (await worker.PageAsync("/supplies/households?culture=en&ui-culture=en")).ShouldContain("1 of 2 done");
        (await _host.QueryAsync<string>("SELECT note FROM supplies.household_step WHERE state = 'returned'")).ShouldBe(["无人应答"]);
    }

    [Fact]
    public async Task What_came_back_goes_out_a_second_time_in_another_window_and_its_goods_are_counted_once()
    {
        using var resident = _host.Browser();
        await RunningHost.PostAsync(resident, $"{OrderPage}?household={_home}", OrderPage, ("household", _home), ("package", $"{_package}"), ("quantity", "2"), ("slot", $"{_slot}"), ("once", "k1"));
        using var shop = await _host.SignedInAsync("shop", "enterprise", "42", "SHOP");
        await RunningHost.PostAsync(shop, "/supplies/households/shop", "/supplies/households/shop/orders/1/packed", ("packed", "2"));
        using var worker = await _host.SignedInAsync("grid", "grid_worker", "4201");
        var number = (await _host.QueryAsync<string>("SELECT number FROM supplies.household_order")).Single();
        Task<HttpResponseMessage> PostAsync(string to, params (string, string)[] form) => RunningHost.PostAsync(worker, "/supplies/households", "/supplies/households/" + to, [("number", number), ("day", ""), .. form]);
        await PostAsync("steps", ("to", "out"));
        await PostAsync("steps", ("to", "returned"), ("note", "无人应答"));
        (await worker.PageAsync("/supplies/households?culture=en&ui-culture=en")).ShouldNotContain("No window of the compound has a place");
        await using (var session = await _host.SessionAsync())
        {
            foreach (var (compound, capacity, booked) in new[] { ("C1", 1, 1), ("C1", 1, 0), ("C2", 5, 0) })
                await session.ExecuteAsync("INSERT INTO supplies.delivery_slot (compound_code, region_code, day, from_hour, to_hour, capacity, booked) VALUES (@compound, '420106', @day, @from, 20, @capacity, @booked)", new { compound, capacity, booked, day = ChinaDay.Of(session.Now).AddDays(1), from = (short)(9 + booked) });
            await session.CommitAsync();
        }
        var slots = await _host.QueryAsync<long>("SELECT id FROM supplies.delivery_slot WHERE id > @_slot ORDER BY id", new { _slot });
        var page = await worker.PageAsync("/supplies/households?culture=en&ui-culture=en");
        page.ShouldContain("id=\"came-back\"");
        page.ShouldContain("无人应答");
        page.ShouldNotContain($"value=\"{slots[0]}\"");
        foreach (var wrong in new[] { slots[0], slots[2], 0 }) (await PostAsync($"orders/{number}/again", ("trip", "1"), ("slot", $"{wrong}"))).Headers.Location!.OriginalString.ShouldContain("problem=slot");
        // The form is sent by three taps at once: it goes out once more, and takes one place.
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PostAsync($"orders/{number}/again", ("trip", "1"), ("slot", $"{slots[1]}"))));
        (await _host.QueryAsync<(string, short, long, int?)>("SELECT state, trip, slot_id, packed FROM supplies.household_order")).ShouldBe([("packed", (short)2, slots[1], 2)]);
        (await _host.QueryAsync<int>("SELECT booked FROM supplies.delivery_slot ORDER BY id")).ShouldBe([1, 1, 1, 0]);
        (await worker.PageAsync("/supplies/households")).ShouldNotContain("id=\"came-back\"");

        await PostAsync($"walks/{slots[1]}/out");
        await PostAsync("steps", ("to", "left"));
        (await PostAsync($"orders/{number}/again", ("trip", "2"), ("slot", $"{_slot}"))).Headers.Location!.OriginalString.ShouldContain("problem=order");
        (await _host.QueryAsync<string>("SELECT trip || state FROM supplies.household_step ORDER BY trip, at")).ShouldBe(["1ordered", "1packed", "1out", "1returned", "2packed", "2out", "2left"]);
        (await _host.QueryAsync<int?>("SELECT sum(packed)::int FROM supplies.household_order WHERE state = 'left'")).ShouldBe([2]);
    }

    [Fact]
    public async Task From_the_household_s_code_to_the_door_without_a_name_or_a_meeting()
    {
        using var resident = _host.Browser();
        var placed = await RunningHost.PostAsync(resident, $"{OrderPage}?household={_isolated}", OrderPage, ("household", _isolated), ("package", $"{_package}"), ("quantity", "3"), ("slot", $"{_slot}"), ("once", "k1"));
        var mine = placed.Headers.Location!.OriginalString;
        var number = mine[(mine.IndexOf('=', StringComparison.Ordinal) + 1)..];

        using var shop = await _host.SignedInAsync("shop", "enterprise", "42", "SHOP");
        var batch = await shop.PageAsync("/supplies/households/shop");
        batch.ShouldContain("东湖小区");
        RunningHost.WithoutTokens(batch).ShouldNotContain("201");
        await RunningHost.PostAsync(shop, "/supplies/households/shop", "/supplies/households/shop/orders/1/packed", ("packed", "2"), ("reason", "卖完"));

        using var worker = await _host.SignedInAsync("grid", "grid_worker", "4201");
        var list = await worker.PageAsync("/supplies/households?culture=en&ui-culture=en");
        list.ShouldContain("isolated: no contact");
        list.ShouldNotContain("⟦");
        foreach (var step in new[] { "out", "out", "left", "left" }) (await RunningHost.PostAsync(worker, "/supplies/households", "/supplies/households/steps", ("number", number), ("to", step), ("day", ""))).Headers.Location!.OriginalString.ShouldNotContain("problem");

        (await resident.PageAsync(mine)).ShouldContain("data-state=\"left\"");
        var code = (await OrderAsync(number)).Code;
        (await CollectAsync(number, code == "000000" ? "000001" : "000000")).ShouldBe(StepOutcome.Wrong);
        (await CollectAsync(number, code)).ShouldBe(StepOutcome.Done);
        (await CollectAsync(number, code)).ShouldBe(StepOutcome.Already);
        (await OrderAsync(number)).ShouldBe(("collected", 3, 2, 1, "卖完", code));
        (await _host.QueryAsync<string>("SELECT state FROM supplies.household_step ORDER BY at")).ShouldBe(["ordered", "packed", "out", "left", "collected"]);
    }

    [Fact]
    public async Task The_same_form_sent_twice_at_once_is_one_order_and_one_place_of_the_window()
    {
        var numbers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PlaceAsync(_home, "same")));
        numbers.Distinct().ShouldHaveSingleItem();
        (await BookedAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task The_last_place_of_a_window_goes_to_one_and_comes_back_when_cancelled()
    {
        var first = await PlaceAsync(_home, "a");
        await PlaceAsync(_isolated, "b");
        (await PlaceAsync(_home, "c")).ShouldBe("slot");
        await using (var session = await _host.SessionAsync(Rongtong.Platform.Access.Actor.Public))
        {
            (await AdvanceOrder.CancelAsync(session, first, "household")).ShouldBe(StepOutcome.Done);
            (await AdvanceOrder.CancelAsync(session, first, "household")).ShouldBe(StepOutcome.Already);
            await session.CommitAsync();
        }
        (await BookedAsync()).ShouldBe(1);
        (await OrderAsync(first)).ShouldBe(("cancelled", 1, 0, 1, "household", (await OrderAsync(first)).Code));
    }

    [Fact]
    public async Task Short_without_a_reason_more_than_ordered_and_another_shop_s_order_are_refused()
    {
        await PlaceAsync(_home, "a");
        await using var shop = await _host.SessionAsync(MarketHost.Account(MarketPermissions.Own, "SHOP"));
        (await AdvanceOrder.PackAsync(shop, 1, 0, " ")).ShouldBe(StepOutcome.ShortWithoutReason);
        (await AdvanceOrder.PackAsync(shop, 1, 2, "")).ShouldBe(StepOutcome.Wrong);
        await using var other = await _host.SessionAsync(MarketHost.Account(MarketPermissions.Own, "OTHER"));
        (await AdvanceOrder.PackAsync(other, 1, 1, "")).ShouldBe(StepOutcome.NotFound);
    }

    [Fact]
    public async Task An_order_of_which_nothing_is_packed_ends_and_frees_its_place()
    {
        var number = await PlaceAsync(_home, "a");
        await using (var shop = await _host.SessionAsync(MarketHost.Account(MarketPermissions.Own, "SHOP")))
        {
            (await AdvanceOrder.PackAsync(shop, 1, 0, "卖完")).ShouldBe(StepOutcome.Done);
            await shop.CommitAsync();
        }
        (await OrderAsync(number)).ShouldBe(("cancelled", 1, 0, 1, "卖完", (await OrderAsync(number)).Code));
        (await BookedAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_ordered_is_packed_or_short_by_the_database_itself()
    {
        await PlaceAsync(_home, "a");
        await using var session = await _host.SessionAsync();
        (await Should.ThrowAsync<PostgresException>(() => session.ExecuteAsync("UPDATE supplies.household_order SET state = 'packed', packed = 0, short = 0"))).ConstraintName.ShouldBe("nothing_is_lost");
    }

    [Fact]
    public async Task A_code_nobody_knows_opens_nothing_and_a_worker_of_another_city_sees_no_parcel()
    {
        (await PlaceAsync("NOSUCHCODE", "a")).ShouldBe("household");
        await PlaceAsync(_home, "a");
        await using var stranger = await _host.SessionAsync(MarketHost.Account(MarketPermissions.Deliver, scope: "33"));
        (await DayList.ReadAsync(stranger, ChinaDay.Of(stranger.Now))).ShouldBeEmpty();
        await using var own = await _host.SessionAsync(MarketHost.Account(MarketPermissions.Deliver));
        (await DayList.ReadAsync(own, ChinaDay.Of(own.Now))).Count.ShouldBe(1);
    }

    [Fact]
    public async Task After_five_wrong_hand_over_codes_an_order_takes_no_more()
    {
        var number = await PlaceAsync(_home, "a");
        await using (var session = await _host.SessionAsync())
        {
            await session.ExecuteAsync("UPDATE supplies.household_order SET state = 'left', packed = 1, short = 0");
            await session.CommitAsync();
        }
        var code = (await OrderAsync(number)).Code;
        for (var i = 0; i < AdvanceOrder.WrongCodesMax; i++) (await CollectAsync(number, "x")).ShouldBe(StepOutcome.Wrong);
        (await CollectAsync(number, code)).ShouldBe(StepOutcome.Refused);
    }

    [Theory]
    [InlineData("ordered", "packed", "Taken")]
    [InlineData("ordered", "out", "Refused")]
    [InlineData("left", "out", "Already")]
    [InlineData("collected", "collected", "Already")]
    [InlineData("collected", "returned", "Refused")]
    [InlineData("out", "returned", "Taken")]
    [InlineData("out", "cancelled", "Refused")]
    [InlineData("cancelled", "packed", "Refused")]
    public void A_step_follows_was_taken_or_is_refused(string state, string wanted, string expected) => OrderSteps.Of(state, wanted).ToString().ShouldBe(expected);

    /// <summary>The order's number, or the word of the refusal.</summary>
    private async Task<string> PlaceAsync(string home, string key)
    {
        await using var session = await _host.SessionAsync(Rongtong.Platform.Access.Actor.Public);
        var outcome = await new PlaceOrder(key, home, _package, 1, _slot).RunAsync(session);
        if (outcome is not PlacedOrder.Placed placed) return ((PlacedOrder.Refused)outcome).Problem;
        await session.CommitAsync();
        return placed.Number;
    }

    private async Task<StepOutcome> CollectAsync(string number, string code)
    {
        await using var session = await _host.SessionAsync(Rongtong.Platform.Access.Actor.Public);
        var outcome = await AdvanceOrder.CollectAsync(session, number, code);
        await session.CommitAsync();
        return outcome;
    }

    private async Task<(string State, int Ordered, int? Packed, int? Short, string Reason, string Code)> OrderAsync(string number) =>
        (await _host.QueryAsync<(string, int, int?, int?, string, string)>("SELECT state, ordered, packed, short, short_reason, hand_over_code FROM supplies.household_order WHERE number = @number", new { number })).Single();

    private async Task<int> BookedAsync() => (await _host.QueryAsync<int>("SELECT booked FROM supplies.delivery_slot")).Single();
}
