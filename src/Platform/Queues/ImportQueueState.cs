using System.Diagnostics.Metrics;

namespace Rongtong.Platform.Queues;

/// <summary>How the queue of imports fares, for the page of operations and for <c>/metrics</c>. Counts are those of this host since its start.</summary>
public sealed class ImportQueueState : IDisposable
{
    private readonly Meter _meter = new("Rongtong");
    private Counter<long>? _messages;
    private long _taken;
    private long _refused;

    /// <summary>Host and port of the broker; null where no queue is configured.</summary>
    public string? Broker { get; private set; }

    /// <summary>True while the broker delivers to this host.</summary>
    public bool IsConnected { get; internal set; }

    /// <summary>What nothing can be taken without; null while all is well.</summary>
    public string? Missing { get; internal set; }

    /// <summary>Messages whose file is in the database.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Messages put aside with the reason.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public void Dispose() => _meter.Dispose();

    internal void Begin(string broker)
    {
        Broker = broker;
        _messages = _meter.CreateCounter<long>("rongtong.queue.messages");
        _meter.CreateObservableGauge("rongtong.queue.connected", () => IsConnected ? 1 : 0);
        _meter.CreateObservableGauge("rongtong.queue.waiting", () => Missing is null ? 0 : 1);
    }

    internal void Count(bool isTaken)
    {
        Interlocked.Increment(ref isTaken ? ref _taken : ref _refused);
        _messages?.Add(1, new KeyValuePair<string, object?>("outcome", isTaken ? "taken" : "refused"));
    }
}
