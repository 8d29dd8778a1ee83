using System.Text.Json;
using System.Text.Json.Serialization;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Facts;

/// <summary>A fact on its way in.</summary>
public sealed record NewFact(long PersonId, FactKind Kind, DateOnly FromDay, DateOnly ToDay, string RegionCode, FactDetail Detail, FactSource Source, string Evidence, float Confidence = 1, long? BatchId = null);

/// <summary>Writes facts. Everything that brings one in ends here: page, message, import, interface of another system.</summary>
public static class RecordFacts
{
    /// <summary>How details are stored: absent fields are not.</summary>
    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Why a fact cannot be recorded, as the key of a sentence; null when nothing is wrong.</summary>
    public static string? ProblemOf(NewFact fact, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(fact);
        if (!SourceFields.Kinds[fact.Source].Contains(fact.Kind)) return "health.fact.problem.source";
        if (fact.FromDay > fact.ToDay) return "health.fact.problem.days";
        // A day told before it has come is an order or a journey that is booked; a result or a stay cannot be.
        if (fact.FromDay > today && fact.Kind is not (FactKind.IsolationOrder or FactKind.Trip)) return "health.fact.problem.future";
        if (fact.ToDay.AddDays(SourceFields.RetentionDays(fact.Kind)) < today) return "health.fact.problem.old";
        if (fact.Kind is FactKind.Trip or FactKind.Stay && fact.RegionCode.Length < 2) return "health.fact.problem.place";
        if (fact.Kind is FactKind.TestResult && fact.Detail.Positive is null) return "health.fact.problem.result";
        if (fact.Kind is FactKind.Diagnosis && fact.Detail.Confirmed is null) return "health.fact.problem.diagnosis";
        return fact.Confidence is >= 0 and <= 1 ? null : "health.fact.problem.confidence";
    }

    /// <summary>Writes facts in the session, in the name of its actor, and returns the people concerned. Colours are refreshed by the caller, once.</summary>
    public static async Task<long[]> WriteAsync(Session session, IReadOnlyList<NewFact> facts, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(facts);
        await session.AsSystemAsync(() => session.ExecuteAsync("""
            INSERT INTO health_code.fact (person_id, kind, from_day, to_day, region_code, detail, source, evidence, author, organisation, batch_id, confidence, expires_on, recorded_at)
            SELECT person_id, kind, from_day::date, to_day::date, region_code, detail::jsonb, source, evidence, @author, @organisation, nullif(batch_id, 0), confidence, expires_on::date, @now
            FROM unnest(@people, @kinds, @from, @to, @regions, @details, @sources, @evidence, @batches, @confidences, @expiries)
                AS f (person_id, kind, from_day, to_day, region_code, detail, source, evidence, batch_id, confidence, expires_on)
            """,
            new
            {
                author = session.Actor.Name,
                organisation = session.Actor.Organisation,
                now = session.Now,
                people = facts.Select(f => f.PersonId).ToArray(),
                kinds = facts.Select(f => f.Kind.ToString()).ToArray(),
                from = facts.Select(f => Iso(f.FromDay)).ToArray(),
                to = facts.Select(f => Iso(f.ToDay)).ToArray(),
                regions = facts.Select(f => f.RegionCode).ToArray(),
                details = facts.Select(f => JsonSerializer.Serialize(f.Detail, Json)).ToArray(),
                sources = facts.Select(f => f.Source.ToString()).ToArray(),
                evidence = facts.Select(f => f.Evidence).ToArray(),
                batches = facts.Select(f => f.BatchId ?? 0).ToArray(),
                confidences = facts.Select(f => f.Confidence).ToArray(),
                expiries = facts.Select(f => Iso(f.ToDay.AddDays(SourceFields.RetentionDays(f.Kind)))).ToArray(),
            }, cancel), cancel);
        return [.. facts.Select(f => f.PersonId).Distinct()];
    }

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
