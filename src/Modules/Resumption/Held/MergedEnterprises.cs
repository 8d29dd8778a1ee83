using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Resumption.Held;

/// <summary>
/// Which codes stand for one enterprise.
/// <code>
/// rows of A   rows of B        merge B into A: reading A or B shows both, writing goes to A        take it back: as before, what was written since is A's
/// </code>
/// No row is moved, so totals are the same before and after. Two reports of one day, one under each code, are shown with their codes and never added: nobody
/// can say whether they count the same people.
/// </summary>
internal static class MergedEnterprises
{
    /// <summary>Keeps which enterprise a code means, as the register has just said. Costs one look where nothing changed.</summary>
    public static async Task KeepAsync(Session session, string code, Enterprise enterprise, CancellationToken cancel)
    {
        if (await session.QuerySingleOrDefaultAsync<int?>("SELECT kept_id FROM resumption.enterprise_number WHERE code = @code AND kept_code = @kept", new { code, kept = enterprise.Code }, cancel) == enterprise.Id) return;
        await session.AsSystemAsync(() => WriteAsync(session, code, enterprise, cancel), cancel);
    }

    /// <summary>All codes that stand for the enterprise.</summary>
    public static async Task<string[]> CodesAsync(Session session, string code, CancellationToken cancel) => [.. await session.QueryAsync<string>("SELECT unnest(resumption.members(@code))", new { code }, cancel)];

    /// <summary>
    /// Asks the register anew about every code of the enterprises, so that merges of merges come out right in any order, and settles whose report of a day was
    /// still awaited: one enterprise speaks once.
    /// </summary>
    public static async Task SettleAsync(Session session, IEnterprises register, int[] ids, CancellationToken cancel)
    {
        var codes = await session.QueryAsync<string>("SELECT code FROM resumption.enterprise_number WHERE kept_id = ANY (@ids) OR kept_id IS NULL", new { ids }, cancel);
        var numbers = await register.NumbersOfAsync([.. codes], cancel);
        var now = (await register.FindAsync([.. numbers.Values.Distinct()], cancel)).ToDictionary(e => e.Id);
        foreach (var (code, id) in numbers.OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            if (now.GetValueOrDefault(id) is { } enterprise) await WriteAsync(session, code, enterprise, cancel);
        }
        await session.ExecuteAsync("SELECT FROM resumption.report_due WHERE enterprise_code IN (SELECT code FROM resumption.enterprise_number WHERE kept_id = ANY (@ids)) ORDER BY day, enterprise_code FOR NO KEY UPDATE", new { ids }, cancel);
        await session.ExecuteAsync("""
            UPDATE resumption.report_due d SET reported_at = (
                SELECT min(r.recorded_at) FROM resumption.daily_report r WHERE r.day = d.day AND r.enterprise_code = ANY (resumption.members(d.enterprise_code)))
            WHERE d.enterprise_code IN (SELECT code FROM resumption.enterprise_number WHERE kept_id = ANY (@ids))
            """, new { ids }, cancel);
    }

    private static Task WriteAsync(Session session, string code, Enterprise enterprise, CancellationToken cancel) => session.ExecuteAsync("""
        INSERT INTO resumption.enterprise_number (code, kept_id, kept_code) VALUES (@code, @Id, @kept)
        ON CONFLICT (code) DO UPDATE SET kept_id = excluded.kept_id, kept_code = excluded.kept_code
        """, new { code, enterprise.Id, kept = enterprise.Code }, cancel);
}

/// <summary>Two entries of the register became one.</summary>
internal sealed class WhenEnterpriseMerged(IEnumerable<IEnterprises> registers) : IEventSubscriber
{
    public string Name => "resumption.enterprise-merged";

    public string EventKind => EnterpriseMerged.Kind;

    public Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var merged = happened.Read<EnterpriseMerged>();
        return registers.FirstOrDefault() is { } register ? MergedEnterprises.SettleAsync(session, register, [merged.Kept, merged.Merged], cancel) : Task.CompletedTask;
    }
}

/// <summary>A merge was taken back.</summary>
internal sealed class WhenEnterpriseUnmerged(IEnumerable<IEnterprises> registers) : IEventSubscriber
{
    public string Name => "resumption.enterprise-unmerged";

    public string EventKind => EnterpriseUnmerged.Kind;

    public Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var undone = happened.Read<EnterpriseUnmerged>();
        return registers.FirstOrDefault() is { } register ? MergedEnterprises.SettleAsync(session, register, [undone.Kept, undone.Restored], cancel) : Task.CompletedTask;
    }
}
