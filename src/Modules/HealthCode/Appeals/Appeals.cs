using System.Globalization;
using Rongtong.Contracts.Casework;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.People;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;

namespace Rongtong.HealthCode.Appeals;

/// <summary>What became of an appeal somebody wanted to file or decide.</summary>
public abstract record AppealOutcome
{
    private AppealOutcome() { }

    /// <summary>Filed; an answer is due then.</summary>
    public sealed record Filed(long Id, DateTimeOffset DueAt) : AppealOutcome;

    /// <summary>Decided; the colour is this now.</summary>
    public sealed record Decided(BookedColour Colour) : AppealOutcome;

    /// <summary>There is no such fact or appeal for this actor, or it is decided already.</summary>
    public sealed record NotFound : AppealOutcome;

    /// <summary>A statement or ground is missing or too long.</summary>
    public sealed record TextMissing : AppealOutcome;

    /// <summary>Who recorded the fact, or is of the same organisation, cannot decide about it.</summary>
    public sealed record NotIndependent : AppealOutcome;
}

/// <summary>
/// Appeals against single facts.
/// <code>
/// filed (statement) ── 24 h, 12 h where the fact is where a telephone was ──> decided by a person of another organisation, with a ground
///   └── nobody decided in time ──> the fact has no effect (ColourFacts) ──> the colour is computed anew by the clock job
/// </code>
/// </summary>
public sealed class Appeals(RefreshColours refresh)
{
    /// <summary>Longest statement or ground, characters.</summary>
    public const int TextLengthMax = 2_000;

    /// <summary>Hours for an answer.</summary>
    public const int Hours = 24;

    /// <summary>Hours where the fact is derived from a location.</summary>
    public const int LocationHours = 12;

    /// <summary>Files an appeal of the person the session belongs to.</summary>
    public static async Task<AppealOutcome> FileAsync(Session session, long person, long fact, string statement, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (string.IsNullOrWhiteSpace(statement) || statement.Length > TextLengthMax) return new AppealOutcome.TextMissing();
        var source = await session.QuerySingleOrDefaultAsync<string>("SELECT source FROM health_code.fact WHERE person_id = @person AND id = @fact AND withdrawn_at = 'infinity'", new { person, fact }, cancel);
        if (source is null || await Person.FindAsync(session, person, cancel) is not { } holder) return new AppealOutcome.NotFound();
        if (await session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM health_code.appeal WHERE person_id = @person AND fact_id = @fact AND is_upheld IS NULL)", new { person, fact }, cancel)) return new AppealOutcome.NotFound();
        var due = session.Now.AddHours(Enum.Parse<FactSource>(source) is FactSource.Carrier ? LocationHours : Hours);
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO health_code.appeal (person_id, fact_id, region_code, statement, filed_at, due_at) VALUES (@person, @fact, @RegionCode, @statement, @now, @due) RETURNING id
            """, new { person, fact, holder.RegionCode, statement = statement.Trim(), now = session.Now, due }, cancel);
        session.Audit("health.appeal-filed", id.ToString(CultureInfo.InvariantCulture));
        // Officers see every deadline in one list; what silence does is a function of the facts and needs no event.
        await session.AsSystemAsync(() => session.PublishAsync(DeadlineSet.Kind, DeadlineKey(id), new DeadlineSet(DeadlineKey(id), due, holder.RegionCode, "健康码申诉须答复", "Answer to an appeal against a health code", "/health/appeals"), cancel), cancel);
        return new AppealOutcome.Filed(id, due);
    }

    /// <summary>Decides an appeal: upheld takes the fact's effect away.</summary>
    public async Task<AppealOutcome> DecideAsync(Session session, long appeal, bool isUpheld, string ground, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (string.IsNullOrWhiteSpace(ground) || ground.Length > TextLengthMax) return new AppealOutcome.TextMissing();
        var found = await session.QuerySingleOrDefaultAsync<(long Person, long Fact)?>("SELECT person_id, fact_id FROM health_code.appeal WHERE id = @appeal AND is_upheld IS NULL FOR UPDATE", new { appeal }, cancel);
        if (found is not { } open) return new AppealOutcome.NotFound();
        (string Author, string Organisation)? recorded = null;
        await session.AsSystemAsync(async () => recorded = await session.QuerySingleOrDefaultAsync<(string, string)?>("SELECT author, organisation FROM health_code.fact WHERE person_id = @Person AND id = @Fact", new { open.Person, open.Fact }, cancel), cancel);
        if (recorded is not { } fact || fact.Author == session.Actor.Name || (fact.Organisation.Length > 0 && fact.Organisation == session.Actor.Organisation)) return new AppealOutcome.NotIndependent();
        await session.ExecuteAsync("UPDATE health_code.appeal SET is_upheld = @isUpheld, decided_at = @now, decider = @by, decider_organisation = @organisation, ground = @ground WHERE id = @appeal",
            new { appeal, isUpheld, now = session.Now, by = session.Actor.Name, organisation = session.Actor.Organisation, ground = ground.Trim() }, cancel);
        await Looks.RecordAsync(session, open.Person, Purpose.Appeal, "appeal " + appeal.ToString(CultureInfo.InvariantCulture), cancel);
        session.Audit("health.appeal-decided", appeal.ToString(CultureInfo.InvariantCulture), isUpheld ? "upheld" : "rejected");
        await session.AsSystemAsync(() => session.PublishAsync(DeadlineMet.Kind, DeadlineKey(appeal), new DeadlineMet(DeadlineKey(appeal)), cancel), cancel);
        return new AppealOutcome.Decided((await refresh.OfAsync(session, [open.Person], cancel))[open.Person]);
    }

    private static string DeadlineKey(long appeal) => "health.appeal:" + appeal.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Recomputes those whose appeal was not answered in time, and those whose colour changes with the day.</summary>
internal sealed class TurnTheClock(RefreshColours refresh) : IJob
{
    private const int PeopleMax = 50_000;

    public string Name => "health.clock";

    public TimeSpan Every => TimeSpan.FromMinutes(1);

    public async Task RunAsync(Session session, CancellationToken cancel)
    {
        long[] people = [.. await session.QueryAsync<long>("""
            SELECT person_id FROM health_code.appeal WHERE is_upheld IS NULL AND due_at BETWEEN @now - interval '1 hour' AND @now
            UNION SELECT person_id FROM health_code.colour WHERE changes_on <= @today LIMIT @PeopleMax
            """, new { now = session.Now, today = ChinaDay.Of(session.Now), PeopleMax }, cancel)];
        if (people.Length > 0) await refresh.OfAsync(session, people, cancel);
    }
}

/// <summary>What data of a person may be looked at for: a closed list. There is no other, and no way to add one at run time.</summary>
public enum Purpose
{
    /// <summary>Deciding the person's own appeal.</summary>
    Appeal,
    /// <summary>Finding who was in contact, by investigators.</summary>
    Tracing,
    /// <summary>Treating the person.</summary>
    Treatment,
    /// <summary>Helping somebody in isolation.</summary>
    IsolationSupport,
}

/// <summary>Who looked: written with the look itself, read by the person.</summary>
internal static class Looks
{
    public static Task RecordAsync(Session session, long person, Purpose purpose, string reason, CancellationToken cancel)
    {
        session.Audit("health.person-read", "person:" + person.ToString(CultureInfo.InvariantCulture), purpose.ToString());
        return session.AsSystemAsync(() => session.ExecuteAsync("""
            INSERT INTO health_code.look (person_id, at, actor, organisation, purpose, reason) VALUES (@person, @now, @actor, @organisation, @purpose, @reason) ON CONFLICT DO NOTHING
            """, new { person, now = session.Now, actor = session.Actor.Name, organisation = session.Actor.Organisation, purpose = purpose.ToString(), reason }, cancel), cancel);
    }
}
