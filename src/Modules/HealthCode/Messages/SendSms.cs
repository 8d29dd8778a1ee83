using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rongtong.HealthCode.People;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Messages;

/// <summary>
/// Carries the queue to the gateway.
/// <code>
/// committed message ──NOTIFY, or every few seconds──> locked row ──> gateway ──> taken: sent │ unavailable: later │ refused: given up ──> commit
/// </code>
/// The row is locked while the gateway has it, so that no two hosts send one message; it is marked sent only when the gateway took it. A host that dies
/// between the two sends it again with the same id, by which the gateway knows it.
/// </summary>
public sealed class SendSms(Database database, Secrets secrets, Settings settings, IConfiguration configuration, IEnumerable<ISmsGateway> gateways, LiveFeed feed, ILogger<SendSms> logger) : BackgroundService
{
    /// <summary>Longest that a gateway may take for one message.</summary>
    public const int GatewaySecondsMax = 15;

    /// <summary>Hours after which an unsent message is given up: what it says is no longer true.</summary>
    public const int LifeHours = 24;

    private const int Lanes = 4;
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromMinutes(10);
    private readonly ISmsGateway[] _gateways = [.. gateways];

    /// <summary>Sends the oldest waiting message that nobody else is sending. False when there is none, or no gateway is set up.</summary>
    public async Task<bool> SendOneAsync(CancellationToken cancel = default)
    {
        if (await GatewayAsync(cancel) is not { } gateway) return false;
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var row = await session.QuerySingleOrDefaultAsync<Row>("""
            SELECT id, phone, text, attempts, created_at FROM health_code.sms
            WHERE sent_at IS NULL AND given_up_at IS NULL AND next_attempt_at <= @now ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
            """, new { now = session.Now }, cancel);
        if (row is null) return false;
        var isOver = session.Now - row.CreatedAt > TimeSpan.FromHours(LifeHours);
        // Once handed over, the answer is written down even if the host is stopping: otherwise the message would leave twice.
        var outcome = isOver ? new SendOutcome.Refused("too old") : await SendAsync(gateway, new(row.Id, secrets.Unprotect(row.Phone), secrets.Unprotect(row.Text)));
        await (outcome switch
        {
            SendOutcome.Taken taken => session.ExecuteAsync("UPDATE health_code.sms SET sent_at = @now, attempts = attempts + 1, gateway_reference = @Reference WHERE id = @Id", new { row.Id, taken.Reference, now = session.Now }, CancellationToken.None),
            SendOutcome.Refused => session.ExecuteAsync("UPDATE health_code.sms SET given_up_at = @now, attempts = attempts + 1 WHERE id = @Id", new { row.Id, now = session.Now }, CancellationToken.None),
            _ => session.ExecuteAsync("UPDATE health_code.sms SET next_attempt_at = @next, attempts = attempts + 1 WHERE id = @Id", new { row.Id, next = session.Now + RetryAfter(row.Attempts) }, CancellationToken.None),
        });
        await session.CommitAsync(CancellationToken.None);
        if (outcome is SendOutcome.Refused refused) logger.LogWarning("Message {Id} was given up: {Reason}.", row.Id, refused.Reason);
        if (outcome is SendOutcome.Unavailable unavailable) logger.LogInformation("Message {Id} waits: {Reason}.", row.Id, unavailable.Reason);
        return true;
    }

    /// <summary>From a failed attempt to the next; the first is number 0.</summary>
    internal static TimeSpan RetryAfter(int attempts) =>
        attempts >= 7 ? s_longestRetry : TimeSpan.FromTicks(Math.Min(s_longestRetry.Ticks, s_firstRetry.Ticks << attempts));

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => feed.KeepAsync(QueueSms.Topic, "Sending messages of the health code", s_lookEvery, SendAllAsync, stoppingToken)));

    private async Task SendAllAsync(CancellationToken cancel)
    {
        while (await SendOneAsync(cancel)) { }
    }

    /// <summary>In demo mode nothing leaves the machine, whatever else is set up.</summary>
    private async Task<ISmsGateway?> GatewayAsync(CancellationToken cancel)
    {
        var name = await settings.IsDemoAsync(cancel) ? DemoSink.GatewayName : configuration["Sms:Gateway"];
        return _gateways.FirstOrDefault(g => g.Name == name);
    }

    private static async Task<SendOutcome> SendAsync(ISmsGateway gateway, OutgoingSms message)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(GatewaySecondsMax));
        try
        {
            return await gateway.SendAsync(message, timeout.Token);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            return new SendOutcome.Unavailable(e.Message);
        }
    }

    private sealed record Row
    {
        public long Id { get; init; }
        public byte[] Phone { get; init; } = [];
        public byte[] Text { get; init; } = [];
        public int Attempts { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
    }
}

/// <summary>Where messages end in demo mode: the simulator page shows them from the queue itself.</summary>
internal sealed class DemoSink : ISmsGateway
{
    public const string GatewayName = "demo";

    public string Name => GatewayName;

    public Task<SendOutcome> SendAsync(OutgoingSms message, CancellationToken cancel) => Task.FromResult<SendOutcome>(new SendOutcome.Taken(""));
}
