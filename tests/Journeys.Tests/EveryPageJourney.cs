using System.Reflection;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Rongtong.Platform.Access;
using Rongtong.Testing;

namespace Rongtong.Journeys.Tests;

/// <summary>Every page that has an address of its own, at every width, in both themes and languages, over the demo data of all modules, in a real Chromium.</summary>
public sealed class EveryPageJourney : BrowserJourney
{
    /// <summary>Pages with a frame of their own: the big screen is not for phones, the first page leads on, the checkpoint has its own journey.</summary>
    private static readonly string[] s_others = ["/", "/screen", "/checkpoint", "/not-found", "/failed", "/account/sign-in", "/account/first-administrator"];

    [BrowserFact]
    public async Task Every_page_fits_every_width_in_both_themes_and_languages()
    {
        var start = await PageAsync(1280, 900);
        start.SetDefaultNavigationTimeout(Patience.LongMilliseconds);
        await start.GotoAsync(Host.Address.ToString());
        await start.GetByRole(AriaRole.Button, new() { Name = "载入演示数据" }).ClickAsync(new() { Timeout = Patience.LongMilliseconds });
        await start.WaitForURLAsync("**/outbreak/33", new() { Timeout = Patience.LongMilliseconds });
        await Host.Services.GetRequiredService<Accounts>().CreateAsync(Actor.System, "everything", "everything", "a-long-password", Roles.All, ["*"], organisation: DemoAccounts.DemoEnterprise);
        var paths = Paths();
        paths.Count.ShouldBeGreaterThan(60);
        var faults = new List<string>();
        foreach (var (width, height, theme, language) in new[] { (390, 844, "light", "zh-CN"), (390, 844, "dark", "en"), (1280, 900, "light", "en"), (1920, 1080, "dark", "zh-CN") })
        {
            var page = await PageAsync(width, height, theme, language);
            await page.GotoAsync(Url("/account/sign-in"));
            await page.Locator("#login").FillAsync("everything");
            await page.Locator("#password").FillAsync("a-long-password");
            await page.Locator("main button.btn-primary").ClickAsync();
            await page.WaitForURLAsync(url => !url.Contains("sign-in", StringComparison.Ordinal));
            foreach (var path in paths)
            {
                var answer = await page.GotoAsync(Url(path), new() { WaitUntil = WaitUntilState.DOMContentLoaded });
                var here = $"{path} at {width} px, {language}";
                if (answer!.Status != 200)
                {
                    faults.Add($"{here}: status {answer.Status}");
                    continue;
                }
                if (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - window.innerWidth") is > 0 and var over) faults.Add($"{here}: {over} px too wide");
                if (await page.Locator("h1").CountAsync() is not 1 and var headings) faults.Add($"{here}: {headings} first headings");
                if ((await page.ContentAsync()).Contains('\u27E6', StringComparison.Ordinal)) faults.Add($"{here}: a text is missing");
                await PictureAsync(page, $"tour/{width}-{theme}-{language}{path.Replace('/', '_')}.png");
            }
            await page.Context.CloseAsync();
        }
        faults.ShouldBeEmpty();
    }

    /// <summary>Addresses without a variable part of all pages of all assemblies of the product: a new page is looked at without an edit here.</summary>
    private static List<string> Paths() =>
        [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "Rongtong.*.dll").Where(file => !file.EndsWith(".Tests.dll", StringComparison.Ordinal)).Select(Assembly.LoadFrom)
            .SelectMany(assembly => assembly.GetTypes()).SelectMany(type => type.GetCustomAttributes<RouteAttribute>()).Select(route => route.Template)
            .Where(path => !path.Contains('{', StringComparison.Ordinal)).Except(s_others).Distinct().Order(StringComparer.Ordinal)];
}
