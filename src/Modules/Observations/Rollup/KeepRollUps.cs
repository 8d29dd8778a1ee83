using Microsoft.Extensions.Hosting;
using Rongtong.Observations.Ingest;
using Rongtong.Platform.Data;

namespace Rongtong.Observations.Rollup;

/// <summary>
/// Counts marked days as soon as a delivery announces them, and looks by itself now and then for what another host left. The newest days have a
/// loop of their own, so that a year that is being loaded does not keep today off the screen.
/// </summary>
internal sealed class KeepRollUps(RollUp rollUp, LiveFeed feed) : BackgroundService
{
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        feed.KeepAsync(WriteBatch.DirtyTopic, "Counting the newest days", s_lookAgain, rollUp.RunWatchedAsync, stoppingToken),
        feed.KeepAsync(WriteBatch.DirtyTopic, "Counting all days", s_lookAgain, rollUp.RunAsync, stoppingToken));
}
