using Rongtong.Platform.Data;

namespace Rongtong.Resumption.Openings;

/// <summary>An opening as it is kept.</summary>
internal sealed record OpeningRow
{
    public const string Columns = "id, enterprise_code, enterprise_id, enterprise_name, region_code, track, rule_version, rule_row, facts::text AS facts, planned_day, staff, status, filed_at, due_at, ended_at";

    public long Id { get; init; }
    public string EnterpriseCode { get; init; } = "";
    public int EnterpriseId { get; init; }
    public string EnterpriseName { get; init; } = "";
    public string RegionCode { get; init; } = "";
    public string Track { get; init; } = "";
    public string RuleVersion { get; init; } = "";
    public string RuleRow { get; init; } = "";
    public string Facts { get; init; } = "{}";
    public DateOnly PlannedDay { get; init; }
    public int Staff { get; init; }
    public string Status { get; init; } = "";
    public DateTime FiledAt { get; init; }
    public DateTime? DueAt { get; init; }
    public DateTime? EndedAt { get; init; }

    public string Key => FormattableString.Invariant($"resumption.opening:{Id}");

    /// <summary>The newest opening of an enterprise; null where it never filed or the actor may not see it.</summary>
    public static Task<OpeningRow?> LatestAsync(Session session, string enterpriseCode, CancellationToken cancel) => session.QuerySingleOrDefaultAsync<OpeningRow>(
        $"SELECT {Columns} FROM resumption.opening WHERE enterprise_code = ANY (resumption.members(@enterpriseCode)) ORDER BY id DESC LIMIT 1", new { enterpriseCode }, cancel);

    /// <summary>Openings of an enterprise that were not refused or taken back, newest first: one, or one of each code that was merged.</summary>
    public static Task<IReadOnlyList<OpeningRow>> CurrentAsync(Session session, string enterpriseCode, CancellationToken cancel) => session.QueryAsync<OpeningRow>(
        $"SELECT {Columns} FROM resumption.opening WHERE enterprise_code = ANY (resumption.members(@enterpriseCode)) AND status NOT IN ('refused', 'withdrawn') ORDER BY id DESC", new { enterpriseCode }, cancel);

    /// <summary>Locks the opening for a step. Two officers come one after the other, and the second sees what the first did.</summary>
    public static async Task<(OpeningRow Row, Opening State)?> LockAsync(Session session, long id, CancellationToken cancel)
    {
        if (await session.QuerySingleOrDefaultAsync<OpeningRow>($"SELECT {Columns} FROM resumption.opening WHERE id = @id FOR NO KEY UPDATE", new { id }, cancel) is not { } row) return null;
        var unanswered = await session.QueryAsync<string>("SELECT office FROM resumption.opening_office WHERE opening_id = @id AND answer IS NULL", new { id }, cancel);
        return (row, new(Opening.Parse(row.Status), unanswered.ToHashSet()));
    }

    /// <summary>Writes the state, and the end when it is one.</summary>
    public Task MoveAsync(Session session, Opening to, CancellationToken cancel) => session.ExecuteAsync(
        "UPDATE resumption.opening SET status = @status, ended_at = CASE WHEN @ended THEN @now END WHERE id = @Id",
        new { Id, status = Opening.Word(to.Status), ended = !to.IsOpenToAnswers, now = session.Now }, cancel);

    /// <summary>Adds a step to the story that the applicant reads.</summary>
    public Task StepAsync(Session session, string kind, string office, string note, CancellationToken cancel) => session.ExecuteAsync("""
        INSERT INTO resumption.opening_step (opening_id, enterprise_code, region_code, kind, office, note, author, recorded_at)
        VALUES (@Id, @EnterpriseCode, @RegionCode, @kind, @office, @note, @author, @now)
        """, new { Id, EnterpriseCode, RegionCode, kind, office, note, author = session.Actor.Organisation.Length > 0 ? session.Actor.Organisation : session.Actor.Name, now = session.Now }, cancel);
}
