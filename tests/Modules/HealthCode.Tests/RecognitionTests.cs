using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthPass;
using Rongtong.HostTesting;
using Rongtong.Testing;

namespace Rongtong.HealthCode.Tests;

/// <summary>Another region's passes and rules: believed only once two organisations decided so, for that region alone, and explained before somebody travels there.</summary>
public sealed partial class RecognitionTests : IAsyncLifetime
{
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 20, 1, 0, 0, TimeSpan.Zero));
    private readonly SigningKey _root = NewKey();
    private readonly SigningKey _key = NewKey();
    private RunningHost _host = null!;

    public async Task InitializeAsync() => _host = await RunningHost.StartAsync(_clock);

    public async Task DisposeAsync()
    {
        _root.Dispose();
        _key.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_pass_of_a_recognised_region_is_believed_for_that_region_alone_until_trust_is_withdrawn()
    {
        var pass = Pass("5101");
        (await CheckAsync(pass)).ShouldContain("KeyUnknown");
        using var one = await _host.SignedInAsync("rules1", "health_rule_maker", "*", "Health commission");
        using var colleague = await _host.SignedInAsync("rules3", "health_rule_maker", "*", "Health commission");
        using var two = await _host.SignedInAsync("rules2", "health_rule_maker", "*", "Government office");
        (await ProposeAsync(one)).ShouldBe("/health/regions");
        (await RunningHost.PostAsync(colleague, "/health/regions", "/health/regions/1/approved")).Headers.Location!.OriginalString.ShouldContain("not-allowed");
        (await CheckAsync(pass)).ShouldContain("KeyUnknown");
        (await RunningHost.PostAsync(two, "/health/regions", "/health/regions/1/approved")).Headers.Location!.OriginalString.ShouldBe("/health/regions");
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await CheckAsync(pass)).ShouldContain("\"colour\":\"yellow\"");
        (await CheckAsync(Pass("4401"))).ShouldContain("RegionOutsideKey");
        await RunningHost.PostAsync(one, "/health/regions", "/health/regions/1/withdrawn");
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await CheckAsync(pass)).ShouldContain("KeyUnknown");
    }

    [Fact]
    public async Task Before_travel_the_holder_reads_what_she_would_be_there_and_what_it_asks_of_her()
    {
        using var one = await _host.SignedInAsync("rules1", "health_rule_maker", "*", "Health commission");
        using var two = await _host.SignedInAsync("rules2", "health_rule_maker", "*", "Government office");
        // Theirs are stricter: who declares a fever is red there.
        (await ProposeAsync(one, Stricter())).ShouldBe("/health/regions");
        await RunningHost.PostAsync(two, "/health/regions", "/health/regions/1/approved");
        using var traveller = new Resident(_host, "李小红", Resident.Card(71), "13800000071");
        await traveller.SignInAsync();
        await traveller.PostAsync("/health/declaration", ("symptom", "1"));
        (await traveller.PageAsync()).ShouldContain("黄码");
        var there = await traveller.Browser.GetStringAsync(new Uri("/health/regions/51", UriKind.Relative));
        there.ShouldContain("去 四川");
        there.ShouldContain("rt-code-red\" id=\"there\"");
        there.ShouldContain("到达后集中隔离 14 天");
        using var nobody = _host.Browser();
        (await nobody.GetStringAsync(new Uri("/health/regions/51", UriKind.Relative))).ShouldContain("到达后登记即可", customMessage: "the duties are there for everybody");
    }

    [Fact]
    public async Task A_list_signed_by_another_root_and_rules_that_cannot_be_computed_are_refused_with_the_reason()
    {
        using var one = await _host.SignedInAsync("rules1", "health_rule_maker", "*", "Health commission");
        using var stranger = NewKey();
        Uri.UnescapeDataString(await ProposeAsync(one, root: stranger)).ShouldContain("not signed by the root key");
        Uri.UnescapeDataString(await ProposeAsync(one, rules: "{}")).ShouldContain("unusable");
    }

    private static SigningKey NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new(key);
    }

    /// <summary>The shipped rules with every yellow of symptoms made red.</summary>
    private static string Stricter()
    {
        var shipped = System.Text.Json.Nodes.JsonNode.Parse(ColourRules.ShippedJson())!;
        foreach (var row in shipped["rows"]!.AsArray())
        {
            if (row!.ToJsonString().Contains("symptom", StringComparison.OrdinalIgnoreCase)) row["outcome"] = "red";
        }
        return shipped.ToJsonString();
    }

    private byte[] SignedList()
    {
        var now = _clock.GetUtcNow();
        var key = new TrustedKey(_key.KeyId.ToArray(), _key.PublicKey.ToArray(), now.AddDays(-10), now.AddDays(100), KeyUsages.Colour);
        return new TrustList(1, now, now.AddDays(7), [new TrustedRegion(TrustList.National, "四川", "Sichuan", RecognitionMode.SharedData, [key])]).Sign(_root);
    }

    private string Pass(string region)
    {
        var now = _clock.GetUtcNow();
        return new PassSigner(_key).Sign(new PassContent("51", now.AddMinutes(-1), now.AddHours(12), new ColourClaim(PassColour.Yellow, now, region, now.AddDays(3), Guid.NewGuid(), "**红")));
    }

    /// <summary>As a gate asks: a host that has just started sends it away until it has read the colours.</summary>
    private async Task<string> CheckAsync(string token)
    {
        using var gate = _host.Browser();
        using var patience = new CancellationTokenSource(Patience.Long);
        while (true)
        {
            using var answer = await gate.PostAsync(new Uri("/api/v1/health/check", UriKind.Relative), new StringContent(token, Encoding.ASCII, "text/plain"), patience.Token);
            if (answer.StatusCode is not System.Net.HttpStatusCode.ServiceUnavailable) return await answer.Content.ReadAsStringAsync();
        }
    }

    private async Task<string> ProposeAsync(HttpClient staff, string? rules = null, SigningKey? root = null)
    {
        var antiforgery = TokenField().Match(await staff.GetStringAsync(new Uri("/health/regions", UriKind.Relative))).Groups[1].Value;
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in ((string, string)[])
        [
            ("__RequestVerificationToken", antiforgery), ("region", "51"), ("mode", "SharedData"), ("root", Convert.ToBase64String((root ?? _root).PublicKey.Span)), ("source", "两省互认协议"),
            ("green-zh", "到达后登记即可"), ("green-en", "register on arrival"), ("yellow-zh", "居家 7 天"), ("yellow-en", "seven days at home"), ("red-zh", "到达后集中隔离 14 天"), ("red-en", "fourteen days of isolation"),
        ]) form.Add(new StringContent(value), name);
        form.Add(File(SignedList()), "list", "trust-list");
        if (rules is not null) form.Add(File(Encoding.UTF8.GetBytes(rules)), "rules", "rules.json");
        return (await staff.PostAsync(new Uri("/health/regions", UriKind.Relative), form)).Headers.Location!.OriginalString;
    }

    private static ByteArrayContent File(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return content;
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex TokenField();
}
