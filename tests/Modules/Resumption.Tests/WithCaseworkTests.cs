using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.HealthCode;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;
using Rongtong.Resumption.Openings;
using Rongtong.Resumption.Plans;
using Rongtong.Resumption.Reports;

namespace Rongtong.Resumption.Tests;

/// <summary>The module beside the real deadlines, calendar and cases: events go through the outbox and jobs through the runner, nothing is called by hand.</summary>
public sealed class WithCaseworkTests : World
{
    private static readonly DateOnly s_today = new(2020, 3, 6);

    protected override bool PlaysCalendar => false;

    [Fact]
    public async Task Silence_at_the_deadline_counts_as_agreed_for_a_filing()
    {
        var filed = await FileAsync(RiskTier.Medium);
        filed.DueAt.ShouldBe(new DateTimeOffset(2020, 3, 11, 0, 0, 0, TimeSpan.FromHours(8)), "the calendar of the product: Monday and Tuesday after a Friday");
        await DeadlineAsync(filed.Id, "open");
        Clock.Advance(filed.DueAt!.Value - Clock.GetUtcNow() - TimeSpan.FromSeconds(1));
        await RunJobsAsync();
        (await StatusAsync(filed.Id)).ShouldBe("waiting", "the last second is still in time");
        Clock.Advance(TimeSpan.FromSeconds(20));
        await UntilAsync($"SELECT status = 'deemed' FROM resumption.opening WHERE id = {filed.Id}");
        await DeadlineAsync(filed.Id, "passed");
    }

    [Fact]
    public async Task What_the_offices_answered_in_time_no_deadline_changes()
    {
        var filed = await FileAsync(RiskTier.Medium);
        await DeadlineAsync(filed.Id, "open");
        await AnswerAsync(filed.Id, "industry", "Industry bureau", isAgreed: true);
        await AnswerAsync(filed.Id, "health", "Health bureau", isAgreed: true);
        await DeadlineAsync(filed.Id, "met");
        Clock.Advance(TimeSpan.FromDays(10));
        await RunJobsAsync();
        (await StatusAsync(filed.Id)).ShouldBe("agreed");
    }

    [Fact]
    public async Task Silence_on_an_approval_opens_a_case_of_the_city()
    {
        var filed = await FileAsync(RiskTier.High);
        await DeadlineAsync(filed.Id, "open");
        Clock.Advance(TimeSpan.FromDays(6));
        await UntilAsync($"SELECT EXISTS (SELECT FROM casework.case_file WHERE key = 'resumption.opening:{filed.Id}:silence' AND region_code = '3301')");
        (await StatusAsync(filed.Id)).ShouldBe("escalated");
    }

    [Fact]
    public async Task An_appeal_opens_a_case_that_leads_back_to_the_opening()
    {
        var filed = await FileAsync(RiskTier.Medium);
        await AnswerAsync(filed.Id, "health", "Health bureau", isAgreed: false);
        await AsAsync(Owner(), session => AnswerOpening.AppealAsync(session, filed.Id, "隔离房间已备好", default));
        await UntilAsync($"SELECT EXISTS (SELECT FROM casework.case_file WHERE key = 'resumption.opening:{filed.Id}:appeal' AND category = 'rules' AND link = '/resumption/openings/{filed.Id}')");
    }

    [Fact]
    public async Task A_county_that_says_nothing_climbs_the_ladder_and_comes_down_with_the_last_report()
    {
        await FileAsync(RiskTier.Low);
        Clock.Advance(TimeSpan.FromMinutes(20));
        await UntilAsync("SELECT EXISTS (SELECT FROM casework.deadline WHERE key = 'resumption.reports:330106:2020-03-06:0' AND state = 'open')");
        Clock.Advance(EscalateReport.DueAt(s_today) - Clock.GetUtcNow());
        await UntilAsync("SELECT EXISTS (SELECT FROM casework.deadline WHERE key = 'resumption.reports:330106:2020-03-06:1' AND state = 'open')");
        Clock.Advance(TimeSpan.FromHours(3));
        const string Case = "SELECT EXISTS (SELECT FROM casework.case_file WHERE key = 'resumption.reports:330106:2020-03-06:2:case' AND {0} stage = 'closed')";
        await UntilAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Case, "NOT"));
        await AsAsync(Owner(), session => new SendReport(s_today, 0, 40, true, 0, "").RunAsync(session, WhatIsHeld, Factory, default));
        Clock.Advance(TimeSpan.FromMinutes(20));
        await UntilAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, Case, ""));
        await UntilAsync("SELECT EXISTS (SELECT FROM casework.deadline WHERE key = 'resumption.reports:330106:2020-03-06:2' AND state = 'met')");
    }

    [Fact]
    public async Task When_tiers_change_the_plan_is_made_again()
    {
        Known.StaffCounts.Add(new StaffCount(new("4113"), RiskTier.Low, true, 0, 60));
        await AsAsync(Owner(), session => Host.Services.GetRequiredService<PlanReturn>().RunAsync(session, Factory, new PlanTerms(), "asked", default));
        Known.Tiers["4113"] = RiskTier.High;
        await AsAsync(Actor.System, async session =>
        {
            await session.PublishAsync(TiersChanged.Kind, "test", new TiersChanged(["411302"]));
            return true;
        });
        const string Made = "SELECT EXISTS (SELECT FROM resumption.plan_run WHERE reason = 'tiers-changed')";
        // The first run of the job may take it from the queue before anybody can see it there.
        await UntilAsync($"SELECT EXISTS (SELECT FROM resumption.replan) OR ({Made})");
        Clock.Advance(TimeSpan.FromSeconds(10));
        await UntilAsync(Made);
        (await AsAsync(Owner(), session => PlanReturn.LatestAsync(session, Factory, default)))!.Problem.Groups.ShouldHaveSingleItem().IsolationDays.ShouldBe(PlanReturn.IsolationDays);
    }

    private async Task<FilingOutcome.Filed> FileAsync(RiskTier tier)
    {
        Known.Tiers["3301"] = tier;
        return (await AsAsync(Owner(), session => Host.Services.GetRequiredService<FileOpening>().RunAsync(session, Factory, s_today, 150, true, default))).ShouldBeOfType<FilingOutcome.Filed>();
    }

    private async Task AnswerAsync(long id, string office, string organisation, bool isAgreed) => (await AsAsync(Officer(name: office, organisation: organisation),
        session => AnswerOpening.AnswerAsync(session, Offices, id, office, isAgreed, isAgreed ? "" : "缺少隔离房间", default))).ShouldBeOfType<StepOutcome.Done>();

    private Task<string> StatusAsync(long id) => AsAsync(Actor.System, session => session.QuerySingleAsync<string>("SELECT status FROM resumption.opening WHERE id = @id", new { id }));

    private Task DeadlineAsync(long id, string state) => UntilAsync($"SELECT EXISTS (SELECT FROM casework.deadline WHERE key = 'resumption.opening:{id}' AND state = '{state}')");

    private Task RunJobsAsync() => Host.Services.GetRequiredService<JobRunner>().RunDueAsync();

    /// <summary>Lets jobs and events run until the claim holds; an event waits for every older transaction of the server, also those of tests beside this one.</summary>
    private async Task UntilAsync(string claim)
    {
        const int LooksMax = 3_600;
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var looks = 0; looks < LooksMax; looks++)
        {
            await RunJobsAsync();
            await Host.Services.GetRequiredService<OutboxDispatcher>().DispatchAsync();
            if (await AsAsync(Actor.System, session => session.QuerySingleAsync<bool>(claim))) return;
            await look.WaitForNextTickAsync();
        }
        throw new InvalidOperationException("It did not come true: " + claim);
    }
}
