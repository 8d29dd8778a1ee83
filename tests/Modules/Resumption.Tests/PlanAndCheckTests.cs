using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.HealthCode;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Events;
using Rongtong.Resumption.Measures;
using Rongtong.Resumption.Plans;
using Rongtong.Resumption.Projects;

namespace Rongtong.Resumption.Tests;

/// <summary>Plans from what is held, replayed byte by byte; measures by tier; milestones that open cases.</summary>
public sealed class PlanAndCheckTests : World
{
    [Fact]
    public async Task A_plan_is_made_from_what_is_held_kept_and_replayed_byte_for_byte()
    {
        GiveStaff();
        var run = await PlanAsync(new PlanTerms());
        run.Plan.WorkingDays.ShouldBeGreaterThan(0);
        run.Problem.Groups.Sum(g => g.Count).ShouldBe(120);
        run.IsReplayed().ShouldBeTrue();
        (run with { Input = run.Input.Replace("\"coachesPerDay\":2", "\"coachesPerDay\":3", StringComparison.Ordinal) }).IsReplayed().ShouldBeFalse();
    }

    [Fact]
    public async Task When_the_tier_of_an_origin_changes_the_plan_is_made_again_and_the_old_run_stays()
    {
        GiveStaff();
        var before = await PlanAsync(new PlanTerms());
        Known.Tiers["4113"] = RiskTier.High;
        await AsAsync(Actor.System, async session =>
        {
            await new FollowTiers().HandleAsync(session, new OutboxEvent(1, TiersChanged.Kind, "", JsonSerializer.Serialize(new TiersChanged(["411302"]), JsonSerializerOptions.Web), Clock.GetUtcNow()), default);
            return true;
        });
        await ReplanAsync();
        var after = (await AsAsync(Owner(), session => PlanReturn.LatestAsync(session, Factory, default)))!;
        (after.Reason, after.Problem.Groups.Single(g => g.Origin == "4113").IsolationDays).ShouldBe(("tiers-changed", 14));
        after.Id.ShouldNotBe(before.Id);
        after.Plan.WorkingDays.ShouldBeLessThan(before.Plan.WorkingDays);
    }

    [Fact]
    public async Task Plans_are_made_again_one_by_one_and_each_once()
    {
        GiveStaff();
        await AsAsync(Actor.System, session => session.ExecuteAsync("INSERT INTO resumption.replan (enterprise_code, wanted_at) SELECT 'gone' || n, timestamptz '2020-03-06' FROM generate_series(1, 45) n UNION ALL SELECT @Factory, timestamptz '2020-03-05'", new { Factory }));
        await ReplanAsync();
        (await AsAsync(Actor.System, session => session.QuerySingleAsync<int>("SELECT count(*)::int FROM resumption.replan"))).ShouldBe(0);
        (await AsAsync(Actor.System, session => session.QuerySingleAsync<int>("SELECT count(*)::int FROM resumption.plan_run"))).ShouldBe(1, "those that the register no longer knows are passed over");
    }

    [Fact]
    public async Task A_plan_that_cannot_be_made_again_is_set_aside_with_its_reason_and_stops_no_other()
    {
        GiveStaff();
        Known.NeighbourStaff.Add(new(new("3303"), RiskTier.Low, true, 0, 40));
        foreach (var code in new[] { Neighbour, Factory })
            (await AsAsync(Owner(code), session => Host.Services.GetRequiredService<PlanReturn>().RunAsync(session, code, new PlanTerms(), "asked", default))).ShouldBeOfType<PlanOutcome.Planned>();
        await TermsAsync("{\"coachesPerDay\": \"many\"}");
        await AsAsync(Actor.System, session => session.ExecuteAsync("INSERT INTO resumption.replan (enterprise_code, wanted_at) VALUES (@Neighbour, '2020-03-05'), (@Factory, '2020-03-06')", new { Neighbour, Factory }));
        await ReplanAsync();
        (await PlansAsync(Factory), await PlansAsync(Neighbour)).ShouldBe((2, 1), "the one behind it is made");
        (await FailureAsync()).ShouldStartWith("1 JsonException: ");
        using var officer = await Host.SignedInAsync("officer", "industry_officer", "3302");
        (await officer.GetStringAsync(new Uri("/resumption", UriKind.Relative))).ShouldContain("未能重算的返岗计划：1");
        using var stranger = await Host.SignedInAsync("stranger", "industry_officer", "3301");
        (await stranger.GetStringAsync(new Uri("/resumption", UriKind.Relative))).ShouldNotContain("未能重算");

        await ReplanAsync();
        (await FailureAsync()).ShouldStartWith("1 ", customMessage: "it waits for its time");
        // A plan that cannot be is named like one that breaks.
        await TermsAsync("{\"shifts\": 0}");
        Clock.Advance(Replan.Pause(1));
        await ReplanAsync();
        (await FailureAsync()).ShouldSatisfyAllConditions(f => f.ShouldStartWith("2 "), f => f.ShouldContain("hift"));
        await TermsAsync("{}");
        Clock.Advance(Replan.Pause(2));
        await ReplanAsync();
        (await PlansAsync(Neighbour), await FailureAsync()).ShouldBe((2, ""));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 8)]
    [InlineData(100, 1440)]
    public void A_plan_that_fails_is_tried_less_and_less_often_but_daily(int attempts, int minutes) => Replan.Pause(attempts).ShouldBe(TimeSpan.FromMinutes(minutes));

    [Fact]
    public async Task The_page_says_what_limits_the_return_and_lists_coaches_by_numbers()
    {
        GiveStaff();
        await PlanAsync(new PlanTerms(CoachesPerDay: 1));
        using var owner = await Host.SignedInAsync("owner", "enterprise", "3301", Factory);
        var page = await owner.GetStringAsync(new Uri("/resumption/own/plan", UriKind.Relative));
        page.ShouldContain("目前受限于车辆，而不是");
        page.ShouldContain("id=\"batches\"");
    }

    [Theory]
    [InlineData(7, 100, 7)]
    [InlineData(12, 20, 8)]
    [InlineData(120, 600, 120)]
    [InlineData(null, 31, 12)]
    [InlineData(9, null, 9)]
    [InlineData(0, 600, 0)]
    public void Nobody_sleeps_where_no_bed_is_stated_or_the_area_does_not_allow_one(int? stated, int? area, int beds) => ProblemOf(new PlanTerms(), Dormitory(stated, area)).Beds.ShouldBe(beds);

    [Theory]
    [InlineData(15.0, 8, 6)]
    [InlineData(15.0, 4, 4)]
    [InlineData(12.4, 8, 4)]
    [InlineData(100.0, null, 6)]
    [InlineData(null, 5, 5)]
    [InlineData(null, null, 6)]
    [InlineData(2.4, 1, 0)]
    public void Where_rooms_are_listed_each_has_its_own_limit_of_six_of_area_and_of_beds(double? area, int? beds, int sleepers) =>
        ProblemOf(new PlanTerms(), Dormitory(500, 5_000) with { Rooms = [new("301", (decimal?)area, beds), new("302", 15, 6)] }).Beds.ShouldBe(sleepers + 6);

    [Fact]
    public void Of_any_dormitory_no_more_beds_are_used_than_are_stated_or_than_the_area_allows() =>
        Prop.ForAll(Gen.Choose(0, 3_000).ToArbitrary(), Gen.Choose(0, 90_000).ToArbitrary(), (beds, tenths) =>
            ProblemOf(new PlanTerms(), Dormitory(beds, tenths / 10m)).Beds == Math.Min(beds, (int)Math.Floor(tenths / 10m / 2.5m))).QuickCheckThrowOnFailure();

    [Fact]
    public async Task What_nobody_knows_is_room_for_everybody_named_in_the_plan_and_asked_for()
    {
        Known.StaffCounts.Add(new(new("3303"), RiskTier.Low, true, 0, 40));
        Known.Places.Add(new(1, 7, PlaceKind.Canteen, "食堂", new("330106"), "", 200, null));
        var run = await PlanAsync(new PlanTerms());
        run.Plan.Assumed.ShouldBe([ReturnPlanning.Resource.Beds, ReturnPlanning.Resource.CanteenSeats, ReturnPlanning.Resource.WorkPlaces]);
        run.Plan.LeftBehind.Sum().ShouldBe(0, "a canteen that nobody measured keeps nobody away");
        run.Plan.Limits.Select(l => l.Resource).ShouldBe([ReturnPlanning.Resource.Coaches, ReturnPlanning.Resource.IsolationRooms], ignoreOrder: true);
        run.IsReplayed().ShouldBeTrue();
        using var owner = await Host.SignedInAsync("owner", "enterprise", "3301", Factory);
        (await owner.GetStringAsync(new Uri("/resumption/own/plan", UriKind.Relative))).ShouldContain("没有人知道宿舍床位、食堂座位、工位有多少");
        (await owner.GetStringAsync(new Uri("/resumption/own", UriKind.Relative))).ShouldContain("capacity-canteen-seats");
        await HostTesting.RunningHost.PostAsync(owner, "/resumption/own", "/resumption/own/capacities", ("capacity-beds", ""), ("capacity-canteen-seats", "0"), ("capacity-work-places", "40"));
        var page = await owner.GetStringAsync(new Uri("/resumption/own", UriKind.Relative));
        page.ShouldNotContain("capacity-canteen-seats", customMessage: "what was answered is not asked again");
        page.ShouldContain("capacity-beds");
        var none = await PlanAsync(await AsAsync(Owner(), session => PlanReturn.TermsAsync(session, Factory, default)));
        none.Plan.Assumed.ShouldBe([ReturnPlanning.Resource.Beds]);
        none.Plan.WorkingDays.ShouldBe(0, "none that somebody said is none");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1_000_001)]
    [InlineData(int.MaxValue)]
    public async Task A_capacity_that_nobody_can_have_is_refused_by_name(int beds)
    {
        Known.StaffCounts.Add(new(new("3303"), RiskTier.Low, true, 0, 40));
        (await AsAsync(Owner(), session => Host.Services.GetRequiredService<PlanReturn>().RunAsync(session, Factory, new PlanTerms(Beds: beds), "asked", default))).ShouldBeOfType<PlanOutcome.Faulty>().Faults.ShouldHaveSingleItem().ShouldStartWith("Beds is ");
    }

    [Fact]
    public async Task Without_any_knowledge_of_staff_nothing_is_planned_and_nothing_invented() =>
        (await AsAsync(Owner(), session => Host.Services.GetRequiredService<PlanReturn>().RunAsync(session, Factory, new PlanTerms(), "asked", default))).ShouldBeOfType<PlanOutcome.NoStaffKnown>();

    [Theory]
    [InlineData("2020-03-06", "low", false)]
    [InlineData("2020-03-06", "medium", true)]
    [InlineData("2020-04-07", "medium", true)]
    public void The_isolation_rooms_are_asked_where_the_tier_asks_them(string day, string tier, bool asked) =>
        MeasureList.On(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture)).For(tier).Any(m => m.Id == "isolation-rooms").ShouldBe(asked);

    [Fact]
    public void From_the_seventh_of_April_low_risk_counties_decide_about_dormitories_themselves()
    {
        MeasureList.On(new(2020, 4, 6)).For("low").ShouldContain(m => m.Id == "dormitory-limit");
        MeasureList.On(new(2020, 4, 7)).For("low").ShouldNotContain(m => m.Id == "dormitory-limit");
    }

    [Fact]
    public async Task What_a_spot_check_finds_missing_opens_a_case_and_what_one_says_oneself_does_not()
    {
        await CheckAsync(Owner(), false, "entry-check");
        (await EventsAsync(CaseWanted.Kind)).ShouldBeEmpty();
        (await CheckAsync(Officer(), true, "entry-check")).ShouldBeOfType<CheckOutcome.Kept>().Missing.ShouldContain("fingerprint-off");
        (await EventsAsync(CaseWanted.Kind)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_officer_cannot_find_what_is_not_on_the_list_or_check_in_another_district()
    {
        (await CheckAsync(Officer(), true, "golden-gate")).ShouldBe(new CheckOutcome.NotOnTheList("golden-gate"));
        (await CheckAsync(Officer("3302"), true, "entry-check")).ShouldBeOfType<CheckOutcome.NotYours>();
    }

    [Theory]
    [InlineData("FFD8FFE0", "image/jpeg")]
    [InlineData("89504E47", "image/png")]
    [InlineData("255044462D", "application/pdf")]
    [InlineData("3C68746D6C3E", null)]
    public void A_file_is_what_its_first_bytes_say(string hex, string? type) => Attachments.TypeOf(Convert.FromHexString(hex)).ShouldBe(type);

    [Fact]
    public async Task Projects_come_from_a_file_and_a_late_milestone_opens_a_case()
    {
        using var officer = await Host.SignedInAsync("officer", "industry_officer", "33");
        (await HostTesting.RunningHost.UploadAsync(officer, "/resumption/projects", "/resumption/projects/imports", "projects.csv", "项目代码,项目名称,地区,节点,计划完成,投资额（万元）\nP1,地铁,330106,复工,2020-03-10,5000\nP1,地铁,330106,验收,2020-12-31,5000\n,地铁,330106,x,2020-12-31,1\n"))
            .ShouldContain("problem=file", customMessage: "the row without a code is named");
        var id = await AsAsync(Officer("33"), session => session.QuerySingleAsync<long>("SELECT id FROM resumption.milestone WHERE name = '复工'"));
        (await EventsAsync(DeadlineSet.Kind)).Count.ShouldBe(2);
        await AsAsync(Actor.System, async session =>
        {
            await Milestones.PassAsync(session, id, default);
            return true;
        });
        (await EventsAsync(CaseWanted.Kind)).ShouldHaveSingleItem().ShouldContain("地铁");
        (await officer.GetStringAsync(new Uri("/resumption/projects", UriKind.Relative))).ShouldContain("逾期");
        (await AsAsync(Officer("33"), session => Milestones.DoneAsync(session, id, new(2020, 3, 6), default))).ShouldBeTrue();
        (await EventsAsync(CaseNoLongerWanted.Kind)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Every_page_opens_for_those_who_may_and_for_nobody_else()
    {
        using var officer = await Host.SignedInAsync("officer", "industry_officer", "3301");
        using var owner = await Host.SignedInAsync("owner", "enterprise", "3301", Factory);
        using var nobody = Host.Browser();
        foreach (var page in new[] { "/resumption", "/resumption/reports", "/resumption/burden", "/resumption/projects", $"/resumption/checks/{Factory}" }) (await officer.GetAsync(new Uri(page, UriKind.Relative))).IsSuccessStatusCode.ShouldBeTrue(page);
        foreach (var page in new[] { "/resumption/own", "/resumption/own/plan", "/resumption/own/check" }) (await owner.GetAsync(new Uri(page, UriKind.Relative))).IsSuccessStatusCode.ShouldBeTrue(page);
        foreach (var page in new[] { "/resumption", "/resumption/own" }) (await nobody.GetAsync(new Uri(page, UriKind.Relative))).IsSuccessStatusCode.ShouldBeFalse(page);
        (await nobody.GetStringAsync(new Uri("/resumption/rules", UriKind.Relative))).ShouldContain("可以要求的全部材料");
    }

    [Fact]
    public async Task Demo_data_fill_every_list_once()
    {
        GiveStaff();
        var demo = Host.Services.GetServices<IDemoData>().OfType<Demo.DemoResumption>().Single();
        await demo.LoadAsync("33", default);
        await demo.LoadAsync("33", default);
        foreach (var (table, rows) in new[] { ("opening", 2), ("report_due", 2), ("plan_run", 1), ("project", 3), ("milestone", 9) })
            (await AsAsync(Actor.System, session => session.QuerySingleAsync<int>($"SELECT count(*)::int FROM resumption.{table}"))).ShouldBe(rows, table);
    }

    private Task<int> PlansAsync(string code) => AsAsync(Actor.System, session => session.QuerySingleAsync<int>("SELECT count(*)::int FROM resumption.plan_run WHERE enterprise_code = @code", new { code }));

    /// <summary>Attempts and reason of the plan set aside; empty for none.</summary>
    private Task<string> FailureAsync() => AsAsync(Actor.System, session => session.QuerySingleAsync<string>("SELECT coalesce((SELECT attempts || ' ' || reason FROM resumption.plan_failure), '')"));

    private Task<int> TermsAsync(string terms) => AsAsync(Actor.System, session => session.ExecuteAsync("UPDATE resumption.plan_terms SET terms = @terms::jsonb WHERE enterprise_code = @Neighbour", new { terms, Neighbour }));

    /// <summary>Until nothing that is due is queued, whichever host has it in hand.</summary>
    private async Task ReplanAsync()
    {
        var replan = new Replan(Host.Database.Database, Host.Services.GetRequiredService<PlanReturn>());
        do await AsAsync(Actor.System, async session =>
        {
            await replan.RunAsync(session, default);
            return true;
        });
        while (await AsAsync(Actor.System, session => session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM resumption.replan WHERE wanted_at <= @Now)", new { session.Now })));
    }

    private static EnterprisePlace Dormitory(int? beds, decimal? area) => new(1, 7, PlaceKind.Dormitory, "一号楼", new("330106"), "", area, beds);

    private static ReturnPlanning.ReturnProblem ProblemOf(PlanTerms terms, params EnterprisePlace[] places) =>
        PlanReturn.ProblemOf(new(7, Factory, "示例制造厂", new("330106"), "3521", EnterpriseSize.Medium, ""), [new(new("3303"), RiskTier.Low, true, 0, 40)], places, terms, _ => RiskTier.Low);

    private void GiveStaff()
    {
        Known.StaffCounts.AddRange([new(new("3301"), RiskTier.Low, false, 0, 20), new(new("4113"), RiskTier.Low, true, 0, 60), new(new("3303"), RiskTier.Low, true, 0, 40)]);
        Known.Places.AddRange(
        [
            new(1, 7, PlaceKind.Dormitory, "一号楼", new("330106"), "", 600, 120), new(2, 7, PlaceKind.Canteen, "食堂", new("330106"), "", 200, 60), new(3, 7, PlaceKind.Plant, "车间", new("330106"), "", 3000, 150),
        ]);
    }

    private async Task<PlanRun> PlanAsync(PlanTerms terms)
    {
        (await AsAsync(Owner(), session => Host.Services.GetRequiredService<PlanReturn>().RunAsync(session, Factory, terms, "asked", default))).ShouldBeOfType<PlanOutcome.Planned>();
        return (await AsAsync(Owner(), session => PlanReturn.LatestAsync(session, Factory, default)))!;
    }

    private Task<CheckOutcome> CheckAsync(Actor actor, bool isSpot, params string[] done) => AsAsync(actor, session => RecordCheck.RunAsync(session, WhatIsHeld, Factory, isSpot, done, "", [], default));
}
