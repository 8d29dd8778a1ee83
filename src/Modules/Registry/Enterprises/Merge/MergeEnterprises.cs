using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Registry.Enterprises.Merge;

/// <summary>How a merge, or taking one back, ended.</summary>
internal abstract record MergeOutcome
{
    private MergeOutcome() { }

    /// <summary>Done; other modules are told when the session commits.</summary>
    public sealed record Done : MergeOutcome;

    /// <summary>There is no such entry in the actor's regions, or both are the same.</summary>
    public sealed record NotFound : MergeOutcome;

    /// <summary>One of them has been merged already; only entries that stand for themselves can be.</summary>
    public sealed record AlreadyMerged : MergeOutcome;

    /// <summary>The entry stands for itself; there is nothing to take back.</summary>
    public sealed record NotMerged : MergeOutcome;
}

/// <summary>
/// Says that two entries are one enterprise.
/// <code>
/// before: A   B&lt;─C        merge B into A:  A&lt;─B&lt;─C        take B back:  A   B&lt;─C
/// </code>
/// Each entry keeps its facts, places, links and contacts and remembers its direct parent alone, so that a merge can be taken back in any order
/// and leaves no trace. What counts as one enterprise is the whole tree, asked for by registry.kept_id and registry.members.
/// </summary>
internal sealed record MergeEnterprises(int Kept, int Merged)
{
    public async Task<MergeOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (Kept == Merged) return new MergeOutcome.NotFound();
        // In the order of numbers, as everybody who changes several entries: two people who merge the same wait for each other instead of both failing.
        var rows = await session.QueryAsync<(int Id, int? MergedInto)>(
            "SELECT id, merged_into FROM registry.enterprise WHERE id = ANY (@ids) AND withdrawn_at IS NULL ORDER BY id FOR NO KEY UPDATE", new { ids = new[] { Kept, Merged } }, cancel);
        if (rows.Count < 2) return new MergeOutcome.NotFound();
        if (rows.Any(r => r.MergedInto is not null)) return new MergeOutcome.AlreadyMerged();
        await session.ExecuteAsync("UPDATE registry.enterprise SET merged_into = @Kept WHERE id = @Merged", new { Kept, Merged }, cancel);
        await KeepChangeAsync(session, Merged, null, Kept, cancel);
        await session.ExecuteAsync("UPDATE registry.duplicate_candidate SET state = 'merged', decided_by = @by, decided_at = @now WHERE (first_id, second_id) = (least(@Kept, @Merged), greatest(@Kept, @Merged))",
            new { Kept, Merged, by = session.Actor.Id, now = session.Now }, cancel);
        await RefreshSizes.OfAsync(session, [Kept], "merge", null, cancel);
        await session.PublishAsync(EnterpriseMerged.Kind, Text(Kept), new EnterpriseMerged(Kept, Merged), cancel);
        await AnnounceEnterprises.ChangedAsync(session, [Kept], cancel);
        session.Audit("registry.enterprise-merged", Text(Kept), Text(Merged));
        return new MergeOutcome.Done();
    }

    internal static Task KeepChangeAsync(Session session, int id, int? old, int? now, CancellationToken cancel) => session.ExecuteAsync("""
        INSERT INTO registry.enterprise_change (enterprise_id, field, old, new, source, recorded_by, recorded_at) VALUES (@id, 'merged', @old::text, @now::text, 'merge', @by, @at)
        """, new { id, old, now, by = session.Actor.Id, at = session.Now }, cancel);

    internal static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Takes a merge back: the entry stands for itself again, with everything that had been merged into it before.</summary>
internal sealed record UnmergeEnterprise(int Merged)
{
    public async Task<MergeOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        // The entry that speaks for it may change its size; a merge of the two locks them in the same order.
        await session.ExecuteAsync("SELECT FROM registry.enterprise WHERE id IN (@Merged, registry.kept_id(@Merged)) ORDER BY id FOR NO KEY UPDATE", new { Merged }, cancel);
        var row = await session.QuerySingleOrDefaultAsync<(int Id, int? MergedInto, int Kept)?>(
            "SELECT id, merged_into, registry.kept_id(id) FROM registry.enterprise WHERE id = @Merged FOR NO KEY UPDATE", new { Merged }, cancel);
        if (row is not { } held) return new MergeOutcome.NotFound();
        if (held.MergedInto is not { } parent) return new MergeOutcome.NotMerged();
        await session.ExecuteAsync("UPDATE registry.enterprise SET merged_into = NULL WHERE id = @Merged", new { Merged }, cancel);
        await MergeEnterprises.KeepChangeAsync(session, Merged, parent, null, cancel);
        await session.ExecuteAsync("UPDATE registry.duplicate_candidate SET state = 'different', decided_by = @by, decided_at = @now WHERE (first_id, second_id) = (least(@parent, @Merged), greatest(@parent, @Merged))",
            new { parent, Merged, by = session.Actor.Id, now = session.Now }, cancel);
        await RefreshSizes.OfAsync(session, [held.Kept, Merged], "merge", null, cancel);
        await session.PublishAsync(EnterpriseUnmerged.Kind, MergeEnterprises.Text(held.Kept), new EnterpriseUnmerged(held.Kept, Merged), cancel);
        await AnnounceEnterprises.ChangedAsync(session, [held.Kept, Merged], cancel);
        session.Audit("registry.enterprise-unmerged", MergeEnterprises.Text(held.Kept), MergeEnterprises.Text(Merged));
        return new MergeOutcome.Done();
    }
}

/// <summary>Says that two entries that look alike are two enterprises; they are not proposed again.</summary>
internal sealed record KeepApart(int First, int Second)
{
    public async Task<MergeOutcome> RunAsync(Session session, CancellationToken cancel) =>
        await session.ExecuteAsync("UPDATE registry.duplicate_candidate SET state = 'different', decided_by = @by, decided_at = @now WHERE first_id = @First AND second_id = @Second AND state = 'open'",
            new { First, Second, by = session.Actor.Id, now = session.Now }, cancel) == 1 ? new MergeOutcome.Done() : new MergeOutcome.NotFound();
}
