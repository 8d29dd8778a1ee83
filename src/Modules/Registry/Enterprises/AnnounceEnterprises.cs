using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Registry.Enterprises;

/// <summary>Tells pages and other modules that enterprises changed, when the session commits.</summary>
internal static class AnnounceEnterprises
{
    /// <summary>Topic under which pages are kept.</summary>
    public const string Topic = "registry.enterprises";

    private const int NamedMax = 1_000;

    /// <summary>These changed; more than a thousand are told as "read all anew".</summary>
    public static async Task ChangedAsync(Session session, IReadOnlyList<int> ids, CancellationToken cancel)
    {
        if (ids.Count == 0) return;
        await session.PublishAsync(EnterprisesChanged.Kind, "", new EnterprisesChanged(ids.Count > NamedMax ? [] : ids), cancel);
        await session.AnnounceAsync(Topic, cancel);
    }

    /// <summary>More changed than can be named.</summary>
    public static async Task EverythingAsync(Session session, CancellationToken cancel)
    {
        await session.PublishAsync(EnterprisesChanged.Kind, "", new EnterprisesChanged([]), cancel);
        await session.AnnounceAsync(Topic, cancel);
    }

    /// <summary>All that this transaction touched.</summary>
    public static async Task TouchedAsync(Session session, CancellationToken cancel) =>
        await ChangedAsync(session, await session.QueryAsync<int>($"SELECT id FROM touched_enterprise LIMIT {NamedMax + 1}", cancel: cancel), cancel);
}
