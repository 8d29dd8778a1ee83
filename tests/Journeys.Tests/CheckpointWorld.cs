using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Playwright;
using QRCoder;
using Rongtong.HealthPass;
using Rongtong.HostTesting;
using Rongtong.Testing;

namespace Rongtong.Journeys.Tests;

/// <summary>
/// The served product, a browser, and a trust list in which Hubei signs for itself, the nation for Qinghai, and Guangdong is not recognised. The
/// files that phones fetch are made by the engine and given out by the browser's route interception, so that a test can give out broken ones.
/// </summary>
public sealed class CheckpointWorld : IAsyncLifetime
{
    private IPlaywright? _playwright;

    /// <summary>Whole seconds, as passes have them; close to the real time, because the host's Date header bears that.</summary>
    public static DateTimeOffset Now { get; } = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());

    public RunningHost Host { get; private set; } = null!;

    public IBrowser Browser { get; private set; } = null!;

    /// <summary>Signed in once for all journeys: a host takes ten sign-ins a minute from one address.</summary>
    public HttpClient? Dispatcher { get; set; }

    public ECDsa HubeiKey { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public SigningKey Root { get; } = NewKey();

    public SigningKey Hubei { get; private set; } = null!;

    public SigningKey Nation { get; } = NewKey();

    public SigningKey Guangdong { get; } = NewKey();

    /// <summary>May sign tests and lists, not colours.</summary>
    public SigningKey Laboratory { get; } = NewKey();

    public TrustList Trust { get; private set; } = null!;

    public Guid RevokedPass { get; } = Guid.NewGuid();

    public RevocationFiles Revoked { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Hubei = new(HubeiKey);
        Trust = new(7, Now.AddDays(-1), Now.AddDays(6),
        [
            new("42", "湖北", "Hubei", RecognitionMode.SharedData, [KeyOf(Hubei), KeyOf(Laboratory, KeyUsages.Test | KeyUsages.Revocation)]),
            new("63", "青海", "Qinghai", RecognitionMode.NationalCode, []),
            new("44", "广东", "Guangdong", RecognitionMode.None, [KeyOf(Guangdong)]),
            new(TrustList.National, "全国", "China", RecognitionMode.NationalCode, [KeyOf(Nation)]),
        ]);
        Revoked = Revocation(Now.AddDays(3));
        if (Chromium.Path is null) return;
        Host = await RunningHost.StartAsync();
        _playwright = await Playwright.CreateAsync();
        Browser = await LaunchAsync();
    }

    public async Task DisposeAsync()
    {
        if (_playwright is null) return;
        Dispatcher?.Dispose();
        await Browser.DisposeAsync();
        _playwright.Dispose();
        await Host.DisposeAsync();
    }

    public async Task<IBrowser> LaunchAsync(params string[] more) =>
        await _playwright!.Chromium.LaunchAsync(new() { ExecutablePath = Chromium.Path, Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", .. more] });

    /// <summary>Twenty thousand revoked passes in eight shards, one of them ours.</summary>
    public RevocationFiles Revocation(DateTimeOffset validUntil, SigningKey? key = null) =>
        RevocationList.Create(3, Now.AddHours(-2), validUntil, Enumerable.Range(0, 20_000).Select(_ => RevocationId.OfPass(Guid.NewGuid())).Append(RevocationId.OfPass(RevokedPass)), key ?? Hubei);

    public PassVerifier Verifier() => new(Trust, RevocationList.Open(Revoked.Filter, Trust, (offset, length) => Revoked.Shards.AsMemory((int)offset, length)));

    public string Pass(PassColour colour = PassColour.Green, DateTimeOffset? from = null, DateTimeOffset? to = null, string region = "4201", Guid? id = null, SigningKey? key = null, HealthCertificate? certificate = null) =>
        new PassSigner(key ?? Hubei).Sign(new("42", from ?? Now.AddHours(-1), to ?? Now.AddHours(23),
            new(colour, (from ?? Now.AddHours(-1)).AddMinutes(-30), region, colour == PassColour.Green ? null : Now.AddDays(5), id ?? Guid.NewGuid(), "**丰"), certificate));

    public static HealthCertificate TestResult() => new(
        CertificateKind.Test, new("张", "三丰", "ZHANG", "SANFENG"), "1980-05-01",
        new Dictionary<string, string>
        {
            ["tg"] = "840539006",
            ["tt"] = "LP6464-4",
            ["sc"] = "2020-02-19T09:30:00Z",
            ["tr"] = "260415000",
            ["tc"] = "武汉市第一医院",
            ["co"] = "CN",
            ["is"] = "湖北省卫生健康委员会",
            ["ci"] = "URN:UVCI:01:CN:" + Guid.NewGuid().ToString("N").ToUpperInvariant(),
        });

    public static SigningKey NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new(key);
    }

    /// <summary>A phone of 390 px whose address for lists answers with the world's files, those given, or the product's own.</summary>
    public async Task<CheckpointPhone> PhoneAsync(IBrowser? browser = null, ServedFiles? files = null, ColorScheme theme = ColorScheme.Light, string language = "zh-CN", bool isServedByHost = false)
    {
        var context = await (browser ?? Browser).NewContextAsync(new() { ViewportSize = new() { Width = 390, Height = 844 }, Locale = language, ColorScheme = theme });
        if (!isServedByHost) await ServeAsync(context, files ?? new());
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(Patience.LongMilliseconds);
        var phone = new CheckpointPhone(Host.Address, context, page);
        await phone.OpenAsync();
        await page.WaitForSelectorAsync("body[data-sync]");
        return phone;
    }

    public async Task ServeAsync(IBrowserContext context, ServedFiles files)
    {
        await context.UnrouteAllAsync();
        await context.RouteAsync("**/health/trust-root", route => route.FulfillAsync(new() { Body = Convert.ToBase64String((files.Root ?? Root).PublicKey.Span) }));
        await context.RouteAsync("**/health/trust-list", route => route.FulfillAsync(new()
        {
            BodyBytes = files.Trust ?? Trust.Sign(Root),
            Headers = new Dictionary<string, string> { ["Date"] = (TimeProvider.System.GetUtcNow() + files.ServerAhead).ToString("R", CultureInfo.InvariantCulture) },
        }));
        await context.RouteAsync("**/health/revocation", route => route.FulfillAsync(new() { BodyBytes = files.Filter ?? Revoked.Filter }));
        await context.RouteAsync("**/health/revocation.shards", route => files.HasShards ? route.FulfillAsync(new() { BodyBytes = files.Shards ?? Revoked.Shards }) : route.FulfillAsync(new() { Status = 404 }));
    }

    /// <summary>Thirty frames of a QR code in the raw form that Chromium's fake camera plays (YUV4MPEG2).</summary>
    public static byte[] Video(string token, int width = 640, int height = 640)
    {
        var modules = QRCodeGenerator.GenerateQrCode(token, QRCodeGenerator.ECCLevel.Q).ModuleMatrix;
        var scale = (height - 40) / modules.Count;
        var luma = new byte[width * height];
        Array.Fill(luma, (byte)235);
        var (left, top) = ((width - modules.Count * scale) / 2, (height - modules.Count * scale) / 2);
        for (var y = 0; y < modules.Count * scale; y++)
        {
            for (var x = 0; x < modules.Count * scale; x++)
            {
                if (modules[y / scale][x / scale]) luma[(top + y) * width + left + x] = 16;
            }
        }
        var chroma = new byte[width * height / 2];
        Array.Fill(chroma, (byte)128);
        using var file = new MemoryStream();
        file.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n")));
        for (var frame = 0; frame < 30; frame++)
        {
            file.Write("FRAME\n"u8);
            file.Write(luma);
            file.Write(chroma);
        }
        return file.ToArray();
    }

    private static TrustedKey KeyOf(SigningKey key, KeyUsages usages = KeyUsages.Colour | KeyUsages.Test | KeyUsages.Vaccination | KeyUsages.Recovery | KeyUsages.Revocation) =>
        new(key.KeyId.ToArray(), key.PublicKey.ToArray(), Now.AddDays(-30), Now.AddDays(300), usages);
}

/// <summary>What the addresses give out; null is the world's own.</summary>
public sealed record ServedFiles(SigningKey? Root = null, byte[]? Trust = null, byte[]? Filter = null, byte[]? Shards = null, bool HasShards = true, TimeSpan ServerAhead = default);

/// <summary>A gate keeper's phone with the checkpoint open.</summary>
public sealed class CheckpointPhone : IAsyncDisposable
{
    private readonly Uri _host;
    private readonly List<string> _faults = [];

    public CheckpointPhone(Uri host, IBrowserContext context, IPage page)
    {
        (_host, Context, Page) = (host, context, page);
        page.PageError += (_, fault) => _faults.Add(fault);
    }

    public IPage Page { get; }

    public IBrowserContext Context { get; }

    public ILocator Result => Part("result");

    public ILocator Part(string name) => Page.Locator($"[data-part='{name}']");

    public async Task OpenAsync()
    {
        await Page.GotoAsync(new Uri(_host, "/checkpoint").ToString());
        await Page.WaitForSelectorAsync("body[data-ready]");
    }

    /// <summary>Waits until the phone holds the app, then takes its network away.</summary>
    public async Task GoOfflineAsync()
    {
        await Page.WaitForFunctionAsync("() => navigator.serviceWorker.controller?.state === 'activated'");
        await Context.UnrouteAllAsync();
        await Context.SetOfflineAsync(true);
        (await Page.EvaluateAsync<bool>("() => fetch('/health/live').then(() => true, () => false)")).ShouldBeFalse("the network is gone");
        await Page.ReloadAsync();
        await Page.WaitForSelectorAsync("body[data-sync='offline']");
    }

    /// <summary>Pastes a token, as a person would.</summary>
    public async Task PasteAsync(string token)
    {
        if (await Part("next").IsVisibleAsync()) await Part("next").ClickAsync();
        if (!await Part("token").IsVisibleAsync()) await Page.Locator("summary[data-text='type']").ClickAsync();
        await Part("token").FillAsync(token);
        await Page.Locator("[data-part='form'] button").ClickAsync();
        await Result.WaitForAsync();
    }

    /// <summary>The looks and reasons of many tokens, through the same form.</summary>
    public async Task<string[]> JudgeAsync(IEnumerable<string> tokens) => JsonSerializer.Deserialize<string[]>(await Page.EvaluateAsync<string>("""
        async json => {
          const part = name => document.querySelector(`[data-part="${name}"]`);
          const answers = [];
          for (const token of JSON.parse(json)) {
            const answered = new Promise(resolve => document.addEventListener('checkpoint-answer', resolve, { once: true }));
            part('token').value = token;
            part('form').requestSubmit();
            await answered;
            answers.push(`${part('result').dataset.look} ${part('result').dataset.reason}`.trim());
            part('next').click();
          }
          return JSON.stringify(answers);
        }
        """, JsonSerializer.Serialize(tokens)))!;

    /// <summary>A script that the policy blocks, or that fails, fails the journey.</summary>
    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        _faults.ShouldBeEmpty();
    }
}
