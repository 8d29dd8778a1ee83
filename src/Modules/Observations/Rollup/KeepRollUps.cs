using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rongtong.Observations.Ingest;
using Rongtong.Platform.Data;

namespace Rongtong.Observations.Rollup;

/// <summary>Counts marked days as soon as a delivery announces them, and looks by itself now and then for what another host left.</summary>
internal sealed class KeepRollUps(RollUp rollUp, LiveFeed feed, ILogger<KeepRollUps> logger) : BackgroundService
{
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var wake = new SemaphoreSlim(0, 1);
        var listening = ListenAsync(wake, stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await rollUp.RunAsync(stoppingToken);
                await wake.WaitAsync(s_lookAgain, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
            {
                logger.LogWarning("Roll-ups cannot be counted now ({Reason}).", e.Message);
                await Task.Delay(s_lookAgain, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
