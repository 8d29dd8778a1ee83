using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.HealthCode;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Events;
using Rongtong.Resumption.Held;
using Rongtong.Resumption.Openings;
using Rongtong.Resumption.Plans;
using Rongtong.Resumption.Reports;

namespace Rongtong.Resumption.Tests;

/// <summary>Two entries of the register turn out to be one enterprise, and then not: nothing moves, nothing is counted twice, nobody loses the own page.</summary>
public sealed class MergeTests : World
{
    private static readonly DateOnly s_today = new(2020, 3, 6);

    [Fact]
    public async Task A_merge_moves_no_row_and_taking_it_back_leaves_every_table_as_it_was()
    {
        await BothWorkedAsync();
        var before = await EverythingAsync();
        await MergeAsync();
        (await EverythingAsync()).ShouldBe(before, "totals are conserved because rows stay where they were written");
        await UnmergeAsync();
        (await EverythingAsync()).ShouldBe(before);
        (await CodesSeenAsync(Factory)).ShouldBe([Factory]);
    }

    [Theory]
    [InlineData(Factory)]
    [InlineData(Neighbour)]
    public async Task Either_code_reads_what_both_have_written(string code)
    {
        await BothWorkedAsync();
        await MergeAsync();
        (await CodesSeenAsync(code)).ShouldBe([Neighbour, Factory], ignoreOrder: true);
        (await AsAsync(Owner(code), session => OpeningRow.CurrentAsync(session, code, default))).Count.ShouldBe(2);
        (await AsAsync(Owner(code), session => SendReport.UnderOtherCodesAsync(session, Factory, s_today, default))).ShouldHaveSingleItem().StaffPresent.ShouldBe(30);
    }

    [Fact]
    public async Task An_account_of_the_merged_code_goes_on_reading_and_writing_its_page()
    {
        await MergeAsync();
        using var owner = await Host.SignedInAsync("owner", "enterprise", "3302", Neighbour);
        (await owner.GetStringAsync(new Uri("/resumption/own", UriKind.Relative))).ShouldContain("示例制造厂");
        await HostTesting.RunningHost.PostAsync(owner, "/resumption/own", "/resumption/own/openings", ("day", "2020-03-06"), ("staff", "10"), ("commitment", "true"));
        await HostTesting.RunningHost.PostAsync(owner, "/resumption/own", "/resumption/own/reports", ("day", "2020-03-06"), ("version", "0"), ("unwell", "0"), ("present", "12"), ("open", "true"));
        (await owner.GetStringAsync(new Uri("/resumption/own", UriKind.Relative))).ShouldContain("已报送（第 1 版）");
        (await AsAsync(Owner(), session => session.QuerySingleAsync<int>("SELECT staff_present FROM resumption.daily_report WHERE enterprise_code = @Factory", new { Factory }))).ShouldBe(12, "written under the code that was kept");
    }

    [Fact]
    public async Task A_stranger_sees_nothing_of_either_before_and_after()
    {
        await BothWorkedAsync();
        (await CodesSeenAsync(Neighbour)).ShouldBe([Neighbour]);
        await MergeAsync();
        (await CodesSeenAsync("91330106000000001Y")).ShouldBeEmpty();
        (await CodesSeenAsync("")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_filed_under_the_merged_code_bars_a_second_filing()
    {
        var id = (await FileAsync(Neighbour)).ShouldBeOfType<FilingOutcome.Filed>().Id;
        await MergeAsync();
        (await FileAsync(Factory)).ShouldBe(new FilingOutcome.AlreadyFiled(id));
    }

    [Fact]
    public async Task One_enterprise_is_expected_to_report_once_and_one_report_ends_the_waiting_for_both_codes()
    {
        await FileAsync(Factory);
        await FileAsync(Neighbour);
        await ExpectAsync();
        await MergeAsync();
        await SendAsync(Factory, 40);
        (await SilentAsync(s_today)).ShouldBe(0);
        Clock.Advance(TimeSpan.FromDays(1));
        await ExpectAsync();
        (await AsAsync(Officer("33"), session => session.QueryAsync<string>("SELECT enterprise_code FROM resumption.report_due WHERE day = @day", new { day = s_today.AddDays(1) }))).ShouldBe([Factory]);
        await UnmergeAsync();
        (await SilentAsync(s_today)).ShouldBe(1, "the other had said nothing under its own code");
    }

    [Fact]
    public async Task A_plan_counts_the_staff_of_both_codes_once()
    {
        Known.StaffCounts.Add(new(new("4113"), RiskTier.Low, true, 0, 60));
        Known.NeighbourStaff.Add(new StaffCount(new("4113"), RiskTier.Low, true, 0, 25));
        await MergeAsync();
        await AsAsync(Owner(Neighbour), session => Host.Services.GetRequiredService<PlanReturn>().RunAsync(session, Neighbour, new PlanTerms(), "asked", default));
        (await AsAsync(Owner(), session => PlanReturn.LatestAsync(session, Factory, default)))!.Problem.Groups.Sum(g => g.Count).ShouldBe(85);
    }

    private async Task BothWorkedAsync()
    {
        foreach (var (code, present) in new[] { (Factory, 40), (Neighbour, 30) })
        {
            await FileAsync(code);
            await SendAsync(code, present);
        }
        await ExpectAsync();
    }

    private Task<FilingOutcome> FileAsync(string code) => AsAsync(Owner(code), session => Host.Services.GetRequiredService<FileOpening>().RunAsync(session, code, s_today, 10, true, default));

    private Task<ReportOutcome> SendAsync(string code, int present) => AsAsync(Owner(code), session => new SendReport(s_today, 0, present, true, 0, "").RunAsync(session, WhatIsHeld, code, default));

    private Task<bool> ExpectAsync() => AsAsync(Actor.System, async session =>
    {
        await new ExpectReports().RunAsync(session, default);
        return true;
    });

    private Task<int> SilentAsync(DateOnly day) => AsAsync(Officer("33"), session => session.QuerySingleAsync<int>("SELECT count(*)::int FROM resumption.report_due WHERE day = @day AND reported_at IS NULL", new { day }));

    private async Task<IReadOnlyList<string>> CodesSeenAsync(string code) =>
        await AsAsync(Owner(code), session => session.QueryAsync<string>("SELECT DISTINCT enterprise_code FROM resumption.burden"));

    /// <summary>Every row that belongs to an enterprise, as text.</summary>
    private async Task<string> EverythingAsync()
    {
        var tables = await AsAsync(Actor.System, session => session.QueryAsync<string>(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'resumption' AND column_name = 'enterprise_code' ORDER BY 1"));
        var rows = new List<string>();
        foreach (var table in tables) rows.AddRange(await AsAsync(Actor.System, session => session.QueryAsync<string>($"SELECT '{table} ' || to_jsonb(t)::text FROM resumption.{table} t ORDER BY 1")));
        return string.Join('\n', rows);
    }

    private Task<bool> MergeAsync()
    {
        Known.Merged[Neighbour] = Factory;
        return HandleAsync(Host.Services.GetServices<IEventSubscriber>().OfType<WhenEnterpriseMerged>().Single(), new EnterpriseMerged(7, 8));
    }

    private Task<bool> UnmergeAsync()
    {
        Known.Merged.Clear();
        return HandleAsync(Host.Services.GetServices<IEventSubscriber>().OfType<WhenEnterpriseUnmerged>().Single(), new EnterpriseUnmerged(7, 8));
    }

    private Task<bool> HandleAsync(IEventSubscriber subscriber, object happened) => AsAsync(Actor.System, async session =>
    {
        await subscriber.HandleAsync(session, new OutboxEvent(1, subscriber.EventKind, "", JsonSerializer.Serialize(happened, JsonSerializerOptions.Web), Clock.GetUtcNow()), default);
        return true;
    });
}
