using System.Globalization;
using Rongtong.Casework.Calendar;
using Rongtong.Casework.Cases;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Casework.Liaison;

/// <summary>Something found on a visit that somebody must solve.</summary>
internal sealed record Finding(string Category, string Words);

/// <summary>What came of writing down a visit.</summary>
internal abstract record VisitOutcome
{
    private VisitOutcome() { }

    public sealed record Recorded(long Id) : VisitOutcome;

    /// <param name="Field">enterprise, day, note, category or finding.</param>
    public sealed record Wrong(string Field) : VisitOutcome;
}

/// <summary>An officer writes down a visit and what it found.</summary>
internal sealed record RecordVisit(int EnterpriseId, DateOnly Day, string Note, IReadOnlyList<Finding> Findings)
{
    /// <summary>Days after a visit within which it can be written down.</summary>
    public const int LateDaysMax = 30;

    /// <summary>Findings of a visit.</summary>
    public const int FindingsMax = 10;

    public async Task<VisitOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        var today = ChinaDay.Of(session.Now);
        if (Day > today || Day < today.AddDays(-LateDaysMax)) return new VisitOutcome.Wrong("day");
        if (string.IsNullOrWhiteSpace(Note) || Note.Length > CaseFlow.WordsLengthMax) return new VisitOutcome.Wrong("note");
        if (Findings.Count > FindingsMax || Findings.Any(f => string.IsNullOrWhiteSpace(f.Words) || f.Words.Length > CaseFlow.WordsLengthMax)) return new VisitOutcome.Wrong("finding");
        if (Findings.Any(f => !CaseRules.CategoriesOfPeople.Contains(f.Category))) return new VisitOutcome.Wrong("category");
        if (await session.QuerySingleOrDefaultAsync<string>("SELECT region_code FROM casework.enterprise WHERE id = @EnterpriseId", new { EnterpriseId }, cancel) is not { } region) return new VisitOutcome.Wrong("enterprise");
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO casework.visit (enterprise_id, region_code, officer_id, officer_name, day, note, recorded_at) VALUES (@EnterpriseId, @region, @Id, @Name, @Day, @note, @now) RETURNING id
            """, new { EnterpriseId, region, session.Actor.Id, session.Actor.Name, Day, note = Note.Trim(), now = session.Now }, cancel);
        foreach (var finding in Findings)
        {
            await session.ExecuteAsync("INSERT INTO casework.finding (visit_id, region_code, category, words) VALUES (@id, @region, @Category, @words)",
                new { id, region, finding.Category, words = finding.Words.Trim() }, cancel);
        }
        session.Audit("casework.visit-recorded", EnterpriseId.ToString(CultureInfo.InvariantCulture), ChinaTime.Day(Day));
        return new VisitOutcome.Recorded(id);
    }
}

/// <summary>Makes a case of a finding. Tapped twice, there is one case.</summary>
internal sealed record OpenFinding(long FindingId)
{
    /// <summary>The case; null when there is no such finding for the actor, or the enterprise is gone.</summary>
    public async Task<long?> RunAsync(Session session, EnterpriseFacts enterprises, IRegions regions, WorkCalendar calendar, CancellationToken cancel)
    {
        // The lock needs the right to change the row, which officers of the region have.
        var found = await session.QuerySingleOrDefaultAsync<Row>(
            "SELECT f.category, f.words, f.case_id, v.enterprise_id FROM casework.finding f JOIN casework.visit v ON v.id = f.visit_id WHERE f.id = @FindingId FOR UPDATE OF f", new { FindingId }, cancel);
        if (found is null) return null;
        if (found.CaseId is { } known) return known;
        var opened = await new OpenCase(found.Category, found.Words, "normal", found.EnterpriseId).RunAsync(session, enterprises, regions, calendar, cancel) switch
        {
            OpenOutcome.Opened fresh => fresh.Id,
            OpenOutcome.AlreadyOpen same => same.Id,
            _ => (long?)null,
        };
        if (opened is null) return null;
        await session.ExecuteAsync("UPDATE casework.finding SET case_id = @opened WHERE id = @FindingId", new { opened, FindingId }, cancel);
        session.Audit("casework.case-opened", opened.Value.ToString(CultureInfo.InvariantCulture), "visit");
        return opened;
    }

    private sealed record Row
    {
        public string Category { get; init; } = "";
        public string Words { get; init; } = "";
        public long? CaseId { get; init; }
        public int EnterpriseId { get; init; }
    }
}
