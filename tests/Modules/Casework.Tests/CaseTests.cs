using Rongtong.Casework.Cases;
using Rongtong.Casework.Liaison;
using Rongtong.Casework.Statistics;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using static Rongtong.Casework.Tests.CaseworkWorld;

namespace Rongtong.Casework.Tests;

public sealed class CaseTests : IAsyncLifetime
{
    private static readonly Officer s_colleague = new("account:colleague", "colleague");
    private CaseworkWorld _world = null!;

    public async Task InitializeAsync() => _world = await CreateAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task An_enterprise_says_what_is_wrong_sees_every_step_and_rates_the_result()
    {
        await AssignAsync(1, CityOfficer);
        var id = await _world.OpenedAsync(MillOwner, "口罩只够三天\n每天要一千二百只");
        var opened = await _world.CaseAsync(id);
        (opened.TitleZh, opened.OwnerId, opened.RegionCode, opened.Industry).ShouldBe(("口罩只够三天", CityOfficer.Id, "420111", "1711"));
        await _world.TakenAsync(CityOfficer, id, new CaseInput.Accept());
        await _world.TakenAsync(CityOfficer, id, new CaseInput.Ask("库存多少？"));
        await _world.TakenAsync(MillOwner, id, new CaseInput.Answer("三千只"));
        await _world.TakenAsync(CityOfficer, id, new CaseInput.Solve(CaseResult.Solved, "已调拨一万只"));
        await _world.TakenAsync(MillOwner, id, new CaseInput.Rate(5, "快"));
        (await _world.StepsAsync(id)).ShouldBe(["open", "accept", "ask", "answer", "solve", "rate"]);
        (await _world.DoAsync(MillOwner, session => session.QuerySingleAsync<long>("SELECT count(*) FROM casework.case_step"))).ShouldBe(6);
        await _world.SettleAsync();
        _world.Closed.All.ShouldBe([new CaseClosed(opened.Key, "solved", "已调拨一万只")]);
    }

    [Fact]
    public async Task An_enterprise_sees_its_own_cases_and_no_other_s()
    {
        var mill = await _world.OpenedAsync(MillOwner);
        (await _world.DoAsync(FoundryOwner, session => session.QuerySingleAsync<long>("SELECT count(*) FROM casework.case_file"))).ShouldBe(0);
        (await _world.DoAsync(FoundryOwner, session => session.QuerySingleAsync<long>("SELECT count(*) FROM casework.case_step"))).ShouldBe(0);
        (await _world.StepAsync(FoundryOwner, mill, new CaseInput.Withdraw("x"))).ShouldBeOfType<StepResult.NotFound>();
        var nobodys = MillOwner with { Organisation = "" };
        (await _world.DoAsync(nobodys, session => session.QuerySingleAsync<long>("SELECT count(*) FROM casework.case_file"))).ShouldBe(0);
        (await _world.OpenAsync(nobodys, "x")).ShouldBe(new OpenOutcome.Wrong("enterprise"));
    }

    [Fact]
    public async Task Officers_work_in_their_regions_and_leaders_look_on()
    {
        var id = await _world.OpenedAsync(MillOwner);
        (await _world.StepAsync(Stranger, id, new CaseInput.Accept())).ShouldBeOfType<StepResult.NotFound>();
        (await _world.StepAsync(Leader, id, new CaseInput.Accept())).ShouldBeOfType<StepResult.NotFound>();
        (await _world.DoAsync(Leader, session => session.QuerySingleAsync<long>("SELECT count(*) FROM casework.case_file"))).ShouldBe(1);
        (await _world.OpenAsync(Stranger, "x", region: "420111")).ShouldBe(new OpenOutcome.Wrong("region"));
        (await _world.OpenAsync(Stranger, "x", enterprise: 1)).ShouldBe(new OpenOutcome.Wrong("region"));
        (await _world.OpenAsync(Leader, "x", region: "420111")).ShouldBe(new OpenOutcome.Wrong("enterprise"));
    }

    [Fact]
    public async Task No_session_of_a_person_can_write_a_state()
    {
        var id = await _world.OpenedAsync(MillOwner);
        foreach (var actor in new[] { CityOfficer, MillOwner, Leader })
        {
            (await _world.DoAsync(actor, session => session.ExecuteAsync("UPDATE casework.case_file SET stage = 'closed', outcome = 'solved'"))).ShouldBe(0, actor.Name);
            (await _world.DoAsync(actor, session => session.ExecuteAsync("DELETE FROM casework.case_file"))).ShouldBe(0, actor.Name);
            await Should.ThrowAsync<Npgsql.PostgresException>(() => _world.DoAsync(actor, session =>
                session.ExecuteAsync("INSERT INTO casework.case_step (case_id, kind, stage, author, author_name, words, at) VALUES (@id, 'solve', 'closed', 'x', 'x', 'x', now())", new { id })));
        }
        await Should.ThrowAsync<Npgsql.PostgresException>(() => _world.DoAsync(Actor.System, session => session.ExecuteAsync("UPDATE casework.case_step SET words = ''")));
        (await _world.CaseAsync(id)).Stage.ShouldBe("open");
    }

    [Fact]
    public async Task Of_two_officers_at_the_same_moment_one_takes_the_case_and_the_other_is_told()
    {
        var id = await _world.OpenedAsync(MillOwner);
        var results = await Task.WhenAll(_world.StepAsync(CityOfficer, id, new CaseInput.Accept(), version: 1), _world.StepAsync(CityOfficer, id, new CaseInput.Accept(), version: 1));
        results.OfType<StepResult.Taken>().Count().ShouldBe(1);
        results.OfType<StepResult.Stale>().Single().Version.ShouldBe(2);
        (await _world.StepsAsync(id)).ShouldBe(["open", "accept"]);
    }

    [Fact]
    public async Task Two_taps_on_send_open_one_case()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _world.OpenAsync(MillOwner, "纸箱断供")));
        outcomes.OfType<OpenOutcome.Opened>().Count().ShouldBe(1);
        outcomes.OfType<OpenOutcome.AlreadyOpen>().Count().ShouldBe(3);
    }

    [Fact]
    public async Task Nobody_answers_and_the_case_climbs_the_ladder_by_the_one_deadline_engine()
    {
        var id = await _world.OpenedAsync(MillOwner);
        await _world.PassAsync(TimeSpan.FromDays(4) + TimeSpan.FromHours(14));
        (await _world.CaseAsync(id)).Level.ShouldBe(0, "Monday, 23:00");
        await _world.PassAsync(TimeSpan.FromHours(1));
        (await _world.CaseAsync(id)).Level.ShouldBe(1);
        await _world.PassAsync(TimeSpan.FromHours(24));
        (await _world.CaseAsync(id)).Level.ShouldBe(2);
        await _world.PassAsync(TimeSpan.FromDays(9));
        (await _world.StepsAsync(id)).ShouldBe(["open", "escalate", "escalate"]);
    }

    [Fact]
    public async Task An_answer_in_time_climbs_nothing()
    {
        var id = await _world.OpenedAsync(MillOwner);
        await _world.TakenAsync(CityOfficer, id, new CaseInput.Accept());
        await _world.TakenAsync(CityOfficer, id, new CaseInput.Solve(CaseResult.Partly, "一半"));
        await _world.PassAsync(TimeSpan.FromDays(9));
        (await _world.StepsAsync(id)).ShouldBe(["open", "accept", "solve"]);
    }

    [Fact]
    public async Task A_module_s_wish_opens_one_case_and_reopens_it_when_it_was_closed()
    {
        await WantAsync();
        await WantAsync();
        await _world.SettleAsync();
        var opened = await _world.CaseAsync("observations.alert:1");
        (opened.Urgency, opened.EnterpriseName).ShouldBe(("urgent", "楚天纺织厂"));
        await _world.TakenAsync(CityOfficer, opened.Id, new CaseInput.Accept());
        await _world.TakenAsync(CityOfficer, opened.Id, new CaseInput.Solve(CaseResult.Unsolved, "停产检修"));
        await WantAsync();
        await _world.SettleAsync();
        (await _world.StepsAsync(opened.Id)).ShouldBe(["open", "accept", "solve", "reopen"]);
        (await _world.CaseAsync(opened.Id)).Stage.ShouldBe("open");
    }

    [Fact]
    public async Task An_enterprise_is_not_shown_the_alert_about_itself()
    {
        await WantAsync();
        await WantAsync("resumption.stuck:1", "labour");
        await _world.SettleAsync();
        (await _world.DoAsync(MillOwner, session => session.QueryAsync<string>("SELECT key FROM casework.case_file"))).ShouldBe(["resumption.stuck:1"]);
    }

    [Fact]
    public async Task A_reason_that_went_away_ends_the_case_also_when_the_news_is_faster_than_the_wish()
    {
        await WantAsync();
        await _world.SettleAsync();
        await GoneAsync();
        await _world.SettleAsync();
        (await _world.CaseAsync("observations.alert:1")).Outcome.ShouldBe("withdrawn");
        await WantAsync("observations.alert:2");
        await GoneAsync("observations.alert:2");
        await _world.HandleOnlyAsync<WhenCaseNoLongerWanted>();
        await _world.SettleAsync();
        (await _world.DoAsync(Actor.System, session => session.QuerySingleAsync<long>("SELECT count(*) FROM casework.case_file WHERE key = 'observations.alert:2'"))).ShouldBe(0);
        await WantAsync("observations.alert:2");
        await _world.SettleAsync();
        (await _world.CaseAsync("observations.alert:2")).Stage.ShouldBe("open", "wanted again later");
    }

    [Fact]
    public async Task A_duplicate_goes_on_in_the_other_case_and_both_modules_learn_the_end()
    {
        await WantAsync();
        await WantAsync("observations.alert:2");
        await _world.SettleAsync();
        var (first, second) = (await _world.CaseAsync("observations.alert:1"), await _world.CaseAsync("observations.alert:2"));
        await _world.TakenAsync(CityOfficer, second.Id, new CaseInput.Merge(""), into: first.Id);
        (await _world.CaseAsync(second.Id)).DuplicateOf.ShouldBe(first.Id);
        (await _world.StepAsync(CityOfficer, first.Id, new CaseInput.Merge(""), into: second.Id)).ShouldBe(new StepResult.Refused("duplicate"));
        (await _world.StepAsync(CityOfficer, first.Id, new CaseInput.Merge(""), into: first.Id)).ShouldBe(new StepResult.Refused("duplicate"));
        await _world.TakenAsync(CityOfficer, first.Id, new CaseInput.Accept());
        await _world.TakenAsync(CityOfficer, first.Id, new CaseInput.Solve(CaseResult.Solved, "好了"));
        await _world.SettleAsync();
        _world.Closed.All.Select(c => c.Key).ShouldBe(["observations.alert:1", "observations.alert:2"]);
        // Wanted once more under the duplicate's key: the case that goes on is opened again.
        await WantAsync("observations.alert:2");
        await _world.SettleAsync();
        (await _world.CaseAsync(first.Id)).Stage.ShouldBe("open");
        (await _world.CaseAsync(second.Id)).Stage.ShouldBe("merged");
    }

    [Fact]
    public async Task Two_merges_that_cross_leave_one_case_to_go_on()
    {
        var (a, b) = (await _world.OpenedAsync(MillOwner, "甲"), await _world.OpenedAsync(MillOwner, "乙"));
        var results = await Task.WhenAll(_world.StepAsync(CityOfficer, a, new CaseInput.Merge(""), into: b, version: 1), _world.StepAsync(CityOfficer, b, new CaseInput.Merge(""), into: a, version: 1));
        results.Count(r => r is StepResult.Taken).ShouldBe(1);
        new[] { (await _world.CaseAsync(a)).Stage, (await _world.CaseAsync(b)).Stage }.ShouldBe(["open", "merged"], ignoreOrder: true);
        var other = await _world.OpenedAsync(FoundryOwner, "丙");
        (await _world.StepAsync(CityOfficer, other, new CaseInput.Merge(""), into: a)).ShouldBe(new StepResult.Refused("duplicate"), "another enterprise's");
    }

    [Fact]
    public async Task A_case_handed_over_belongs_to_the_other_officer()
    {
        var id = await _world.OpenedAsync(MillOwner);
        (await _world.StepAsync(CityOfficer, id, new CaseInput.HandOver("换人"))).ShouldBe(new StepResult.Refused("officer"));
        await _world.TakenAsync(CityOfficer, id, new CaseInput.HandOver("换人"), to: s_colleague);
        (await _world.CaseAsync(id)).OwnerId.ShouldBe(s_colleague.Id);
    }

    [Fact]
    public async Task Merged_enterprises_have_their_cases_together_and_apart_again()
    {
        var (mill, foundry) = (await _world.OpenedAsync(MillOwner), await _world.OpenedAsync(FoundryOwner));
        await AssignAsync(2, CityOfficer);
        _world.Register.Merge(kept: 1, merged: 2);
        await _world.PublishAsync(EnterpriseMerged.Kind, "1", new EnterpriseMerged(1, 2));
        await _world.SettleAsync();
        (await SeenAsync(MillOwner)).ShouldBe([mill, foundry]);
        (await SeenAsync(FoundryOwner)).ShouldBeEmpty();
        (await OfficerAsync(1)).ShouldBe(CityOfficer.Id, "the mill had none, so it keeps the foundry's");
        _world.Register.Unmerge(2);
        await _world.PublishAsync(EnterpriseUnmerged.Kind, "1", new EnterpriseUnmerged(1, 2));
        await _world.SettleAsync();
        (await SeenAsync(MillOwner)).ShouldBe([mill]);
        (await SeenAsync(FoundryOwner)).ShouldBe([foundry]);
    }

    [Fact]
    public async Task Photographs_are_known_by_their_first_bytes_and_limited()
    {
        var id = await _world.OpenedAsync(MillOwner);
        byte[] png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3];
        (await AddAsync(MillOwner, id, "<script>"u8.ToArray())).ShouldBe(new PhotoOutcome.Refused("kind"));
        (await AddAsync(MillOwner, id, [])).ShouldBe(new PhotoOutcome.Refused("empty"));
        (await AddAsync(MillOwner, id, [.. png, .. new byte[AddPhoto.BytesMax]])).ShouldBe(new PhotoOutcome.Refused("too-large"));
        (await AddAsync(FoundryOwner, id, png)).ShouldBeOfType<PhotoOutcome.NotFound>();
        for (var i = 0; i < AddPhoto.PerCaseMax; i++) (await AddAsync(MillOwner, id, png)).ShouldBeOfType<PhotoOutcome.Added>();
        (await AddAsync(MillOwner, id, png)).ShouldBe(new PhotoOutcome.Refused("too-many"));
        (await _world.DoAsync(FoundryOwner, session => session.QuerySingleAsync<long>("SELECT count(*) FROM casework.case_photo"))).ShouldBe(0);
    }

    [Fact]
    public async Task A_park_is_given_to_an_officer_and_handed_over_on_a_day()
    {
        var today = ChinaDay.Of(_world.Clock.GetUtcNow());
        (await GiveAsync(CityOfficer, new(CityOfficer.Id, CityOfficer.Name), "4201", "", today)).ShouldBe(new AssignOutcome.Assigned(2));
        (await GiveAsync(CityOfficer, s_colleague, "4201", "光谷", today.AddDays(3))).ShouldBe(new AssignOutcome.Assigned(1));
        (await OfficerAsync(1, today.AddDays(2))).ShouldBe(CityOfficer.Id);
        (await OfficerAsync(1, today.AddDays(3))).ShouldBe(s_colleague.Id);
        (await OfficerAsync(2, today.AddDays(3))).ShouldBe(CityOfficer.Id);
        (await GiveAsync(CityOfficer, s_colleague, "4201", "", today.AddDays(-1))).ShouldBe(new AssignOutcome.Wrong("day"));
        (await GiveAsync(CityOfficer, s_colleague, "4201", "无此园区", today)).ShouldBe(new AssignOutcome.Wrong("park"));
        (await GiveAsync(Stranger, s_colleague, "4201", "", today)).ShouldBe(new AssignOutcome.Wrong("park"), "another city's officer sees no enterprise here");
    }

    [Fact]
    public async Task A_visit_s_finding_becomes_one_case_however_often_it_is_tapped_and_the_day_list_forgets_the_visit()
    {
        await AssignAsync(1, CityOfficer);
        var today = ChinaDay.Of(_world.Clock.GetUtcNow());
        (await DayAsync()).Visits.Select(v => v.Id).ShouldBe([1]);
        (await VisitAsync(today.AddDays(1))).ShouldBe(new VisitOutcome.Wrong("day"));
        (await VisitAsync(today)).ShouldBeOfType<VisitOutcome.Recorded>();
        (await DayAsync()).Visits.ShouldBeEmpty();
        var taps = new List<long?>();
        for (var i = 0; i < 3; i++) taps.Add(await _world.DoAsync(CityOfficer, session => new OpenFinding(1).RunAsync(session, _world.Enterprises, FakeRegions.Hubei, _world.Calendar, default)));
        taps.Distinct().ShouldHaveSingleItem().ShouldNotBeNull();
        (await DayAsync()).Cases.Select(c => c.Id).ShouldBe([taps[0]!.Value]);
        (await _world.DoAsync(Stranger, session => new OpenFinding(1).RunAsync(session, _world.Enterprises, FakeRegions.Hubei, _world.Calendar, default))).ShouldBeNull();
    }

    [Fact]
    public async Task The_day_list_begins_with_what_is_late_then_with_what_is_urgent()
    {
        var late = await _world.OpenedAsync(MillOwner, "旧的一般事项");
        await _world.PassAsync(TimeSpan.FromDays(6));
        var normal = await _world.OpenedAsync(MillOwner, "新的一般事项");
        await WantAsync();
        await _world.SettleAsync();
        var urgent = (await _world.CaseAsync("observations.alert:1")).Id;
        (await DayAsync()).Cases.Select(c => c.Id).ShouldBe([late, urgent, normal]);
    }

    [Fact]
    public async Task Statistics_count_what_was_late_and_how_it_was_rated_with_their_intervals()
    {
        var ids = new List<long>();
        for (var i = 0; i < 4; i++) ids.Add(await _world.OpenedAsync(MillOwner, "口罩 " + i));
        var duplicate = await _world.OpenedAsync(MillOwner, "口罩 重复");
        await _world.TakenAsync(CityOfficer, duplicate, new CaseInput.Merge(""), into: ids[3]);
        foreach (var id in ids.Take(3)) await _world.TakenAsync(CityOfficer, id, new CaseInput.Accept());
        await _world.PassAsync(TimeSpan.FromHours(10));
        for (var i = 0; i < 2; i++)
        {
            await _world.TakenAsync(CityOfficer, ids[i], new CaseInput.Solve(CaseResult.Solved, "好了"));
            await _world.TakenAsync(MillOwner, ids[i], new CaseInput.Rate(i == 0 ? 5 : 2, ""));
        }
        await _world.PassAsync(TimeSpan.FromDays(6));
        await _world.TakenAsync(CityOfficer, ids[2], new CaseInput.Solve(CaseResult.Solved, "晚了"));
        var row = await _world.DoAsync(Leader, session => Blockers.Of(null, null, null, ChinaDay.Of(_world.Clock.GetUtcNow())).AllAsync(session, default));
        (row.Cases, row.Running, row.Answered, row.Late, row.Rated, row.Content).ShouldBe((4, 1, 3, 2, 2, 1));
        row.MedianHours.ShouldBe(10);
        row.MeanStars.ShouldBe(3.5);
        (await _world.DoAsync(Stranger, session => Blockers.Of(null, null, null, ChinaDay.Of(_world.Clock.GetUtcNow())).AllAsync(session, default))).Cases.ShouldBe(0);
    }

    [Fact]
    public void The_interval_of_a_share_is_wilson_s()
    {
        // R 4.2, prop.test(8, 10, correct = FALSE): 0.4901625 0.9433178.
        var (low, high) = new Share(8, 10).Interval!.Value;
        low.ShouldBe(0.4901625, 1e-6);
        high.ShouldBe(0.9433178, 1e-6);
        new Share(0, 5).Interval!.Value.Low.ShouldBe(0, 1e-12);
        new Share(0, 0).Interval.ShouldBeNull();
    }

    private Task WantAsync(string key = "observations.alert:1", string category = "alert") => _world.PublishAsync(CaseWanted.Kind, key, new CaseWanted(key, category, "420111", 1, "报开工但无用电", "Says open, uses no power", "2 月 19 日用电为零", "/observations/enterprises/1", 1));

    private Task GoneAsync(string key = "observations.alert:1") => _world.PublishAsync(CaseNoLongerWanted.Kind, key, new CaseNoLongerWanted(key, "用电已恢复"));

    private Task<IReadOnlyList<long>> SeenAsync(Actor actor) => _world.DoAsync(actor, session => session.QueryAsync<long>("SELECT id FROM casework.case_file ORDER BY id"));

    private Task<PhotoOutcome> AddAsync(Actor actor, long id, byte[] content) => _world.DoAsync(actor, session => new AddPhoto(id, content).RunAsync(session, default));

    private Task<AssignOutcome> GiveAsync(Actor by, Officer to, string region, string park, DateOnly from) => _world.DoAsync(by, session => Assignments.AssignAsync(session, to, region, park, null, from, default));

    private Task AssignAsync(int enterprise, Actor officer) =>
        _world.DoAsync(CityOfficer, session => Assignments.AssignAsync(session, new(officer.Id, officer.Name), "4201", "", enterprise, ChinaDay.Of(_world.Clock.GetUtcNow()), default));

    private Task<string?> OfficerAsync(int enterprise, DateOnly? day = null) => _world.DoAsync(Actor.System, async session => (await Assignments.OfficerOfAsync(session, enterprise, day ?? ChinaDay.Of(session.Now), default))?.Id);

    private Task<VisitOutcome> VisitAsync(DateOnly day) => _world.DoAsync(CityOfficer, session => new RecordVisit(1, day, "开工三成", [new("logistics", "原料车进不来")]).RunAsync(session, default));

    private Task<DayList> DayAsync() => _world.DoAsync(CityOfficer, session => DayList.ReadAsync(session, default));
}
