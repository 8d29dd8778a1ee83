using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Platform.Imports;
using Rongtong.Testing;

namespace Rongtong.Web.Tests;

/// <summary>The outbreak's pages as a reader without scripts gets them.</summary>
public sealed partial class OutbreakPagesTests : IAsyncLifetime
{
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 20, 1, 0, 0, TimeSpan.Zero));
    private RunningHost _host = null!;

    public async Task InitializeAsync() => _host = await RunningHost.StartAsync(_clock);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task The_as_of_picker_shows_what_was_known_then_and_says_so_where_nothing_was()
    {
        await ImportAsync("2020-02-10,湖北省,,31728\n2020-02-10,湖北省,武汉市,18454\n");
        _clock.Advance(TimeSpan.FromDays(2));
        await ImportAsync("2020-02-10,湖北省,,31999\n2020-02-11,湖北省,,33366\n");
        using var reader = _host.Browser();
        (await PageAsync(reader, "/outbreak/42")).ShouldContain("33,366");
        (await PageAsync(reader, "/outbreak/42?day=2020-02-10")).ShouldContain("31,999");
        var then = await PageAsync(reader, "/outbreak/42?known=2020-02-20");
        then.ShouldContain("31,728");
        then.ShouldNotContain("33,366");
        var nothing = await PageAsync(reader, "/outbreak/42?known=2020-02-01");
        nothing.ShouldContain("当时还没有数据");
        nothing.ShouldContain("name=\"known\" value=\"2020-02-01\"");
    }

    [Fact]
    public async Task History_loaded_later_is_seen_as_it_was_known_at_its_own_time()
    {
        await ImportAsync("2020-02-10,湖北省,,31728\n", knownFrom: new DateTimeOffset(2020, 2, 10, 18, 0, 0, TimeSpan.FromHours(8)));
        await ImportAsync("2020-02-10,湖北省,,31999\n", knownFrom: new DateTimeOffset(2020, 2, 12, 18, 0, 0, TimeSpan.FromHours(8)));
        using var reader = _host.Browser();
        (await PageAsync(reader, "/outbreak/42?known=2020-02-11")).ShouldContain("31,728");
        (await PageAsync(reader, "/outbreak/42?known=2020-02-12")).ShouldContain("31,999");
        (await PageAsync(reader, "/outbreak/42?known=2020-02-09")).ShouldContain("当时还没有数据");
        (await Should.ThrowAsync<ImportFileException>(() => ImportAsync("2020-02-10,湖北省,,32000\n", knownFrom: _clock.GetUtcNow().AddYears(1)))).TextKey.ShouldBe("import.known-in-future");
    }

    [Fact]
    public async Task An_edited_table_is_tried_out_and_changes_no_tier()
    {
        await ImportAsync("2020-02-01,湖北省,武汉市,20\n2020-02-18,湖北省,武汉市,30\n2020-02-18,湖北省,黄冈市,60\n2020-02-18,湖南省,长沙市,3\n");
        using var officer = await _host.SignedInAsync("duty", "duty_leader", "*");
        var form = WebUtility.HtmlDecode(Table().Match(await PageAsync(officer, "/outbreak/tiers/dry-run")).Groups[1].Value);
        form.ShouldContain("cn.risk-tier");
        // From "more than 50" to "more than 25": Wuhan rises, the two others stay.
        var result = await TryAsync(officer, form.Replace("50", "25", StringComparison.Ordinal));
        result.ShouldContain("3 个地区中有 1 个会变");
        result.ShouldContain("中风险 → 高风险");
        result.ShouldContain("武汉市");
        (await TryAsync(officer, form)).ShouldContain("3 个地区中有 0 个会变");
        (await TryAsync(officer, form[..^40])).ShouldContain("规则无法使用");
        (await PageAsync(officer, "/outbreak/tiers/4201")).ShouldContain("累计确诊 30 例");
        (await officer.GetStringAsync(new Uri("/open/tiers.csv", UriKind.Relative))).ShouldContain("420100,武汉市,medium");
    }

    [Fact]
    public async Task The_tier_of_a_small_county_is_public_and_the_counts_behind_it_are_not()
    {
        await ImportAsync("2020-02-18,北京市,东城区,3\n");
        using var reader = _host.Browser();
        var page = await PageAsync(reader, "/outbreak/tiers/110101");
        page.ShouldContain("中风险");
        page.ShouldContain("依据的病例数暂不公开");
        page.ShouldNotContain("累计确诊 3 例");
        using var officer = await _host.SignedInAsync("officer", "officer", "11");
        (await PageAsync(officer, "/outbreak/tiers/110101")).ShouldContain("累计确诊 3 例");
    }

    private static async Task<string> PageAsync(HttpClient reader, string path) => await reader.GetStringAsync(new Uri(path, UriKind.Relative));

    private static async Task<string> TryAsync(HttpClient officer, string table)
    {
        using var answer = await RunningHost.PostAsync(officer, "/outbreak/tiers/dry-run", "/outbreak/tiers/dry-run", ("_handler", "dry-run"), ("Document", table));
        return await answer.Content.ReadAsStringAsync();
    }

    private async Task ImportAsync(string rows, DateTimeOffset? knownFrom = null)
    {
        var imports = _host.Services.GetRequiredService<ImportService>();
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes("date,province,city,confirmed\n" + rows));
        await imports.RunAsync(imports.Kinds.Single(kind => kind.Name == "cases"), stream, "cases.csv", new ImportOptions { KnownFrom = knownFrom }, Actor.System);
    }

    [GeneratedRegex("(?s)<textarea[^>]*>(.*?)</textarea>")]
    private static partial Regex Table();
}
