using Rongtong.Contracts.HealthCode;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.People;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Facts;

/// <summary>
/// Numbers of an enterprise's staff, for planning a return: who they are does not leave the module.
/// <code>
/// "I work there" (told by the person) ──> colour and where she is ──> groups by origin, tier, away, days left ──> groups under three joined ──> numbers
/// scans of the enterprise's doors ──> people of the day
/// </code>
/// </summary>
internal sealed class HeadCounts(Database database, RefreshColours refresh, IRiskTiers tiers) : IHeadCounts
{
    /// <summary>Fewer people than this are never a group of their own.</summary>
    internal const int GroupMin = 3;

    public async Task<IReadOnlyList<StaffCount>> OfStaffAsync(string enterpriseCode, DateOnly day, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var staff = await session.QueryAsync<(long Id, string Home, string Away)>("""
            SELECT p.id, p.region_code, w.away_region FROM health_code.workplace w JOIN health_code.person p ON p.id = w.person_id WHERE w.enterprise_code = @enterpriseCode
            """, new { enterpriseCode }, cancel);
        if (staff.Count < GroupMin) return [];
        var (colourOf, risk) = (await refresh.NowAsync(session.Now), await tiers.AsKnownAsync(null, cancel));
        var histories = await ReadHistory.OfManyAsync(session, [.. staff.Select(s => s.Id)], cancel);
        return Joined([.. staff.Select(person =>
        {
            var history = histories.GetValueOrDefault(person.Id) ?? PersonHistory.Empty;
            var origin = new RegionCode(Prefecture(person.Away.Length > 0 ? person.Away : OriginOf(history, person.Home, day)));
            var left = colourOf.Of(history, day, session.Now) is Colour.Colour.Yellow or Colour.Colour.Red ? colourOf.ChangesOn(history, day, session.Now).DayNumber - day.DayNumber : 0;
            return new StaffCount(origin, risk.On(origin, day), person.Away.Length > 0, left, 1);
        })]);
    }

    public async Task<int?> PresentAsync(string enterpriseCode, DateOnly day, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        return await session.QuerySingleAsync<int?>("""
            SELECT CASE WHEN count(v.id) > 0 THEN coalesce(sum(d.people), 0)::int END FROM health_code.venue v LEFT JOIN health_code.venue_day d ON d.venue_id = v.id AND d.day = @day
            WHERE v.organisation = @enterpriseCode AND v.closed_at = 'infinity'
            """, new { enterpriseCode, day }, cancel);
    }

    public async Task<IReadOnlyDictionary<string, int>> PresentAsync(DateOnly day, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var counts = await session.QueryAsync<(string Organisation, int People)>("""
            SELECT v.organisation, coalesce(sum(d.people), 0)::int FROM health_code.venue v LEFT JOIN health_code.venue_day d ON d.venue_id = v.id AND d.day = @day
            WHERE length(v.organisation) = 18 AND v.closed_at = 'infinity' GROUP BY 1 HAVING coalesce(sum(d.people), 0) = 0 OR sum(d.people) >= @GroupMin
            """, new { day, GroupMin }, cancel);
        return counts.ToDictionary(c => c.Organisation, c => c.People);
    }

    /// <summary>Groups of equals; the smallest is joined with its nearest until none is under three. The sum never changes.</summary>
    internal static IReadOnlyList<StaffCount> Joined(IReadOnlyList<StaffCount> people)
    {
        var groups = people.GroupBy(p => p with { Count = 0 }).Select(g => g.Key with { Count = g.Sum(p => p.Count) }).OrderBy(g => g.Origin.Value, StringComparer.Ordinal).ThenBy(g => g.IsolationDaysLeft).ThenBy(g => g.IsAway).ToList();
        while (groups.Count > 1 && groups.MinBy(g => g.Count) is { Count: < GroupMin } small)
        {
            groups.Remove(small);
            var near = groups.MinBy(g => Distance(g, small))!;
            // What is said of the joined group is the stricter of the two: a plan made from it never brings anybody back too early.
            var strict = near.IsolationDaysLeft >= small.IsolationDaysLeft ? near : small;
            groups[groups.IndexOf(near)] = near with { OriginTier = near.OriginTier > small.OriginTier ? near.OriginTier : small.OriginTier, IsAway = near.IsAway || small.IsAway, IsolationDaysLeft = strict.IsolationDaysLeft, Count = near.Count + small.Count };
        }
        return groups;
    }

    /// <summary>Another province weighs most, then being away, then the city, then days.</summary>
    private static int Distance(StaffCount a, StaffCount b) =>
        (Province(a) == Province(b) ? 0 : 10_000) + (a.IsAway == b.IsAway ? 0 : 5_000) + (a.Origin == b.Origin ? 0 : 1_000) + Math.Abs(a.IsolationDaysLeft - b.IsolationDaysLeft);

    private static string Province(StaffCount count) => count.Origin.Value[..2];

    /// <summary>Where she came from in the last fortnight by journeys that stand, else where she lives.</summary>
    private static string OriginOf(PersonHistory history, string home, DateOnly day) =>
        history.Facts.Where(f => f.Kind is FactKind.Trip && f.ToDay <= day && f.ToDay > day.AddDays(-14) && !f.IsDisputedAway && f.Detail.From is { Length: >= 4 }).MaxBy(f => f.ToDay)?.Detail.From ?? home;

    private static string Prefecture(string code) => code.Length > 4 ? code[..4] : code;
}
