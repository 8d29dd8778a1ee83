using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Observations;
using Rongtong.Contracts.Registry;
using Rongtong.Observations.Rollup;

namespace Rongtong.Observations.Tests;

/// <summary>From a source's delivery to the figures of regions, industries and sizes, on a real database.</summary>
public sealed class IngestAndCountTests : IAsyncLifetime
{
    private static readonly DateOnly s_day = new(2020, 2, 18);
    private World _world = null!;

    public async Task InitializeAsync()
    {
        _world = await World.StartAsync(("330106", "3911", EnterpriseSize.Small, 10), ("330108", "1751", EnterpriseSize.Medium, 10), ("330203", "5220", EnterpriseSize.Micro, 2));
        await _world.BaselineAsync(Enumerable.Range(1, 22));
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task A_firm_has_resumed_from_thirty_percent_of_its_december_mean_on_and_not_below()
    {
        // The mean of the invented December is 99 and 28/31 kWh, stored as 99.903; 30% of it is 29.9709.
        var mean = (long)Math.Round(Enumerable.Range(0, 31).Sum(d => 100_000L + (d % 7 - 3) * 1_000) / 31.0);
        var edge = Math.Ceiling(mean * 0.3m) / 1_000;
        await _world.SendAsync("electricity", "a", World.Line(1, s_day, edge) + "\n" + World.Line(2, s_day, edge - 0.001m) + "\n" + World.Line(3, s_day, 0));
        await _world.CountAsync();
        var cell = (await _world.CellAsync(1, "330106", s_day)).ShouldNotBeNull();
        (cell.Firms, cell.Covered, cell.Numerator, cell.Denominator).ShouldBe((10, 3, 1, 3));
    }

    [Fact]
    public async Task Figures_add_up_along_regions_industries_and_sizes()
    {
        await _world.SendAsync("electricity", "a", string.Join('\n', Enumerable.Range(1, 22).Select(e => World.Line(e, s_day, e % 2 == 0 ? 80 : 2))));
        await _world.CountAsync();
        (await _world.CellAsync(1, "", s_day))!.Value.Numerator.ShouldBe(11);
        (await _world.CellAsync(1, "33", s_day))!.Value.Covered.ShouldBe(22);
        (await _world.CellAsync(1, "3301", s_day))!.Value.Covered.ShouldBe(20);
        (await _world.CellAsync(1, "3301", s_day, Dimensions.KeyOf(103, 0)))!.Value.Covered.ShouldBe(20, "section C");
        (await _world.CellAsync(1, "3301", s_day, Dimensions.KeyOf(39, 2)))!.Value.Numerator.ShouldBe(5, "division 39, small");
        var load = (await _world.CellAsync(2, "33", s_day))!.Value;
        load.Numerator.ShouldBe(11 * 80_000);
        (await _world.CellAsync(1, "330203", s_day))!.Value.Held.ShouldBeTrue("two firms stand behind it");
    }

    [Fact]
    public async Task The_same_batch_again_changes_nothing_and_another_under_its_key_is_refused()
    {
        var lines = World.Line(1, s_day, 50);
        (await _world.SendAsync("electricity", "a", lines)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var before = await _world.ScalarAsync("SELECT count(*) FROM observations.observation");
        var again = await _world.SendAsync("electricity", "a", lines);
        JsonDocument.Parse(await again.Content.ReadAsStringAsync()).RootElement.GetProperty("repeated").GetBoolean().ShouldBeTrue();
        (await _world.SendAsync("electricity", "a", World.Line(1, s_day, 51))).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await _world.ScalarAsync("SELECT count(*) FROM observations.observation")).ShouldBe(before);
    }

    [Fact]
    public async Task A_correction_counts_by_when_it_was_issued_and_not_by_when_it_came()
    {
        await _world.SendAsync("electricity", "corrected", World.Line(1, s_day, 80), issuedAt: "2020-02-19T10:00:00Z");
        await _world.SendAsync("electricity", "first", World.Line(1, s_day, 2), issuedAt: "2020-02-18T10:00:00Z");
        await _world.CountAsync();
        (await _world.CellAsync(1, "330106", s_day))!.Value.Numerator.ShouldBe(1);
        (await _world.ScalarAsync("SELECT count(*) FROM observations.observation WHERE day = '2020-02-18'")).ShouldBe(2, "what was superseded stays");
    }

    [Theory]
    [InlineData("-5", "2020-02-18", "negative")]
    [InlineData("50", "2020-03-05", "future")]
    public async Task What_cannot_be_is_kept_and_flagged_and_does_not_count(string value, string day, string flag)
    {
        var answer = await _world.SendAsync("electricity", "a", $"{{\"meter\":\"M1\",\"day\":\"{day}\",\"value\":{value}}}");
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("flagged").GetProperty(flag).GetInt32().ShouldBe(1);
        await _world.CountAsync();
        (await _world.CellAsync(1, "33", DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture))).ShouldBeNull();
        (await _world.ScalarAsync($"SELECT (findings ->> '{flag}')::bigint FROM observations.counted_day WHERE day = '{day}'")).ShouldBe(1);
    }

    [Fact]
    public async Task Megawatt_hours_are_converted_when_declared_and_set_aside_when_not()
    {
        await _world.SendAsync("electricity", "yesterday", string.Join('\n', Enumerable.Range(1, 3).Select(e => World.Line(e, s_day.AddDays(-1), 90 + e))));
        await _world.SendAsync("electricity", "a", $$"""
            {"meter":"M1","day":"2020-02-18","value":0.0905,"unit":"MWh"}
            {"meter":"M2","day":"2020-02-18","value":0.0905}
            {"meter":"M3","day":"2020-02-18","value":91}
            """);
        await _world.CountAsync();
        var cell = (await _world.CellAsync(3, "330106", s_day))!.Value;
        (cell.Covered, cell.Numerator).ShouldBe((2, 181_500));
        (await _world.ScalarAsync("SELECT (findings ->> 'suspected_unit')::bigint FROM observations.counted_day WHERE day = '2020-02-18'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_meter_that_falls_back_gives_no_consumption_on_that_day_and_goes_on_the_next()
    {
        decimal[] readings = [.. Enumerable.Range(0, 32).Select(d => 1_000m + d * 100)];
        var december = readings.Select((r, d) => Reading(new DateOnly(2019, 11, 30).AddDays(d), r));
        await _world.SendAsync("electricity", "a", string.Join('\n', december.Concat([Reading(new(2020, 2, 16), 9_000), Reading(new(2020, 2, 17), 40), Reading(s_day, 130)])));
        await _world.CountAsync();
        (await _world.CellAsync(3, "330106", new(2020, 2, 17))).ShouldBeNull();
        var cell = (await _world.CellAsync(3, "330106", s_day))!.Value;
        (cell.Numerator, cell.Denominator).ShouldBe((90_000, 100_000));
        (await _world.ScalarAsync("SELECT (findings ->> 'meter_reset')::bigint FROM observations.counted_day WHERE day = '2020-02-17'")).ShouldBe(1);

        static string Reading(DateOnly day, decimal value) => $"{{\"meter\":\"R9\",\"enterprise\":\"{InventedRegister.Code(9)}\",\"day\":\"{day:yyyy-MM-dd}\",\"quantity\":\"energy_reading\",\"value\":{value.ToString(System.Globalization.CultureInfo.InvariantCulture)}}}";
    }

    [Fact]
    public async Task A_source_that_says_again_what_it_said_yesterday_is_found_out()
    {
        for (var d = -1; d <= 0; d++) await _world.SendAsync("electricity", "d" + d, string.Join('\n', Enumerable.Range(1, 22).Select(e => World.Line(e, s_day.AddDays(d), 60 + e))));
        await _world.CountAsync();
        (await _world.CellAsync(1, "33", s_day.AddDays(-1)))!.Value.Covered.ShouldBe(22);
        (await _world.CellAsync(1, "33", s_day)).ShouldBeNull();
        (await _world.ScalarAsync("SELECT (findings ->> 'repeated_yesterday electricity energy_kwh')::bigint FROM observations.counted_day WHERE day = '2020-02-18'")).ShouldBe(22);
    }

    [Fact]
    public async Task Of_a_day_given_twice_in_one_delivery_the_later_line_counts()
    {
        var answer = await _world.SendAsync("electricity", "a", World.Line(1, s_day, 10) + "\n" + World.Line(1, s_day, 70));
        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"duplicate_day\":1");
        await _world.CountAsync();
        (await _world.CellAsync(3, "330106", s_day))!.Value.Numerator.ShouldBe(70_000);
    }

    [Fact]
    public async Task A_meter_that_nobody_knows_is_kept_and_told_and_counts_for_nobody()
    {
        var answer = await _world.SendAsync("electricity", "a", "{\"meter\":\"stranger\",\"day\":\"2020-02-18\",\"value\":50}");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"unknownMeters\":1");
        await _world.CountAsync();
        (await _world.CellAsync(1, "33", s_day)).ShouldBeNull();
        (await _world.ScalarAsync("SELECT count(*) FROM observations.observation WHERE day = '2020-02-18'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_sender_counts_nothing_outside_its_regions()
    {
        var answer = await _world.SendAsync("electricity", "a", World.Line(1, s_day, 50) + "\n" + World.Line(21, s_day, 50), scope: "3302");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"outside_scope\":1");
        await _world.CountAsync();
        (await _world.CellAsync(1, "3301", s_day))!.Value.Covered.ShouldBe(0);
        (await _world.CellAsync(1, "3302", s_day))!.Value.Covered.ShouldBe(1);
    }

    [Fact]
    public async Task Lines_that_cannot_be_read_are_named_and_the_others_are_taken()
    {
        var answer = await _world.SendAsync("electricity", "a", "not json\n" + World.Line(1, s_day, 50) + "\n{\"meter\":\"M1\",\"day\":\"1999-01-01\",\"value\":1}\n{\"meter\":\"M1\",\"day\":\"2020-02-18\",\"value\":1,\"unit\":\"kg\"}");
        var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        (said.GetProperty("rows").GetInt32(), said.GetProperty("rejectedLines").GetInt32()).ShouldBe((1, 3));
        said.GetProperty("rejected").EnumerateArray().Select(r => r.GetProperty("line").GetInt32()).ShouldBe([1, 3, 4]);
    }

    [Fact]
    public async Task Without_the_permission_nothing_is_taken()
    {
        using var browser = _world.Host.Browser();
        (await browser.PostAsync(new Uri("/api/v1/observations?source=electricity&key=a", UriKind.Relative), new StringContent(World.Line(1, s_day, 50), System.Text.Encoding.UTF8, "application/x-ndjson"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Says_open_and_uses_no_power_is_a_conflict_and_the_meter_is_believed()
    {
        await _world.SendAsync("electricity", "a", World.Line(1, s_day, 1));
        await _world.PublishAsync(FigureReported.Kind, new FigureReported("resumption.report:1", 1, "is_open", s_day, 1));
        await _world.CountAsync();
        var cell = (await _world.CellAsync(1, "330106", s_day))!.Value;
        (cell.Numerator, cell.Doubtful).ShouldBe((0, 1));
        var rates = _world.Host.Services.GetRequiredService<IEnterpriseRates>();
        var rate = (await rates.OfAsync(1, s_day, s_day)).Single(r => r.Measure == "resumed");
        (rate.Value, rate.Low, rate.High, rate.HasConflict).ShouldBe((0m, 0m, 1m, true));
        rate.Sources.ShouldBe(["electricity", "self_report"]);
        (await rates.LatestAsync(1, "is_open")).ShouldBe((s_day, 1m, "self_report"));
        (await rates.LatestAsync(2, "is_open")).ShouldBeNull();
    }

    [Fact]
    public async Task A_merge_conserves_every_figure_and_an_unmerge_restores_it()
    {
        await _world.SendAsync("electricity", "a", World.Line(1, s_day, 80) + "\n" + World.Line(2, s_day, 70));
        await _world.CountAsync();
        var before = (await _world.CellAsync(3, "33", s_day))!.Value;
        await _world.PublishAsync(EnterpriseMerged.Kind, new EnterpriseMerged(1, 2));
        await _world.CountAsync();
        var merged = (await _world.CellAsync(3, "33", s_day))!.Value;
        (merged.Numerator, merged.Denominator, merged.Covered, merged.Firms).ShouldBe((before.Numerator, before.Denominator, 1, 21));
        (await _world.Host.Services.GetRequiredService<IEnterpriseRates>().OfAsync(2, s_day, s_day)).Single(r => r.Measure == "resumed").Value.ShouldBe(1);
        await _world.PublishAsync(EnterpriseUnmerged.Kind, new EnterpriseUnmerged(1, 2));
        await _world.CountAsync();
        (await _world.CellAsync(3, "33", s_day)).ShouldBe(before);
    }
}
