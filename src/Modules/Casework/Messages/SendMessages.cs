using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rongtong.Contracts.Casework;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;

namespace Rongtong.Casework.Messages;

/// <summary>Encryption of addresses and texts at rest.</summary>
internal sealed class MessageSecrets(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("Rongtong.Casework.Messages");

    public byte[] Protect(string text) => _protector.Protect(System.Text.Encoding.UTF8.GetBytes(text));

    public string Unprotect(byte[] kept) => System.Text.Encoding.UTF8.GetString(_protector.Unprotect(kept));
}

/// <summary>Queues what modules want to say.</summary>
internal sealed class WhenMessageWanted(MessageSecrets secrets) : IEventSubscriber
{
    /// <summary>Longest text, characters.</summary>
    public const int TextLengthMax = 10_000;

    public string Name => "casework.message-wanted";

    public string EventKind => MessageWanted.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var wanted = happened.Read<MessageWanted>();
        if (wanted.Channel is not ("sms" or "email")) throw new InvalidDataException($"The message has the channel '{wanted.Channel}'; sms or email was expected.");
        if (wanted.Text.Length > TextLengthMax) throw new InvalidDataException($"The message has {wanted.Text.Length} characters; at most {TextLengthMax} were expected.");
        await session.ExecuteAsync("""
            INSERT INTO casework.message (event_id, channel, recipient, subject, body, created_at, next_attempt_at) VALUES (@Id, @Channel, @to, @subject, @text, @now, @now) ON CONFLICT (event_id) DO NOTHING
            """, new { happened.Id, wanted.Channel, to = secrets.Protect(wanted.To), subject = secrets.Protect(wanted.Subject), text = secrets.Protect(wanted.Text), now = session.Now }, cancel);
        await session.AnnounceAsync(SendMessages.Topic, cancel);
    }
}

/// <summary>
/// Carries the queue to the providers.
/// <code>
/// queued ──NOTIFY, or every few seconds──> locked row ──> provider ──> taken: sent │ unavailable: later │ refused: given up ──> commit
/// </code>
/// The row is locked while the provider has it, so that no two hosts send one message. A host that dies between the provider's answer and its own
/// commit sends it again with the same id, by which a webhook's service knows it.
/// </summary>
internal sealed class SendMessages(Database database, MessageSecrets secrets, Settings settings, IConfiguration configuration, IEnumerable<IMessageProvider> providers, LiveFeed feed, ILogger<SendMessages> logger) : BackgroundService
{
    /// <summary>Hours after which an unsent message is given up: what it says is no longer true.</summary>
    public const int LifeHours = 24;

    public const string Topic = "casework.messages";

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromMinutes(10);
    private readonly IMessageProvider[] _providers = [.. providers];

    /// <summary>Sends the oldest waiting message that nobody else is sending. False when there is none, or no provider is set up for it.</summary>
    public async Task<bool> SendOneAsync(CancellationToken cancel = default)
    {
        var channels = new Dictionary<string, IMessageProvider>();
        foreach (var channel in (string[])["sms", "email"])
        {
            if (await ProviderAsync(channel, cancel) is { } found) channels[channel] = found;
        }
        if (channels.Count == 0) return false;
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var row = await session.QuerySingleOrDefaultAsync<Row>("""
            SELECT id, channel, recipient, subject, body, attempts, created_at FROM casework.message
            WHERE sent_at IS NULL AND given_up_at IS NULL AND next_attempt_at <= @now AND channel = ANY (@known) ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
            """, new { now = session.Now, known = channels.Keys.ToArray() }, cancel);
        if (row is null) return false;
        var provider = channels[row.Channel];
        var isOver = session.Now - row.CreatedAt > TimeSpan.FromHours(LifeHours);
        // Once handed over, the answer is written down even if the host is stopping: otherwise the message would leave twice.
        var outcome = isOver ? new MessageOutcome.Refused("too old")
            : await HandOverAsync(provider, new(row.Id, row.Channel, secrets.Unprotect(row.Recipient), secrets.Unprotect(row.Subject), secrets.Unprotect(row.Body)));
        var (set, reason) = outcome switch
        {
            MessageOutcome.Taken => ("sent_at = @now", ""),
            MessageOutcome.Refused refused => ("given_up_at = @now", refused.Reason),
            MessageOutcome.Unavailable unavailable => ("next_attempt_at = @next", unavailable.Reason),
            _ => throw new InvalidOperationException("A provider gave no answer that is known."),
        };
        await session.ExecuteAsync($"UPDATE casework.message SET {set}, attempts = attempts + 1, provider = @Name, last_error = @reason WHERE id = @Id",
            new { row.Id, provider.Name, reason, now = session.Now, next = session.Now + RetryAfter(row.Attempts) }, CancellationToken.None);
        await session.CommitAsync(CancellationToken.None);
        if (outcome is not MessageOutcome.Taken) logger.LogWarning("Message {Id} was not sent by {Provider}: {Reason}.", row.Id, provider.Name, reason);
        return true;
    }

    /// <summary>From a failed attempt to the next; the first is number 0.</summary>
    internal static TimeSpan RetryAfter(int attempts) => attempts >= 7 ? s_longestRetry : TimeSpan.FromTicks(Math.Min(s_longestRetry.Ticks, s_firstRetry.Ticks << attempts));

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => feed.KeepAsync(Topic, "Sending messages", s_lookEvery, SendAllAsync, stoppingToken);

    private async Task SendAllAsync(CancellationToken cancel)
    {
        while (await SendOneAsync(cancel)) { }
    }

    /// <summary>In demo mode nothing leaves the machine, whatever else is set up.</summary>
    private async Task<IMessageProvider?> ProviderAsync(string channel, CancellationToken cancel)
    {
        var name = await settings.IsDemoAsync(cancel) ? LocalSink.ProviderName : configuration[channel == "sms" ? "Messages:Sms" : "Messages:Email"];
        return _providers.FirstOrDefault(p => p.Name == name);
    }

    private static async Task<MessageOutcome> HandOverAsync(IMessageProvider provider, OutgoingMessage message)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(IMessageProvider.SecondsMax));
        try
        {
            return await provider.SendAsync(message, timeout.Token);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            return new MessageOutcome.Unavailable(e.GetType().Name);
        }
    }

    private sealed record Row
    {
        public long Id { get; init; }
        public string Channel { get; init; } = "";
        public byte[] Recipient { get; init; } = [];
        public byte[] Subject { get; init; } = [];
        public byte[] Body { get; init; } = [];
        public int Attempts { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
    }
}

/// <summary>Deletes messages that are done with: an address is kept no longer than somebody may ask whether it was sent.</summary>
internal sealed class SweepMessages : IJob
{
    /// <summary>Days for which a message is kept.</summary>
    public const int KeptDays = 30;

    public string Name => "casework.sweep-messages";

    public TimeSpan Every => TimeSpan.FromHours(6);

    public Task RunAsync(Session session, CancellationToken cancel) => session.ExecuteAsync(
        "DELETE FROM casework.message WHERE coalesce(sent_at, given_up_at) < @before", new { before = session.Now.AddDays(-KeptDays) }, cancel);
}
