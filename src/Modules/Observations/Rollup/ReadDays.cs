using System.Globalization;
using NpgsqlTypes;
using Rongtong.Observations.Ingest;
using Rongtong.Platform.Data;

namespace Rongtong.Observations.Rollup;

/// <summary>Reads the stored rows of days that stand side by side; what counts of each series on each day is settled on the way.</summary>
internal static class ReadDays
{
    /// <summary>
    /// Order of deliveries by when they were issued, by number; 0 for withdrawn ones and for those that were not there yet. Rows of a delivery
    /// that is committed later are passed over by the caller's reading, and its marks, which this count has not deleted, bring the day again.
    /// </summary>
    public static async Task<int[]> RanksAsync(Session session, CancellationToken cancel)
    {
        var ids = await session.QueryAsync<int>("SELECT id FROM observations.batch WHERE withdrawn_at IS NULL ORDER BY issued_at, key COLLATE \"C\", source", cancel: cancel);
        var ranks = new int[ids.Count == 0 ? 1 : ids.Max() + 1];
        for (var i = 0; i < ids.Count; i++) ranks[ids[i]] = i + 1;
        return ranks;
    }

    public static async Task<Dictionary<DateOnly, DayValues>> RunAsync(Session session, DateOnly first, DateOnly last, Dimensions dimensions, int[] ranks, CancellationToken cancel)
    {
        var values = new DayValues[last.DayNumber - first.DayNumber + 1];
        for (var i = 0; i < values.Length; i++) values[i] = new(first.AddDays(i), dimensions.SeriesWidth);
        // Three fields instead of five: with a hundred million rows, each field of each row is seconds on both sides of the line.
        var sql = string.Create(CultureInfo.InvariantCulture, $"""
            COPY (SELECT value, (series_id::bigint << 32) | batch_id, ((day - date '{first:yyyy-MM-dd}') << 8) | quality FROM observations.observation
            WHERE day BETWEEN '{first:yyyy-MM-dd}' AND '{last:yyyy-MM-dd}') TO STDOUT (FORMAT BINARY)
            """);
        await using var copy = await session.Connection.BeginBinaryExportAsync(sql, cancel);
        copy.Timeout = Months.PassTimeMax;
        // The reader is buffered: awaiting each field would cost more than the field.
#pragma warning disable CA1849
        while (copy.StartRow() >= 0)
        {
            var value = copy.Read<long>(NpgsqlDbType.Bigint);
            var seriesAndBatch = copy.Read<long>(NpgsqlDbType.Bigint);
            var dayAndQuality = copy.Read<int>(NpgsqlDbType.Integer);
            var batch = (int)(seriesAndBatch & int.MaxValue);
            values[dayAndQuality >> 8].Take((int)(seriesAndBatch >> 32), value, (Quality)(dayAndQuality & 0xFF), batch < ranks.Length ? ranks[batch] : 0);
        }
#pragma warning restore CA1849
        return values.ToDictionary(v => v.Day);
    }
}
