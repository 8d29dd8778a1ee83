using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Rongtong.HealthCode.Messages;
using Rongtong.HealthCode.People;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Tests;

public sealed class MessagesSendTests : IAsyncLifetime
{
    private readonly ScriptedGateway _gateway = new();
    private TravelHost _host = null!;

    public async Task InitializeAsync() => _host = await TravelHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_message_is_sent_once_and_marked_when_the_gateway_took_it()
    {
        await QueueAsync("hello");
        using var sender = Sender();
        (await sender.SendOneAsync()).ShouldBeTrue();
        (await sender.SendOneAsync()).ShouldBeFalse();
        _gateway.Asked.Single().Text.ShouldBe("hello");
        (await StateAsync()).ShouldBe([(true, false, 1, "ref")]);
    }

    [Fact]
    public async Task A_gateway_that_is_not_there_is_asked_again_later_and_nothing_is_marked()
    {
        await QueueAsync("hello");
        _gateway.Outcomes.Enqueue(() => new SendOutcome.Unavailable("busy"));
        _gateway.Outcomes.Enqueue(() => throw new IOException("the line is down"));
        using var sender = Sender();
        foreach (var wait in new[] { 5, 10 })
        {
            (await sender.SendOneAsync()).ShouldBeTrue();
            (await StateAsync()).Single().Sent.ShouldBeFalse();
            (await sender.SendOneAsync()).ShouldBeFalse();
            _host.Clock.Advance(TimeSpan.FromSeconds(wait));
        }
        await sender.SendOneAsync();
        (await StateAsync()).ShouldBe([(true, false, 3, "ref")]);
        _gateway.Asked.Select(m => m.Id).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_message_is_given_up_and_the_next_goes_on()
    {
        await QueueAsync("first");
        await QueueAsync("second");
        _gateway.Outcomes.Enqueue(() => new SendOutcome.Refused("no such number"));
        using var sender = Sender();
        while (await sender.SendOneAsync()) { }
        (await StateAsync()).ShouldBe([(false, true, 1, null), (true, false, 1, "ref")]);
    }

    [Fact]
    public async Task A_message_of_yesterday_is_not_sent()
    {
        await QueueAsync("your code is 1234");
        _host.Clock.Advance(TimeSpan.FromHours(25));
        using var sender = Sender();
        await sender.SendOneAsync();
        _gateway.Asked.ShouldBeEmpty();
        (await StateAsync()).Single().GivenUp.ShouldBeTrue();
    }

    [Fact]
    public async Task Many_senders_send_each_message_once()
    {
        for (var i = 0; i < 40; i++) await QueueAsync($"message {i}");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            using var sender = Sender();
            while (await sender.SendOneAsync()) { }
        }));
        _gateway.Asked.Select(m => m.Text).Order().ShouldBe(Enumerable.Range(0, 40).Select(i => $"message {i}").Order());
    }

    [Fact]
    public async Task What_was_not_committed_is_not_sent()
    {
        await using (var session = await _host.Database.BeginAsync(Actor.System)) await _host.Get<QueueSms>().WriteAsync(session, TravelHost.Phone, "never");
        using var sender = Sender();
        (await sender.SendOneAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task In_demo_mode_nothing_leaves_the_machine()
    {
        await _host.Get<Settings>().ChooseModeAsync(StartMode.Demo);
        await QueueAsync("hello");
        using var sender = Sender();
        while (await sender.SendOneAsync()) { }
        _gateway.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_webhook_sends_signed_JSON_with_a_key_that_repeats()
    {
        var requests = new ConcurrentQueue<(string Key, string Body, bool IsSigned)>();
        var statuses = new Queue<int>([503, 302, 200, 422]);
        await using var service = await ServeAsync(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            requests.Enqueue((http.Request.Headers["Idempotency-Key"].ToString(), System.Text.Encoding.UTF8.GetString(body.ToArray()),
                WebhookSignature.IsValid("a-secret-of-the-service", http.Request.Headers[WebhookSignature.TimestampHeader], http.Request.Headers[WebhookSignature.SignatureHeader], body.ToArray(), _host.Clock.GetUtcNow())));
            http.Response.StatusCode = statuses.Dequeue();
            http.Response.Headers.Location = "/elsewhere";
            if (http.Response.StatusCode == 200) await http.Response.WriteAsync("""{"reference":"m-77"}""");
        });
        using var gateway = new WebhookGateway(Configuration(("Sms:Webhook:Url", service.Urls.First()), ("Sms:Webhook:Secret", "a-secret-of-the-service")), _host.Clock);
        var message = new OutgoingSms(17, TravelHost.Phone, "打卡成功");
        (await gateway.SendAsync(message, default)).ShouldBeOfType<SendOutcome.Unavailable>();
        (await gateway.SendAsync(message, default)).ShouldBeOfType<SendOutcome.Unavailable>();
        (await gateway.SendAsync(message, default)).ShouldBe(new SendOutcome.Taken("m-77"));
        (await gateway.SendAsync(message, default)).ShouldBeOfType<SendOutcome.Refused>();
        requests.Count.ShouldBe(4);
        requests.ShouldAllBe(r => r.Key == "sms-17" && r.IsSigned);
        JsonSerializer.Deserialize<Dictionary<string, string>>(requests.First().Body).ShouldBe(new Dictionary<string, string> { ["id"] = "sms-17", ["to"] = TravelHost.Phone, ["text"] = "打卡成功" });
    }

    [Fact]
    public async Task A_webhook_without_a_secret_sends_nothing()
    {
        using var gateway = new WebhookGateway(Configuration(("Sms:Webhook:Url", "http://127.0.0.1:1")), _host.Clock);
        (await gateway.SendAsync(new(1, TravelHost.Phone, "x"), default)).ShouldBeOfType<SendOutcome.Unavailable>().Reason.ShouldContain("Secret");
    }

    private SendSms Sender() => new(_host.Database, _host.Get<Secrets>(), _host.Get<Settings>(), Configuration(("Sms:Gateway", _gateway.Name)), [_gateway], _host.Get<LiveFeed>(), NullLogger<SendSms>.Instance);

    private async Task QueueAsync(string text)
    {
        await using var session = await _host.Database.BeginAsync(Actor.System);
        await _host.Get<QueueSms>().WriteAsync(session, TravelHost.Phone, text);
        await session.CommitAsync();
    }

    private Task<IReadOnlyList<(bool Sent, bool GivenUp, int Attempts, string? Reference)>> StateAsync() =>
        _host.QueryAsync<(bool, bool, int, string?)>("SELECT sent_at IS NOT NULL, given_up_at IS NOT NULL, attempts, gateway_reference FROM health_code.sms ORDER BY id");

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();

    private static async Task<WebApplication> ServeAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }

    private sealed class ScriptedGateway : ISmsGateway
    {
        public string Name => "scripted";

        public ConcurrentQueue<OutgoingSms> Asked { get; } = new();

        public ConcurrentQueue<Func<SendOutcome>> Outcomes { get; } = new();

        public Task<SendOutcome> SendAsync(OutgoingSms message, CancellationToken cancel)
        {
            Asked.Enqueue(message);
            return Task.FromResult(Outcomes.TryDequeue(out var outcome) ? outcome() : new SendOutcome.Taken("ref"));
        }
    }
}
