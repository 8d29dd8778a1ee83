using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HealthCode.Interfaces;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Testing;

namespace Rongtong.HealthCode.Tests;

/// <summary>A connected system, such as a province's app, uses the seven interfaces.</summary>
public sealed class HealthInterfaceTests : IAsyncLifetime
{
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 20, 1, 0, 0, TimeSpan.Zero));
    private RunningHost _host = null!;
    private HttpClient _http = null!;
    private string _app = "", _secret = "";

    public async Task InitializeAsync()
    {
        _host = await RunningHost.StartAsync(_clock);
        _http = _host.Browser();
        (_app, _secret) = await KeyAsync("province app");
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_resident_of_another_app_declares_travels_asks_shows_a_pass_and_appeals()
    {
        var subject = await ConsentAsync(21);
        (await CallAsync("healthDeclaration", new { subject, temperature = 36.6, symptoms = 0, knowsContact = true })).Body.ShouldContain("\"colour\":\"red\"");
        (await CallAsync("tripDeclaration", new { subject, from = "4403", to = "3301", day = "2020-02-18", vehicle = "train", number = "G1" })).Body.ShouldContain("\"colour\":\"red\"");
        var query = await CallAsync("healthQuery", new { subject });
        query.Body.ShouldContain("密切接触");
        var fact = JsonDocument.Parse(query.Body).RootElement.GetProperty("facts")[0].GetProperty("factId").GetInt64();
        (await CallAsync("errorCorrection", new { subject, fact, statement = "填错了" })).Body.ShouldContain("\"due\":\"2020-02-21T01:00:30");
        var token = JsonDocument.Parse((await MakeAsync(21)).Body).RootElement.GetProperty("token").GetString();
        (await CallAsync("codeVerification", new { token })).Body.ShouldContain("\"colour\":\"red\"");
    }

    [Fact]
    public async Task The_same_request_again_is_refused()
    {
        var body = Encoding.UTF8.GetBytes("{\"token\":\"x\"}");
        var (time, nonce) = (Now(), "a-nonce-once");
        (await SendAsync("codeVerification", body, time, nonce)).Status.ShouldBe(HttpStatusCode.OK);
        var again = await SendAsync("codeVerification", body, time, nonce);
        (again.Status, again.Body.Contains("replayed", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.Unauthorized, true));
    }

    [Fact]
    public async Task A_changed_body_an_old_clock_or_an_unknown_app_is_refused()
    {
        var body = Encoding.UTF8.GetBytes("{\"token\":\"x\"}");
        (await SendAsync("codeVerification", body, Now(), "nonce-0001", signed: Encoding.UTF8.GetBytes("{\"token\":\"y\"}"))).Body.ShouldContain("signature-wrong");
        (await SendAsync("codeVerification", body, (_clock.GetUtcNow().AddMinutes(-6)).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), "nonce-0002")).Body.ShouldContain("timestamp-out-of-range");
        (await SendAsync("codeVerification", body, Now(), "nonce-0003", app: "nobody")).Body.ShouldContain("signature-wrong");
    }

    [Fact]
    public async Task A_consent_given_to_one_system_is_worth_nothing_to_another_and_ends_after_a_day()
    {
        var subject = await ConsentAsync(22);
        var mine = (_app, _secret);
        (_app, _secret) = await KeyAsync("another app");
        (await CallAsync("healthQuery", new { subject })).Body.ShouldContain("subject-unknown");
        (_app, _secret) = mine;
        (await CallAsync("healthQuery", new { subject })).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Name_and_number_without_the_code_from_the_telephone_give_nothing()
    {
        await ConsentAsync(23);
        var answer = await CallAsync("codeMaking", new { documentType = 10, document = Resident.Card(23), name = "吴十", phone = "13800000023", region = "3301", code = "123456" });
        answer.Body.ShouldContain("refused");
    }

    private async Task<string> ConsentAsync(int order) => JsonDocument.Parse((await MakeAsync(order)).Body).RootElement.GetProperty("subject").GetString()!;

    private async Task<(HttpStatusCode Status, string Body)> MakeAsync(int order)
    {
        _clock.Advance(TimeSpan.FromSeconds(30));
        using var resident = new Resident(_host, "吴十", Resident.Card(order), "138000000" + order);
        await CallAsync("codeApplication", new { documentType = 10, document = Resident.Card(order), name = "吴十", phone = "138000000" + order, region = "3301" });
        return await CallAsync("codeMaking", new { documentType = 10, document = Resident.Card(order), name = "吴十", phone = "138000000" + order, region = "3301", code = await resident.LastCodeAsync() });
    }

    private Task<(HttpStatusCode Status, string Body)> CallAsync(string name, object request) => SendAsync(name, JsonSerializer.SerializeToUtf8Bytes(request, JsonSerializerOptions.Web), Now(), Guid.NewGuid().ToString("N"));

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(string name, byte[] body, string time, string nonce, byte[]? signed = null, string? app = null)
    {
        var path = "/api/v1/health/gbt38963/" + name;
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("X-App-Id", app ?? _app);
        request.Headers.Add("X-Timestamp", time);
        request.Headers.Add("X-Nonce", nonce);
        request.Headers.Add("X-Signature", SignedRequest.Sign(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(_secret))), app ?? _app, time, nonce, "POST", path, signed ?? body));
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private string Now() => _clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private async Task<(string App, string Secret)> KeyAsync(string name)
    {
        var key = (await _host.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, name, ["health_connector"], ["*"], DateTimeOffset.MaxValue)).Split('_');
        return (key[1], key[2]);
    }
}
