using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Imports;
using Rongtong.Supplies.Planning;
using Rongtong.Supplies.Planning.Audit;
using Rongtong.Supplies.Producers;
using Rongtong.Supplies.Stock;
using Rongtong.Testing;

namespace Rongtong.Supplies.Tests;

/// <summary>Plans on a real database: made, changed by two, sent, audited.</summary>
public sealed class PlanningTests : IAsyncLifetime
{
    private SuppliesWorld _world = null!;
    private StoredPlans _plans = new();

    public async Task InitializeAsync() => _world = await SuppliesWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    private async Task StockAsync(string place, long quantity) => await _world.MoveAsync("in:" + place, await _world.LotAsync("A", new(2021, 1, 1)), place, StockState.Opening, place, StockState.OnHand, quantity);

    private async Task NeedAsync(string facility, Amount amount)
    {
        var place = await _world.FacilityAsync(facility);
        await _world.InAsync(s => new AskFor(place, "respirator-medical", "", amount).RunAsync(s, default));
    }

    private async Task<long> PlanAsync(PlanSettings? settings = null) =>
        (await _world.InAsync(SuppliesWorld.Dispatcher, s => new CreatePlan("42", settings ?? new()).RunAsync(s, _plans, new Places(_world.Regions), default))).ShouldBeOfType<CreateOutcome.Created>().Id;

    private Task<ChangeOutcome> PinAsync(long plan, int version, params PinChange[] changes) => _world.InAsync(SuppliesWorld.Dispatcher, s => new ChangePins(plan, version, changes).RunAsync(s, _plans, default));

    private async Task<SendOutcome> SendAsync(long plan, int version)
    {
        await using var session = await _world.Stored.Database.BeginAsync(SuppliesWorld.Dispatcher);
        var outcome = await new SendPlan(plan, version).RunAsync(session, _world.Regions.Current, default);
        if (outcome is SendOutcome.Sent) await session.CommitAsync();
        return outcome;
    }

    private Task<T> ReadAsync<T>(string sql) => _world.InAsync(s => s.QuerySingleAsync<T>(sql));

    [Fact]
    public async Task A_second_editor_is_told_what_the_first_did_and_nothing_is_lost()
    {
        await StockAsync("P1", 100);
        await NeedAsync("H1", Amount.Known(80));
        await NeedAsync("H2", Amount.Known(80));
        var plan = await PlanAsync();
        (await ReadAsync<bool>("SELECT is_proven FROM supplies.plan_version WHERE version = 1")).ShouldBeTrue();
        (await PinAsync(plan, 1, new PinChange(0, 1, 60))).ShouldBe(new ChangeOutcome.Solved(2));
        var stale = (await PinAsync(plan, 1, new PinChange(0, 0, 10))).ShouldBeOfType<ChangeOutcome.Stale>();
        stale.Version.ShouldBe(2);
        stale.Since.Single().Pins.ShouldBe([new PinChange(0, 1, 60)]);
        stale.Since.Single().Actor.ShouldBe("account:dispatcher");
        (await ReadAsync<long>("SELECT quantity FROM supplies.plan_line WHERE demand = 1")).ShouldBe(60);
        (await ReadAsync<long>("SELECT before FROM supplies.plan_line WHERE demand = 0")).ShouldBe(80);
        (await ReadAsync<long>("SELECT quantity FROM supplies.plan_line WHERE demand = 0")).ShouldBe(40);
        // Another host, or this one restarted, computes the same bytes again.
        _plans = new();
        var proof = await _world.InAsync(SuppliesWorld.Dispatcher, async s => await VerifyPlan.RunAsync(s, (await StoredPlans.FindAsync(s, plan, default))!, 2, default));
        (proof.IsReplayed, proof.Problems.Count).ShouldBe((true, 0));
        (await PinAsync(plan, 2, new PinChange(0, 0, 10))).ShouldBe(new ChangeOutcome.Solved(3));
    }

    [Fact]
    public async Task A_sent_plan_reserves_all_of_its_goods_or_none_and_what_comes_back_is_planned_again()
    {
        await StockAsync("P1", 100);
        await NeedAsync("H1", Amount.Known(80));
        var plan = await PlanAsync();
        var lot = await _world.LotAsync("A", new(2021, 1, 1));
        await _world.MoveAsync("away", lot, "P1", StockState.OnHand, "H2", StockState.OnHand, 50);
        var missing = (await SendAsync(plan, 1)).ShouldBeOfType<SendOutcome.NotEnough>();
        (missing.Which.Single().Wanted, missing.Which.Single().There).ShouldBe((80, 50));
        (await _world.HeldAsync("P1", StockState.Reserved, lot)).ShouldBe(0);

        var again = await PlanAsync();
        (await SendAsync(again, 1)).ShouldBe(new SendOutcome.Sent(1, 0, 1));
        (await _world.HeldAsync("P1", StockState.Reserved, lot)).ShouldBe(50);
        (await SendAsync(again, 1)).ShouldBeOfType<SendOutcome.NotFound>();
        (await PinAsync(again, 1, new PinChange(0, 0, 1))).ShouldBeOfType<ChangeOutcome.AlreadySent>();
        // What is on the way is not asked for again.
        var rest = await PlanAsync();
        (await ReadAsync<long>($"SELECT needed FROM supplies.plan_need WHERE plan_id = {rest}")).ShouldBe(30);
    }

    [Fact]
    public async Task Stock_and_each_days_output_are_planned_with_and_offers_are_left_to_be_asked_for()
    {
        await StockAsync("P1", 100);
        var producer = await _world.FacilityAsync("P1");
        await _world.InAsync(s => new MakeOffer(producer, "respirator-medical", 130, true, null, null).RunAsync(s, default));
        await _world.InAsync(s => new ReportDay(producer, new DayFigures { ItemCode = "respirator-medical", Day = new(2020, 2, 1), Output = 50, RawMaterialDays = 3 }).RunAsync(s, default));
        await NeedAsync("H1", Amount.Unknown);
        var plan = await PlanAsync();
        var snapshot = await _world.InAsync(SuppliesWorld.Dispatcher, async s => await _plans.SnapshotAsync(s, (await StoredPlans.FindAsync(s, plan, default))!, default));
        snapshot.Supplies.Select(s => (s.Source, s.Quantity)).ShouldBe([("on_hand", 100), ("planned", 50), ("planned", 50), ("planned", 50)]);
        snapshot.Supplies.Skip(1).Select(s => s.From).ShouldBe([new DateOnly(2020, 2, 2), new(2020, 2, 3), new(2020, 2, 4)]);
        var need = snapshot.Needs.Single();
        (need.AmountKind, need.Quantity, need.High, need.Basis).ShouldBe(("unknown", 20, null, "pack"));
    }

    [Fact]
    public async Task A_dispatcher_of_another_province_neither_sees_the_plan_nor_makes_one_here()
    {
        await NeedAsync("H1", Amount.Known(5));
        var plan = await PlanAsync();
        var other = SuppliesWorld.Dispatcher with { Scope = ["43"] };
        (await _world.InAsync(other, s => StoredPlans.FindAsync(s, plan, default))).ShouldBeNull();
        (await _world.InAsync(other, s => s.QuerySingleAsync<int>("SELECT count(*)::int FROM supplies.plan_need"))).ShouldBe(0);
        (await _world.InAsync(other, s => new CreatePlan("42", new()).RunAsync(s, _plans, new Places(_world.Regions), default))).ShouldBe(new CreateOutcome.Invalid("region"));
    }

    [Fact]
    public async Task The_audit_publishes_rates_of_groups()
    {
        await StockAsync("P1", 100);
        await NeedAsync("H1", Amount.Known(80));
        await NeedAsync("H2", Amount.Known(80));
        await PlanAsync();
        await _world.InAsync(async s =>
        {
            await new AuditFillRates().RunAsync(s, default);
            return 0;
        });
        (await ReadAsync<int>("SELECT count(*)::int FROM supplies.fill_audit WHERE basis = 'plans' AND compared = 'place' AND tier = 0")).ShouldBe(2);
        (await ReadAsync<decimal>("SELECT filled FROM supplies.fill_audit WHERE basis = 'plans' AND class = 'city' AND tier = 0")).ShouldBe(1m);
        (await ReadAsync<decimal>("SELECT filled FROM supplies.fill_audit WHERE basis = 'plans' AND class = 'town' AND tier = 0")).ShouldBe(0.25m);
    }

    [SharedFact("data/supplies/hospital_demand_wuhan_huanggang.csv")]
    public async Task The_hospitals_factories_and_carriers_of_the_real_files_give_a_plan_in_which_every_gap_has_its_reasons()
    {
        await _world.ImportAsync(new ImportDemandTable(_world.Regions), await File.ReadAllBytesAsync(SharedData.PathOf("data/supplies/hospital_demand_wuhan_huanggang.csv")));
        await _world.ImportAsync(new ImportCapacityTable(_world.Regions), await File.ReadAllBytesAsync(SharedData.PathOf("data/supplies/factory_supply.csv")));
        await _world.ImportAsync(new ImportLaneTable(_world.Regions), await File.ReadAllBytesAsync(SharedData.PathOf("data/supplies/logistics.csv")));
        foreach (var settings in new PlanSettings[] { new(), new() { IsFair = true } })
        {
            var id = await PlanAsync(settings);
            var (plan, version, solved) = await _world.InAsync(SuppliesWorld.Dispatcher, async s =>
            {
                var row = (await StoredPlans.FindAsync(s, id, default))!;
                return (row, await StoredPlans.VersionAsync(s, id, 1, default), await _plans.SolvedAsync(s, row, default));
            });
            version.IsProven.ShouldBe(true);
            solved.Lines.ShouldNotBeEmpty();
            var unknown = solved.Snapshot.Needs.Where(n => n.AmountKind == "unknown").ToArray();
            unknown.Length.ShouldBeGreaterThan(500);
            unknown.ShouldAllBe(n => n.Basis == "peers" ? n.High >= n.Quantity : n.Basis == "pack" && n.High == null);
            for (var d = 0; d < solved.Result.Missed.Count; d++)
            {
                if (solved.Result.Missed[d] > 0) ExplainPlan.Need(solved, d).ShouldContain(b => b.TextKey == "supplies.plan.need.no-lane" || b.TextKey == "supplies.plan.need.remedy");
            }
        }
    }
}

/// <summary>Plans, board and audit as they are served, with the demo data.</summary>
public sealed class PlanningPageTests : IAsyncLifetime
{
    private RunningHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync();
        foreach (var demo in _host.Services.GetServices<IDemoData>().OfType<Demo.DemoSupplies>()) await demo.LoadAsync("42", default);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private static Task<string> GetAsync(HttpClient browser, string page) => browser.GetStringAsync(new Uri(page, UriKind.Relative));

    [Fact]
    public async Task A_dispatcher_makes_a_plan_changes_it_reads_why_sends_it_and_sees_the_board()
    {
        var browser = await _host.SignedInAsync("dispatch", "dispatcher", "42");
        var made = await RunningHost.PostAsync(browser, "/supplies/plans", "/supplies/plans", ("region", "42"), ("days", "7"), ("capacity", "1"));
        var page = made.Headers.Location!.OriginalString;
        page.ShouldBe("/supplies/plans/1");
        var html = await GetAsync(browser, page);
        html.ShouldNotContain("⟦");
        html.ShouldContain("最优，已由独立程序验证");
        (await GetAsync(browser, "/supplies/plans")).ShouldContain("/supplies/plans/1");
        using var plan = JsonDocument.Parse(await GetAsync(browser, "/api/v1/supplies/plans/1"));
        var line = plan.RootElement.GetProperty("lines").EnumerateArray().First(l => l.GetProperty("source").GetString() == "on_hand");
        var (supply, demand) = (line.GetProperty("supply").GetInt32(), line.GetProperty("demand").GetInt32());
        var why = await GetAsync(browser, $"{page}/lines/{supply}/{demand}");
        why.ShouldContain("id=\"why-line\"");
        why.ShouldNotContain("⟦");
        (await GetAsync(browser, $"{page}/needs/{demand}")).ShouldContain("id=\"why-need\"");

        (string, string)[] Pin(int version, string what, string quantity) => [("version", $"{version}"), ("supply", $"{supply}"), ("demand", $"{demand}"), ("what", what), ("quantity", quantity)];
        (await RunningHost.PostAsync(browser, page, page + "/pins", Pin(1, "fix", "1"))).Headers.Location!.OriginalString.ShouldBe(page + "?show=changed");
        var stale = (await RunningHost.PostAsync(browser, page, page + "/pins", Pin(1, "forbid", ""))).Headers.Location!.OriginalString;
        (await GetAsync(browser, stale)).ShouldContain("在当前版本上执行我的修改");
        (await RunningHost.PostAsync(browser, page, page + "/pins", Pin(2, "fix", "x"))).Headers.Location!.OriginalString.ShouldContain("problem=line");
        (await RunningHost.PostAsync(browser, page, page + "/proof")).Headers.Location!.OriginalString.ShouldBe(page);
        (await GetAsync(browser, page + "/lines.csv")).ShouldStartWith("from,from_name,to");

        var answer = await browser.PostAsJsonAsync(new Uri("/api/v1/supplies/plans/1/pins", UriKind.Relative), new { version = 1, changes = Array.Empty<object>() });
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await RunningHost.PostAsync(browser, page, page + "/sending", ("version", "2"))).Headers.Location!.OriginalString.ShouldBe(page);
        (await RunningHost.PostAsync(browser, page, page + "/remainder")).Headers.Location!.OriginalString.ShouldBe("/supplies/plans/2");

        var board = await GetAsync(browser, "/supplies/board");
        board.ShouldNotContain("⟦");
        board.ShouldContain("<svg");
        (await GetAsync(browser, "/screen")).ShouldContain("screen-supplies");
        (await GetAsync(_host.Browser(), "/screen")).ShouldNotContain("screen-supplies");
        var audit = await GetAsync(_host.Browser(), "/supplies/audit");
        audit.ShouldNotContain("⟦");
    }
}
