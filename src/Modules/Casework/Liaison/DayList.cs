using Rongtong.Casework.Cases;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Casework.Liaison;

/// <summary>What an officer has to do today: cases first by how bad their lateness is, then visits that are due.</summary>
internal sealed record DayList(IReadOnlyList<CaseFile> Cases, IReadOnlyList<DayList.VisitDue> Visits)
{
    /// <summary>Lines of each kind: more than anybody does in a day.</summary>
    public const int LinesMax = 50;

    public sealed record VisitDue
    {
        public int Id { get; init; }
        public string Name { get; init; } = "";
        public string RegionCode { get; init; } = "";

        /// <summary>Null for an enterprise that nobody has ever visited.</summary>
        public DateOnly? LastDay { get; init; }
    }

    public static async Task<DayList> ReadAsync(Session session, CancellationToken cancel)
    {
        var today = ChinaDay.Of(session.Now);
        var me = session.Actor.Id;
        // Mine, and those of my regions that nobody has taken: late ones, then by urgency, then by when the answer is due. Asked-back ones wait for others.
        var cases = await session.QueryAsync<CaseFile>($"""
            SELECT {CaseFile.Columns} FROM casework.case_file WHERE stage IN ('open', 'accepted') AND (owner_id = @me OR owner_id IS NULL)
            ORDER BY due_at <= @now DESC, array_position(ARRAY['critical','urgent','normal'], urgency), due_at, id LIMIT @LinesMax
            """, new { me, now = session.Now, LinesMax }, cancel);
        var visits = await session.QueryAsync<VisitDue>("""
            SELECT e.id, e.name, e.region_code, v.last_day FROM casework.assignment a JOIN casework.enterprise e ON e.id = a.enterprise_id
            LEFT JOIN LATERAL (SELECT max(day) AS last_day FROM casework.visit x WHERE x.enterprise_id = e.id) v ON true
            WHERE a.officer_id = @me AND a.from_day <= @today AND (a.to_day IS NULL OR a.to_day >= @today) AND coalesce(v.last_day, '-infinity') <= @before
            ORDER BY coalesce(v.last_day, '-infinity'), e.id LIMIT @LinesMax
            """, new { me, today, before = today.AddDays(-CaseRules.Current.VisitEveryDays), LinesMax }, cancel);
        return new(cases, visits);
    }
}
