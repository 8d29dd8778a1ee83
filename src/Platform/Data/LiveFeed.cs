using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Rongtong.Platform.Data;

/// <summary>
/// What changed, as it changes: one connection of this host listens to PostgreSQL and hands topics to whoever waits for them.
/// <code>Session.AnnounceAsync ──commit──> NOTIFY ──> this host's listener ──> live pages, caches</code>
/// After a lost connection every subscriber of a topic is told once, because something may have been missed; who hears all topics goes by <see cref="Relistened"/>.
/// </summary>
public sealed class LiveFeed(NpgsqlDataSource source, ILogger<LiveFeed> logger) : BackgroundService
{
    internal const string Channel = "rongtong";

    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(1);
    private const int TopicsWaitingMax = 1_000;

    private readonly ConcurrentDictionary<Guid, (string? Topic, Channel<string> Queue)> _subscribers = new();

    /// <summary>Raised when the line is listened to again: whatever was announced meanwhile is not known.</summary>
    public event Action? Relistened;

    /// <summary>The topic each time it is announced; several announcements while the reader is busy count as one. Null hears every topic, each announcement by itself.</summary>
    public async IAsyncEnumerable<string> SubscribeAsync(string? topic, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var id = Guid.NewGuid();
        var queue = System.Threading.Channels.Channel.CreateBounded<string>(new BoundedChannelOptions(topic is null ? TopicsWaitingMax : 1) { FullMode = BoundedChannelFullMode.DropWrite });
        _subscribers[id] = (topic, queue);
        try
        {
            await foreach (var said in queue.Reader.ReadAllAsync(cancel)) yield return said;
        }
        finally
        {
            _subscribers.TryRemove(id, out _);
        }
    }

    /// <summary>
    /// Does work that waits in the database: at once, each time its topic is announced, and now and then for what another host left. Work that fails is
    /// logged and tried again after a pause; it ends neither this loop nor the host. Returns when cancelled.
    /// </summary>
    /// <param name="topic">Announced where there is work.</param>
    /// <param name="what">The work, as the log names it.</param>
    /// <param name="lookAgain">Longest time the work waits when its announcement was missed; <see cref="Timeout.InfiniteTimeSpan"/> where a missed one is told again on a new line.</param>
    /// <param name="work">Does what there is to do, and may be asked when there is nothing.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task KeepAsync(string topic, string what, TimeSpan lookAgain, Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(work);
        await using var announcements = SubscribeAsync(topic, cancel).GetAsyncEnumerator(cancel);
        // Listening begins before the first look: what is announced meanwhile is done in the next.
        var announced = announcements.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                try
                {
                    await work(cancel);
                    await ((Task)announced.WaitAsync(lookAgain, cancel)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    cancel.ThrowIfCancellationRequested();
                    if (announced.IsCompleted) announced = announcements.MoveNextAsync().AsTask();
                }
                catch (Exception e) when (!cancel.IsCancellationRequested)
                {
                    if (e is NpgsqlException or IOException or InvalidOperationException) logger.LogWarning("{Work} cannot go on now ({Reason}); trying again.", what, e.Message);
                    else logger.LogError(e, "{Work} failed; trying again.", what);
                    await Task.Delay(s_retryAfter, cancel);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The host stops; the line is left before its enumerator is.
            await ((Task)announced).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isLost = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(stoppingToken);
                connection.Notification += (_, notice) => Tell(notice.Payload);
                await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection)) await listen.ExecuteNonQueryAsync(stoppingToken);
                foreach (var topic in _subscribers.Values.Select(s => s.Topic).OfType<string>().Distinct()) Tell(topic);
                if (isLost) Relistened?.Invoke();
                isLost = true;
                while (true) await connection.WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or ObjectDisposedException)
            {
                logger.LogWarning("The line on which changes are announced was lost ({Reason}); listening again.", e.Message);
                await Task.Delay(s_retryAfter, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Tell(string topic)
    {
        foreach (var (wanted, queue) in _subscribers.Values)
        {
            if (wanted is null || wanted == topic) queue.Writer.TryWrite(topic);
        }
    }
}
