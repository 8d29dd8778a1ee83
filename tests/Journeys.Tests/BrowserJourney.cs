using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Rongtong.HostTesting;
using Rongtong.Testing;
using Rongtong.Web.Working;

namespace Rongtong.Journeys.Tests;

/// <summary>The ground of a journey in a real Chromium: a whole host of its own, and pages that fail the journey when a script fails.</summary>
public abstract class BrowserJourney : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser _browser = null!;

    protected RunningHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Chromium.Path is null) return;
        Host = await RunningHost.StartAsync(stubs: services => services.AddSingleton(new LongWorkPatience(TimeSpan.FromMilliseconds(1_500))));
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium.Path, Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
    }

    public async Task DisposeAsync()
    {
        if (_playwright is null) return;
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await Host.DisposeAsync();
    }

    protected string Url(string path) => new Uri(Host.Address, path).ToString();

    protected async Task<IPage> PageAsync(int width, int height, string theme = "light", string language = "zh-CN")
    {
        var context = await _browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, Locale = language });
        await context.AddCookiesAsync([new() { Name = "theme", Value = theme, Url = Host.Address.ToString() }, new() { Name = ".AspNetCore.Culture", Value = $"c%3D{language}%7Cuic%3D{language}", Url = Host.Address.ToString() }]);
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(Patience.LongMilliseconds);
        // A script that the policy blocks, or that fails, fails the journey.
        page.PageError += (_, error) => throw new InvalidOperationException(error);
        return page;
    }

    /// <summary>A picture for the README or a review, taken when RONGTONG_SCREENSHOTS names a folder for it.</summary>
    protected static async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("RONGTONG_SCREENSHOTS") is { Length: > 0 } folder) await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name) });
    }

    protected static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
