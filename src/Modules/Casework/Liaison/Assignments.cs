using System.Globalization;
using Rongtong.Casework.Cases;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Casework.Liaison;

/// <summary>What came of giving enterprises to an officer.</summary>
internal abstract record AssignOutcome
{
    private AssignOutcome() { }

    /// <param name="Enterprises">How many have this officer from the day on, who had another or none.</param>
    public sealed record Assigned(int Enterprises) : AssignOutcome;

    /// <param name="Field">region, park or day.</param>
    public sealed record Wrong(string Field) : AssignOutcome;
}

/// <summary>Who looks after which enterprise, from when to when.</summary>
internal static class Assignments
{
    /// <summary>Enterprises given out at once; a province has some 300,000, and no officer looks after a province.</summary>
    public const int AtOnceMax = 20_000;

    /// <summary>How far ahead a hand-over may be dated.</summary>
    public const int AheadDaysMax = 366;

    /// <summary>The enterprise's officer on the day; null for none.</summary>
    public static Task<Officer?> OfficerOfAsync(Session session, int enterpriseId, DateOnly day, CancellationToken cancel) => session.QuerySingleOrDefaultAsync<Officer>(
        "SELECT officer_id AS id, officer_name AS name FROM casework.assignment WHERE enterprise_id = @enterpriseId AND from_day <= @day AND (to_day IS NULL OR to_day >= @day)", new { enterpriseId, day }, cancel);

    /// <summary>Gives all enterprises of a region, or of a park in it, or one, to an officer from a day on; whoever had them has them until the day before.</summary>
    public static async Task<AssignOutcome> AssignAsync(Session session, Officer officer, string region, string park, int? enterpriseId, DateOnly from, CancellationToken cancel)
    {
        var today = ChinaDay.Of(session.Now);
        // What was, stays: the past is not handed over.
        if (from < today || from > today.AddDays(AheadDaysMax)) return new AssignOutcome.Wrong("day");
        if (enterpriseId is null && region.Length < 4) return new AssignOutcome.Wrong("region");
        var ids = await session.QueryAsync<int>("""
            SELECT e.id FROM casework.enterprise e WHERE (@enterpriseId::integer IS NULL OR e.id = @enterpriseId) AND e.region_code ^@ @region AND (@park = '' OR e.park = @park)
                AND NOT EXISTS (SELECT FROM casework.assignment a WHERE a.enterprise_id = e.id AND a.officer_id = @Id AND a.from_day <= @from AND a.to_day IS NULL)
            ORDER BY e.id LIMIT @limit
            """, new { enterpriseId, region, park, officer.Id, from, limit = AtOnceMax + 1 }, cancel);
        if (ids.Count > AtOnceMax) return new AssignOutcome.Wrong("region");
        if (ids.Count == 0) return enterpriseId is null ? new AssignOutcome.Wrong("park") : new AssignOutcome.Assigned(0);
        var taken = ids.ToArray();
        var given = 0;
        // The choice above was the actor's, within the actor's regions; a row of an enterprise that moved here may still lie in its old region.
        await session.AsSystemAsync(async () =>
        {
            await LockEnterprisesAsync(session, taken, cancel);
            await EndAsync(session, taken, from, cancel);
            given = await session.ExecuteAsync("""
                INSERT INTO casework.assignment (enterprise_id, region_code, officer_id, officer_name, from_day, author, recorded_at)
                SELECT id, region_code, @Id, @Name, @from, @author, @now FROM casework.enterprise WHERE id = ANY (@taken)
                """, new { taken, officer.Id, officer.Name, from, author = session.Actor.Name, now = session.Now }, cancel);
        }, cancel);
        session.Audit("casework.assigned", officer.Id, $"{given.ToString(CultureInfo.InvariantCulture)} {region} {park} {ChinaTime.Day(from)}".Trim());
        return new AssignOutcome.Assigned(given);
    }

    /// <summary>
    /// Locks enterprises, or all, the lowest number first, before who looks after them changes: of two officers who are given the same at the same moment the
    /// second takes over from the first, and nobody waits in a circle. Cases are locked before enterprises, enterprises before assignments.
    /// </summary>
    public static Task LockEnterprisesAsync(Session session, int[]? enterprises, CancellationToken cancel) =>
        session.ExecuteAsync("SELECT FROM casework.enterprise WHERE @enterprises::integer[] IS NULL OR id = ANY (@enterprises) ORDER BY id FOR NO KEY UPDATE", new { enterprises }, cancel);

    /// <summary>Ends what the enterprises have from a day on: assignments that began before end the day before, later ones are taken back.</summary>
    public static async Task EndAsync(Session session, int[] enterprises, DateOnly from, CancellationToken cancel)
    {
        await session.ExecuteAsync("DELETE FROM casework.assignment WHERE enterprise_id = ANY (@enterprises) AND from_day >= @from", new { enterprises, from }, cancel);
        await session.ExecuteAsync("UPDATE casework.assignment SET to_day = @before WHERE enterprise_id = ANY (@enterprises) AND (to_day IS NULL OR to_day >= @from)", new { enterprises, from, before = from.AddDays(-1) }, cancel);
    }
}
