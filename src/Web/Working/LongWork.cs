using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Web.Shell;

namespace Rongtong.Web.Working;

/// <summary>How far work is, in whatever it counts; a total of 0 is not known yet.</summary>
public readonly record struct WorkProgress(long Done, long Total);

/// <summary>Where the result of work stands, and the sentence said there.</summary>
public sealed record WorkEnd(string Href, string? ToastKey = null);

/// <summary>How long a form waits for its work before it shows a progress bar instead.</summary>
public sealed record LongWorkPatience(TimeSpan Value);

/// <summary>
/// Work that a form starts and that may take longer than anybody waits for a page.
/// <code>
/// POST ──> row in long_work, work begins beside the request ──> done soon: its result, as if nothing had been
///                                                          └─> else /working/{id}: a bar that moves, then the result
/// </code>
/// The row is seen to every second; when that stops, its host is gone, and the page says so instead of waiting for ever. Work is one transaction
/// or none: an interrupted one is started anew by its owner.
/// </summary>
public sealed class LongWork(Database database, LongWorkPatience patience, IHostApplicationLifetime lifetime, ILogger<LongWork> logger)
{
    /// <summary>Announced when any work moved.</summary>
    public const string Topic = "platform.long-work";

    /// <summary>After this long without a sign the work is taken for dead.</summary>
    public static readonly TimeSpan SignMax = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan s_signEvery = TimeSpan.FromSeconds(1);
    private const int DaysKept = 7;

    /// <summary>Does the work; the answer is its result, or the page that shows how far it is.</summary>
    /// <param name="titleKey">Text key of what is done, as "Reading the file".</param>
    /// <param name="subject">What it is done to, as the file's name.</param>
    /// <param name="back">Page to return to when the work fails.</param>
    public async Task<IResult> RunAsync(HttpContext http, string titleKey, string subject, string back, Func<IProgress<WorkProgress>, CancellationToken, Task<WorkEnd>> work)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(work);
        var (id, actor) = (Guid.NewGuid(), http.Actor());
        await BeginAsync(id, actor, titleKey, subject, back);
        var task = Task.Run(() => DoAsync(id, actor, titleKey, subject, work), CancellationToken.None);
        try
        {
            var end = await task.WaitAsync(patience.Value, http.RequestAborted);
            if (end.ToastKey is { } toast) Toast.Say(http, toast);
            return Results.LocalRedirect(end.Href);
        }
        catch (TimeoutException)
        {
            return Results.LocalRedirect($"/working/{id}");
        }
    }

    private async Task BeginAsync(Guid id, Actor actor, string titleKey, string subject, string back)
    {
        await using var session = await database.BeginAsync(actor);
        await session.ExecuteAsync("""
            DELETE FROM platform.long_work WHERE started_at < @old;
            INSERT INTO platform.long_work (id, actor, title_key, subject, back, started_at, seen_at) VALUES (@id, @actor, @titleKey, @subject, @back, @now, @now)
            """, new { id, actor = actor.Id, titleKey, subject, back, now = session.Now, old = session.Now.AddDays(-DaysKept) });
        await session.CommitAsync();
    }

    private async Task<WorkEnd> DoAsync(Guid id, Actor actor, string titleKey, string subject, Func<IProgress<WorkProgress>, CancellationToken, Task<WorkEnd>> work)
    {
        var progress = new Latest();
        using var done = new CancellationTokenSource();
        var signs = SignAsync(id, actor, progress, done.Token);
        WorkEnd end;
        var hasFailed = true;
        try
        {
            end = await work(progress, lifetime.ApplicationStopping);
            hasFailed = false;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.LogError(e, "Work {Title} on {Subject} of {Actor} failed.", titleKey, subject, actor.Id);
            end = new($"/working/{id}");
        }
        await done.CancelAsync();
        await signs;
        await WriteAsync(id, actor, progress.Value, end, hasFailed);
        return end;
    }

    private async Task SignAsync(Guid id, Actor actor, Latest progress, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(s_signEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel)) await WriteAsync(id, actor, progress.Value, null, hasFailed: false);
        }
        catch (OperationCanceledException)
        {
            // The work is over.
        }
        catch (Npgsql.NpgsqlException e)
        {
            // The work itself will find the database gone and say so.
            logger.LogWarning("How far work {Id} is cannot be told ({Reason}).", id, e.Message);
        }
    }

    private async Task WriteAsync(Guid id, Actor actor, WorkProgress progress, WorkEnd? end, bool hasFailed)
    {
        await using var session = await database.BeginAsync(actor);
        await session.ExecuteAsync("UPDATE platform.long_work SET seen_at = @now, done = @Done, total = @Total, href = @href, toast_key = @toast, has_failed = @hasFailed WHERE id = @id",
            new { id, now = session.Now, progress.Done, progress.Total, href = hasFailed ? null : end?.Href, toast = end?.ToastKey, hasFailed });
        await session.AnnounceAsync(Topic);
        await session.CommitAsync();
    }

    /// <summary>Keeps the newest report only: who reports a thousand times a second is not slowed down by it.</summary>
    private sealed class Latest : IProgress<WorkProgress>
    {
        private readonly Lock _lock = new();
        private WorkProgress _value;

        public WorkProgress Value
        {
            get
            {
                lock (_lock) return _value;
            }
        }

        public void Report(WorkProgress value)
        {
            lock (_lock) _value = value;
        }
    }
}
