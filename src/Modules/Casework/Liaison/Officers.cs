using Rongtong.Casework.Cases;
using Rongtong.Platform.Access;

namespace Rongtong.Casework.Liaison;

/// <summary>Accounts that work on cases, for handing over and giving out.</summary>
internal sealed class Officers(Accounts accounts, Settings settings)
{
    /// <summary>Those who may work in the region, by name.</summary>
    public async Task<IReadOnlyList<Officer>> OfRegionAsync(string region, CancellationToken cancel)
    {
        var isDemo = await settings.IsDemoAsync(cancel);
        return [.. (await accounts.ListAsync(Actor.System, cancel)).Where(a => !a.IsDisabled && (isDemo || !a.IsDemo)).Select(a => a.ToActor())
            .Where(a => a.May(CaseworkPermissions.Work) && a.Covers(region)).Select(a => new Officer(a.Id, a.Name)).OrderBy(o => o.Name, StringComparer.Ordinal)];
    }

    /// <summary>The officer of the id, if it may work in the region.</summary>
    public async Task<Officer?> FindAsync(string id, string region, CancellationToken cancel) => (await OfRegionAsync(region, cancel)).FirstOrDefault(o => o.Id == id);
}
