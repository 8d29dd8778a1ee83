using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Rongtong.Platform.Queues;

/// <summary>
/// Takes files from a message broker, one after another.
/// <code>
/// rongtong.imports ──1 at a time──> TakeMessage ──committed──────────────> acknowledged
///   ▲ amq.topic rongtong.KIND (MQTT)     ├──never──> rongtong.imports.refused, confirmed ──> acknowledged
///   └──────── not acknowledged ──────────┴──database or key away: kept in hand, tried again with back-off
/// </code>
/// Nothing is acknowledged before it is durable elsewhere, so a host, broker or line that ends at any moment costs a second delivery at most.
/// </summary>
internal sealed class ImportQueueConsumer(IConfiguration configuration, TakeMessage take, ImportQueueState state, TimeProvider clock, ILogger<ImportQueueConsumer> logger) : BackgroundService
{
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(5);
    private static readonly CreateChannelOptions s_confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private ConnectionFactory? _broker;
    private string _key = "";

    /// <summary>Looks at the configuration before the host serves: what is wrong there would otherwise show hours later.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (configuration["Queues:Address"] is { Length: > 0 } text)
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("amqp" or "amqps"))
                throw new InvalidOperationException("Queues:Address is no address of a message broker; amqp://user:password@host:5672/ was expected. Correct it, or remove it to work without a queue.");
            if (configuration["Queues:Key"] is not { Length: > 0 } key)
                throw new InvalidOperationException("Queues:Address is set, but Queues:Key is not. Make an API key under Access with the roles that the senders need, and set Queues:Key to it.");
            // Recovery is ours: the client's own would go on consuming with delivery tags of a line that is gone.
            _broker = new ConnectionFactory { Uri = address, AutomaticRecoveryEnabled = false, ClientProvidedName = "Rongtong", MaxInboundMessageBodySize = ImportQueue.MessageBytesMax, RequestedConnectionTimeout = s_longestWait, HandshakeContinuationTimeout = s_longestWait };
            _key = key;
            state.Begin($"{_broker.HostName}:{_broker.Endpoint.Port}");
        }
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_broker is null) return;
        var wait = s_shortestWait;
        var isSaid = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ConsumeAsync(_broker, () => (wait, isSaid) = (s_shortestWait, false), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            // Whatever the line threw: a consumer that gives up for good would look like a quiet day.
            catch (Exception e)
            {
                if (!isSaid) logger.LogWarning("The message broker at {Broker} is away ({Reason}); trying again until it is back.", state.Broker, e.Message);
                isSaid = true;
            }
            finally
            {
                state.IsConnected = false;
            }
            await Task.Delay(wait, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = Longer(wait);
        }
    }

    /// <summary>Takes messages until the line is lost (an exception) or the host stops.</summary>
    private async Task ConsumeAsync(ConnectionFactory broker, Action connected, CancellationToken stop)
    {
        await using var connection = await broker.CreateConnectionAsync(stop);
        await using var channel = await connection.CreateChannelAsync(s_confirmed, stop);
        await ImportQueue.DeclareAsync(channel, stop);
        await channel.BasicQosAsync(0, 1, global: false, stop);
        var deliveries = Channel.CreateUnbounded<(ulong Tag, ImportMessage Message, IReadOnlyBasicProperties Properties)>();
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stop);
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            deliveries.Writer.TryComplete(new AlreadyClosedException(reason));
            return lost.CancelAsync();
        };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) => await deliveries.Writer.WriteAsync((delivery.DeliveryTag, ImportMessage.Of(delivery), new BasicProperties(delivery.BasicProperties)));
        // The broker cancels a consumer whose queue is deleted.
        consumer.UnregisteredAsync += (_, _) =>
        {
            deliveries.Writer.TryComplete(new InvalidOperationException($"the queue {ImportQueue.Name} was taken away"));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(ImportQueue.Name, autoAck: false, consumer, stop);
        connected();
        state.IsConnected = true;
        logger.LogInformation("Taking imports from {Queue} at {Broker}.", ImportQueue.Name, state.Broker);
        try
        {
            await foreach (var (tag, message, properties) in deliveries.Reader.ReadAllAsync(stop))
            {
                var outcome = await TakeAsync(message, stop, lost.Token);
                if (outcome is MessageOutcome.Refused refused) await PutAsideAsync(channel, message, properties, refused, stop);
                await channel.BasicAckAsync(tag, multiple: false, stop);
                state.Count(outcome is MessageOutcome.Taken);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new IOException(channel.CloseReason?.ReplyText ?? "the line was lost");
        }
    }

    /// <summary>Tries until the message is taken or refused. <paramref name="lost"/> ends the waiting only: an import under way is finished, and recognised when it comes again.</summary>
    private async Task<MessageOutcome> TakeAsync(ImportMessage message, CancellationToken stop, CancellationToken lost)
    {
        var wait = s_shortestWait;
        try
        {
            for (var tries = 1; ; tries++)
            {
                var outcome = await take.RunAsync(message, _key, stop);
                if (outcome is not MessageOutcome.Later later) return outcome;
                if (later.TriesMax > 0 && tries >= later.TriesMax) return take.GivenUp(message);
                if (state.Missing is null) logger.LogWarning("Message '{Message}' waits for {Missing}. It is not acknowledged and will be tried again.", message.Id, later.Missing);
                state.Missing = later.Missing;
                await Task.Delay(wait, clock, lost);
                wait = Longer(wait);
            }
        }
        finally
        {
            state.Missing = null;
        }
    }

    private async Task PutAsideAsync(IChannel channel, ImportMessage message, IReadOnlyBasicProperties former, MessageOutcome.Refused why, CancellationToken cancel)
    {
        var headers = new Dictionary<string, object?>(former.Headers ?? new Dictionary<string, object?>())
        {
            ["rongtong-reason"] = why.Reason,
            ["rongtong-what"] = why.What,
            ["rongtong-where"] = why.Where,
            ["rongtong-expected"] = why.Expected,
        };
        var properties = new BasicProperties(former) { Headers = headers, Persistent = true, Type = message.Kind };
        // Mandatory and confirmed: it returns when the broker has it on disk, so that the original may go.
        await channel.BasicPublishAsync("", ImportQueue.RefusedName, mandatory: true, properties, message.Body, cancel);
        logger.LogWarning("Message '{Message}' was refused ({Reason}) and lies in {Queue}.", message.Id, why.Reason, ImportQueue.RefusedName);
    }

    private static TimeSpan Longer(TimeSpan wait) => wait * 2 < s_longestWait ? wait * 2 : s_longestWait;
}
