using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Planning;
using Rongtong.Supplies.Producers;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Tests;

/// <summary>What a supplier does not send is not planned: said on its page, kept by the plan, told where it is missed.</summary>
public sealed class MinimumLotTests
{
    private const string Item = "suit";

    [Fact]
    public async Task A_plan_that_keeps_to_lots_sends_no_less_and_says_why_a_need_gets_nothing()
    {
        await using var world = await SuppliesWorld.StartAsync();
        await world.MoveAsync("in", await world.LotAsync(item: Item), "P1", StockState.Opening, "P1", StockState.OnHand, 100);
        foreach (var (hospital, quantity) in new[] { ("H1", 30L), ("H2", 60L) })
        {
            var place = await world.FacilityAsync(hospital);
            await world.InAsync(s => new AskFor(place, Item, "", Amount.Known(quantity)).RunAsync(s, default));
        }
        Task<string?> SetAsync(Actor actor, string place, string item, long units) => world.InAsync(actor, s => new SetMinimumLot(place, item, units).RunAsync(s, default));
        (await SetAsync(SuppliesWorld.Of("P1"), "P1", Item, 50)).ShouldBeNull();
        (await SetAsync(SuppliesWorld.Of("P1"), "P1", "nothing", 50)).ShouldBe("item");
        (await SetAsync(SuppliesWorld.Of("P1"), "P1", Item, -1)).ShouldBe("quantity");
        (await SetAsync(SuppliesWorld.Of("H1"), "P1", Item, 5)).ShouldBe("facility");
        (await SetAsync(SuppliesWorld.Dispatcher, "H1", Item, 5)).ShouldBe("facility");

        var plans = new StoredPlans();
        async Task<SolvedPlan> PlanAsync(bool keepsToLots)
        {
            var made = (await world.InAsync(SuppliesWorld.Dispatcher, s => new CreatePlan("42", new() { KeepsToLots = keepsToLots }).RunAsync(s, plans, new Places(world.Regions), default))).ShouldBeOfType<CreateOutcome.Created>();
            var row = (await world.InAsync(SuppliesWorld.Dispatcher, s => StoredPlans.FindAsync(s, made.Id, default))).ShouldNotBeNull();
            var proof = await world.InAsync(SuppliesWorld.Dispatcher, s => VerifyPlan.RunAsync(s, row, 1, default));
            (proof.IsReplayed, proof.Problems.Count).ShouldBe((true, 0));
            return await world.InAsync(SuppliesWorld.Dispatcher, s => plans.SolvedAsync(s, row, default));
        }
        (await PlanAsync(keepsToLots: false)).Lines.Sum(l => l.Quantity).ShouldBe(90);
        var solved = await PlanAsync(keepsToLots: true);
        var line = solved.Lines.Single();
        line.Quantity.ShouldBe(60);
        ExplainPlan.Line(solved, line).ShouldContain(b => b.TextKey == "supplies.plan.why.lot" && (long)b.Facts[1] == 50);
        var missed = Enumerable.Range(0, solved.Snapshot.Needs.Count).Single(d => solved.Result.Missed[d] > 0);
        ExplainPlan.Need(solved, missed).ShouldContain(b => b.TextKey == "supplies.plan.need.lot" && (long)b.Facts[2] == 30);

        (await SetAsync(SuppliesWorld.Dispatcher, "P1", Item, 0)).ShouldBeNull();
        (await PlanAsync(keepsToLots: true)).Lines.Sum(l => l.Quantity).ShouldBe(90);
    }

    [Fact]
    public async Task Supplier_and_dispatcher_set_it_on_their_pages()
    {
        await using var host = await RunningHost.StartAsync();
        await using (var session = await host.SessionAsync())
        {
            await Facilities.RegisterFacilities.RunAsync(session, [new("P1", "口罩厂", "producer", "4201"), new("H1", "第一医院", "hospital", "4201")], null, isDemo: false, default);
            await session.CommitAsync();
        }
        using var supplier = await host.SignedInAsync("p1", "facility", "42", "P1");
        using var staff = await host.SignedInAsync("staff", "dispatcher", "42");
        (await RunningHost.PostAsync(supplier, "/supplies/own", "/supplies/facilities/P1/lots", ("item", Item), ("units", "1200"), ("back", "/supplies/own"))).Headers.Location!.OriginalString.ShouldBe("/supplies/own");
        var page = await staff.PageAsync("/supplies/facilities/P1");
        page.ShouldContain("1,200");
        page.ShouldNotContain("⟦");
        (await RunningHost.PostAsync(staff, "/supplies/facilities/P1", "/supplies/facilities/P1/lots", ("item", Item), ("units", ""))).Headers.Location!.OriginalString.ShouldBe("/supplies/facilities/P1?problem=quantity");
        await RunningHost.PostAsync(staff, "/supplies/facilities/P1", "/supplies/facilities/P1/lots", ("item", Item), ("units", "0"));
        (await supplier.PageAsync("/supplies/own")).ShouldNotContain("1,200");
        (await host.QueryAsync<int>("SELECT count(*)::int FROM supplies.minimum_lot")).ShouldBe([0]);
    }
}
