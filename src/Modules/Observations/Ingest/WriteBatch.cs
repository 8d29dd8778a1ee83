using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Rongtong.Platform.Data;

namespace Rongtong.Observations.Ingest;

/// <summary>What a delivery is, beside its rows.</summary>
/// <param name="Key">Of the sender, unique per source: the same delivery again is recognised by it.</param>
/// <param name="IssuedAt">When the source issued it: of two values of a day the one issued later counts.</param>
/// <param name="ImportId">Import that it is part of.</param>
internal sealed record BatchHead(Source Source, string Key, string ContentSha256, string Method, string Author, DateTimeOffset IssuedAt, long? ImportId = null);

/// <summary>What became of a delivery.</summary>
internal sealed record BatchAnswer(int Batch, int Rows, int NewSeries, int UnknownMeters, IReadOnlyDictionary<string, int> Flagged, IReadOnlyList<LineReject> Rejected, int RejectedLines)
{
    public bool Repeated { get; init; }
}

/// <summary>A line that could not be read.</summary>
internal sealed record LineReject(int Line, string Reason);

/// <summary>How a delivery may end.</summary>
internal abstract record BatchOutcome
{
    public sealed record Written(BatchAnswer Answer) : BatchOutcome;

    /// <summary>The key is known with the same content: nothing is written, the first answer stands.</summary>
    public sealed record Repeated(BatchAnswer Answer) : BatchOutcome;

    /// <summary>The key is known with other content.</summary>
    public sealed record KeyTaken(DateTimeOffset RecordedAt) : BatchOutcome;
}

/// <summary>Writes a delivery into the session: batch, rows by COPY into the months' tables, marks of the days that must be counted anew.</summary>
internal sealed class WriteBatch(Months months)
{
    /// <summary>Topic announced when days wait to be counted.</summary>
    public const string DirtyTopic = "observations.dirty";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>The session must be the system's or inside <see cref="Session.AsSystemAsync"/>; <paramref name="fresh"/> are months whose tables the session has made and not attached.</summary>
    public async Task<BatchOutcome> RunAsync(Session session, BatchHead head, Delivery delivery, Func<int, BatchAnswer> answer, IReadOnlySet<DateOnly>? fresh, CancellationToken cancel)
    {
        var id = await session.QuerySingleOrDefaultAsync<int?>("""
            INSERT INTO observations.batch (source, key, content_sha256, method, author, issued_at, recorded_at, rows, answer, import_id)
            VALUES (@source, @Key, @ContentSha256, @Method, @Author, @IssuedAt, @now, @rows, '{}', @ImportId) ON CONFLICT (source, key) DO NOTHING RETURNING id
            """, new { source = (short)head.Source, head.Key, head.ContentSha256, head.Method, head.Author, IssuedAt = head.IssuedAt.ToUniversalTime(), now = session.Now, rows = delivery.Rows.Count, head.ImportId }, cancel);
        if (id is not { } batch) return await KnownAsync(session, head, cancel);
        var said = answer(batch);
        await session.ExecuteAsync("UPDATE observations.batch SET answer = @said::jsonb WHERE id = @batch", new { said = JsonSerializer.Serialize(said, s_json), batch }, cancel);
        var days = new HashSet<DateOnly>();
        foreach (var row in delivery.Rows) days.Add(row.Day);
        foreach (var month in days.Select(Months.Of).Distinct().Order())
        {
            if (fresh?.Contains(month) != true) await months.EnsureAsync(month, cancel);
            await CopyAsync(session.Connection, month, batch, delivery.Rows, cancel);
        }
        // Yesterday's values tell whether today's are a repetition, so the day after is counted anew as well.
        DateOnly[] marks = [.. days.Concat(days.Select(d => d.AddDays(1))).Distinct()];
        await session.ExecuteAsync("INSERT INTO observations.dirty_day (day) SELECT unnest(@marks)", new { marks }, cancel);
        await session.AnnounceAsync(DirtyTopic, cancel);
        return new BatchOutcome.Written(said);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, DateOnly month, int batch, IReadOnlyList<Arrival> rows, CancellationToken cancel)
    {
        var next = month.AddMonths(1);
        await using var copy = await connection.BeginBinaryImportAsync($"COPY {Months.TableOf(month)} (value, series_id, batch_id, day, quality) FROM STDIN (FORMAT BINARY)", cancel);
        copy.Timeout = Months.PassTimeMax;
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            if (row.Day < month || row.Day >= next) continue;
            // The synchronous writes only fill a buffer; awaiting each would cost more than the row.
#pragma warning disable CA1849
            copy.StartRow();
            copy.Write(row.Value, NpgsqlDbType.Bigint);
            copy.Write(row.Series, NpgsqlDbType.Integer);
            copy.Write(batch, NpgsqlDbType.Integer);
            copy.Write(row.Day, NpgsqlDbType.Date);
            copy.Write((short)row.Quality, NpgsqlDbType.Smallint);
#pragma warning restore CA1849
        }
        await copy.CompleteAsync(cancel);
    }

    private static async Task<BatchOutcome> KnownAsync(Session session, BatchHead head, CancellationToken cancel)
    {
        var known = await session.QuerySingleAsync<(string Sha, string Answer, DateTime RecordedAt)>(
            "SELECT content_sha256, answer::text, recorded_at FROM observations.batch WHERE source = @source AND key = @Key", new { source = (short)head.Source, head.Key }, cancel);
        return known.Sha == head.ContentSha256 ? new BatchOutcome.Repeated(JsonSerializer.Deserialize<BatchAnswer>(known.Answer, s_json)! with { Repeated = true })
            : new BatchOutcome.KeyTaken(new DateTimeOffset(known.RecordedAt, TimeSpan.Zero));
    }
}
