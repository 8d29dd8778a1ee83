using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;

namespace Rongtong.Outbreak.Tiers;

/// <summary>
/// Brings the stored tier periods of regions in step with their facts: periods that changed are closed and opened anew, so that the history
/// of what was decided stays. Tiers exist for prefectures and counties; provinces and statistical areas have none.
/// </summary>
internal static class RefreshTiers
{
    public static async Task RunAsync(
        Session session, IRegionTree tree, IReadOnlyDictionary<RegionCode, CaseSeries> series, IReadOnlyCollection<RegionCode>? only, CancellationToken cancel)
    {
        if (series.Count == 0) return;
        var lastDay = series.Values.Max(s => s.LastDay);
        var findings = (await FindingsAsync(session, null, cancel)).ToLookup(f => f.RegionCode);
        var stored = (await session.QueryAsync<TierPeriod>(
            "SELECT region_code, from_day, to_day, tier, is_provisional FROM outbreak.tier_period WHERE known_until = 'infinity'", cancel: cancel)).ToLookup(p => p.RegionCode);
        var (close, open) = (new List<TierPeriod>(), new List<TierPeriod>());
        foreach (var (code, own) in series)
        {
            if (only is not null && !only.Contains(code)) continue;
            if (tree.Find(code) is not { IsStatistical: false, Level: RegionLevel.Prefecture or RegionLevel.County }) continue;
            var periods = TierRules.Periods(TierRules.Current, own, lastDay, [.. findings[code.Value]]);
            var before = stored[code.Value].ToHashSet();
            open.AddRange(periods.Where(p => !before.Remove(p)));
            close.AddRange(before);
        }
        // A region whose rows were all taken back has no series any more.
        if (only is null) close.AddRange(stored.Where(g => !series.ContainsKey(new(g.Key))).SelectMany(g => g));

        var now = session.Now;
        await session.ExecuteAsync("""
            UPDATE outbreak.tier_period t SET known_until = @now
            FROM unnest(@codes, @days::date[]) AS c (code, day) WHERE t.region_code = c.code AND t.from_day = c.day AND t.known_until = 'infinity'
            """, new { now, codes = close.Select(p => p.RegionCode).ToArray(), days = Days(close, p => p.FromDay) }, cancel);
        await session.ExecuteAsync("""
            INSERT INTO outbreak.tier_period (region_code, from_day, to_day, tier, is_provisional, rule_version, known_from)
            SELECT code, from_day, to_day, tier, provisional, @version, @now
            FROM unnest(@codes, @from::date[], @to::date[], @tiers, @provisional) AS p (code, from_day, to_day, tier, provisional)
            """,
            new
            {
                now,
                version = TierRules.Current.Document.Version,
                codes = open.Select(p => p.RegionCode).ToArray(),
                from = Days(open, p => p.FromDay),
                to = Days(open, p => p.ToDay),
                tiers = open.Select(p => p.Tier).ToArray(),
                provisional = open.Select(p => p.IsProvisional).ToArray(),
            }, cancel);
        string[] changed = [.. open.Concat(close).Select(p => p.RegionCode).Distinct().Order(StringComparer.Ordinal)];
        if (changed.Length > 0) await session.PublishAsync(TiersChanged.Kind, "tiers", new TiersChanged(changed), cancel);
    }

    public static Task<IReadOnlyList<ClusterFinding>> FindingsAsync(Session session, string? region, CancellationToken cancel) => session.QueryAsync<ClusterFinding>("""
        SELECT id, region_code, from_day, to_day, is_cluster, evidence, author, known_from FROM outbreak.cluster_finding
        WHERE known_until = 'infinity' AND (@region::text IS NULL OR region_code = @region) ORDER BY from_day, id
        """, new { region }, cancel);

    private static string[] Days(List<TierPeriod> periods, Func<TierPeriod, DateOnly> day) =>
        [.. periods.Select(p => day(p).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture))];
}
