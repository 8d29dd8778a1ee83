using Rongtong.Platform.Access;
using Rongtong.Resumption.Burden;
using Rongtong.Resumption.Reports;

namespace Rongtong.Resumption.Tests;

/// <summary>Two sessions that want the same rows: one waits, and what it holds meanwhile nobody needs.</summary>
public sealed class WaitingTests : World
{
    [Fact]
    public async Task A_look_for_silent_enterprises_waits_for_a_ladder_that_climbs_without_holding_it_up()
    {
        var day = new DateOnly(2020, 3, 6);
        await AsAsync(Actor.System, session => session.ExecuteAsync("""
            INSERT INTO resumption.report_round (day, region_code, is_open) VALUES (@day, '330106', true);
            INSERT INTO resumption.report_due (enterprise_code, day, enterprise_id, enterprise_name, region_code) VALUES ('C1', @day, 1, 'C1', '330106'), ('C2', @day, 2, 'C2', '330106');
            INSERT INTO resumption.enterprise_number (code, kept_id, kept_code) VALUES ('C1', 1, 'C1'), ('C1-before', 1, 'C1');
            INSERT INTO resumption.daily_report (enterprise_code, day, version, enterprise_id, region_code, unwell, staff_present, is_open, author, recorded_at)
            VALUES ('C1-before', @day, 1, 1, '330106', 0, 1, true, 'x', @Now)
            """, new { day, session.Now }));
        await using var ladder = await Host.Database.Database.BeginAsync(Actor.System);
        await ladder.ExecuteAsync("UPDATE resumption.report_round SET level = level WHERE region_code = '330106'");
        // It settles the report that came under a former code, a row that the ladder still has before it.
        var looking = AsAsync(Actor.System, async session =>
        {
            await new ExpectReports().RunAsync(session, default);
            return true;
        });
        await WaitsAsync(looking);
        await EscalateReport.PassAsync(ladder, "330106", day, 0, default);
        await ladder.CommitAsync();
        (await looking).ShouldBeTrue();
        (await AsAsync(Actor.System, session => session.QueryAsync<string>("SELECT enterprise_code || ' ' || level || ' ' || (reported_at IS NULL) FROM resumption.report_due ORDER BY 1"))).ShouldBe(["C1 1 false", "C2 1 true"]);
    }

    [Fact]
    public async Task Of_two_forms_that_ask_the_same_the_other_way_round_one_is_defined_and_the_other_told()
    {
        await using var first = await Host.Database.Database.BeginAsync(Officer());
        (await first.ExecuteAsync("INSERT INTO resumption.form_question (form_id, fact, question) VALUES (0, 'a.second', 'x')")).ShouldBe(1);
        var defining = AsAsync(Officer(), session => DefineForm.RunAsync(session, "3301", "表", [new("a.third", "三"), new("a.second", "二"), new("a.first", "一")], default));
        await WaitsAsync(defining);
        (await first.ExecuteAsync("INSERT INTO resumption.form_question (form_id, fact, question) VALUES (0, 'a.third', 'x')")).ShouldBe(1);
        await first.CommitAsync();
        (await defining).ShouldBeOfType<FormOutcome.AskedAlready>().Fact.ShouldBe("a.second");
    }
}
