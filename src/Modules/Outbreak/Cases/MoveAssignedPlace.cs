using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Outbreak.Cases;

/// <summary>When somebody said where an unknown place belongs, its rows go there and everything derived from them is brought up to date.</summary>
internal sealed class MoveAssignedPlace(IRegions regions) : IEventSubscriber
{
    public string Name => "outbreak.move-assigned-place";

    public string EventKind => PlaceAssigned.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var place = happened.Read<PlaceAssigned>();
        await MergeCases.MoveAsync(session, place.Area, place.Region, cancel);
        await RefreshPicture.RunAsync(session, regions.Current, cancel);
    }
}
