using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Rongtong.Platform.Access;

namespace Rongtong.Platform.Data;

/// <summary>
/// What pages have read, kept for readers who may see the same, until something under its topic changes.
/// <code>
/// page ──> (topic, what, kind + organisation + scope + permissions of the reader) known? ──> the model
///                                                                 else ──> read once, by the first who asks; the others wait for it
/// AnnounceAsync(topic) ──commit──> forgotten here at once, on other hosts by NOTIFY
/// </code>
/// Readers with different scopes or organisations never share: row policies decide by them, so they are part of the key. Models are immutable.
/// </summary>
public sealed class ReadCache : BackgroundService
{
    /// <summary>Models of one topic; when more are asked for, all are forgotten and reading starts anew.</summary>
    private const int ModelsMax = 500;

    private readonly LiveFeed _feed;
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, Lazy<Task<object?>>>> _topics = new();

    /// <summary>Listens to the announcements of this host and, by the feed, of others.</summary>
    public ReadCache(Database database, LiveFeed feed)
    {
        ArgumentNullException.ThrowIfNull(database);
        _feed = feed;
        database.Announced += Forget;
        feed.Relistened += _topics.Clear;
    }

    /// <summary>The model, read by <paramref name="read"/> where it is not known.</summary>
    public async Task<T> GetAsync<T>(string topic, Actor reader, string what, Func<Task<T>> read)
    {
        ArgumentNullException.ThrowIfNull(reader);
        // The dictionary taken here is the one stored into: a model read before a change lands in a dictionary that nobody asks any more.
        var models = _topics.GetOrAdd(topic, _ => new());
        if (models.Count >= ModelsMax) Forget(topic);
        var key = $"{reader.Kind}|{reader.Organisation}|{string.Join(',', reader.Scope)}|{string.Join(',', reader.Permissions.Order(StringComparer.Ordinal))}|{typeof(T).Name}|{what}";
        var entry = models.GetOrAdd(key, _ => new Lazy<Task<object?>>(async () => await read()));
        try
        {
            return (T)(await entry.Value)!;
        }
        catch
        {
            models.TryRemove(key, out _);
            throw;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var topic in _feed.SubscribeAsync(null, stoppingToken)) Forget(topic);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private void Forget(string topic) => _topics.TryRemove(topic, out _);
}
