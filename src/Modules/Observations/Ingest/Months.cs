using System.Collections.Concurrent;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Observations.Ingest;

/// <summary>The tables of months: made when the first value of a month comes.</summary>
internal sealed class Months(Database database)
{
    /// <summary>Any constant of ours: with a month's number it makes the lock of that month.</summary>
    private const int LockSpace = 0x4F_62_73_4D;

    /// <summary>Number of no month: the lock of those that keep several.</summary>
    private const int EveryMonth = 0;

    /// <summary>Longest pass over a month's rows.</summary>
    public static readonly TimeSpan PassTimeMax = TimeSpan.FromHours(2);

    private readonly ConcurrentDictionary<DateOnly, bool> _known = new();

    public static DateOnly Of(DateOnly day) => new(day.Year, day.Month, 1);

    public static string TableOf(DateOnly month) => $"observations.observation_{month:yyyyMM}";

    /// <summary>Makes the month's table where there is none, in a transaction of its own, so that nobody waits for the caller's.</summary>
    public async Task EnsureAsync(DateOnly month, CancellationToken cancel)
    {
        if (_known.ContainsKey(month)) return;
        await using var session = await database.BeginAsync(Actor.System, cancel);
        session.StatementSeconds = 0;
        if (await MakeAsync(session, month, cancel)) await AttachAsync(session, month, cancel);
        await session.CommitAsync(cancel);
        _known[month] = true;
    }

    /// <summary>
    /// Makes the month's table inside the session, without indexes, where there is none; then the caller must attach it. False when it exists. Such a
    /// session keeps its months until it ends and comes upon them in the order of its file, so there is one at a time: two files in opposite order
    /// would wait for each other.
    /// </summary>
    public async Task<bool> BeginAsync(Session session, DateOnly month, CancellationToken cancel)
    {
        if (_known.ContainsKey(month)) return false;
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(@LockSpace, @EveryMonth)", new { LockSpace, EveryMonth }, cancel);
        return await MakeAsync(session, month, cancel);
    }

    private async Task<bool> MakeAsync(Session session, DateOnly month, CancellationToken cancel)
    {
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(@LockSpace, @number)", new { LockSpace, number = month.Year * 12 + month.Month }, cancel);
        if (await session.QuerySingleAsync<bool>("SELECT to_regclass(@name) IS NOT NULL", new { name = TableOf(month) }, cancel))
        {
            _known[month] = true;
            return false;
        }
        await session.ExecuteAsync("SELECT observations.make_month(@month)", new { month }, cancel);
        return true;
    }

    /// <summary>Gives the month's table its indexes and makes it part of the whole.</summary>
    public static Task AttachAsync(Session session, DateOnly month, CancellationToken cancel) =>
        session.ExecuteAsync("SELECT observations.attach_month(@month)", new { month }, cancel);
}
