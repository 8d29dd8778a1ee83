using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Rongtong.HealthPass;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.People;

/// <summary>What a request and a pass need of a resident.</summary>
/// <param name="Id">Number.</param>
/// <param name="Stamp">Changes when every sign-in must end.</param>
/// <param name="Region">Where the person is registered.</param>
/// <param name="MaskedName">Name with the identifying part hidden; the full one is not kept in memory.</param>
/// <param name="DelegateId">Who may act for the person.</param>
internal sealed record Holder(long Id, Guid Stamp, string Region, string MaskedName, long? DelegateId);

/// <summary>
/// Residents who were here lately, in the memory of this host: a page is drawn without asking the database who it is for.
/// <code>
/// number ──> known? ──> holder          a change ──AnnounceAsync("health.holder N")──> forgotten here at once, on other hosts by NOTIFY
///              └─ no ──> one query
/// </code>
/// </summary>
internal sealed class Holders : BackgroundService
{
    private const string Prefix = "health.holder ";

    /// <summary>Holders kept, about 200 bytes each; when more come, all are forgotten and the next requests ask again.</summary>
    private const int KeptMax = 1 << 18;

    private readonly ConcurrentDictionary<long, Holder> _known = new();
    private readonly Database _database;
    private readonly Secrets _secrets;
    private readonly LiveFeed _feed;

    public Holders(Database database, Secrets secrets, LiveFeed feed)
    {
        (_database, _secrets, _feed) = (database, secrets, feed);
        database.Announced += Forget;
    }

    /// <summary>The holder of the number; null where there is none.</summary>
    public ValueTask<Holder?> FindAsync(long id, CancellationToken cancel = default) => _known.TryGetValue(id, out var holder) ? new(holder) : new(ReadAsync(id, cancel));

    /// <summary>Has every host read the person anew, with the session's commit.</summary>
    public static Task ChangedAsync(Session session, long id, CancellationToken cancel) => session.AnnounceAsync(Prefix + id.ToString(CultureInfo.InvariantCulture), cancel);

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

    private async Task<Holder?> ReadAsync(long id, CancellationToken cancel)
    {
        await using var session = await _database.BeginAsync(Person.ActorOf(id), cancel);
        if (await Person.FindAsync(session, id, cancel) is not { } person) return null;
        var holder = new Holder(id, person.Stamp, person.RegionCode, NameMask.Mask(_secrets.Unprotect(person.Name)), person.DelegateId);
        if (_known.Count >= KeptMax) _known.Clear();
        return _known[id] = holder;
    }

    private void Forget(string topic)
    {
        if (topic.StartsWith(Prefix, StringComparison.Ordinal) && long.TryParse(topic.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) _known.TryRemove(id, out _);
    }
}
