using System.Runtime.CompilerServices;
using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Publication;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Outbreak.Map;

/// <summary>What the module's pages read, kept for readers of the same scope until figures or regions change; see <see cref="ReadCache"/>.</summary>
internal sealed class Readings(Database database, IRegions regions, ReadCache cache)
{
    /// <summary>The model, read in the actor's name where it is not known yet. What is read for many is not given up with the request of the first.</summary>
    public Task<T> ReadAsync<T>(Actor actor, string what, Func<Session, IRegionTree, Task<T>> read)
    {
        var tree = regions.Current;
        return cache.GetAsync(RefreshPicture.Topic, actor, $"{what} {RuntimeHelpers.GetHashCode(tree)}", async () =>
        {
            await using var session = await database.BeginAsync(actor);
            return await read(session, tree);
        });
    }

    public async Task<RegionReading?> OfRegionAsync(Actor actor, RegionCode region, AsOf asOf)
    {
        var published = await ToldAsync(actor, asOf);
        return await ReadAsync(actor, $"region {region} {asOf}", (session, tree) => RegionReading.OfAsync(session, tree, region, asOf, published, default));
    }

    public async Task<Picture?> PictureAsync(Actor actor, RegionCode region, AsOf asOf)
    {
        var published = await ToldAsync(actor, asOf);
        return await ReadAsync(actor, $"picture {region} {asOf}", (session, tree) => ReadPicture.OfAsync(session, tree, region, asOf, published, default));
    }

    /// <summary>
    /// What the reader is told of every region, as it was known then; null for who sees exact figures. One reading serves every day.
    /// Asked for before a session is begun: readers who each held one connection and waited for this would leave none to read it with.
    /// </summary>
    public async Task<PublishedCounts?> ToldAsync(Actor actor, AsOf asOf) => !actor.SeesPublishedOnly ? null
        : await ReadAsync(Actor.Public, $"published {asOf.KnownAt}", async (session, tree) => PublishedCounts.Of(tree, await ReadSeries.OfEveryRegionAsync(session, asOf with { Day = null }, default)));
}
