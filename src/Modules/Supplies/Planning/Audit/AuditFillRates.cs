using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;

namespace Rongtong.Supplies.Planning.Audit;

/// <summary>
/// Counts every hour how towns and cities, small and large facilities are served: by the plans of thirty days, and by what was received. Only needs
/// that people asked for with an amount count: a range has no rate, an estimate no receiver.
/// </summary>
internal sealed class AuditFillRates : IJob
{
    /// <summary>Announced when the published rates have been counted anew.</summary>
    internal const string Topic = "supplies.audit";

    private const int Days = 30;

    /// <summary>Needs counted, the latest first; beyond, more change no interval that one can read.</summary>
    private const int NeedsMax = 500_000;

    public string Name => "supplies.audit-fill-rates";

    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        var since = session.Now.AddDays(-Days);
        // Of several plans of one need the last counts, or a need would be counted as often as it was planned.
        var planned = await session.QueryAsync<(string, string, string, short, long, long)>("""
            SELECT DISTINCT ON (n.need_id) n.facility_code, n.region_code, f.size_class, n.tier, n.needed, n.needed - n.missed
            FROM supplies.plan_need n JOIN supplies.plan p ON p.id = n.plan_id JOIN supplies.facility f ON f.code = n.facility_code
            WHERE p.created_at >= @since AND n.amount_kind = 'known' AND n.need_id IS NOT NULL AND n.tier <= 4 ORDER BY n.need_id DESC, n.plan_id DESC LIMIT @NeedsMax
            """, new { since, NeedsMax }, cancel);
        var received = await session.QueryAsync<(string, string, string, short, long, long)>("""
            SELECT n.facility_code, n.region_code, f.size_class, n.tier, n.quantity, n.met_quantity FROM supplies.need n JOIN supplies.facility f ON f.code = n.facility_code
            WHERE n.asked_at >= @since AND n.amount_kind = 'known' AND n.is_verified AND n.state NOT IN ('met_elsewhere', 'no_longer_needed') ORDER BY n.id DESC LIMIT @NeedsMax
            """, new { since, NeedsMax }, cancel);
        await session.ExecuteAsync("DELETE FROM supplies.fill_audit", cancel: cancel);
        foreach (var (basis, rows) in new[] { ("plans", planned), ("receipts", received) })
        {
            FilledNeed[] needs = [.. rows.Select(r => new FilledNeed(r.Item1, FillRates.PlaceClass(r.Item2), r.Item3, r.Item4, r.Item5, r.Item6))];
            await KeepAsync(session, basis, "place", FillRates.Of(needs, n => n.Place), cancel);
            await KeepAsync(session, basis, "size", FillRates.Of(needs, n => n.Size is "small" or "large" ? n.Size : null), cancel);
        }
        await session.AnnounceAsync(Topic, cancel);
    }

    private static async Task KeepAsync(Session session, string basis, string compared, IReadOnlyList<GroupRates> groups, CancellationToken cancel)
    {
        foreach (var group in groups)
        {
            await session.ExecuteAsync("""
                INSERT INTO supplies.fill_audit (basis, compared, class, tier, facilities, needs, whole, whole_low, whole_high, filled, filled_low, filled_high, computed_at)
                VALUES (@basis, @compared, @Class, @Tier, @Facilities, @Needs, @Whole, round(@WholeLow::numeric, 6), round(@WholeHigh::numeric, 6), round(@Filled::numeric, 6), round(@FilledLow::numeric, 6), round(@FilledHigh::numeric, 6), @Now)
                """, new { basis, compared, group.Class, group.Tier, group.Facilities, group.Needs, group.Whole, group.WholeLow, group.WholeHigh, group.Filled, group.FilledLow, group.FilledHigh, session.Now }, cancel);
        }
    }
}
