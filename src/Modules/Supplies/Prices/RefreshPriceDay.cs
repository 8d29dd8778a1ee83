using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;

namespace Rongtong.Supplies.Prices;

/// <summary>
/// The published figures of a good and a day, for a county and the regions around it: quartiles over shops, each shop once by its own median, so
/// that many reports of one shop, or by one angry person, weigh as one.
/// </summary>
internal static class RefreshPriceDay
{
    public const string Topic = "supplies.prices";

    /// <summary>Shops from which a figure is published: with fewer, one false report would be the figure.</summary>
    public const int ShopsMin = 3;

    /// <summary>Day of the reference price that the public table compares with: before the first emergency response, 23 January 2020.</summary>
    public static readonly DateOnly ReferenceDay = new(2020, 1, 23);

    public static async Task RunAsync(Session session, string item, string region, DateOnly day, CancellationToken cancel)
    {
        foreach (var code in new[] { "", region.Length >= 2 ? region[..2] : region, region.Length >= 4 ? region[..4] : region, region }.Distinct())
        {
            var reference = await RecordPriceReport.ReferenceAsync(session, item, code, ReferenceDay, cancel);
            await session.ExecuteAsync("""
                WITH shop AS (
                    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY price_fen) AS price, count(*) AS reports FROM supplies.price_report
                    WHERE item = @item AND seen_on = @day AND region_code ^@ @code GROUP BY region_code, shop_key)
                INSERT INTO supplies.price_day (region_code, item, day, shops, reports, q1_fen, median_fen, q3_fen, reference_fen)
                SELECT @code, @item, @day, count(*), coalesce(sum(reports), 0),
                    CASE WHEN count(*) >= @ShopsMin THEN percentile_disc(0.25) WITHIN GROUP (ORDER BY price) END,
                    CASE WHEN count(*) >= @ShopsMin THEN percentile_disc(0.5) WITHIN GROUP (ORDER BY price) END,
                    CASE WHEN count(*) >= @ShopsMin THEN percentile_disc(0.75) WITHIN GROUP (ORDER BY price) END, @reference
                FROM shop
                ON CONFLICT (item, region_code, day) DO UPDATE SET shops = excluded.shops, reports = excluded.reports, q1_fen = excluded.q1_fen, median_fen = excluded.median_fen, q3_fen = excluded.q3_fen, reference_fen = excluded.reference_fen
                """, new { code, item, day, ShopsMin, reference = reference?.PriceFen }, cancel);
        }
        await session.AnnounceAsync(Topic, cancel);
    }
}

/// <summary>Throws the salts of past days away, and with them what made two reports recognisable as one sender's.</summary>
internal sealed class DeleteSalts : IJob
{
    private const int KeptDays = 7;

    public string Name => "supplies.delete-price-salts";

    public TimeSpan Every => TimeSpan.FromHours(6);

    public Task RunAsync(Session session, CancellationToken cancel) =>
        session.ExecuteAsync("DELETE FROM supplies.price_salt WHERE day < @before", new { before = ChinaDay.Of(session.Now).AddDays(-KeptDays) }, cancel);
}
