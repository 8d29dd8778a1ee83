using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Items;

/// <summary>How saying what a name means ended.</summary>
internal abstract record AssignItemNameOutcome
{
    /// <summary>Done; so many needs and reports of the name have their item now.</summary>
    public sealed record Assigned(int Rows) : AssignItemNameOutcome;

    /// <summary>There is no such item, or no name.</summary>
    public sealed record Unknown : AssignItemNameOutcome;
}

/// <summary>
/// Says what a name in files means, for the rows that were kept under it and for all files to come. A need whose facility asks for that item already
/// stays under its name, because which of the two amounts holds is the facility's to say.
/// </summary>
internal sealed record AssignItemName(string Name, string ItemCode)
{
    public async Task<AssignItemNameOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        var normal = ItemNames.Normalise(Name);
        if (normal.Length is 0 or > 200 || ItemCatalogue.Current.Find(ItemCode) is null) return new AssignItemNameOutcome.Unknown();
        await session.ExecuteAsync("""
            INSERT INTO supplies.item_alias (name, item_code, decided_by, decided_at) VALUES (@normal, @ItemCode, @by, @now)
            ON CONFLICT (name) DO UPDATE SET item_code = excluded.item_code, decided_by = excluded.decided_by, decided_at = excluded.decided_at
            """, new { normal, ItemCode, by = session.Actor.Id, now = session.Now }, cancel);
        var needs = await session.ExecuteAsync("""
            UPDATE supplies.need n SET item_code = @ItemCode, version = version + 1 WHERE item_code IS NULL AND specification = @Name
                AND NOT EXISTS (SELECT FROM supplies.need o WHERE o.facility_code = n.facility_code AND o.item_code = @ItemCode AND o.state IN ('open', 'partly_met'))
            """, new { ItemCode, Name }, cancel);
        var reports = await session.ExecuteAsync("UPDATE supplies.producer_report SET item_code = @ItemCode WHERE item_code IS NULL AND specification = @Name", new { ItemCode, Name }, cancel);
        session.Audit("supplies.item-name-assigned", Name, ItemCode);
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return new AssignItemNameOutcome.Assigned(needs + reports);
    }

    /// <summary>Names that were kept and mean no item yet, with how many rows wait for each.</summary>
    public static Task<IReadOnlyList<(string Name, int Rows)>> WaitingAsync(Session session, CancellationToken cancel) =>
        session.QueryAsync<(string Name, int Rows)>("""
            SELECT specification, count(*)::int FROM (
                SELECT specification FROM supplies.need WHERE item_code IS NULL AND state IN ('open', 'partly_met')
                UNION ALL SELECT specification FROM supplies.producer_report WHERE item_code IS NULL) waiting
            GROUP BY specification ORDER BY count(*) DESC, specification LIMIT 200
            """, cancel: cancel);
}
