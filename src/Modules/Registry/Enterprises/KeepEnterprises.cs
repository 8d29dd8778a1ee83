using Npgsql;
using NpgsqlTypes;
using Rongtong.Platform.Data;
using Rongtong.Registry.Codes;

namespace Rongtong.Registry.Enterprises;

/// <summary>What keeping a set of rows did.</summary>
/// <param name="Repeated">Codes that came several times; the last row counted.</param>
/// <param name="Outside">Codes that are held in a region outside the actor's scope; left as they are.</param>
internal sealed record KeepOutcome(long New, long Changed, long Unchanged, IReadOnlyList<string> Repeated, IReadOnlyList<string> Outside);

/// <summary>
/// Brings rows of any source into the register: files, the interface for machines, demo data.
/// <code>
/// rows ──COPY──> staged_enterprise ── code not held ──> enterprise + figures
///                                  └─ code held ──> one enterprise_change per field that differs ──> enterprise, figures
/// what was touched stays in touched_enterprise until the transaction ends, for the search for duplicates and the event
/// </code>
/// A row's empty fields leave what is held; the same rows again change nothing. Passes over n staged rows: copy, join by code, compare, write.
/// </summary>
internal sealed class KeepEnterprises(Session session, string source, long? batchId)
{
    private const int ChunkRows = 20_000;

    /// <summary>Codes named in a report; more are counted alone.</summary>
    public const int NamedMax = 20;

    private readonly List<EnterpriseRow> _chunk = [];
    private bool _isOpen;

    /// <summary>Puts a row aside.</summary>
    public async ValueTask AddAsync(EnterpriseRow row, CancellationToken cancel)
    {
        _chunk.Add(row);
        if (_chunk.Count >= ChunkRows) await CopyAsync(cancel);
    }

    /// <summary>Brings what was put aside into the tables.</summary>
    public async Task<KeepOutcome> CompleteAsync(CancellationToken cancel)
    {
        await CopyAsync(cancel);
        // Joins and sorts of a province's rows, some 60 MB each, stay in memory until the transaction ends.
        await session.ExecuteAsync("SET LOCAL work_mem = '128MB'; ANALYZE staged_enterprise", cancel: cancel);
        var repeated = await session.QueryAsync<string>("""
            WITH earlier AS (
                DELETE FROM staged_enterprise s USING (SELECT code, max(position) AS last FROM staged_enterprise GROUP BY code HAVING count(*) > 1) d
                WHERE s.code = d.code AND s.position < d.last RETURNING s.code)
            SELECT DISTINCT code FROM earlier ORDER BY code
            """, cancel: cancel);
        await FindHeldAsync(cancel);
        if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM staged_enterprise WHERE enterprise_id IS NULL)", cancel: cancel))
        {
            // New codes come from one at a time: whoever waited finds those of the other held, where two that enter the same would end each other.
            await session.ExecuteAsync("SELECT pg_advisory_xact_lock(hashtextextended('registry.new-enterprises', 0))", cancel: cancel);
            await FindHeldAsync(cancel);
        }
        var outside = await session.QueryAsync<string>("""
            DELETE FROM staged_enterprise s USING registry.enterprise e
            WHERE e.id = s.enterprise_id AND NOT platform.is_system() AND NOT platform.region_in_scope(e.region_code) RETURNING s.code
            """, cancel: cancel);
        var (added, changed, total) = (0L, 0L, 0L);
        // Each row's old and new region has been held against the actor's scope; what follows would only ask the same for every row again.
        await session.AsSystemAsync(async () =>
        {
            total = await session.QuerySingleAsync<long>("SELECT count(*) FROM staged_enterprise", cancel: cancel);
            await KeepParksAsync(cancel);
            added = await InsertAsync(cancel);
            changed = await UpdateAsync(cancel);
            await RefreshSizes.OfMergedAsync(session, source, batchId, cancel);
        }, cancel);
        return new(added, changed, total - added - changed, repeated, outside);
    }

    private Task<int> FindHeldAsync(CancellationToken cancel) =>
        session.ExecuteAsync("UPDATE staged_enterprise s SET enterprise_id = e.id FROM registry.enterprise e WHERE s.enterprise_id IS NULL AND e.code = s.code", cancel: cancel);

    /// <summary>Takes back what the batch brought: fields that are still as it left them, and entries that it added.</summary>
    public static async Task UndoAsync(Session session, long batchId, CancellationToken cancel)
    {
        await session.ExecuteAsync("SELECT FROM registry.enterprise WHERE batch_id = @batchId OR id IN (SELECT enterprise_id FROM registry.enterprise_change WHERE batch_id = @batchId) ORDER BY id FOR NO KEY UPDATE", new { batchId }, cancel);
        foreach (var field in KeptField.All)
        {
            await session.ExecuteAsync($"""
                WITH back AS (
                    UPDATE {field.Table} t SET {field.Column} = c.old::{field.Type}
                    FROM (SELECT enterprise_id, (array_agg(old ORDER BY id))[1] AS old, (array_agg(new ORDER BY id DESC))[1] AS new
                        FROM registry.enterprise_change WHERE batch_id = @batchId AND field = @Name GROUP BY enterprise_id) c
                    WHERE t.{field.Key} = c.enterprise_id AND t.{field.Column}::text IS NOT DISTINCT FROM c.new
                    RETURNING c.enterprise_id, c.old, c.new)
                INSERT INTO registry.enterprise_change (enterprise_id, field, old, new, source, recorded_at)
                SELECT enterprise_id, @Name, new, old, 'undo ' || @batchId, @now FROM back
                """, new { batchId, field.Name, now = session.Now }, cancel);
        }
        // An entry into which another was merged since stays: the other's numbers lead to it.
        await session.ExecuteAsync("""
            UPDATE registry.enterprise e SET withdrawn_at = @now
            WHERE e.batch_id = @batchId AND e.withdrawn_at IS NULL AND e.merged_into IS NULL AND NOT EXISTS (SELECT FROM registry.enterprise m WHERE m.merged_into = e.id)
            """, new { batchId, now = session.Now }, cancel);
        await session.ExecuteAsync("DELETE FROM registry.duplicate_candidate WHERE batch_id = @batchId AND state = 'open'", new { batchId }, cancel);
    }

    private async Task CopyAsync(CancellationToken cancel)
    {
        if (!_isOpen)
        {
            await session.ExecuteAsync("""
                DROP TABLE IF EXISTS staged_enterprise, touched_enterprise;
                CREATE TEMPORARY TABLE staged_enterprise (
                    position bigint GENERATED ALWAYS AS IDENTITY, code text COLLATE "C", name text, region_code text COLLATE "C", address text, industry text,
                    persons integer, revenue bigint, assets bigint, size smallint, park text, status text, registered_on date, closed_on date, enterprise_id integer) ON COMMIT DROP;
                CREATE TEMPORARY TABLE touched_enterprise (id integer PRIMARY KEY, is_new boolean) ON COMMIT DROP
                """, cancel: cancel);
            _isOpen = true;
        }
        await using var copy = await session.Connection.BeginBinaryImportAsync(
            "COPY staged_enterprise (code, name, region_code, address, industry, persons, revenue, assets, size, park, status, registered_on, closed_on) FROM STDIN (FORMAT binary)", cancel);
        // The synchronous writes only fill a buffer; awaiting each of four million would cost more than the rows.
#pragma warning disable CA1849
        foreach (var row in _chunk)
        {
            copy.StartRow();
            copy.Write(row.Code, NpgsqlDbType.Text);
            copy.Write(row.Name, NpgsqlDbType.Text);
            copy.Write(row.RegionCode, NpgsqlDbType.Text);
            Write(copy, row.Address, NpgsqlDbType.Text);
            Write(copy, row.Industry, NpgsqlDbType.Text);
            Write(copy, row.Persons, NpgsqlDbType.Integer);
            Write(copy, row.Revenue, NpgsqlDbType.Bigint);
            Write(copy, row.Assets, NpgsqlDbType.Bigint);
            copy.Write((short)SizeRule.SizeOf(row.Industry ?? "", row.Persons, row.Revenue, row.Assets), NpgsqlDbType.Smallint);
            Write(copy, row.Park, NpgsqlDbType.Text);
            Write(copy, row.Status, NpgsqlDbType.Text);
            Write(copy, row.RegisteredOn, NpgsqlDbType.Date);
            Write(copy, row.ClosedOn, NpgsqlDbType.Date);
        }
#pragma warning restore CA1849
        await copy.CompleteAsync(cancel);
        _chunk.Clear();
    }

    private static void Write(NpgsqlBinaryImporter copy, string? value, NpgsqlDbType type)
    {
        if (string.IsNullOrEmpty(value)) copy.WriteNull();
        else copy.Write(value, type);
    }

    private static void Write<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type) where T : struct
    {
        if (value is { } known) copy.Write(known, type);
        else copy.WriteNull();
    }

    private Task<int> KeepParksAsync(CancellationToken cancel) => session.ExecuteAsync(
        "INSERT INTO registry.park (region_code, name) SELECT DISTINCT region_code, park FROM staged_enterprise WHERE park IS NOT NULL ORDER BY 1, 2 ON CONFLICT DO NOTHING", cancel: cancel);

    private Task<int> InsertAsync(CancellationToken cancel) => session.ExecuteAsync("""
        WITH added AS (
            INSERT INTO registry.enterprise (code, name, region_code, address, industry, size, size_rule, park_id, status, registered_on, closed_on, source, batch_id, recorded_at)
            SELECT s.code, s.name, s.region_code, coalesce(s.address, ''), coalesce(s.industry, ''), s.size, @Version, p.id, coalesce(s.status, 'active'), s.registered_on, s.closed_on, @source, @batchId, @now
            FROM staged_enterprise s LEFT JOIN registry.park p ON p.region_code = s.region_code AND p.name = s.park
            WHERE s.enterprise_id IS NULL ORDER BY s.position
            RETURNING id, code),
        figures AS (
            INSERT INTO registry.enterprise_figure (enterprise_id, persons, revenue, assets)
            SELECT a.id, s.persons, s.revenue, s.assets FROM added a JOIN staged_enterprise s ON s.code = a.code)
        INSERT INTO touched_enterprise (id, is_new) SELECT id, true FROM added
        """, new { SizeRule.Version, source, batchId, now = session.Now }, cancel);

    private async Task<long> UpdateAsync(CancellationToken cancel)
    {
        if (!await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM staged_enterprise WHERE enterprise_id IS NOT NULL)", cancel: cancel)) return 0;
        await CompleteSizesAsync(cancel);
        await session.ExecuteAsync($"""
            INSERT INTO touched_enterprise (id, is_new) SELECT e.id, false
            FROM staged_enterprise s
            JOIN registry.enterprise e ON e.id = s.enterprise_id
            JOIN registry.enterprise_figure f ON f.enterprise_id = e.id
            LEFT JOIN registry.park p ON p.region_code = s.region_code AND p.name = s.park
            WHERE {string.Join(" OR ", KeptField.All.Select(k => $"{k.Held}::text COLLATE \"C\" IS DISTINCT FROM {k.Wanted}::text"))}
            """, cancel: cancel);
        // In the order of numbers, those that speak for merged ones included, as everybody who changes several entries: nobody waits in a circle.
        await session.ExecuteAsync("""
            SELECT FROM registry.enterprise WHERE id IN (
                SELECT id FROM touched_enterprise WHERE NOT is_new
                UNION SELECT registry.kept_id(e.id) FROM touched_enterprise t JOIN registry.enterprise e ON e.id = t.id WHERE NOT t.is_new AND e.merged_into IS NOT NULL)
            ORDER BY id FOR NO KEY UPDATE
            """, cancel: cancel);
        var changed = await session.QuerySingleAsync<long>($"""
            WITH changes AS (
                INSERT INTO registry.enterprise_change (enterprise_id, field, old, new, source, batch_id, recorded_at)
                SELECT e.id, c.field, c.old, c.new, @source, @batchId, @now
                FROM staged_enterprise s
                JOIN touched_enterprise t ON t.id = s.enterprise_id AND NOT t.is_new
                JOIN registry.enterprise e ON e.id = s.enterprise_id
                JOIN registry.enterprise_figure f ON f.enterprise_id = e.id
                LEFT JOIN registry.park p ON p.region_code = s.region_code AND p.name = s.park
                CROSS JOIN LATERAL (VALUES {string.Join(", ", KeptField.All.Select(k => $"('{k.Name}', {k.Held}::text, {k.Wanted}::text)"))}) AS c (field, old, new)
                WHERE c.old IS DISTINCT FROM c.new
                RETURNING enterprise_id)
            SELECT count(DISTINCT enterprise_id) FROM changes
            """, new { source, batchId, now = session.Now }, cancel);
        if (changed == 0) return 0;
        await session.ExecuteAsync($"""
            UPDATE registry.enterprise_figure f SET {Assignments("f.")}
            FROM staged_enterprise s JOIN touched_enterprise t ON t.id = s.enterprise_id AND NOT t.is_new WHERE f.enterprise_id = t.id
            """, cancel: cancel);
        await session.ExecuteAsync($"""
            UPDATE registry.enterprise e SET {Assignments("e.")}, size_rule = @Version, source = @source, recorded_at = @now
            FROM staged_enterprise s JOIN touched_enterprise t ON t.id = s.enterprise_id AND NOT t.is_new
                LEFT JOIN registry.park p ON p.region_code = s.region_code AND p.name = s.park
            WHERE e.id = t.id
            """, new { SizeRule.Version, source, now = session.Now }, cancel);
        return changed;
    }

    /// <summary>The staged size was made of the row alone; where the row leaves an indicator to what is held, it is made anew of both.</summary>
    private async Task CompleteSizesAsync(CancellationToken cancel)
    {
        var partial = await session.QueryAsync<(int Id, string Industry, int? Persons, long? Revenue, long? Assets)>("""
            SELECT e.id, coalesce(s.industry, e.industry), coalesce(s.persons, f.persons), coalesce(s.revenue, f.revenue), coalesce(s.assets, f.assets)
            FROM staged_enterprise s JOIN registry.enterprise e ON e.id = s.enterprise_id JOIN registry.enterprise_figure f ON f.enterprise_id = e.id
            WHERE s.industry IS NULL OR s.persons IS NULL OR s.revenue IS NULL OR s.assets IS NULL
            """, cancel: cancel);
        await session.ExecuteAsync("UPDATE staged_enterprise s SET size = r.size FROM unnest(@ids, @sizes) AS r (id, size) WHERE s.enterprise_id = r.id",
            new { ids = partial.Select(p => p.Id).ToArray(), sizes = partial.Select(p => (short)SizeRule.SizeOf(p.Industry, p.Persons, p.Revenue, p.Assets)).ToArray() }, cancel);
    }

    private static string Assignments(string table) =>
        string.Join(", ", KeptField.All.Where(k => k.Held.StartsWith(table, StringComparison.Ordinal)).Select(k => $"{k.Column} = {k.Wanted}"));
}
