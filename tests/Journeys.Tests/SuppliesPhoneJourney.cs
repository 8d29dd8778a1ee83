using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Rongtong.Platform.Access;
using Rongtong.Testing;

namespace Rongtong.Journeys.Tests;

/// <summary>A hospital, a producer, a carrier, a grid worker, an inspector and a donor with their phones: each page of theirs fits 390 px and has something to press.</summary>
public sealed class SuppliesPhoneJourney : BrowserJourney
{
    private const string Password = "a-long-password";

    [BrowserFact]
    public async Task The_phone_pages_of_those_who_give_receive_carry_and_deliver_fit_a_phone()
    {
        foreach (var demo in Host.Services.GetServices<IDemoData>().Where(d => d.GetType().Namespace!.StartsWith("Rongtong.Supplies", StringComparison.Ordinal))) await demo.LoadAsync("42", default);
        var faults = new List<string>();
        foreach (var (login, role, organisation, paths) in new (string, string, string, string[])[]
        {
            ("hospital", "facility", DemoAccounts.DemoFacility, ["/supplies/own", "/supplies/own/shipments", "/supplies/own/recycling", "/supplies/quotations"]),
            ("producer", "facility", "S-DEMO-2", ["/supplies/own", "/supplies/own/shipments", "/supplies/quotations"]),
            ("haulier", "carrier", DemoAccounts.DemoCarrier, ["/supplies/carry", "/supplies/carry/shipments", "/supplies/carry/recycling", "/supplies/scan"]),
            ("grid", "grid_worker", "", ["/supplies/households"]),
            ("shop", "enterprise", DemoAccounts.DemoEnterprise, ["/supplies/households/shop", "/supplies/necessities/mine"]),
            ("staff", "dispatcher", "", ["/supplies", "/supplies/voluntary", "/supplies/purchases", "/supplies/recycling"]),
            ("", "", "", ["/supplies/donate", "/supplies/prices", "/supplies/prices/rules", "/supplies/necessities", "/supplies/households/order"]),
        })
        {
            if (login.Length > 0) await Host.Services.GetRequiredService<Accounts>().CreateAsync(Actor.System, login, login, Password, [role], ["42"], organisation: organisation);
            var page = await PageAsync(390, 844);
            if (login.Length > 0)
            {
                await page.GotoAsync(Url("/account/sign-in"));
                await page.Locator("#login").FillAsync(login);
                await page.Locator("#password").FillAsync(Password);
                await page.Locator("main button.btn-primary").ClickAsync();
                await page.WaitForURLAsync(url => !url.Contains("sign-in", StringComparison.Ordinal));
            }
            foreach (var path in paths)
            {
                var answer = await page.GotoAsync(Url(path));
                if (answer!.Status != 200) faults.Add($"{login} {path}: status {answer.Status}");
                if (await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - window.innerWidth") is > 0 and var over) faults.Add($"{login} {path}: {over} px too wide");
                // A finger needs 24 px (WCAG 2.5.8); whatever is hidden in a menu is not there to be pressed.
                var small = await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('main button, main input:not([type=hidden]):not([type=checkbox]):not([type=radio]):not(.visually-hidden), main select')].filter(e => e.offsetParent && e.getBoundingClientRect().height < 24).map(e => e.outerHTML.slice(0, 80))");
                faults.AddRange(small.Select(e => $"{login} {path}: too small for a finger: {e}"));
                if (Environment.GetEnvironmentVariable("RONGTONG_SCREENSHOTS") is { Length: > 0 } folder) await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"phone-{login}{path.Replace('/', '_')}.png"), FullPage = true });
            }
            await page.Context.CloseAsync();
        }
        faults.ShouldBeEmpty();
    }
}
