using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using QRCoder;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Testing;

namespace Rongtong.Journeys.Tests;

/// <summary>A driver's phone in a loading bay without a network: the paper is checked, what is said waits on the phone, and counts once when the network is back.</summary>
public sealed partial class ScanJourney(CheckpointWorld world) : IClassFixture<CheckpointWorld>
{
    private const string Password = "a-long-password";

    private RunningHost Host => world.Host;

    [BrowserFact]
    public async Task A_driver_reads_papers_without_a_network_and_what_was_scanned_twice_counts_once()
    {
        var (consignment, token) = await OrderAsync("1", 500);
        var page = await PhoneAsync(world.Browser, "driver");
        await page.EvaluateAsync("() => navigator.serviceWorker.ready.then(() => true)");
        await page.Context.SetOfflineAsync(true);

        // The address on the paper, and the same in capitals, open without a network; what is kept was drawn for nobody.
        foreach (var address in new[] { "/supplies/scan/", "/SUPPLIES/SCAN/" })
        {
            await page.GotoAsync(At(address + token));
            await Expect(Piece(page, "say-genuine")).ToContainTextAsync("鄂A12345");
        }
        (await page.ContentAsync()).ShouldNotContain("driver");
        await Expect(Piece(page, "say-offline")).ToBeVisibleAsync();

        await page.Locator("[name=code]").FillAsync(token[..^2] + (token.EndsWith("00", StringComparison.Ordinal) ? "11" : "00"));
        await page.Locator("[data-piece=form] button").ClickAsync();
        await Expect(Piece(page, "say-forged")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-piece=lines] form")).ToHaveCountAsync(0);

        using var code = QRCodeGenerator.GenerateQrCode(At("/SUPPLIES/SCAN/").ToUpperInvariant() + token, QRCodeGenerator.ECCLevel.Q);
        using var picture = new PngByteQRCode(code);
        await Piece(page, "file").SetInputFilesAsync(new FilePayload { Name = "paper.png", MimeType = "image/png", Buffer = picture.GetGraphic(6) });
        await Expect(Piece(page, "say-forged")).ToBeHiddenAsync();
        await Expect(Piece(page, "lines")).ToContainTextAsync("500");
        await PictureAsync(page, "supplies-scan-offline.png");

        await page.Locator("[data-piece=lines] [data-step=ship]").ClickAsync();
        await Expect(Piece(page, "say-waiting")).ToContainTextAsync("1");
        await page.GotoAsync(At("/supplies/scan/" + token));
        await page.Locator("[data-piece=lines] [data-step=ship]").ClickAsync();
        await Expect(Piece(page, "say-twice")).ToBeVisibleAsync();
        await Expect(Piece(page, "say-waiting")).ToContainTextAsync("1");

        await page.Context.SetOfflineAsync(false);
        await Expect(Piece(page, "say-sent")).ToContainTextAsync("1");
        await Expect(Piece(page, "say-waiting")).ToBeHiddenAsync();
        (await StepsAsync(consignment)).ShouldBe(["ship"]);

        // With a network the server draws the page, and says who may say what.
        await page.GotoAsync(At("/supplies/scan/" + token));
        await page.Locator("[data-piece=lines] button", new() { HasTextString = "到达" }).ClickAsync();
        await Expect(Piece(page, "say-sent")).ToContainTextAsync("1");
        (await StepsAsync(consignment)).ShouldBe(["ship", "arrive"]);
    }

    [BrowserFact]
    public async Task A_scan_that_is_refused_stays_on_the_phone_with_its_reason_until_it_was_read()
    {
        var (consignment, token) = await OrderAsync("2", 300);
        // A carrier that this consignment is none of.
        var page = await PhoneAsync(world.Browser, "stranger", "C-DEMO-2");
        await page.EvaluateAsync("() => navigator.serviceWorker.ready.then(() => true)");
        await page.Context.SetOfflineAsync(true);
        await page.GotoAsync(At("/supplies/scan/" + token));
        await page.Locator("[data-piece=lines] [data-step=ship]").ClickAsync();
        await Expect(Piece(page, "say-waiting")).ToBeVisibleAsync();
        await page.Context.SetOfflineAsync(false);
        await Expect(Piece(page, "refused").GetByRole(AriaRole.Alert)).ToContainTextAsync("没有找到");
        await page.GotoAsync(At("/supplies/scan"));
        await Piece(page, "refused").GetByRole(AriaRole.Button).ClickAsync();
        await Expect(Piece(page, "refused").GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        (await StepsAsync(consignment)).ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task A_scan_that_waits_is_sent_when_the_browser_finds_a_network_though_the_page_be_closed()
    {
        var (consignment, token) = await OrderAsync("4", 100);
        var page = await PhoneAsync(world.Browser, "sleeper");
        await page.EvaluateAsync("() => navigator.serviceWorker.ready.then(() => true)");
        await page.Context.SetOfflineAsync(true);
        await page.GotoAsync(At("/supplies/scan/" + token));
        await page.Locator("[data-piece=lines] [data-step=ship]").ClickAsync();
        await Expect(Piece(page, "say-waiting")).ToBeVisibleAsync();
        await page.GotoAsync("about:blank");
        await page.Context.SetOfflineAsync(false);
        // A page of this site that knows nothing of scans; the network of a test comes back without the browser's knowing, so it is told.
        await page.GotoAsync(At("/account"));
        var browser = await page.Context.NewCDPSessionAsync(page);
        var registration = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        browser.Event("ServiceWorker.workerRegistrationUpdated").OnEvent += (_, told) =>
        {
            foreach (var known in told!.Value.GetProperty("registrations").EnumerateArray())
            {
                if (known.GetProperty("scopeURL").GetString()!.Contains("/supplies/scan", StringComparison.Ordinal)) registration.TrySetResult(known.GetProperty("registrationId").GetString()!);
            }
        };
        await browser.SendAsync("ServiceWorker.enable");
        await browser.SendAsync("ServiceWorker.dispatchSyncEvent", new() { ["origin"] = At("/").TrimEnd('/'), ["registrationId"] = await registration.Task.WaitAsync(Patience.Long), ["tag"] = "scans", ["lastChance"] = false });
        using var patience = new CancellationTokenSource(Patience.Long);
        while ((await StepsAsync(consignment)).Count == 0) patience.Token.ThrowIfCancellationRequested();
        (await StepsAsync(consignment)).ShouldBe(["ship"]);
    }

    [BrowserFact]
    public async Task The_camera_reads_the_paper_and_whoever_is_no_party_to_it_may_look_and_not_speak()
    {
        var (_, token) = await OrderAsync("3", 200);
        var folder = Directory.CreateTempSubdirectory("rongtong-scan-").FullName;
        try
        {
            var video = Path.Combine(folder, "paper.y4m");
            await File.WriteAllBytesAsync(video, CheckpointWorld.Video(At("/SUPPLIES/SCAN/").ToUpperInvariant() + token));
            await using var browser = await world.LaunchAsync("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--use-file-for-fake-video-capture=" + video);
            // Nobody is signed in: the paper can be looked at, and that is all.
            var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 390, Height = 844 }, Locale = "zh-CN" });
            var page = await context.NewPageAsync();
            page.SetDefaultTimeout(Patience.LongMilliseconds);
            await page.GotoAsync(At("/supplies/scan"));
            await page.WaitForSelectorAsync("rt-scan[data-ready=true]");
            await Piece(page, "camera").ClickAsync();
            await page.WaitForURLAsync("**/supplies/scan/" + token);
            await Expect(Piece(page, "lines")).ToContainTextAsync("200");
            await Expect(page.GetByText("签名有效")).ToBeVisibleAsync();
            await Expect(page.Locator("[data-piece=lines] form")).ToHaveCountAsync(0);
            (await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue();
            await PictureAsync(page, "supplies-scan.png");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string At(string path) => new Uri(Host.Address, path).ToString();

    private static ILocator Piece(IPage page, string name) => page.Locator($"[data-piece='{name}']");

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private static async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("RONGTONG_SCREENSHOTS") is { Length: > 0 } folder) await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name), FullPage = true });
    }

    private async Task<IReadOnlyList<string>> StepsAsync(long consignment)
    {
        await using var session = await Host.Services.GetRequiredService<Database>().BeginAsync(Actor.System);
        return await session.QueryAsync<string>("SELECT what FROM supplies.consignment_step WHERE consignment_id = @consignment AND scan_id IS NOT NULL ORDER BY id", new { consignment });
    }

    /// <summary>A phone of 390 px, signed in for a carrier, on the scan page.</summary>
    private async Task<IPage> PhoneAsync(IBrowser browser, string login, string organisation = DemoAccounts.DemoCarrier)
    {
        await Host.Services.GetRequiredService<Accounts>().CreateAsync(Actor.System, login, login, Password, ["carrier"], ["42"], organisation: organisation);
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 390, Height = 844 }, Locale = "zh-CN" });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(Patience.LongMilliseconds);
        page.PageError += (_, fault) => throw new InvalidOperationException(fault);
        await page.GotoAsync(At("/account/sign-in?returnTo=/supplies/scan"));
        await page.Locator("main [name=login]").FillAsync(login);
        await page.Locator("main [name=password]").FillAsync(Password);
        await page.Locator("main button[type=submit], main form button").First.ClickAsync();
        await page.WaitForURLAsync("**/supplies/scan");
        await page.WaitForSelectorAsync("rt-scan[data-ready=true]");
        return page;
    }

    /// <summary>Goods offered, taken, confirmed and put on a truck, as people do it; the paper's token.</summary>
    private async Task<(long Consignment, string Token)> OrderAsync(string number, long quantity)
    {
        foreach (var demo in Host.Services.GetServices<IDemoData>().Where(d => d.GetType().Name == "DemoSupplies")) await demo.LoadAsync("42", default);
        var producer = "S-DEMO-" + number;
        using var supplier = await Host.SignedInAsync("supplier" + number, "facility", "42", producer);
        (await supplier.PostAsJsonAsync(To("/api/v1/supplies/stock-counts"), new { report = "made", item = "suit", onHand = quantity })).EnsureSuccessStatusCode();
        (await RunningHost.PostAsync(supplier, "/supplies/own", "/supplies/own/offers", ("item", "suit"), ("quantity", $"{quantity}"), ("donation", "true"))).Headers.Location!.OriginalString.ShouldBe("/supplies/own");
        await using var session = await Host.Services.GetRequiredService<Database>().BeginAsync(Actor.System);
        var offer = await session.QuerySingleAsync<long>("SELECT max(id) FROM supplies.offer WHERE facility_code = @producer", new { producer });
        var staff = world.Dispatcher ??= await Host.SignedInAsync("staff", "dispatcher", "42");
        (await RunningHost.PostAsync(staff, "/supplies/voluntary", "/supplies/purchases", ("offer", $"{offer}"), ("facility", DemoAccounts.DemoFacility), ("quantity", $"{quantity}"), ("report", "r"), ("back", "/supplies/voluntary"))).Headers.Location!.OriginalString.ShouldBe("/supplies/voluntary");
        var consignment = long.Parse(Number().Match(await supplier.GetStringAsync(To("/supplies/own/shipments"))).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        (await supplier.PostAsJsonAsync(To($"/api/v1/supplies/consignments/{consignment}/steps"), new { step = "confirm" })).EnsureSuccessStatusCode();
        var order = await supplier.PostAsJsonAsync(To("/api/v1/supplies/dispatch-orders"), new { key = "k", consignments = new[] { consignment }, carrier = DemoAccounts.DemoCarrier, plate = "鄂A12345", dueAt = CheckpointWorld.Now.AddHours(12) });
        return (consignment, JsonNode.Parse(await order.Content.ReadAsStringAsync())!["token"]!.ToString());
    }

    private static Uri To(string address) => new(address, UriKind.Relative);

    [GeneratedRegex("name=\"consignment\" value=\"(\\d+)\"")]
    private static partial Regex Number();
}
