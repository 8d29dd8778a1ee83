using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rongtong.Observations.Ingest;
using Rongtong.Platform.Data;

namespace Rongtong.Observations.Rollup;

/// <summary>
/// Counts marked days as soon as a delivery announces them, and looks by itself now and then for what another host left. The newest days have a
/// loop of their own, so that a year that is being loaded does not keep today off the screen.
/// </summary>
internal sealed class KeepRollUps(RollUp rollUp, LiveFeed feed, ILogger<KeepRollUps> logger) : BackgroundService
{
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(KeepAsync(rollUp.RunWatchedAsync, stoppingToken), KeepAsync(rollUp.RunAsync, stoppingToken));

    private async Task KeepAsync(Func<CancellationToken, Task<int>> count, CancellationToken cancel)
    {
        using var wake = new SemaphoreSlim(0, 1);
        var listening = ListenAsync(wake, cancel);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await count(cancel);
                await wake.WaitAsync(s_lookAgain, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
            {
                logger.LogWarning("Roll-ups cannot be counted now ({Reason}).", e.Message);
                await Task.Delay(s_lookAgain, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        await listening;
    }

    private async Task ListenAsync(SemaphoreSlim wake, CancellationToken cancel)
    {
        try
        {
            await foreach (var _ in feed.SubscribeAsync(WriteBatch.DirtyTopic, cancel))
            {
                if (wake.CurrentCount == 0) wake.Release();
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }
}
