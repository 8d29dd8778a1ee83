using Rongtong.Casework.Cases;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Casework.Liaison;

/// <summary>Keeps this module's list of enterprises as the register has it.</summary>
internal sealed class WhenEnterprisesChanged(EnterpriseFacts enterprises) : IEventSubscriber
{
    public string Name => "casework.enterprises-changed";

    public string EventKind => EnterprisesChanged.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        if (happened.Read<EnterprisesChanged>().Ids is { Count: > 0 } ids) await StoreAsync(session, await enterprises.FindAsync(ids, cancel), cancel);
        else await ReloadAsync(session, cancel);
    }

    /// <summary>Reads all anew.</summary>
    public async Task ReloadAsync(Session session, CancellationToken cancel)
    {
        const int Chunk = 10_000;
        await Assignments.LockEnterprisesAsync(session, null, cancel);
        await session.ExecuteAsync("DELETE FROM casework.enterprise", cancel: cancel);
        var waiting = new List<Enterprise>(Chunk);
        await foreach (var enterprise in enterprises.AllAsync(cancel))
        {
            waiting.Add(enterprise);
            if (waiting.Count < Chunk) continue;
            await StoreAsync(session, waiting, cancel);
            waiting.Clear();
        }
        await StoreAsync(session, waiting, cancel);
    }

    internal static Task<int> StoreAsync(Session session, IReadOnlyCollection<Enterprise> found, CancellationToken cancel) => session.ExecuteAsync("""
        INSERT INTO casework.enterprise (id, code, name, region_code, industry, park)
        SELECT * FROM unnest(@ids, @codes, @names, @regions, @industries, @parks) ORDER BY 1
        ON CONFLICT (id) DO UPDATE SET code = excluded.code, name = excluded.name, region_code = excluded.region_code, industry = excluded.industry, park = excluded.park
        """, new
    {
        ids = found.Select(e => e.Id).ToArray(),
        codes = found.Select(e => e.Code).ToArray(),
        names = found.Select(e => e.Name).ToArray(),
        regions = found.Select(e => e.Region.Value).ToArray(),
        industries = found.Select(e => e.Industry).ToArray(),
        parks = found.Select(e => e.Park).ToArray(),
    }, cancel);
}

/// <summary>Two enterprises became one: its cases are together from now on, and its officer stays.</summary>
internal sealed class WhenEnterpriseMerged(EnterpriseFacts enterprises) : IEventSubscriber
{
    public string Name => "casework.enterprise-merged";

    public string EventKind => EnterpriseMerged.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var merged = happened.Read<EnterpriseMerged>();
        var today = Platform.ChinaDay.Of(session.Now);
        await CasesOfEnterprises.SettleAsync(session, enterprises, [merged.Kept, merged.Merged], cancel);
        await Assignments.LockEnterprisesAsync(session, [merged.Kept, merged.Merged], cancel);
        await session.ExecuteAsync("DELETE FROM casework.enterprise WHERE id = @Merged", merged, cancel);
        var heir = await Assignments.OfficerOfAsync(session, merged.Merged, today, cancel);
        await Assignments.EndAsync(session, [merged.Merged], today, cancel);
        if (heir is null) return;
        await session.ExecuteAsync("""
            INSERT INTO casework.assignment (enterprise_id, region_code, officer_id, officer_name, from_day, author, recorded_at)
            SELECT e.id, e.region_code, @Id, @Name, @today, 'product', @now FROM casework.enterprise e
            WHERE e.id = @Kept AND NOT EXISTS (SELECT FROM casework.assignment a WHERE a.enterprise_id = e.id AND (a.to_day IS NULL OR a.to_day >= @today))
            """, new { heir.Id, heir.Name, merged.Kept, today, now = session.Now }, cancel);
    }
}

/// <summary>A merge was taken back: each case is again the enterprise's about which it was opened. The restored one gets an officer by hand; coverage shows that it has none.</summary>
internal sealed class WhenEnterpriseUnmerged(EnterpriseFacts enterprises) : IEventSubscriber
{
    public string Name => "casework.enterprise-unmerged";

    public string EventKind => EnterpriseUnmerged.Kind;

    public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
    {
        var undone = happened.Read<EnterpriseUnmerged>();
        await CasesOfEnterprises.SettleAsync(session, enterprises, [undone.Kept, undone.Restored], cancel);
        await WhenEnterprisesChanged.StoreAsync(session, await enterprises.FindAsync([undone.Restored], cancel), cancel);
    }
}

/// <summary>Which enterprise a case belongs to now.</summary>
internal static class CasesOfEnterprises
{
    /// <summary>Asks the register anew for every case of the enterprises, by the number each was opened under: merges of merges come out right in any order.</summary>
    public static async Task SettleAsync(Session session, EnterpriseFacts enterprises, int[] ids, CancellationToken cancel)
    {
        await CaseFile.LockAllAsync(session, "enterprise_id_opened IN (SELECT enterprise_id_opened FROM casework.case_file WHERE enterprise_id = ANY (@ids) OR enterprise_id_opened = ANY (@ids))", new { ids }, cancel);
        foreach (var opened in await session.QueryAsync<int>("SELECT DISTINCT enterprise_id_opened FROM casework.case_file WHERE enterprise_id = ANY (@ids) OR enterprise_id_opened = ANY (@ids)", new { ids }, cancel))
        {
            if (await enterprises.FindAsync(opened, cancel) is not { } now) continue;
            await session.ExecuteAsync("UPDATE casework.case_file SET enterprise_id = @Id, enterprise_code = @Code, enterprise_name = @Name WHERE enterprise_id_opened = @opened", new { now.Id, now.Code, now.Name, opened }, cancel);
        }
        await session.AnnounceAsync(CaseFile.Topic, cancel);
    }
}
