using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Platform.Imports;
using Rongtong.Testing;

namespace Rongtong.Journeys.Tests;

/// <summary>What people do with the outbreak picture, in a real Chromium.</summary>
public sealed class OutbreakJourney : BrowserJourney
{
    private const string RealSeries = "data/cases/china_city_daily.csv";

    [BrowserFact]
    public async Task A_newcomer_chooses_demo_data_and_sees_a_map_that_says_it_is_invented()
    {
        var page = await PageAsync(1280, 900);
        await page.GotoAsync(Host.Address.ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "载入演示数据" }).ClickAsync(new() { Timeout = Patience.LongMilliseconds });
        await page.WaitForURLAsync("**/outbreak/33", new() { Timeout = Patience.LongMilliseconds });
        await Expect(page.GetByText("数字全部虚构")).ToBeVisibleAsync();
        await Expect(page.Locator("rt-map[data-drawn=true]")).ToBeVisibleAsync();

        await page.GotoAsync(Url("/account/sign-in?returnTo=/outbreak/warnings"));
        await page.GetByLabel("登录名").FillAsync("epi");
        await page.GetByLabel("密码", new() { Exact = true }).FillAsync(DemoAccounts.Password);
        await page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "登录" }).ClickAsync();
        await page.WaitForURLAsync("**/outbreak/warnings");
        await page.Locator("tbody a").First.ClickAsync();
        await page.GetByLabel("发现和措施").FillAsync("已电话核实，病例属实。");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存" }).ClickAsync();
        await Expect(page.GetByText("已电话核实，病例属实。")).ToBeVisibleAsync();
        await page.GotoAsync(Url("/outbreak/back-test"));
        await Expect(page.Locator("#back-test tbody tr")).ToHaveCountAsync(6);
    }

    [BrowserFact(RealSeries)]
    public async Task The_real_series_is_drilled_into_played_back_explained_and_read_in_two_languages()
    {
        await Host.Services.GetRequiredService<Settings>().ChooseModeAsync(StartMode.Live);
        var imports = Host.Services.GetRequiredService<ImportService>();
        await using (var stream = System.IO.File.OpenRead(SharedData.PathOf(RealSeries)))
            (await imports.RunAsync(imports.Kinds.Single(k => k.Name == "cases"), stream, "china_city_daily.csv", new ImportOptions(), Actor.System)).Rejected.ShouldBe(0);

        foreach (var (width, height) in new[] { (1280, 900), (390, 844) })
        {
            var page = await PageAsync(width, height);
            await page.GotoAsync(Url("/outbreak"));
            await Expect(page.Locator("rt-map[data-drawn=true]")).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Link, new() { Name = "湖北省" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("湖北省疫情形势");
            await Expect(page.Locator("rt-map[data-drawn=true]")).ToBeVisibleAsync();

            var wuhan = page.Locator("#parts [data-code='4201'] [data-value]");
            await Expect(wuhan).ToHaveTextAsync("50,006");
            await page.Locator("rt-map input[type=range]").EvaluateAsync("(slider, day) => { slider.value = day; slider.dispatchEvent(new Event('input')); }", "60");
            await Expect(page.Locator("rt-map output")).ToHaveTextAsync("2020-01-30");
            await Expect(wuhan).Not.ToHaveTextAsync("50,006");
            (await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue($"the page is wider than {width} px");

            if (width == 1280) await PictureAsync(page, "map-zh.png");
            // The slider by keyboard, and playing on by itself.
            await page.Locator("rt-map input[type=range]").PressAsync("ArrowRight");
            await Expect(page.Locator("rt-map output")).ToHaveTextAsync("2020-01-31");
            await page.GetByRole(AriaRole.Button, new() { Name = "播放" }).ClickAsync();
            await Expect(page.Locator("rt-map output")).Not.ToHaveTextAsync("2020-01-31");
            await page.GetByRole(AriaRole.Button, new() { Name = "暂停" }).ClickAsync();
            await page.Locator("rt-map select").SelectOptionAsync("new7");
            await Expect(wuhan).ToHaveTextAsync((await page.Locator("#parts [data-code='4201'] [data-of='new7']").TextContentAsync())!);
            await page.GotoAsync(Url("/outbreak/tiers/4201?day=2020-02-20"));
            await Expect(page.Locator("#explanation")).ToContainTextAsync("累计确诊病例超过50例");
            await page.GetByRole(AriaRole.Button, new() { Name = "English" }).ClickAsync();
            await Expect(page.Locator("#explanation")).ToContainTextAsync("State Council joint mechanism");
            if (width != 1280) continue;
            await PictureAsync(page, "tier.png");
            await page.GotoAsync(Url("/outbreak/42"));
            await Expect(page.Locator("rt-map[data-drawn=true]")).ToBeVisibleAsync();
            await PictureAsync(page, "map.png");
        }
    }

    [BrowserFact]
    public async Task The_big_screen_shows_a_new_day_by_itself()
    {
        await Host.Services.GetRequiredService<Settings>().ChooseModeAsync(StartMode.Live);
        await ImportAsync("date,province,confirmed\n2020-02-01,湖北省,100\n");
        var page = await PageAsync(1920, 1080);
        await page.GotoAsync(Url("/screen"), new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await Expect(page.Locator("#screen-confirmed")).ToHaveTextAsync("100");
        // The page must be listening before the next day comes; the first byte of the stream says so.
        await page.WaitForFunctionAsync("() => performance.getEntriesByType('resource').some(r => r.name.includes('/assets/app.'))");
        await page.EvaluateAsync("() => new Promise(done => { const s = new EventSource('/screen/events'); s.onopen = () => { s.close(); done(); }; })");
        await ImportAsync("date,province,confirmed\n2020-02-02,湖北省,140\n");
        await Expect(page.Locator("#screen-confirmed")).ToHaveTextAsync("140");
    }

    private async Task ImportAsync(string csv)
    {
        var imports = Host.Services.GetRequiredService<ImportService>();
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(csv));
        await imports.RunAsync(imports.Kinds.Single(k => k.Name == "cases"), stream, "day.csv", new ImportOptions(), Actor.System);
    }
}
