using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.Observations;
using Rongtong.Platform.Access;
using Rongtong.Platform.Events;
using Rongtong.Resumption.Openings;
using Rongtong.Resumption.Reports;

namespace Rongtong.Resumption.Tests;

/// <summary>The daily report: one tap, one entry for everybody, and silence that is never zero.</summary>
public sealed class ReportTests : World
{
    private static readonly DateOnly s_today = new(2020, 3, 6);

    [Fact]
    public async Task One_entry_reaches_the_fusion_core_and_ends_the_waiting()
    {
        await ExpectAsync();
        (await SendAsync(0, 40)).ShouldBe(new ReportOutcome.Kept(1));
        (await EventsAsync(FigureReported.Kind)).Select(e => JsonSerializer.Deserialize<FigureReported>(e, JsonSerializerOptions.Web)!)
            .Select(f => (f.Quantity, f.Value, f.EnterpriseId)).ShouldBe([("staff_present", 40m, 7), ("is_open", 1m, 7)]);
        (await EventsAsync(DeadlineMet.Kind)).ShouldBeEmpty();
        await LookAsync();
        JsonSerializer.Deserialize<DeadlineMet>((await EventsAsync(DeadlineMet.Kind)).ShouldHaveSingleItem(), JsonSerializerOptions.Web)!.Key.ShouldBe("resumption.reports:330106:2020-03-06:0");
        (await EventsAsync(CaseWanted.Kind)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Silence_gives_no_figure_and_climbs_the_ladder_to_the_city()
    {
        await ExpectAsync();
        await PassAsync(0);
        (await EventsAsync(CaseWanted.Kind)).ShouldBeEmpty("the enterprise is reminded first");
        await PassAsync(1);
        await PassAsync(2);
        // Whatever other modules make of it, and however soon.
        await Host.Services.GetRequiredService<OutboxDispatcher>().DispatchAsync();
        (await EventsAsync(CaseWanted.Kind)).Select(e => JsonSerializer.Deserialize<CaseWanted>(e, JsonSerializerOptions.Web)!.Region).ShouldBe(["330106", "3301"]);
        (await EventsAsync(FigureReported.Kind)).ShouldBeEmpty("silence is never zero");
        (await AsAsync(Officer(), session => session.QuerySingleAsync<int>("SELECT count(*)::int FROM resumption.daily_report"))).ShouldBe(0);
        (await EventsAsync(DeadlineSet.Kind)).Select(e => JsonSerializer.Deserialize<DeadlineSet>(e, JsonSerializerOptions.Web)!.DueAt.ToOffset(TimeSpan.FromHours(8)).Hour).ShouldBe([18, 21, 18]);
        using var owner = await Host.SignedInAsync("owner", "enterprise", "3301", Factory);
        (await owner.GetStringAsync(new Uri("/resumption/own", UriKind.Relative))).ShouldContain("尚未报送");
        using var officer = await Host.SignedInAsync("officer", "industry_officer", "3301");
        (await officer.GetStringAsync(new Uri("/resumption/reports", UriKind.Relative))).ShouldContain("未报");
    }

    [Fact]
    public async Task A_deadline_that_passes_after_the_report_does_nothing()
    {
        await ExpectAsync();
        await SendAsync(0, 40);
        await PassAsync(0);
        (await AsAsync(Officer(), session => session.QuerySingleAsync<short>("SELECT level FROM resumption.report_due"))).ShouldBe((short)0);
    }

    [Fact]
    public async Task Of_a_county_with_many_silent_enterprises_there_is_one_deadline_and_one_case_that_counts_them()
    {
        await ManyAsync(2_000);
        await LookAsync();
        JsonSerializer.Deserialize<DeadlineSet>((await EventsAsync(DeadlineSet.Kind)).ShouldHaveSingleItem(), JsonSerializerOptions.Web)!.Region.ShouldBe("330106");
        await PassAsync(0);
        await PassAsync(1);
        await PassAsync(1);
        JsonSerializer.Deserialize<CaseWanted>((await EventsAsync(CaseWanted.Kind)).ShouldHaveSingleItem(), JsonSerializerOptions.Web)!.TitleEn.ShouldStartWith("2000 enterprises");
        (await AsAsync(Officer(), session => session.QuerySingleAsync<int>("SELECT count(*)::int FROM resumption.report_due WHERE level = 2"))).ShouldBe(2_000);
    }

    [Fact]
    public async Task When_the_last_of_a_county_has_reported_its_case_is_over_and_a_newcomer_is_expected_again()
    {
        await ExpectAsync();
        await PassAsync(0);
        await PassAsync(1);
        await SendAsync(0, 40);
        await LookAsync();
        JsonSerializer.Deserialize<CaseNoLongerWanted>((await EventsAsync(CaseNoLongerWanted.Kind)).ShouldHaveSingleItem(), JsonSerializerOptions.Web)!.Key.ShouldBe("resumption.reports:330106:2020-03-06:2:case");
        await ManyAsync(1);
        await LookAsync();
        JsonSerializer.Deserialize<DeadlineSet>((await EventsAsync(DeadlineSet.Kind))[^1], JsonSerializerOptions.Web)!.Key.ShouldBe("resumption.reports:330106:2020-03-06:2");
    }

    [Theory]
    [InlineData("2020-03-06T09:59:00Z", 1)]
    [InlineData("2020-03-06T10:00:00Z", 0)]
    [InlineData("2020-03-06T13:00:00Z", 0)]
    public async Task Who_may_work_only_since_after_the_hour_is_expected_from_tomorrow_on(string permitted, int expected)
    {
        Clock.Advance(DateTimeOffset.Parse(permitted, System.Globalization.CultureInfo.InvariantCulture) - Clock.GetUtcNow());
        await AsAsync(Owner(), session => Host.Services.GetRequiredService<FileOpening>().RunAsync(session, Factory, s_today, 10, true, default));
        await LookAsync();
        (await AsAsync(Officer(), session => session.QuerySingleAsync<int>("SELECT count(*)::int FROM resumption.report_due"))).ShouldBe(expected);
        Clock.Advance(TimeSpan.FromHours(15));
        await LookAsync();
        (await AsAsync(Officer(), session => session.QuerySingleAsync<int>("SELECT count(*)::int FROM resumption.report_due WHERE day = '2020-03-07'"))).ShouldBe(1);
    }

    [Fact]
    public async Task A_report_changed_after_the_fact_needs_a_reason_and_keeps_what_was_said()
    {
        await SendAsync(0, 40);
        Clock.Advance(TimeSpan.FromDays(2));
        (await SendAsync(1, 40, 1)).ShouldBeOfType<ReportOutcome.ReasonMissing>();
        (await SendAsync(1, 40, 1, "漏报")).ShouldBe(new ReportOutcome.Kept(2));
        (await AsAsync(Owner(), session => session.QueryAsync<int>("SELECT unwell FROM resumption.daily_report ORDER BY version"))).ShouldBe([0, 1]);
        (await AsAsync(Owner(), session => session.ExecuteAsync("UPDATE resumption.daily_report SET unwell = 0"))).ShouldBe(0, "no row of a report can be changed");
        JsonSerializer.Deserialize<CaseWanted>((await EventsAsync(CaseWanted.Kind)).ShouldHaveSingleItem(), JsonSerializerOptions.Web)!.Category.ShouldBe("health");
    }

    [Fact]
    public async Task Of_two_reports_from_the_same_form_one_counts_and_the_other_is_told()
    {
        var outcomes = await Task.WhenAll(SendAsync(0, 40), SendAsync(0, 41));
        outcomes.Count(o => o is ReportOutcome.Kept).ShouldBe(1);
        outcomes.Count(o => o is ReportOutcome.Stale).ShouldBe(1);
    }

    [Theory]
    [InlineData(1, 0, "unwell")]
    [InlineData(-1, 5, "unwell")]
    [InlineData(0, -1, "present")]
    public async Task Figures_that_make_no_sense_are_refused(int unwell, int present, string field) => (await SendAsync(unwell, present)).ShouldBe(new ReportOutcome.Invalid(field));

    [Fact]
    public async Task A_report_about_tomorrow_or_long_ago_is_refused()
    {
        foreach (var day in new[] { s_today.AddDays(1), s_today.AddDays(-15) })
            (await AsAsync(Owner(), session => new SendReport(day, 0, 1, true, 0, "").RunAsync(session, WhatIsHeld, Factory, default))).ShouldBe(new ReportOutcome.Invalid("day"));
    }

    [Fact]
    public async Task The_portal_sends_today_s_report_with_one_tap()
    {
        Known.Staff = 42;
        using var owner = await Host.SignedInAsync("owner", "enterprise", "3301", Factory);
        (await owner.GetStringAsync(new Uri("/resumption/own", UriKind.Relative))).ShouldContain("一键报送：发热或有症状 0 人，在岗 42 人");
        await HostTesting.RunningHost.PostAsync(owner, "/resumption/own", "/resumption/own/reports", ("day", "2020-03-06"), ("version", "0"), ("unwell", "0"), ("present", "42"), ("open", "true"));
        (await owner.GetStringAsync(new Uri("/resumption/own", UriKind.Relative))).ShouldContain("已报送（第 1 版）");
        (await AsAsync(Owner(), session => session.QuerySingleAsync<int>("SELECT sum(typed)::int FROM resumption.burden"))).ShouldBe(0);
    }

    [Fact]
    public async Task The_map_tells_reported_silent_and_not_yet_due_apart_and_leads_to_the_list()
    {
        await ManyAsync(3);
        await AsAsync(Owner(), session => Host.Services.GetRequiredService<FileOpening>().RunAsync(session, Factory, s_today, 10, true, default));
        await LookAsync();
        await SendAsync(0, 40);
        using var officer = await Host.SignedInAsync("officer", "industry_officer", "3301");
        (await FiguresAsync(officer, "3301")).ShouldBe((0m, 25m, 75m));
        Clock.Advance(EscalateReport.DueAt(s_today) - Clock.GetUtcNow());
        // Signed in anew: it is evening.
        using var evening = await Host.SignedInAsync("evening", "industry_officer", "3301");
        (await FiguresAsync(evening, "3301")).ShouldBe((75m, 25m, 0m));
        var page = await evening.GetStringAsync(new Uri("/resumption/reports", UriKind.Relative));
        page.ShouldContain("data-figures=\"/api/v1/resumption/reports/3301/figures?day=2020-03-06\"");
        page.ShouldContain("href=\"/resumption/reports?region=330106&amp;day=2020-03-06&amp;said=silent\"");
        var list = await evening.GetStringAsync(new Uri("/resumption/reports?region=330106&day=2020-03-06&said=silent", UriKind.Relative));
        list.ShouldContain(">C3<");
        list.ShouldNotContain("示例制造厂", customMessage: "who has reported is not silent");
        (await evening.GetStringAsync(new Uri("/resumption/reports?region=330105", UriKind.Relative))).ShouldNotContain(">C3<", customMessage: "another county");
    }

    [Fact]
    public async Task The_map_counts_nobody_of_a_district_that_is_not_the_reader_s()
    {
        await ManyAsync(3);
        await LookAsync();
        using var stranger = await Host.SignedInAsync("stranger", "industry_officer", "3302");
        (await FiguresAsync(stranger, "3301")).ShouldBe((null, null, null));
        using var nobody = Host.Browser();
        (await nobody.GetAsync(new Uri("/api/v1/resumption/reports/3301/figures", UriKind.Relative))).IsSuccessStatusCode.ShouldBeFalse();
    }

    /// <summary>Percent of the county 330106: silent, reported, not yet due.</summary>
    private static async Task<(decimal?, decimal?, decimal?)> FiguresAsync(HttpClient browser, string region)
    {
        using var figures = JsonDocument.Parse(await browser.GetStringAsync(new Uri($"/api/v1/resumption/reports/{region}/figures?day=2020-03-06", UriKind.Relative)));
        var values = figures.RootElement.GetProperty("regions").EnumerateArray().Single(r => r.GetProperty("code").GetString() == "330106").GetProperty("values");
        return (Of("silent"), Of("reported"), Of("waiting"));

        decimal? Of(string metric) => values.GetProperty(metric)[0] is { ValueKind: JsonValueKind.Number } value ? value.GetDecimal() : null;
    }

    private Task<ReportOutcome> SendAsync(int unwell, int present, int version = 0, string reason = "") =>
        AsAsync(Owner(), session => new SendReport(s_today, unwell, present, true, version, reason).RunAsync(session, WhatIsHeld, Factory, default));

    private async Task ExpectAsync()
    {
        await AsAsync(Owner(), session => Host.Services.GetRequiredService<FileOpening>().RunAsync(session, Factory, s_today, 10, true, default));
        await LookAsync();
        await LookAsync();
        (await EventsAsync(DeadlineSet.Kind)).Count.ShouldBe(1, "expected once a day however often the job runs");
    }

    private Task LookAsync() => AsAsync(Actor.System, async session =>
    {
        await new ExpectReports().RunAsync(session, default);
        return true;
    });

    private Task PassAsync(int level) => AsAsync(Actor.System, async session =>
    {
        await EscalateReport.PassAsync(session, "330106", s_today, level, default);
        return true;
    });

    /// <summary>Enterprises of the county that may work since yesterday.</summary>
    private Task ManyAsync(int count) => AsAsync(Actor.System, session => session.ExecuteAsync("""
        INSERT INTO resumption.opening (enterprise_code, enterprise_id, enterprise_name, region_code, track, rule_version, rule_row, facts, planned_day, staff, status, filed_at, ended_at)
        SELECT 'C' || n, 1000 + n, 'C' || n, '330106', 'none', 'x', 'x', '{}', '2020-03-05', 10, 'open', '2020-03-05', '2020-03-05' FROM generate_series(1, @count) n
        """, new { count }));
}
