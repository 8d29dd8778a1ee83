using Microsoft.Extensions.Hosting;
using Rongtong.Platform.Data;

namespace Rongtong.Registry.Regions;

/// <summary>Reads the regions anew when any host or command has changed them.</summary>
internal sealed class ReloadRegions(RegionStore store, LiveFeed feed) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in feed.SubscribeAsync(RegionStore.Topic, stoppingToken)) await store.LoadAsync(stoppingToken);
    }
}
