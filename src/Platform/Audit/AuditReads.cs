using System.Threading.Channels;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Platform.Audit;

/// <summary>An entry on its way into the record.</summary>
internal sealed record AuditEntry(string Actor, string Action, string Subject, string Details);

/// <summary>
/// Puts what was looked at on the record. Entries of many readers share one transaction, because the chain's end is locked until it commits:
/// one lock and one flush to disk for all who wait, instead of one each.
/// <code>page has read ──> entry queued ──> whatever is queued: lock head, append all, COMMIT ──> pages are sent</code>
/// A page is not sent before its entry is durable.
/// </summary>
#pragma warning disable CA1001 // A semaphore nobody takes a wait handle of holds nothing that needs disposal, and this lives as long as the process.
internal sealed class AuditReads(Database database)
#pragma warning restore CA1001
{
    /// <summary>Entries of one transaction.</summary>
    private const int BatchMax = 200;

    private readonly Channel<(AuditEntry Entry, TaskCompletionSource Done)> _queue = Channel.CreateUnbounded<(AuditEntry, TaskCompletionSource)>();
    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>Returns when the entries are durable.</summary>
    public async Task WriteAsync(IReadOnlyList<AuditEntry> entries)
    {
        var waiting = new List<Task>(entries.Count);
        foreach (var entry in entries)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add(done.Task);
            _queue.Writer.TryWrite((entry, done));
        }
        // Whoever gets the turn writes for all that queue; the others find nothing left to do and only wait for their entry.
        await _writing.WaitAsync();
        try
        {
            while (_queue.Reader.TryPeek(out _)) await WriteBatchAsync();
        }
        finally
        {
            _writing.Release();
        }
        await Task.WhenAll(waiting);
    }

    private async Task WriteBatchAsync()
    {
        var batch = new List<(AuditEntry Entry, TaskCompletionSource Done)>();
        while (batch.Count < BatchMax && _queue.Reader.TryRead(out var next)) batch.Add(next);
        try
        {
            await using (var session = await database.BeginAsync(Actor.System))
            {
                await AuditChain.AppendAsync(session, [.. batch.Select(b => b.Entry)], default);
                await session.CommitAsync();
            }
            foreach (var (_, done) in batch) done.SetResult();
        }
        catch (Exception e)
        {
            // What cannot be put on the record is not shown: each waiting page fails with the cause.
            foreach (var (_, done) in batch) done.SetException(e);
        }
    }
}
