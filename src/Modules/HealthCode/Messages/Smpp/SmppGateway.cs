using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Rongtong.HealthCode.Messages.Smpp;

/// <summary>
/// Sends and receives through a service centre, when <c>Sms:Gateway</c> is "smpp".
/// <code>bind ──> bound until the line ends ──> wait 1, 2, 4 … 60 s ──> bind</code>
/// </summary>
internal sealed class SmppGateway(IConfiguration configuration, ReceiveSms receive, ILogger<SmppGateway> logger) : BackgroundService, ISmsGateway
{
    public const string GatewayName = "smpp";

    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(60);
    private volatile SmppConnection? _connection;
    private volatile SmppOptions? _options;

    public string Name => GatewayName;

    /// <summary>True while messages can be sent.</summary>
    public bool IsBound => _connection is { Ended.IsCompleted: false };

    /// <summary>The first wait after a lost line; tests make it short.</summary>
    internal TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    public async Task<SendOutcome> SendAsync(OutgoingSms message, CancellationToken cancel)
    {
        if (_connection is not { Ended.IsCompleted: false } connection || _options is not { } options) return new SendOutcome.Unavailable("no line to the service centre");
        // The same message has the same reference at every attempt, so that a telephone joins parts of two attempts.
        var parts = SmppMessage.For(options.From, message.Phone, message.Text, options.LongMessages, (byte)(message.Id % 256));
        var reference = "";
        foreach (var part in parts)
        {
            var (status, number) = await connection.SubmitAsync(part, cancel);
            if (status != SmppStatus.Ok) return SmppStatus.IsTemporary(status) ? new SendOutcome.Unavailable($"status 0x{status:X8}") : new SendOutcome.Refused($"status 0x{status:X8}");
            reference = number;
        }
        return new SendOutcome.Taken(reference);
    }

    /// <summary>The settings, or null where SMPP is not chosen.</summary>
    /// <exception cref="InvalidOperationException">Chosen, but a setting is missing or wrong.</exception>
    internal static SmppOptions? Read(IConfiguration configuration)
    {
        if (configuration["Sms:Gateway"] != GatewayName) return null;
        var section = configuration.GetSection("Sms:Smpp");
        string Required(string key) => section[key] is { Length: > 0 } value ? value : throw new InvalidOperationException($"Sms:Gateway is 'smpp', but Sms:Smpp:{key} is not set.");
        return new(Required("Host"), int.TryParse(section["Port"], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 2775, Required("SystemId"), section["Password"] ?? "", section["SystemType"] ?? "",
            Required("From"), section["Tls"] is "true", section["LongMessages"] is "payload" ? LongMessages.Payload : LongMessages.Segments);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        if (Read(configuration) is not { } options) return;
        _options = options;
        var wait = FirstWait;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await SmppConnection.BindAsync(options, DeliverAsync, stoppingToken);
                _connection = connection;
                wait = FirstWait;
                logger.LogInformation("Bound to the service centre at {Host}.", options.Host);
                await connection.Ended.WaitAsync(stoppingToken);
                logger.LogWarning("The line to the service centre was lost; it is made anew.");
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException)
            {
                logger.LogWarning("No line to the service centre ({Reason}); next attempt in {Seconds} s.", e.Message, wait.TotalSeconds);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            _connection = null;
            await Task.Delay(wait, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = TimeSpan.FromTicks(Math.Min(s_longestWait.Ticks, wait.Ticks * 2));
        }
    }

    private async Task<bool> DeliverAsync(SmppMessage message, CancellationToken cancel)
    {
        try
        {
            await receive.HandleAsync(message.From, message.Text(), null, cancel);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            logger.LogWarning("A message could not be taken ({Reason}); the service centre is asked to deliver it again.", e.Message);
            return false;
        }
    }
}
