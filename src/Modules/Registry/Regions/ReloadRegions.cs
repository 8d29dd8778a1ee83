using Microsoft.Extensions.Hosting;
using Rongtong.Platform.Data;

namespace Rongtong.Registry.Regions;

/// <summary>Reads the regions anew when any host or command has changed them.</summary>
internal sealed class ReloadRegions(RegionStore store, LiveFeed feed) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => feed.KeepAsync(RegionStore.Topic, "Reading regions anew", Timeout.InfiniteTimeSpan, store.LoadAsync, stoppingToken);
}
