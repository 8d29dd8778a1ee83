using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.People;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Facts;

/// <summary>What became of a decision about a batch.</summary>
public abstract record BatchOutcome
{
    private BatchOutcome() { }

    /// <summary>Done; so many people's colours were computed anew, and so many facts of the batch still have effect.</summary>
    public sealed record Done(int People, long StillInEffect) : BatchOutcome;

    /// <summary>There is no such batch in the actor's regions, or it is not in a state for this.</summary>
    public sealed record NotFound : BatchOutcome;

    /// <summary>The approver must be another person, of another organisation than the author.</summary>
    public sealed record SamePersonOrOrganisation : BatchOutcome;

    /// <summary>No organisation is recorded for the account, so it cannot be one of two.</summary>
    public sealed record NoOrganisation : BatchOutcome;
}

/// <summary>
/// Facts that come together.
/// <code>
/// proposed (author, organisation A) ──> approved (another person, organisation B) ──> facts have effect, everybody in it recomputed
///        └──────────────────────────────────────┴──> withdrawn ──> every fact of it withdrawn, everybody recomputed, the count of what is left reported: 0
/// </code>
/// How many restrictive facts each organisation brought in is public.
/// </summary>
public sealed class FactBatches(RefreshColours refresh)
{
    /// <summary>People recomputed in one go.</summary>
    private const int ChunkPeople = 5_000;

    /// <summary>Opens a batch; its facts follow with its number.</summary>
    public static Task<long> OpenAsync(Session session, FactKind kind, string region, string reason, string evidence, bool isRestrictive, int people, long? import, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        session.Audit("health.batch-proposed", kind.ToString(), $"{people} people, {region}");
        return session.QuerySingleAsync<long>("""
            INSERT INTO health_code.fact_batch (kind, region_code, reason, evidence, is_restrictive, people, organisation, author, proposed_at, import_batch_id)
            VALUES (@kind, @region, @reason, @evidence, @isRestrictive, @people, @organisation, @author, @now, @import) RETURNING id
            """, new { kind = kind.ToString(), region, reason, evidence, isRestrictive, people, organisation = session.Actor.Organisation, author = session.Actor.Id, now = session.Now, import }, cancel);
    }

    /// <summary>Gives the facts of a restrictive batch their effect.</summary>
    public async Task<BatchOutcome> ApproveAsync(Session session, long batch, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (session.Actor.Organisation.Length == 0) return new BatchOutcome.NoOrganisation();
        var found = await session.QuerySingleOrDefaultAsync<(string Author, string Organisation)?>(
            "SELECT author, organisation FROM health_code.fact_batch WHERE id = @batch AND is_restrictive AND approver IS NULL AND withdrawn_at = 'infinity' FOR UPDATE", new { batch }, cancel);
        if (found is not { } proposed) return new BatchOutcome.NotFound();
        if (proposed.Author == session.Actor.Id || proposed.Organisation == session.Actor.Organisation) return new BatchOutcome.SamePersonOrOrganisation();
        await session.ExecuteAsync("UPDATE health_code.fact_batch SET approver = @by, approved_organisation = @organisation, approved_at = @now WHERE id = @batch",
            new { batch, by = session.Actor.Id, organisation = session.Actor.Organisation, now = session.Now }, cancel);
        session.Audit("health.batch-approved", batch.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return await RecomputeAsync(session, batch, cancel);
    }

    /// <summary>Takes a batch back: by its author's or its approver's organisation, or whoever may record in its region.</summary>
    public async Task<BatchOutcome> WithdrawAsync(Session session, long batch, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var withdrawn = await session.ExecuteAsync("UPDATE health_code.fact_batch SET withdrawn_by = @by, withdrawn_at = @now WHERE id = @batch AND withdrawn_at = 'infinity'", new { batch, by = session.Actor.Id, now = session.Now }, cancel);
        if (withdrawn == 0) return new BatchOutcome.NotFound();
        await session.AsSystemAsync(() => session.ExecuteAsync("UPDATE health_code.fact SET withdrawn_at = @now, withdrawn_by = @by WHERE batch_id = @batch AND withdrawn_at = 'infinity'", new { batch, now = session.Now, by = session.Actor.Name }, cancel), cancel);
        session.Audit("health.batch-withdrawn", batch.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return await RecomputeAsync(session, batch, cancel);
    }

    private async Task<BatchOutcome> RecomputeAsync(Session session, long batch, CancellationToken cancel)
    {
        IReadOnlyList<long> people = [];
        var left = 0L;
        await session.AsSystemAsync(async () =>
        {
            people = await session.QueryAsync<long>("SELECT DISTINCT person_id FROM health_code.fact WHERE batch_id = @batch", new { batch }, cancel);
            left = await session.QuerySingleAsync<long>("SELECT count(*) FROM health_code.fact WHERE batch_id = @batch AND withdrawn_at = 'infinity'", new { batch }, cancel);
        }, cancel);
        foreach (var chunk in people.Chunk(ChunkPeople)) await refresh.OfAsync(session, chunk, cancel);
        return new BatchOutcome.Done(people.Count, left);
    }
}
