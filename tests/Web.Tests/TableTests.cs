using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Web.Tests;

public sealed class TableTests : IAsyncLifetime
{
    private const int Warnings = 250;
    private RunningHost _host = null!;
    private HttpClient _reader = null!;

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync();
        await using (var session = await _host.Database.Database.BeginAsync(Actor.System))
        {
            // Many rows share a day, a stage and an absent owner: places between pages must not depend on the sorted value alone.
            await session.ExecuteAsync("""
                INSERT INTO outbreak.warning (region_code, first_day, last_day, owner, due_at, opened_at)
                SELECT CASE i % 3 WHEN 0 THEN '4201' WHEN 1 THEN '4202' ELSE '4403' END, date '2020-02-01' + i % 5, date '2020-02-10' + i % 5,
                    CASE WHEN i % 4 = 0 THEN 'Li ' || i % 2 END, CASE WHEN i % 2 = 0 THEN timestamptz '2020-02-20' + make_interval(hours => i % 7) END, now()
                FROM generate_series(1, @Warnings) i
                """, new { Warnings });
            await session.CommitAsync();
        }
        _reader = await _host.SignedInAsync("reader", "duty_leader", "*");
    }

    public async Task DisposeAsync()
    {
        _reader.Dispose();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData("region"), InlineData("-region"), InlineData("first-day"), InlineData("-last-day"), InlineData("stage"), InlineData("owner"), InlineData("-owner"), InlineData("due"), InlineData("-due"), InlineData("no-such-column"), InlineData("")]
    public async Task Turning_the_pages_shows_every_row_once_in_any_order(string sort)
    {
        var seen = new List<string>();
        var after = "";
        do
        {
            var page = await PageAsync($"sort={sort}&after={after}");
            seen.AddRange(page.GetProperty("rows").EnumerateArray().Select(r => r.ToString()));
            after = page.GetProperty("next").GetString() ?? "";
        }
        while (after.Length > 0);
        seen.Count.ShouldBe(Warnings);
    }

    [Fact]
    public async Task Rows_are_ordered_by_the_column_asked_for()
    {
        var days = (await PageAsync("sort=-first-day")).GetProperty("rows").EnumerateArray().Select(r => r[1].GetString()!).ToArray();
        days.ShouldBe(days.OrderDescending(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_filter_narrows_and_a_value_that_makes_no_sense_is_ignored()
    {
        (await PageAsync("region=武汉")).GetProperty("rows").EnumerateArray().ShouldAllBe(r => r[0].GetString()!.StartsWith("武汉"));
        (await PageAsync("region=Hubei&since=2020-02-14")).GetProperty("rows").GetArrayLength().ShouldBeGreaterThan(0);
        (await PageAsync("stage=closed")).GetProperty("rows").GetArrayLength().ShouldBe(0);
        (await PageAsync("since=the-day-before&stage=drop")).GetProperty("rows").GetArrayLength().ShouldBe(100);
    }

    [Theory]
    [InlineData("owner=';DROP TABLE outbreak.warning;--")]
    [InlineData("sort=id;DROP TABLE outbreak.warning")]
    [InlineData("after=WyInO0RST1AgVEFCTEUiLCIxIl0")]
    [InlineData("after=not-base64!")]
    public async Task No_text_of_a_reader_becomes_sql(string query)
    {
        var answer = await _reader.GetAsync(new Uri("/api/v1/tables/outbreak.warnings?" + query, UriKind.Relative));
        ((int)answer.StatusCode).ShouldBeOneOf(200, 500);
        (await PageAsync("")).GetProperty("rows").GetArrayLength().ShouldBe(100);
    }

    [Fact]
    public async Task The_file_holds_all_pages_and_nothing_that_a_spreadsheet_would_run()
    {
        await using (var session = await _host.Database.Database.BeginAsync(Actor.System))
        {
            await session.ExecuteAsync("UPDATE outbreak.warning SET owner = '=HYPERLINK(\"http://evil\")' WHERE id = 1");
            await session.CommitAsync();
        }
        var csv = await _reader.GetStringAsync(new Uri("/tables/outbreak.warnings.csv", UriKind.Relative));
        csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(Warnings + 1);
        csv.ShouldContain("\"'=HYPERLINK(\"\"http://evil\"\")\"");
    }

    [Fact]
    public async Task A_reader_of_one_province_finds_its_rows_only_and_the_public_finds_no_table()
    {
        using var local = await _host.SignedInAsync("local", "duty_leader", "44");
        var csv = await local.GetStringAsync(new Uri("/tables/outbreak.warnings.csv", UriKind.Relative));
        csv.ShouldContain("深圳");
        csv.ShouldNotContain("武汉");
        using var nobody = _host.Browser();
        (await nobody.GetAsync(new Uri("/tables/outbreak.warnings.csv", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await nobody.GetAsync(new Uri("/api/v1/tables/outbreak.warnings", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_saved_view_is_there_for_its_owner_alone_until_deleted()
    {
        const string Page = "/outbreak/warnings?region=Wuhan&sort=-due";
        (await RunningHost.PostAsync(_reader, Page, "/tables/outbreak.warnings/views", ("name", "我的武汉"), ("query", "?region=Wuhan&sort=-due&after=x"), ("returnTo", Page))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await _reader.GetStringAsync(new Uri("/outbreak/warnings", UriKind.Relative))).ShouldContain("href=\"/outbreak/warnings?region=Wuhan&amp;sort=-due\"");
        using var other = await _host.SignedInAsync("other", "duty_leader", "*");
        (await other.GetStringAsync(new Uri("/outbreak/warnings", UriKind.Relative))).ShouldNotContain("我的武汉");
        await RunningHost.PostAsync(_reader, Page, "/tables/outbreak.warnings/views/delete", ("name", "我的武汉"), ("returnTo", "/"));
        (await _reader.GetStringAsync(new Uri("/outbreak/warnings", UriKind.Relative))).ShouldNotContain("我的武汉");
    }

    [Fact]
    public async Task Reading_unpublished_rows_is_on_the_record()
    {
        await PageAsync("owner=Li");
        await using var session = await _host.Services.GetRequiredService<Database>().BeginAsync(Actor.System);
        (await session.QuerySingleAsync<long>("SELECT count(*) FROM platform.audit_entry WHERE action = 'outbreak.warnings-read' AND details = 'stage,owner'")).ShouldBe(1);
    }

    [Fact]
    public async Task Pages_that_were_read_for_another_reader_before_are_on_the_record_of_each_reader_and_not_of_the_public()
    {
        using var other = await _host.SignedInAsync("other", "duty_leader", "*");
        using var nobody = _host.Browser();
        foreach (var reader in new[] { _reader, other, nobody }) await reader.GetStringAsync(new Uri("/outbreak/tiers", UriKind.Relative));
        await using var session = await _host.Services.GetRequiredService<Database>().BeginAsync(Actor.System);
        (await session.QueryAsync<string>("SELECT actor FROM platform.audit_entry WHERE action = 'outbreak.tiers-read'")).Distinct().Count().ShouldBe(0, "there are no figures yet, so no table is drawn");
        await using (var writing = await _host.Services.GetRequiredService<Database>().BeginAsync(Actor.System))
        {
            await writing.ExecuteAsync("INSERT INTO outbreak.tier_period (region_code, from_day, to_day, tier, is_provisional, rule_version, known_from) VALUES ('4201', '2020-02-01', '2020-02-20', 'high', false, 'test', now())");
            await writing.AnnounceAsync("outbreak");
            await writing.CommitAsync();
        }
        foreach (var reader in new[] { _reader, other, nobody }) await reader.GetStringAsync(new Uri("/outbreak/tiers", UriKind.Relative));
        (await session.QueryAsync<string>("SELECT actor FROM platform.audit_entry WHERE action = 'outbreak.tiers-read'")).Distinct().Count().ShouldBe(2);
    }

    private async Task<JsonElement> PageAsync(string query) =>
        JsonDocument.Parse(await _reader.GetStringAsync(new Uri("/api/v1/tables/outbreak.warnings?" + query, UriKind.Relative))).RootElement;
}
