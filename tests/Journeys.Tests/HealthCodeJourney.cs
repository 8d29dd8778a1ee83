using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Testing;

namespace Rongtong.Journeys.Tests;

/// <summary>A worker's phone and an appeal officer's console, in a real Chromium.</summary>
public sealed class HealthCodeJourney : BrowserJourney
{
    [BrowserFact]
    public async Task A_worker_signs_in_declares_checks_in_with_two_taps_and_appeals_on_her_phone()
    {
        await RiskAsync();
        var page = await PageAsync(390, 844);
        await SignInAsync(page, "王小明", 51);
        await page.GetByLabel("近14天从外地来？").SelectOptionAsync("3303");
        await page.GetByLabel("到达日期").FillAsync(Rongtong.Platform.ChinaDay.Of(TimeProvider.System.GetUtcNow()).AddDays(-1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        await page.GetByRole(AriaRole.Button, new() { Name = "提交申报" }).ClickAsync();
        await Expect(page.Locator(".rt-code-word")).ToHaveTextAsync("黄码");
        await Expect(page.Locator("#way")).ToContainTextAsync("还需打卡 7 天");
        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "健康码二维码" })).ToBeVisibleAsync();
        (await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue("the page is wider than a phone");

        await page.GetByLabel("体温（℃）").FillAsync("36.6");
        await page.GetByRole(AriaRole.Button, new() { Name = "打卡" }).ClickAsync();
        await Expect(page.GetByText("今天已打卡：36.6 ℃")).ToBeVisibleAsync();

        await page.GetByText("这不对，我要申诉").First.ClickAsync();
        await page.GetByLabel("哪里不对，有什么证明").First.FillAsync("我没有离开过杭州");
        await page.GetByRole(AriaRole.Button, new() { Name = "提交申诉" }).First.ClickAsync();
        await Expect(page.Locator("[data-appeal]").First).ToContainTextAsync("申诉处理中");
        await PictureAsync(page, "health-phone.png");

        await page.GotoAsync(Url("/health/travel"));
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "我没去过" }).First).ToBeVisibleAsync();
        (await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue("the travel page is wider than a phone");
        await PictureAsync(page, "health-travel.png");
        await page.GotoAsync(Url("/health"));

        await Host.Services.GetRequiredService<Accounts>().CreateAsync(Actor.System, "appeals", "appeals", "a-long-password", ["appeal_officer"], ["33"], organisation: "申诉中心");
        var office = await PageAsync(1280, 900);
        await office.GotoAsync(Url("/account/sign-in?returnTo=/health/appeals"));
        await office.GetByLabel("登录名").FillAsync("appeals");
        await office.GetByLabel("密码", new() { Exact = true }).FillAsync("a-long-password");
        await office.Locator("main").GetByRole(AriaRole.Button, new() { Name = "登录" }).ClickAsync();
        await Expect(office.GetByText("我没有离开过杭州")).ToBeVisibleAsync();
        await Expect(office.GetByText("王小明")).ToHaveCountAsync(0);
        await office.GetByLabel("理由（本人可见）").FillAsync("核实无外出记录");
        await office.GetByRole(AriaRole.Button, new() { Name = "成立", Exact = true }).ClickAsync();

        await page.ReloadAsync();
        await Expect(page.Locator(".rt-code-word")).ToHaveTextAsync("绿码");
        await Expect(page.GetByText("appeals 申诉中心").First).ToBeVisibleAsync();
    }

    private async Task RiskAsync()
    {
        await Host.Services.GetRequiredService<Settings>().ChooseModeAsync(StartMode.Live);
        await using var session = await Host.Database.Database.BeginAsync(Actor.System);
        await session.ExecuteAsync("INSERT INTO outbreak.tier_period (region_code, from_day, to_day, tier, is_provisional, rule_version, known_from) VALUES ('3303', current_date - 20, current_date, 'medium', false, 'test', now() - interval '20 days')");
        await session.CommitAsync();
    }

    private async Task SignInAsync(IPage page, string name, int order)
    {
        await page.GotoAsync(Url("/health"));
        await page.GetByLabel("证件号码").FillAsync(Resident.Card(order));
        await page.GetByLabel("姓名").FillAsync(name);
        await page.GetByLabel("手机号").FillAsync("138000000" + order);
        await page.GetByLabel("现住城市").SelectOptionAsync("3301");
        await page.GetByRole(AriaRole.Button, new() { Name = "获取验证码" }).ClickAsync();
        using var phone = new Resident(Host, name, Resident.Card(order), "138000000" + order);
        await page.GetByLabel("短信验证码").FillAsync((await phone.LastCodeAsync())!);
        await page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "登录" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("我的健康码");
    }
}
