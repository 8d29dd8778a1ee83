using System.Globalization;
using Rongtong.Observations.Calendar;
using Rongtong.Observations.Ingest;
using Rongtong.Observations.Rollup;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Controls;

namespace Rongtong.Observations.Mobility;

/// <summary>Mobility of a region beside the same lunar days of the year before: a proxy of resumption from published data.</summary>
internal sealed class MobilityReadings(Database database, ReadCache cache, Texts texts)
{
    private const int DaysShown = 120;

    /// <summary>The index by day, thousandths; the values that count.</summary>
    public Task<Dictionary<DateOnly, long>> ValuesAsync(Actor actor, string region, Quantity quantity) => cache.GetAsync(RollUp.Topic, actor, $"mobility {region} {quantity}", async () =>
    {
        await using var session = await database.BeginAsync(Actor.System);
        var rows = await session.QueryAsync<(DateOnly Day, long Value)>("""
            SELECT DISTINCT ON (o.day) o.day, o.value FROM observations.series s JOIN observations.observation o ON o.series_id = s.id JOIN observations.batch b ON b.id = o.batch_id
            WHERE s.source = @source AND s.quantity = @quantity AND s.subject = '#' || @region AND o.quality < 2 AND b.withdrawn_at IS NULL
            ORDER BY o.day, b.issued_at DESC, b.key COLLATE "C" DESC
            """, new { source = (short)Source.Mobility, quantity = (short)quantity, region });
        return rows.ToDictionary(r => r.Day, r => r.Value);
    });

    /// <summary>Intensity of the last days with data, and of their counterparts a year before; null where there is none.</summary>
    public async Task<ChartModel?> ChartAsync(Actor actor, string region)
    {
        if (region.Length == 0) return null;
        var values = await ValuesAsync(actor, region, Quantity.MobilityIntensity);
        if (values.Count == 0) return null;
        var last = values.Keys.Max();
        var days = Enumerable.Range(0, DaysShown).Select(i => last.AddDays(i + 1 - DaysShown)).Where(d => d >= values.Keys.Min()).ToArray();
        double? At(DateOnly day) => values.TryGetValue(day, out var value) ? value / 1000.0 : null;
        return new ChartModel([.. days.Select(d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))], texts["observations.mobility.unit"], texts["observations.mobility.ratio"])
        {
            Series =
            [
                new(texts["observations.mobility.now"], "line", [.. days.Select(At)]), new(texts["observations.curve.last-year"], "line", [.. days.Select(d => At(ChinaCalendar.Counterpart(d)))], Dashed: true),
                new(texts["observations.mobility.ratio"], "line", [.. days.Select(d => At(d) is { } now && At(ChinaCalendar.Counterpart(d)) is > 0 and { } then ? Math.Round(now / then * 100, 1) : (double?)null)], 1),
            ],
        };
    }
}
