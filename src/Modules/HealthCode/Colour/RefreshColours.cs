using Rongtong.Contracts.Outbreak;
using Rongtong.HealthCode.People;
using Rongtong.HealthCode.Travel;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Colour;

/// <summary>
/// Brings stored colours in step with facts.
/// <code>
/// after facts of a few people changed: in the same transaction ──> history ──> ColourOf ──> store, announce        (well under 200 ms)
/// after a rule or a tier changed: everybody, in ranges, on all cores ──> store what differs, announce "*"           (a million in under a minute)
/// </code>
/// </summary>
public sealed class RefreshColours(Database database, ColourRules rules, IRiskTiers tiers, OutlineNeighbours neighbours)
{
    /// <summary>People whose histories are in memory at a time, per worker; who checks in meanwhile waits for her range, some tenths of a second.</summary>
    private const int RangeSize = 5_000;

    /// <summary>What makes colours now.</summary>
    public async Task<ColourOf> NowAsync(DateTimeOffset now) => new(await rules.OnAsync(ChinaDay.Of(now), now), await tiers.AsKnownAsync(null), neighbours.Are);

    /// <summary>Recomputes the colours of the people in the session and announces them with its commit.</summary>
    public async Task<IReadOnlyDictionary<long, BookedColour>> OfAsync(Session session, long[] people, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var colours = new Dictionary<long, BookedColour>();
        var colourOf = await NowAsync(session.Now);
        await session.AsSystemAsync(async () =>
        {
            // Whoever computes the same person waits here and then reads what this one wrote; else the older history could be stored last.
            await session.ExecuteAsync("SELECT FROM health_code.person WHERE id = ANY(@people) ORDER BY id FOR NO KEY UPDATE", new { people }, cancel);
            var histories = await ReadHistory.OfManyAsync(session, people, cancel);
            foreach (var person in people) colours[person] = Compute(colourOf, histories.GetValueOrDefault(person) ?? PersonHistory.Empty, session.Now);
            await StoreAsync(session, colours, cancel);
        }, cancel);
        await ColourBook.AnnounceAsync(session, colours, cancel);
        return colours;
    }

    /// <summary>Recomputes everybody's colour. Returns how many there are and how many changed.</summary>
    public async Task<(long People, long Changed)> OfEverybodyAsync(IProgress<long>? progress = null, CancellationToken cancel = default)
    {
        long highest;
        await using (var session = await database.BeginAsync(Actor.System, cancel)) highest = await session.QuerySingleAsync<long>("SELECT coalesce(max(id), 0) FROM health_code.person", cancel: cancel);
        var (people, changed) = (0L, 0L);
        await Parallel.ForEachAsync(Enumerable.Range(0, (int)(highest / RangeSize) + 1), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancel }, async (range, stop) =>
        {
            await using var session = await database.BeginAsync(Actor.System, stop);
            // One instance per worker: it has working memory of its own. The rows are locked as above, for the same reason.
            var colourOf = await NowAsync(session.Now);
            long[] ids = [.. await session.QueryAsync<long>("SELECT id FROM health_code.person WHERE id >= @first AND id < @end ORDER BY id FOR NO KEY UPDATE", new { first = (long)range * RangeSize, end = (long)(range + 1) * RangeSize }, stop)];
            var histories = await ReadHistory.OfManyAsync(session, ids, stop);
            var colours = new Dictionary<long, BookedColour>(ids.Length);
            foreach (var id in ids) colours[id] = Compute(colourOf, histories.GetValueOrDefault(id) ?? PersonHistory.Empty, session.Now);
            Interlocked.Add(ref changed, await StoreAsync(session, colours, stop));
            await session.CommitAsync(stop);
            var done = Interlocked.Add(ref people, ids.Length);
            progress?.Report(done);
        });
        await using (var session = await database.BeginAsync(Actor.System, cancel))
        {
            await session.AnnounceAsync("health.colours *", cancel);
            await session.CommitAsync(cancel);
        }
        return (people, changed);
    }

    /// <summary>The colour of a history now.</summary>
    internal static BookedColour Compute(ColourOf colourOf, PersonHistory history, DateTimeOffset now)
    {
        var today = ChinaDay.Of(now);
        return new(colourOf.Of(history, today, now), colourOf.ChangesOn(history, today, now));
    }

    private static Task<int> StoreAsync(Session session, Dictionary<long, BookedColour> colours, CancellationToken cancel) => session.ExecuteAsync("""
        INSERT INTO health_code.colour (person_id, colour, changes_on)
        SELECT person, colour, date '0001-01-01' + day FROM unnest(@people, @colours, @days) AS c (person, colour, day)
        ON CONFLICT (person_id) DO UPDATE SET colour = excluded.colour, changes_on = excluded.changes_on
            WHERE (health_code.colour.colour, health_code.colour.changes_on) IS DISTINCT FROM (excluded.colour, excluded.changes_on)
        """,
        new
        {
            people = colours.Keys.ToArray(),
            colours = colours.Values.Select(c => (short)c.Colour).ToArray(),
            days = colours.Values.Select(c => c.ChangesOn.DayNumber).ToArray(),
        }, cancel);
}
