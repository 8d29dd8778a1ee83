using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rongtong.Contracts.Registry;
using Rongtong.Observations.Alerts;
using Rongtong.Observations.Demo;
using Rongtong.Observations.Rollup;
using Rongtong.Platform.Access;
using Rongtong.Platform.Imports;
using Rongtong.Testing;

namespace Rongtong.Observations.Tests;

/// <summary>Pages as people see them, several hosts at once, files, alerts, demo data.</summary>
public sealed class PagesAndHostsTests : IAsyncLifetime
{
    private static readonly DateOnly s_day = new(2020, 2, 18);
    private World _world = null!;

    public async Task InitializeAsync()
    {
        _world = await World.StartAsync(("330106", "3911", EnterpriseSize.Small, 30), ("330108", "1751", EnterpriseSize.Medium, 2), ("330203", "5220", EnterpriseSize.Micro, 30));
        await _world.BaselineAsync(Enumerable.Range(1, 62));
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task An_officer_sees_exact_figures_and_the_public_none_of_few_firms_and_both_see_how_they_are_made()
    {
        await SendDayAsync(s_day, e => e % 2 == 0 ? 80 : 2);
        await _world.CountAsync();
        using var officer = await _world.Host.SignedInAsync("industry", "industry_officer", "33");
        var page = await officer.GetStringAsync(new Uri("/rates?region=3301&lang=en", UriKind.Relative));
        page.ShouldContain("50.0%");
        page.ShouldContain("330108");
        foreach (var query in (string[])["industry=C", "industry=39&size=2", "size=5", "day=1999-01-01", "measure=on_duty_rate", "region=99&industry=zz&size=x&day=x&measure=x"])
            (await officer.GetAsync(new Uri("/rates?region=3301&" + query, UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK, query);
        using var stranger = _world.Host.Browser();
        var open = await stranger.GetStringAsync(new Uri("/rates/open.csv?region=3301", UriKind.Relative));
        open.ShouldContain("resumed,2020-02.1,330108,2020-02-18,0,0,2,,,1", Case.Sensitive);
        open.ShouldContain("resumed,2020-02.1,3301,2020-02-18,0,0,32,32,0.5,0", Case.Sensitive);
        (await stranger.GetStringAsync(new Uri("/rates?region=330108", UriKind.Relative))).ShouldNotContain("50.0%");
        (await stranger.GetStringAsync(new Uri("/rates/measures", UriKind.Relative))).ShouldContain("30%");
    }

    [Fact]
    public async Task A_figure_opens_down_to_the_meter_for_those_who_may_and_the_look_is_recorded()
    {
        await SendDayAsync(s_day, _ => 80);
        await _world.CountAsync();
        using var stranger = _world.Host.Browser();
        (await stranger.GetAsync(new Uri("/rates/enterprise/1", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var elsewhere = await _world.Host.SignedInAsync("elsewhere", "industry_officer", "42");
        (await elsewhere.GetAsync(new Uri("/rates/enterprise/1", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var owner = await _world.Host.SignedInAsync("owner", "enterprise", "33", InventedRegister.Code(2));
        (await owner.GetAsync(new Uri("/rates/enterprise/1", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await owner.GetStringAsync(new Uri("/rates/enterprise/2", UriKind.Relative))).ShouldContain("M2");
        using var officer = await _world.Host.SignedInAsync("industry", "industry_officer", "33");
        (await officer.GetStringAsync(new Uri("/rates/enterprise/1", UriKind.Relative))).ShouldContain("M1");
        await using var connection = new NpgsqlConnection(_world.Host.Database.SuperuserConnectionString);
        await connection.OpenAsync();
        await using var looks = new NpgsqlCommand("SELECT count(*) FROM platform.audit_entry WHERE action = 'observations.meters-read'", connection);
        ((long)(await looks.ExecuteScalarAsync())!).ShouldBe(2);
    }

    [Fact]
    public async Task Two_hosts_at_once_and_one_killed_in_the_middle_give_what_a_recount_gives()
    {
        var database = _world.Host.Database.Database;
        using var second = new RollUp(database);
        var killer = KillAsync();
        for (var d = 0; d < 12; d++)
        {
            await SendDayAsync(s_day.AddDays(-d), e => (e * 7 + d * 13) % 120);
            try
            {
                await Task.WhenAll(second.RunAsync(), _world.Host.Services.GetRequiredService<RollUp>().RunAsync());
            }
            catch (NpgsqlException)
            {
                // Its connection was killed: its marks and the old figures stand.
            }
        }
        await killer;
        await _world.CountAsync();
        var incremental = await _world.RollUpsAsync();
        await using (var session = await database.BeginAsync(Actor.System))
        {
            await session.ExecuteAsync("DELETE FROM observations.rollup; DELETE FROM observations.baseline; INSERT INTO observations.dirty_day (day) SELECT DISTINCT day FROM observations.observation");
            await session.CommitAsync();
        }
        await _world.CountAsync();
        (await _world.RollUpsAsync()).ShouldBe(incremental);
        incremental.ShouldNotBeEmpty();

        async Task KillAsync()
        {
            await using var connection = new NpgsqlConnection(_world.Host.Database.SuperuserConnectionString);
            await connection.OpenAsync();
            for (var i = 0; i < 5;)
            {
                await using var kill = new NpgsqlCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE '%rollup%' AND state <> 'idle' AND pid <> pg_backend_pid()", connection);
                var killed = (long)(await kill.ExecuteScalarAsync())!;
                i += killed > 0 ? 2 : 0;
                if (killed == 0 && await _world.ScalarAsync("SELECT count(*) FROM observations.counted_day") >= 12) return;
            }
        }
    }

    [Fact]
    public async Task A_file_in_gb18030_is_read_and_can_be_taken_back()
    {
        System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
        var csv = "统一社会信用代码,日期,日用电量,单位\n" + string.Concat(Enumerable.Range(1, 30).Select(e => $"{InventedRegister.Code(e)},2020-02-18,{50 + e},千瓦时\n")) + "坏行,2020-02-18,不是数,千瓦时\n";
        var report = await ImportAsync("observations", System.Text.Encoding.GetEncoding("GB18030").GetBytes(csv));
        (report.Rows, report.New, report.Rejected).ShouldBe((31, 30, 1));
        await _world.CountAsync();
        (await _world.ScalarAsync("SELECT observations FROM observations.counted_day WHERE day = '2020-02-18'")).ShouldBe(30);
        (await _world.Host.Services.GetRequiredService<ImportService>().UndoAsync(report.BatchId, Actor.System)).ShouldBeTrue();
        await _world.CountAsync();
        (await _world.ScalarAsync("SELECT count(*) FROM observations.counted_day WHERE day = '2020-02-18'")).ShouldBe(0);
        (await _world.ScalarAsync("SELECT count(*) FROM observations.observation WHERE day = '2020-02-18'")).ShouldBe(30, "what was taken back stays and no longer counts");
    }

    [SharedFact("data/mobility/internal_travel_intensity_city_daily.csv")]
    public async Task The_published_mobility_of_wuhan_stands_beside_the_same_lunar_days_of_the_year_before()
    {
        var report = await ImportAsync("mobility", await File.ReadAllBytesAsync(SharedData.PathOf("data/mobility/internal_travel_intensity_city_daily.csv")));
        report.New.ShouldBeGreaterThan(50_000);
        (report.Rejected * 100).ShouldBeLessThan(report.Rows);
        using var stranger = _world.Host.Browser();
        var page = await stranger.GetStringAsync(new Uri("/rates?region=4201", UriKind.Relative));
        page.ShouldContain("出行强度");
        (await _world.ScalarAsync("SELECT o.value FROM observations.observation o JOIN observations.series s ON s.id = o.series_id WHERE s.subject = '#11' AND o.day = '2019-03-10'")).ShouldBe(4_026);
    }

    [SharedFact("data/mobility/migration_scale_daily_2020.csv")]
    public async Task The_published_scale_of_migration_loads_by_direction()
    {
        var report = await ImportAsync("mobility", await File.ReadAllBytesAsync(SharedData.PathOf("data/mobility/migration_scale_daily_2020.csv")));
        report.New.ShouldBeGreaterThan(30_000);
        (await _world.ScalarAsync("SELECT o.value FROM observations.observation o JOIN observations.series s ON s.id = o.series_id WHERE s.subject = '#11' AND s.quantity = 21 AND o.day = '2020-01-01'")).ShouldBe(6_319);
    }

    [Fact]
    public async Task A_rate_that_falls_asks_for_work_once_and_takes_it_back_when_it_recovers()
    {
        await SendDayAsync(s_day.AddDays(-7), _ => 80);
        await SendDayAsync(s_day, e => e % 3 == 0 ? 80 : 1);
        await _world.CountAsync();
        await AlertAsync();
        await AlertAsync();
        (await _world.ScalarAsync("SELECT count(*) FROM platform.outbox_event WHERE kind = 'casework.case-wanted' AND subject = 'observations.alert:fall:330106'")).ShouldBe(1);
        await _world.SendAsync("electricity", "correction", string.Join('\n', Enumerable.Range(1, 62).Select(e => World.Line(e, s_day, 81 + e % 3))));
        await _world.CountAsync();
        await AlertAsync();
        (await _world.ScalarAsync("SELECT count(*) FROM platform.outbox_event WHERE kind = 'casework.case-no-longer-wanted' AND subject = 'observations.alert:fall:330106'")).ShouldBe(1);
        (await _world.ScalarAsync("SELECT count(*) FROM observations.alert")).ShouldBe(0);

        async Task AlertAsync()
        {
            await using var session = await _world.Host.Database.Database.BeginAsync(Actor.System);
            await new RaiseAlerts(_world.Host.Services.GetRequiredService<IRegions>(), _world.Clock).RunAsync(session, default);
            await session.CommitAsync();
        }
    }

    [Fact]
    public async Task Demo_electricity_gives_a_standstill_and_a_return_and_a_list_of_who_is_stuck()
    {
        await _world.Host.Services.GetRequiredService<DemoElectricity>().LoadAsync("33", default);
        await _world.CountAsync();
        // The demo's standstill begins fifty days before its last day, 19 February.
        var last = (await _world.CellAsync(1, "33", new(2020, 2, 19)))!.Value;
        last.Numerator.ShouldBeInRange(1, 61);
        await RefreshAsync();
        (await _world.ScalarAsync("SELECT count(*) FROM observations.stuck")).ShouldBe(last.Covered - last.Numerator);
        // A first value of the next day makes no day yet: nobody leaves the list because it is past midnight.
        _world.Clock.Advance(TimeSpan.FromDays(1));
        await _world.SendAsync("electricity", "early", World.Line(1, new(2020, 2, 20), 900));
        await _world.CountAsync();
        await RefreshAsync();
        (await _world.ScalarAsync("SELECT count(*) FROM observations.stuck WHERE day = '2020-02-19'")).ShouldBe(last.Covered - last.Numerator);
        using var officer = await _world.Host.SignedInAsync("industry", "industry_officer", "33");
        (await officer.GetStringAsync(new Uri("/rates", UriKind.Relative))).ShouldContain("/rates/enterprise/");
    }

    private async Task RefreshAsync()
    {
        await using var session = await _world.Host.Database.Database.BeginAsync(Actor.System);
        await new RefreshStuck(_world.Host.Services.GetRequiredService<RollUp>(), _world.Clock).RunAsync(session, default);
        await session.CommitAsync();
    }

    private async Task SendDayAsync(DateOnly day, Func<int, decimal> kwh) =>
        (await _world.SendAsync("electricity", day.ToString("O", CultureInfo.InvariantCulture), string.Join('\n', Enumerable.Range(1, 62).Select(e => World.Line(e, day, kwh(e)))))).EnsureSuccessStatusCode();

    private async Task<ImportReport> ImportAsync(string kind, byte[] content)
    {
        var imports = _world.Host.Services.GetRequiredService<ImportService>();
        using var file = new MemoryStream(content);
        return await imports.RunAsync(imports.Kinds.Single(k => k.Name == kind), file, "file.csv", new ImportOptions(), Actor.System);
    }
}
