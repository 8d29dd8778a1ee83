using System.Text.RegularExpressions;
using Microsoft.Playwright;
using QRCoder;
using Rongtong.HealthPass;
using Rongtong.HostTesting;
using Rongtong.Testing;

namespace Rongtong.Journeys.Tests;

/// <summary>What a gate keeper does with the checkpoint, in a real Chromium, mostly without a network.</summary>
public sealed partial class CheckpointJourney(CheckpointWorld world) : IClassFixture<CheckpointWorld>
{
    private static DateTimeOffset Now => CheckpointWorld.Now;

    [BrowserFact]
    public async Task After_one_visit_passes_are_verified_without_a_network_for_a_day_and_longer()
    {
        await using var phone = await world.PhoneAsync();
        await phone.GoOfflineAsync();
        foreach (var (colour, look, word) in new[] { (PassColour.Green, "green", "绿码"), (PassColour.Yellow, "yellow", "黄码"), (PassColour.Red, "red", "红码") })
        {
            await phone.PasteAsync(world.Pass(colour));
            await Expect(phone.Result).ToHaveAttributeAsync("data-look", look);
            await Expect(phone.Part("word")).ToHaveTextAsync(word);
            await Expect(phone.Part("name")).ToHaveTextAsync("**丰");
            await Expect(phone.Part("detail")).ToContainTextAsync("1小时前");
            await Expect(phone.Part("revocation")).ToContainTextAsync("2小时前");
            await Expect(phone.Part("warnings").Locator("li")).ToHaveCountAsync(0);
        }

        for (var hour = 1; hour <= 36; hour++)
        {
            await phone.Page.Clock.SetFixedTimeAsync(Now.AddHours(hour).UtcDateTime);
            if (hour % 12 == 0) await phone.OpenAsync();
            (await phone.JudgeAsync([world.Pass(from: Now.AddHours(hour - 1), to: Now.AddHours(hour + 1)), world.Pass(id: world.RevokedPass, to: Now.AddHours(48))])).ShouldBe(["green", "unverified revoked"]);
        }
        await Expect(phone.Part("problems")).ToContainTextAsync("24 小时");
    }

    [BrowserFact]
    public async Task A_pass_of_a_resident_opens_the_gate_and_a_card_she_took_back_does_not()
    {
        using var resident = new Resident(world.Host, "李小红", Resident.Card(12), "13800000012");
        await resident.SignInAsync();
        await resident.PostAsync("/health/declaration", ("from", ""));
        var card = CardToken().Match(await (await resident.PostAsync("/health/cards")).Content.ReadAsStringAsync()).Groups[1].Value;
        await using var phone = await world.PhoneAsync(isServedByHost: true);
        foreach (var token in new[] { await resident.TokenAsync(), System.Net.WebUtility.HtmlDecode(card) })
        {
            await phone.PasteAsync(token!);
            await Expect(phone.Result).ToHaveAttributeAsync("data-look", "green");
            await Expect(phone.Result).ToHaveAttributeAsync("data-age", "known");
            await Expect(phone.Part("name")).ToHaveTextAsync("**红");
        }

        await resident.PostAsync("/health/cards/revoked");
        // The product makes its list anew a moment after; the header of the file says how many ids it has.
        await phone.Page.WaitForFunctionAsync("async () => new DataView(await (await fetch('/health/revocation', { cache: 'no-store' })).arrayBuffer()).getBigInt64(32, true) > 0n");
        await phone.OpenAsync();
        await phone.Page.WaitForSelectorAsync("body[data-sync='done']");
        (await phone.JudgeAsync([System.Net.WebUtility.HtmlDecode(card), (await resident.TokenAsync())!])).ShouldBe(["unverified revoked", "green"]);
    }

    [BrowserFact]
    public async Task A_pass_that_cannot_be_relied_on_never_looks_green_and_says_why()
    {
        await using var phone = await world.PhoneAsync();
        await phone.GoOfflineAsync();
        using var stranger = CheckpointWorld.NewKey();
        var genuine = world.Pass();
        foreach (var (token, reason, words) in new[]
        {
            (CheckpointTokens.WithColourChanged(world), "signature-wrong", "签名不符"),
            (world.Pass(key: stranger), "key-unknown", "不在信任名单上"),
            (world.Pass(id: world.RevokedPass), "revoked", "已被签发机构作废"),
            (world.Pass(from: Now.AddHours(-30), to: Now.AddHours(-6)), "expired", "已过期"),
            (genuine[..^9], "not-zlib", "不完整"),
            ("https://example.org/menu", "prefix-missing", "不是健康码凭证"),
        })
        {
            await phone.PasteAsync(token);
            await Expect(phone.Result).ToHaveAttributeAsync("data-reason", reason);
            await Expect(phone.Result).ToHaveAttributeAsync("data-look", "unverified");
            await Expect(phone.Part("word")).ToHaveTextAsync("无法核验");
            await Expect(phone.Part("detail")).ToContainTextAsync(words);
            await Expect(phone.Part("name")).ToBeHiddenAsync();
        }

        // The same pass tomorrow: what is on a screenshot is past its time.
        await phone.PasteAsync(genuine);
        await Expect(phone.Result).ToHaveAttributeAsync("data-look", "green");
        await phone.Page.Clock.SetFixedTimeAsync(Now.AddHours(24).UtcDateTime);
        await phone.PasteAsync(genuine);
        await Expect(phone.Result).ToHaveAttributeAsync("data-reason", "expired");
    }

    [BrowserFact]
    public async Task A_stale_revocation_list_says_age_unknown_and_never_revoked()
    {
        await using var phone = await world.PhoneAsync();
        await phone.GoOfflineAsync();
        await phone.Page.Clock.SetFixedTimeAsync(Now.AddDays(4).UtcDateTime);
        foreach (var id in new[] { Guid.NewGuid(), world.RevokedPass })
        {
            await phone.PasteAsync(world.Pass(to: Now.AddDays(5), id: id));
            await Expect(phone.Result).ToHaveAttributeAsync("data-look", "green");
            await Expect(phone.Part("warnings")).ToContainTextAsync("数据新旧未知：作废名单已过期");
            await Expect(phone.Result).ToHaveAttributeAsync("data-age", "unknown");
            await Expect(phone.Part("revocation")).ToBeHiddenAsync();
            await PictureAsync(phone, "checkpoint-age-unknown.png");
        }
    }

    [BrowserFact]
    public async Task An_empty_corrupt_or_unsigned_revocation_list_says_age_unknown_and_never_revoked()
    {
        var corrupt = world.Revoked.Filter.ToArray();
        corrupt[^5] ^= 1;
        using var stranger = CheckpointWorld.NewKey();
        foreach (var (filter, words) in new[] { ([], "空文件"), (corrupt, "被改动"), (corrupt[..^9], "不完整"), (world.Revocation(Now.AddDays(3), stranger).Filter, "签署者不可信") })
        {
            await using var phone = await world.PhoneAsync(files: new(Filter: filter));
            await phone.PasteAsync(world.Pass(id: world.RevokedPass));
            await Expect(phone.Result).ToHaveAttributeAsync("data-look", "green");
            await Expect(phone.Part("warnings")).ToContainTextAsync("数据新旧未知");
            await Expect(phone.Part("warnings")).ToContainTextAsync(words);
        }
    }

    [BrowserFact]
    public async Task A_hit_that_the_exact_list_cannot_confirm_shows_neither_a_colour_nor_revoked()
    {
        var others = world.Revoked.Shards.ToArray();
        others.AsSpan().Reverse();
        foreach (var files in new[] { new ServedFiles(HasShards: false), new ServedFiles(Shards: others) })
        {
            await using var phone = await world.PhoneAsync(files: files);
            await phone.PasteAsync(world.Pass(id: world.RevokedPass));
            await Expect(phone.Result).ToHaveAttributeAsync("data-look", "unverified");
            await Expect(phone.Result).ToHaveAttributeAsync("data-reason", "unconfirmed");
            await phone.PasteAsync(world.Pass());
            await Expect(phone.Result).ToHaveAttributeAsync("data-look", "green");
        }
    }

    [BrowserFact]
    public async Task The_root_key_stays_pinned_and_an_older_trust_list_is_refused()
    {
        using var usurper = CheckpointWorld.NewKey();
        await using var phone = await world.PhoneAsync();
        foreach (var (files, outcome) in new[] { (new ServedFiles(Root: usurper, Trust: world.Trust.Sign(usurper)), "trust-refused"), (new(Trust: new TrustList(6, Now, Now.AddDays(9), []).Sign(world.Root)), "trust-older") })
        {
            await world.ServeAsync(phone.Context, files);
            await phone.OpenAsync();
            await phone.Page.WaitForSelectorAsync($"body[data-sync='{outcome}']");
            await Expect(phone.Part("problems")).ToContainTextAsync("已拒绝");
            await phone.PasteAsync(world.Pass());
            await Expect(phone.Result).ToHaveAttributeAsync("data-look", "green");
        }
    }

    [BrowserFact]
    public async Task A_phone_whose_clock_is_wrong_is_warned_on_both_screens()
    {
        await using var phone = await world.PhoneAsync(files: new(ServerAhead: TimeSpan.FromMinutes(10)));
        await Expect(phone.Part("problems")).ToContainTextAsync("慢 10 分钟");
        await phone.PasteAsync(world.Pass());
        await Expect(phone.Part("warnings")).ToContainTextAsync("慢 10 分钟");
        await phone.Page.Clock.SetFixedTimeAsync(Now.AddHours(-5).UtcDateTime);
        await phone.PasteAsync(world.Pass());
        await Expect(phone.Result).ToHaveAttributeAsync("data-reason", "not-yet-valid");
        await Expect(phone.Part("warnings")).ToContainTextAsync("早于上次更新");
    }

    [BrowserFact]
    public async Task The_camera_reads_a_pass_and_nothing_of_the_scan_leaves_the_phone()
    {
        var folder = Directory.CreateTempSubdirectory("rongtong-camera-").FullName;
        try
        {
            var video = Path.Combine(folder, "pass.y4m");
            await File.WriteAllBytesAsync(video, CheckpointWorld.Video(world.Pass(PassColour.Yellow)));
            await using var browser = await world.LaunchAsync("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--use-file-for-fake-video-capture=" + video);
            await using var phone = await world.PhoneAsync(browser);
            var requests = new List<string>();
            phone.Context.Request += (_, request) => requests.Add(request.Method + " " + request.Url);
            await phone.Part("camera").ClickAsync();
            await Expect(phone.Result).ToHaveAttributeAsync("data-look", "yellow");
            await phone.Part("next").ClickAsync();
            await Expect(phone.Result).ToHaveAttributeAsync("data-look", "yellow");
            requests.ShouldBeEmpty();
            // The film runs on, and the next answer may cover the button before a finger is there: the event goes to it all the same.
            await phone.Part("camera").DispatchEventAsync("click");
            await phone.Part("next").DispatchEventAsync("click");
            await Expect(phone.Part("view")).ToBeHiddenAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [BrowserFact]
    public async Task A_picture_is_read_people_without_a_phone_are_counted_and_no_one_is_named_in_what_is_kept()
    {
        await using var phone = await world.PhoneAsync();
        using var code = QRCodeGenerator.GenerateQrCode(world.Pass(PassColour.Red), QRCodeGenerator.ECCLevel.Q);
        using var picture = new PngByteQRCode(code);
        await phone.Part("file").SetInputFilesAsync(new FilePayload { Name = "pass.png", MimeType = "image/png", Buffer = picture.GetGraphic(6) });
        await Expect(phone.Result).ToHaveAttributeAsync("data-look", "red");
        await phone.Part("next").ClickAsync();
        await phone.Part("manual").ClickAsync();
        await phone.PasteAsync("HC1:");
        await phone.Part("manual-instead").ClickAsync();
        await Expect(phone.Part("message")).ToContainTextAsync("不得仅因没有手机而拒绝");
        await Expect(phone.Part("total")).ToHaveTextAsync("今日 4 次");
        await phone.OpenAsync();
        await phone.Part("total").ClickAsync();
        await Expect(phone.Part("total")).ToHaveTextAsync("今日 4 次");
        await Expect(phone.Part("count-red")).ToHaveTextAsync("1");
        await Expect(phone.Part("count-manual")).ToHaveTextAsync("2");
        var kept = await phone.Page.EvaluateAsync<string>("""
            () => new Promise(done => {
              indexedDB.open('rongtong-checkpoint').onsuccess = opened => {
                const table = opened.target.result.transaction('kept').objectStore('kept');
                table.getAllKeys().onsuccess = keys => table.get('counts').onsuccess = counts => done(`${[...keys.target.result].sort()} ${Object.values(counts.target.result).map(c => JSON.stringify(c))}`);
              };
            })
            """);
        kept.ShouldBe("""clock,counts,revocation,rootKey,shards,trustList {"green":0,"yellow":0,"red":1,"unverified":1,"manual":2}""");
    }

    [BrowserFact]
    public async Task It_fits_a_phone_in_both_languages_and_themes_and_can_be_installed()
    {
        foreach (var (language, theme) in new[] { ("zh-CN", ColorScheme.Light), ("en", ColorScheme.Dark) })
        {
            await using var phone = await world.PhoneAsync(theme: theme, language: language);
            var refused = new List<string>();
            phone.Page.Console += (_, message) => { if (message.Type == "error") refused.Add(message.Text); };
            await PictureAsync(phone, $"checkpoint-{language}.png");
            foreach (var token in new[] { world.Pass(), world.Pass(PassColour.Yellow), world.Pass(PassColour.Red), world.Pass(id: world.RevokedPass) })
            {
                await phone.PasteAsync(token);
                (await phone.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth")).ShouldBeTrue();
                await PictureAsync(phone, $"checkpoint-{language}-{await phone.Result.GetAttributeAsync("data-look")}.png");
            }
            await phone.Part("language").ClickAsync();
            await Expect(phone.Page.Locator("h1")).ToHaveTextAsync(language == "en" ? "融通查验" : "Rongtong checkpoint");
            var session = await phone.Context.NewCDPSessionAsync(phone.Page);
            var errors = (await session.SendAsync("Page.getInstallabilityErrors"))!.Value.GetProperty("installabilityErrors").EnumerateArray().Select(e => e.GetProperty("errorId").GetString()!);
            // A private window, which tests use, never installs; there must be no other reason.
            errors.Where(e => e != "in-incognito").ShouldBeEmpty();
            refused.ShouldBeEmpty();
        }
    }

    [BrowserFact]
    public async Task The_browser_and_the_library_give_three_hundred_tokens_the_same_verdict()
    {
        await using var phone = await world.PhoneAsync();
        await phone.Page.Clock.SetFixedTimeAsync(Now.UtcDateTime);
        var tokens = CheckpointTokens.Make(world, 300);
        var verifier = world.Verifier();
        var expected = tokens.Select(t => CheckpointTokens.Words(verifier.Verify(t.Token, Now))).ToArray();
        var answers = await phone.JudgeAsync(tokens.Select(t => t.Token));
        tokens.Select((t, i) => (t.Kind, Browser: answers[i], Library: expected[i])).Where(t => t.Browser != t.Library && !CheckpointTokens.IsKnownDifference(t.Kind, t.Browser, t.Library)).ShouldBeEmpty();
        // A comparison in which everything were refused alike would prove little.
        expected.Distinct().Count().ShouldBeGreaterThan(18, string.Join(", ", expected.Distinct()));
        answers.Count(a => a is "green" or "yellow" or "red").ShouldBeGreaterThan(60);
    }

    [GeneratedRegex("data-token=\"([^\"]+)\"")]
    private static partial Regex CardToken();

    private static async Task PictureAsync(CheckpointPhone phone, string name)
    {
        if (Environment.GetEnvironmentVariable("RONGTONG_SCREENSHOTS") is { Length: > 0 } folder) await phone.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name) });
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
