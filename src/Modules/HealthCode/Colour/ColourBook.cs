using System.Globalization;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Colour;

/// <summary>A colour and the first day on which it is another one if nothing new is recorded.</summary>
public readonly record struct BookedColour(Colour Colour, DateOnly ChangesOn);

/// <summary>
/// Every resident's colour in the memory of this host: 5 bytes a person, an array by the person's number, so that a gate's question costs no query.
/// <code>
/// start ──> table health_code.colour ──> array
/// facts change somewhere ──> colours recomputed, stored, announced with the commit ──> this host: booked at once
///                                                                                 └──> every host by NOTIFY: one that differs is forgotten
/// </code>
/// NOTIFY comes later than what this host knows by itself, so it never books: an older colour would take a newer one's place. A person who is not in it, or whose day has come, is computed when asked for. While the book cannot be filled it says so, and nobody is told a colour.
/// </summary>
public sealed class ColourBook : BackgroundService
{
    /// <summary>What an announcement begins with; then comes "id:colour:day" for each, or "*" for everybody.</summary>
    private const string Prefix = "health.colours ";

    /// <summary>NOTIFY carries 8,000 bytes.</summary>
    private const int AnnouncementBytesMax = 7_000;

    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(1);

    private readonly Database _database;
    private readonly LiveFeed _feed;
    private readonly ILogger<ColourBook> _logger;
    private readonly Lock _growing = new();
    private volatile Page _page = new(1 << 16);
    private volatile bool _isFilled;

    /// <summary>Whose colours were announced while the book is being filled: what is read may be older than that.</summary>
    private readonly HashSet<long> _announcedMeanwhile = [];
    private int _fillings;

    public ColourBook(Database database, LiveFeed feed, ILogger<ColourBook> logger)
    {
        ArgumentNullException.ThrowIfNull(database);
        (_database, _feed, _logger) = (database, feed, logger);
        database.Announced += topic => Hear(topic, isOurs: true);
        // What was announced while nobody listened is not known.
        feed.Relistened += () => _ = FillQuietlyAsync();
    }

    /// <summary>False until the stored colours have been read.</summary>
    public bool IsFilled => _isFilled;

    /// <summary>The colour of a person, or null when it is not booked or its day has come.</summary>
    public BookedColour? Find(long person, DateOnly today)
    {
        var page = _page;
        if (person <= 0 || person >= page.Colours.Length) return null;
        var stored = page.Colours[person];
        if (stored == 0) return null;
        var booked = new BookedColour((Colour)(stored - 1), DateOnly.FromDayNumber(page.Days[person]));
        return booked.ChangesOn > today ? booked : null;
    }

    /// <summary>Announces new colours with the session's commit; the hosts' books follow.</summary>
    public static async Task AnnounceAsync(Session session, IReadOnlyCollection<KeyValuePair<long, BookedColour>> colours, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(colours);
        const int Most = 5_000;
        if (colours.Count > Most)
        {
            await session.AnnounceAsync(Prefix + "*", cancel);
            return;
        }
        var text = new StringBuilder(Prefix);
        foreach (var (person, booked) in colours)
        {
            if (text.Length > Prefix.Length) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{person}:{(int)booked.Colour}:{booked.ChangesOn.DayNumber}");
            if (text.Length < AnnouncementBytesMax) continue;
            await session.AnnounceAsync(text.ToString(), cancel);
            text.Clear().Append(Prefix);
        }
        if (text.Length > Prefix.Length) await session.AnnounceAsync(text.ToString(), cancel);
    }

    /// <summary>Reads all stored colours anew.</summary>
    public async Task FillAsync(CancellationToken cancel = default)
    {
        lock (_growing) _fillings++;
        try
        {
            await ReadAsync(cancel);
        }
        finally
        {
            lock (_growing)
            {
                if (--_fillings == 0) _announcedMeanwhile.Clear();
            }
        }
    }

    private async Task ReadAsync(CancellationToken cancel)
    {
        await using var session = await _database.BeginAsync(Actor.System, cancel);
        var highest = await session.QuerySingleAsync<long>("SELECT coalesce(max(id), 0) FROM health_code.person", cancel: cancel);
        var page = new Page(Math.Max(1 << 16, (int)highest + (1 << 14)));
        await using (var reader = await session.Connection.BeginBinaryExportAsync("COPY (SELECT person_id, colour, changes_on - date '0001-01-01' FROM health_code.colour) TO STDOUT (FORMAT binary)", cancel))
        {
            while (await reader.StartRowAsync(cancel) >= 0)
            {
                var person = await reader.ReadAsync<long>(cancel);
                page.Colours[person] = (byte)(await reader.ReadAsync<short>(cancel) + 1);
                page.Days[person] = await reader.ReadAsync<int>(cancel);
            }
        }
        lock (_growing)
        {
            foreach (var person in _announcedMeanwhile.Where(p => p < page.Colours.Length)) page.Colours[person] = 0;
            _page = page;
        }
        _isFilled = true;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Listening begins before reading: what changes meanwhile is heard and read again.
        var listening = ListenAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested && !_isFilled)
        {
            try
            {
                await FillAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
            {
                _logger.LogWarning("Colours cannot be read yet ({Reason}).", e.Message);
                await Task.Delay(s_retryAfter, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        await listening;
    }

    private async Task ListenAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (var topic in _feed.SubscribeAsync(null, cancel)) Hear(topic, isOurs: false);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private void Hear(string topic, bool isOurs)
    {
        if (!topic.StartsWith(Prefix, StringComparison.Ordinal)) return;
        var rest = topic.AsSpan(Prefix.Length);
        if (rest is "*")
        {
            _ = FillQuietlyAsync();
            return;
        }
        foreach (var part in rest.Split(','))
        {
            var entry = rest[part];
            var (first, last) = (entry.IndexOf(':'), entry.LastIndexOf(':'));
            Book(long.Parse(entry[..first], CultureInfo.InvariantCulture), byte.Parse(entry[(first + 1)..last], CultureInfo.InvariantCulture), int.Parse(entry[(last + 1)..], CultureInfo.InvariantCulture), isOurs);
        }
    }

    private async Task FillQuietlyAsync()
    {
        try
        {
            await FillAsync();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
        {
            // Better none than old ones: each is computed when asked for until the next announcement.
            _logger.LogError(e, "Colours could not be read anew.");
            lock (_growing) _page = new Page(1 << 16);
        }
    }

    private void Book(long person, byte colour, int day, bool isOurs)
    {
        lock (_growing)
        {
            if (_fillings > 0) _announcedMeanwhile.Add(person);
            if (!isOurs)
            {
                if (person < _page.Colours.Length && (_page.Colours[person] != colour + 1 || _page.Days[person] != day)) Volatile.Write(ref _page.Colours[person], 0);
                return;
            }
            if (person >= _page.Colours.Length) _page = _page.Grown((int)person + (1 << 14));
            _page.Days[person] = day;
            Volatile.Write(ref _page.Colours[person], (byte)(colour + 1));
        }
    }

    private sealed class Page(int size)
    {
        /// <summary>Colour + 1 by person; 0 for nobody.</summary>
        public readonly byte[] Colours = new byte[size];
        public readonly int[] Days = new int[size];

        public Page Grown(int size)
        {
            var grown = new Page(Math.Max(size, Colours.Length * 2));
            Colours.CopyTo(grown.Colours, 0);
            Days.CopyTo(grown.Days, 0);
            return grown;
        }
    }
}
