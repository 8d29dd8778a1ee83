using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Rongtong.Platform.Queues;

/// <summary>A file as a queue delivers it.</summary>
/// <param name="Id">The sender's message id; empty for MQTT, which has none.</param>
/// <param name="Kind">Name of the import kind; empty where the message does not say.</param>
/// <param name="ContentType">What the sender says the body is; empty where it does not.</param>
/// <param name="Body">The file.</param>
internal sealed record ImportMessage(string Id, string Kind, string ContentType, ReadOnlyMemory<byte> Body)
{
    /// <summary>Reads a delivery; the body is copied, because the client takes its memory back.</summary>
    public static ImportMessage Of(BasicDeliverEventArgs delivery)
    {
        var properties = delivery.BasicProperties;
        var kind = properties.Type
            ?? (properties.Headers is { } headers && headers.TryGetValue("kind", out var named) && named is byte[] header ? Encoding.UTF8.GetString(header) : null)
            // MQTT has neither properties nor headers: the topic rongtong/KIND arrives as the routing key rongtong.KIND.
            ?? (delivery.Exchange == ImportQueue.Topics && delivery.RoutingKey.StartsWith(ImportQueue.TopicPrefix, StringComparison.Ordinal) ? delivery.RoutingKey[ImportQueue.TopicPrefix.Length..] : "");
        return new(properties.MessageId ?? "", kind, properties.ContentType ?? "", delivery.Body.ToArray());
    }
}

/// <summary>What became of a message.</summary>
internal abstract record MessageOutcome
{
    private MessageOutcome() { }

    /// <summary>Its file is in the database, or was already.</summary>
    public sealed record Taken : MessageOutcome;

    /// <summary>It can never be taken as it is.</summary>
    /// <param name="Reason">Stable key, for programs.</param>
    /// <param name="What">What is wrong, both languages.</param>
    /// <param name="Where">Part of the message or place in the file.</param>
    /// <param name="Expected">What was expected there.</param>
    public sealed record Refused(string Reason, string What, string Where, string Expected) : MessageOutcome;

    /// <summary>It may be taken when something else is well again.</summary>
    /// <param name="Missing">What that is, for the log.</param>
    /// <param name="TriesMax">After so many tries the message itself is to blame; 0 is never.</param>
    public sealed record Later(string Missing, int TriesMax = 0) : MessageOutcome;
}

/// <summary>The queues at the broker.</summary>
internal static class ImportQueue
{
    public const string Name = "rongtong.imports";
    public const string RefusedName = "rongtong.imports.refused";

    /// <summary>The exchange in which RabbitMQ's MQTT plugin publishes.</summary>
    public const string Topics = "amq.topic";

    public const string TopicPrefix = "rongtong.";

    /// <summary>Largest file by message, bytes; larger ones go by the API, which keeps them on disk instead of in memory.</summary>
    public const int FileBytesMax = 64 << 20;

    /// <summary>Largest message the line accepts: RabbitMQ's own upper limit. One above <see cref="FileBytesMax"/> must arrive to be refused with words.</summary>
    public const uint MessageBytesMax = 512u << 20;

    /// <summary>Declares both queues and the way of MQTT.</summary>
    public static async Task DeclareAsync(IChannel channel, CancellationToken cancel)
    {
        // One consumer at a time keeps a correction behind what it corrects. No quorum queues: one that is killed with its broker soon after it was
        // declared cannot be declared or read again (RabbitMQ 3.10, INTERNAL_ERROR), and a single broker gains nothing by them.
        await channel.QueueDeclareAsync(RefusedName, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancel);
        await channel.QueueDeclareAsync(Name, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>
        {
            ["x-single-active-consumer"] = true,
            ["x-dead-letter-exchange"] = "",
            ["x-dead-letter-routing-key"] = RefusedName,
        }, cancellationToken: cancel);
        await channel.QueueBindAsync(Name, Topics, TopicPrefix + "*", cancellationToken: cancel);
    }
}
