using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Tiers;
using Rongtong.Outbreak.Warnings;
using Rongtong.Platform.Data;

namespace Rongtong.Outbreak.Cases;

/// <summary>Everything derived from case counts, brought up to date inside the transaction that changed them, and announced with it.</summary>
internal static class RefreshPicture
{
    /// <summary>The topic that live pages and caches wait for.</summary>
    public const string Topic = "outbreak";

    public static Task RunAsync(Session session, IRegionTree tree, CancellationToken cancel) => session.AsSystemAsync(async () =>
    {
        // One refresh at a time: two imports that commit side by side must not each miss the other's rows.
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtext('outbreak.refresh'))", cancel: cancel);
        var series = await ReadSeries.OfEveryRegionAsync(session, AsOf.Now, cancel);
        await RefreshTiers.RunAsync(session, tree, series, null, cancel);
        await RefreshSignals.RunAsync(session, tree, series, cancel);
        await session.AnnounceAsync(Topic, cancel);
    }, cancel);
}
