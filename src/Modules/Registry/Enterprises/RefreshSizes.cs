using Rongtong.Platform.Data;
using Rongtong.Registry.Codes;

namespace Rongtong.Registry.Enterprises;

/// <summary>
/// Derives the size anew where the figures of several entries count as one: an enterprise's own figure, or where it has none the first that
/// an entry merged into it has. Nothing is copied, so that taking a merge back leaves no trace of it.
/// </summary>
internal static class RefreshSizes
{
    /// <summary>Of these entries.</summary>
    public static async Task OfAsync(Session session, IReadOnlyCollection<int> ids, string source, long? batchId, CancellationToken cancel)
    {
        var held = await session.QueryAsync<(int Id, string Industry, short Size, int? Persons, long? Revenue, long? Assets)>($"""
            SELECT e.id, e.industry, e.size, {EffectiveFigure("persons")}, {EffectiveFigure("revenue")}, {EffectiveFigure("assets")}
            FROM registry.enterprise e LEFT JOIN registry.enterprise_figure f ON f.enterprise_id = e.id WHERE e.id = ANY (@ids) ORDER BY e.id
            """, new { ids = ids.ToArray() }, cancel);
        foreach (var e in held)
        {
            var size = (short)SizeRule.SizeOf(e.Industry, e.Persons, e.Revenue, e.Assets);
            if (size == e.Size) continue;
            await session.ExecuteAsync("""
                WITH log AS (INSERT INTO registry.enterprise_change (enterprise_id, field, old, new, source, batch_id, recorded_at) VALUES (@Id, 'size', @was, @now_is, @source, @batchId, @now))
                UPDATE registry.enterprise SET size = @size, size_rule = @Version WHERE id = @Id
                """,
                new { e.Id, size, SizeRule.Version, source, batchId, now = session.Now, was = Text(e.Size), now_is = Text(size) }, cancel);
        }
    }

    /// <summary>Of the entries touched in this transaction that others were merged into, or that were merged into others.</summary>
    public static async Task OfMergedAsync(Session session, string source, long? batchId, CancellationToken cancel)
    {
        var kept = await session.QueryAsync<int>("""
            SELECT DISTINCT registry.kept_id(t.id) FROM touched_enterprise t JOIN registry.enterprise e ON e.id = t.id
            WHERE NOT t.is_new AND (e.merged_into IS NOT NULL OR EXISTS (SELECT FROM registry.enterprise m WHERE m.merged_into = e.id))
            """, cancel: cancel);
        if (kept.Count > 0) await OfAsync(session, kept, source, batchId, cancel);
    }

    /// <summary>The figure that counts for enterprise e with own figures f: one value for all entries that are one enterprise, never a sum.</summary>
    public static string EffectiveFigure(string figure) => $"""
        coalesce(f.{figure}, (SELECT mf.{figure} FROM registry.members(e.id) AS m (id) JOIN registry.enterprise_figure mf ON mf.enterprise_id = m.id
            WHERE mf.{figure} IS NOT NULL AND EXISTS (SELECT FROM registry.enterprise c WHERE c.merged_into = e.id) ORDER BY m.id LIMIT 1))
        """;

    private static string Text(short size) => size.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
