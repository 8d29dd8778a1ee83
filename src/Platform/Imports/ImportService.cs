using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Platform.Imports;

/// <summary>Runs and undoes imports; see <see cref="IImportKind"/> for the way of a row. Used by the command line and by pages alike.</summary>
public sealed class ImportService(Database database, IEnumerable<IImportKind> kinds, DatabasePlace? place = null)
{
    /// <summary>Rejected fields kept in the report and in the database; more are counted only.</summary>
    public const int RejectsKeptMax = 10_000;

    /// <summary>Largest file, bytes.</summary>
    public const long FileBytesMax = 8L << 30;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>What can be imported.</summary>
    public IReadOnlyList<IImportKind> Kinds { get; } = [.. kinds.OrderBy(k => k.Name, StringComparer.Ordinal)];

    /// <summary>Imports a file: all accepted rows, or nothing.</summary>
    /// <exception cref="ImportFileException">The file cannot be used, or the database was lost or its disk is full; the message says what became of the rows.</exception>
    public async Task<ImportReport> RunAsync(
        IImportKind kind, Stream file, string fileName, ImportOptions options, Actor actor, IProgress<ImportProgress>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(options);
        if (file.Length > FileBytesMax) throw new ImportFileException("import.file.too-large", FileBytesMax >> 30);
        try
        {
            await MarkInterruptedAsync(cancel);
            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel));
            file.Position = 0;
            var batchId = await BeginBatchAsync(kind, fileName, hash, file.Length, actor, cancel);
            try
            {
                return await LoadAsync(kind, file, fileName, hash, options, actor, batchId, progress, cancel);
            }
            catch (Exception e)
            {
                await TryMarkFailedAsync(batchId, e);
                throw;
            }
        }
        catch (NpgsqlException e) when (DatabasePlace.WhyUnavailable(e, place) is { } reason)
        {
            throw new ImportFileException(reason.TextKey, reason.Where);
        }
    }

    /// <summary>Takes an import back. False when there is no such finished batch.</summary>
    public async Task<bool> UndoAsync(long batchId, Actor actor, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(actor, cancel);
        var kindName = await session.QuerySingleOrDefaultAsync<string>("SELECT kind FROM platform.import_batch WHERE id = @batchId AND status = 'done' FOR UPDATE", new { batchId }, cancel);
        if (Kinds.FirstOrDefault(k => k.Name == kindName) is not { } kind) return false;
        await kind.UndoAsync(session, batchId, cancel);
        await session.ExecuteAsync("UPDATE platform.import_batch SET status = 'undone' WHERE id = @batchId", new { batchId }, cancel);
        session.Audit("import.undone", $"{kind.Name} {batchId}");
        await session.CommitAsync(cancel);
        return true;
    }

    private async Task<ImportReport> LoadAsync(
        IImportKind kind, Stream file, string fileName, string hash, ImportOptions options, Actor actor, long batchId, IProgress<ImportProgress>? progress, CancellationToken cancel)
    {
        using var table = TableFile.Open(file);
        await using var session = await database.BeginAsync(actor, cancel);
        // Merging a gigabyte of rows is one statement of minutes.
        session.StatementSeconds = 0;
        // Held until the transaction ends, however it ends: a batch still "running" without it was interrupted.
        await session.ExecuteAsync("SELECT pg_advisory_xact_lock(@key, @id)", new { key = LockSpace, id = (int)(batchId % int.MaxValue) }, cancel);
        var columns = await MapHeaderAsync(kind, table, options, session, cancel);
        var knownFrom = options.KnownFrom?.ToUniversalTime() ?? session.Now;
        // Nothing could be corrected before that instant had come.
        if (knownFrom > session.Now) throw new ImportFileException("import.known-in-future", knownFrom.ToString("yyyy-MM-dd HH:mm'Z'", System.Globalization.CultureInfo.InvariantCulture));
        var context = new ImportContext(session, batchId, knownFrom, options.Extra);
        var sink = kind.Begin(context);
        var rejects = new List<ImportReject>();
        var (rows, rejected) = (0L, 0L);
        while (table.Read())
        {
            cancel.ThrowIfCancellationRequested();
            rows++;
            var row = new ImportRow(table.Line, table.Fields, columns);
            if (table.Fields.Count > columns[""].Index) row.Reject("", "import.expected.fewer-fields");
            if (row.Rejects.Count == 0) await sink.AddAsync(row, cancel);
            if (row.Rejects.Count > 0)
            {
                rejected++;
                if (rejects.Count < RejectsKeptMax) rejects.AddRange(row.Rejects);
            }
            if (rows % 1_000 == 0) progress?.Report(new(file.Position, file.Length, rows, rejected));
        }
        if (rows == 0) throw new ImportFileException("import.file.no-rows");
        if (options.IsStrict && rejected > 0) throw new ImportFileException("import.file.strict", rejected, rejects[0].Line, rejects[0].Column, rejects[0].Value);
        var outcome = await sink.CompleteAsync(cancel);
        await KeepRejectsAsync(session, batchId, rejects, cancel);
        await session.ExecuteAsync("""
            UPDATE platform.import_batch SET status = 'done', finished_at = @now, rows_read = @rows, rows_new = @New, rows_changed = @Changed,
                rows_unchanged = @Unchanged, rows_rejected = @rejected, findings = @findings::jsonb WHERE id = @batchId
            """, new { now = session.Now, rows, outcome.New, outcome.Changed, outcome.Unchanged, rejected, findings = JsonSerializer.Serialize(outcome.Findings, s_json), batchId }, cancel);
        session.Audit("import.done", $"{kind.Name} {batchId}", $"{rows} rows, {rejected} rejected, sha256 {hash}");
        try
        {
            await session.CommitAsync(cancel);
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            // The line broke after the commit was sent: it may have arrived.
            throw new ImportFileException("import.database.uncertain");
        }
        progress?.Report(new(file.Length, file.Length, rows, rejected));
        return new(batchId, kind.Name, fileName, rows, outcome.New, outcome.Changed, outcome.Unchanged, rejected, rejects, outcome.Findings);
    }

    /// <summary>Which column each header means. The entry "" holds the width of the header, to see rows that are longer.</summary>
    private static async Task<IReadOnlyDictionary<string, (int Index, string Header)>> MapHeaderAsync(IImportKind kind, ITableFile table, ImportOptions options, Session session, CancellationToken cancel)
    {
        if (!table.Read()) throw new ImportFileException("import.file.empty");
        string[] headers = [.. table.Fields.Select(h => h.Trim().TrimStart('\uFEFF'))];
        var mapping = new Dictionary<string, string>(options.Mapping.ToDictionary(m => Normalise(m.Key), m => m.Value));
        if (options.MappingName is { } name)
        {
            var saved = await session.QuerySingleOrDefaultAsync<string>("SELECT header_to_column::text FROM platform.import_mapping WHERE kind = @kindName AND name = @name", new { kindName = kind.Name, name }, cancel)
                ?? throw new ImportFileException("import.file.no-mapping", name);
            foreach (var (header, column) in JsonSerializer.Deserialize<Dictionary<string, string>>(saved)!) mapping.TryAdd(Normalise(header), column);
        }
        var columns = new Dictionary<string, (int, string)>();
        for (var i = 0; i < headers.Length; i++)
        {
            var wanted = Normalise(headers[i]);
            var key = mapping.GetValueOrDefault(wanted) ?? kind.Columns.FirstOrDefault(c => Normalise(c.Key) == wanted || c.Aliases.Any(a => Normalise(a) == wanted))?.Key;
            if (key is null) continue;
            if (kind.Columns.All(c => c.Key != key)) throw new ImportFileException("import.file.unknown-column", key, string.Join(", ", kind.Columns.Select(c => c.Key)));
            if (!columns.TryAdd(key, (i, headers[i]))) throw new ImportFileException("import.file.duplicate-column", headers[i], key);
        }
        string[] missing = [.. kind.Columns.Where(c => c.IsRequired && !columns.ContainsKey(c.Key)).Select(c => c.Key)];
        if (missing.Length > 0) throw new ImportFileException("import.file.missing-columns", string.Join(", ", missing), string.Join(", ", headers.Take(30)));
        columns[""] = (headers.Length, "");
        if (options.SaveMappingAs is { } saveAs)
        {
            await session.ExecuteAsync("""
                INSERT INTO platform.import_mapping (kind, name, header_to_column, saved_by) VALUES (@Name, @saveAs, @json::jsonb, @by)
                ON CONFLICT (kind, name) DO UPDATE SET header_to_column = excluded.header_to_column, saved_by = excluded.saved_by
                """, new { kind.Name, saveAs, json = JsonSerializer.Serialize(options.Mapping), by = session.Actor.Id }, cancel);
        }
        return columns;
    }

    private static string Normalise(string header) =>
        string.Concat(header.Normalize(NormalizationForm.FormKC).Where(c => !char.IsWhiteSpace(c) && c is not ('_' or '-'))).ToUpperInvariant();

    private static Task KeepRejectsAsync(Session session, long batchId, IReadOnlyList<ImportReject> rejects, CancellationToken cancel) => session.ExecuteAsync("""
        INSERT INTO platform.import_reject (batch_id, line, position, column_name, value, text_key)
        SELECT @batchId, line, position, column_name, value, text_key
        FROM unnest(@lines, @columns, @values, @keys) WITH ORDINALITY AS r (line, column_name, value, text_key, position)
        """,
        new
        {
            batchId,
            lines = rejects.Select(r => r.Line).ToArray(),
            columns = rejects.Select(r => r.Column).ToArray(),
            values = rejects.Select(r => r.Value).ToArray(),
            keys = rejects.Select(r => r.TextKey).ToArray(),
        }, cancel);

    private const int LockSpace = 0x494D_5054;

    private async Task<long> BeginBatchAsync(IImportKind kind, string fileName, string hash, long size, Actor actor, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(actor, cancel);
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO platform.import_batch (kind, file_name, content_sha256, size_bytes, actor, started_at)
            VALUES (@Name, @fileName, @hash, @size, @actor, @now) RETURNING id
            """, new { kind.Name, fileName, hash, size, actor = actor.Id, now = session.Now }, cancel);
        await session.CommitAsync(cancel);
        return id;
    }

    /// <summary>Batches that say "running" although nobody holds their lock ended with their host or database.</summary>
    private async Task MarkInterruptedAsync(CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        await session.ExecuteAsync("""
            UPDATE platform.import_batch SET status = 'failed', failure = 'interrupted', finished_at = @now
            WHERE status = 'running' AND started_at < @now - interval '1 minute' AND pg_try_advisory_xact_lock(@key, (id % 2147483647)::int)
            """, new { now = session.Now, key = LockSpace }, cancel);
        await session.CommitAsync(cancel);
    }

    private async Task TryMarkFailedAsync(long batchId, Exception cause)
    {
        try
        {
            await using var session = await database.BeginAsync(Actor.System, CancellationToken.None);
            await session.ExecuteAsync("UPDATE platform.import_batch SET status = 'failed', failure = @why, finished_at = @now WHERE id = @batchId AND status = 'running'",
                new { why = cause is ImportFileException ? cause.Message : cause.GetType().Name, now = session.Now, batchId }, CancellationToken.None);
            await session.CommitAsync(CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // The database is what failed; the next import marks the batch as interrupted.
        }
    }
}
