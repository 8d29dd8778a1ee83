using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Platform.Jobs;

/// <summary>Work that comes back at an interval, done by one host at a time.</summary>
public interface IJob
{
    /// <summary>Stable name, as <c>module.verb</c>.</summary>
    string Name { get; }

    /// <summary>From the end of one run to the start of the next.</summary>
    TimeSpan Every { get; }

    /// <summary>Does the work in the session, which holds the job's lock until it commits.</summary>
    Task RunAsync(Session session, CancellationToken cancel);
}

/// <summary>
/// Runs due jobs.
/// <code>every few seconds, on every host: lock the job's row if it is due and nobody has it ──> run ──> next due time, one transaction</code>
/// A host that dies while running gives up lock and work together, and the next look of any host starts it again.
/// </summary>
public sealed class JobRunner(Database database, IEnumerable<IJob> jobs, ILogger<JobRunner> logger) : BackgroundService
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);
    private readonly IJob[] _jobs = [.. jobs];

    /// <summary>Runs what is due now and free; returns the names of the jobs that ran well.</summary>
    public async Task<IReadOnlyList<string>> RunDueAsync(CancellationToken cancel = default)
    {
        var ran = new List<string>();
        foreach (var job in _jobs)
        {
            try
            {
                if (await RunIfDueAsync(job, cancel)) ran.Add(job.Name);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                logger.LogError(e, "Job {Job} failed.", job.Name);
                await RecordFailureAsync(job, e, cancel);
            }
        }
        return ran;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_lookEvery);
        try
        {
            do
            {
                try
                {
                    await RunDueAsync(stoppingToken);
                }
                catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
                {
                    logger.LogWarning("Jobs cannot run now ({Reason}).", e.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task<bool> RunIfDueAsync(IJob job, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        await session.ExecuteAsync("INSERT INTO platform.job (name, due_at) VALUES (@Name, @now) ON CONFLICT DO NOTHING", new { job.Name, now = session.Now }, cancel);
        var isOurs = await session.QuerySingleOrDefaultAsync<string>("SELECT name FROM platform.job WHERE name = @Name AND due_at <= @now FOR UPDATE SKIP LOCKED", new { job.Name, now = session.Now }, cancel) is not null;
        if (!isOurs)
        {
            await session.CommitAsync(cancel);
            return false;
        }
        var started = session.Now;
        await job.RunAsync(session, cancel);
        await session.ExecuteAsync("""
            UPDATE platform.job SET due_at = @due, last_started_at = @started, last_finished_at = @finished, last_error = NULL, runs = runs + 1 WHERE name = @Name
            """, new { job.Name, started, finished = session.Now, due = session.Now + job.Every }, cancel);
        await session.CommitAsync(cancel);
        return true;
    }

    private async Task RecordFailureAsync(IJob job, Exception why, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        // The row itself may have gone with the failed run.
        await session.ExecuteAsync("INSERT INTO platform.job (name, due_at, last_error) VALUES (@Name, @due, @error) ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at, last_error = excluded.last_error",
            new { job.Name, due = session.Now + job.Every, error = $"{why.GetType().Name}: {why.Message}" }, cancel);
        await session.CommitAsync(cancel);
    }
}
