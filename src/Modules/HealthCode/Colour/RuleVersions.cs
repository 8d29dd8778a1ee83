using System.Text.Json;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.People;
using Rongtong.HealthCode.Travel;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Rules;

namespace Rongtong.HealthCode.Colour;

/// <summary>How many people of a province would move from one colour to another.</summary>
public sealed record DryRunCount(string Region, Colour From, Colour To, long People);

/// <summary>What became of a proposal or approval.</summary>
public abstract record RuleOutcome
{
    private RuleOutcome() { }

    /// <summary>Proposed under this number, with the dry run.</summary>
    public sealed record Proposed(long Id, IReadOnlyList<DryRunCount> DryRun) : RuleOutcome;

    /// <summary>Approved; it holds from its day on.</summary>
    public sealed record Approved : RuleOutcome;

    /// <summary>The document is not a table that could be applied; the message says why.</summary>
    public sealed record Unusable(string Why) : RuleOutcome;

    /// <summary>The day it would hold from is over, or the reason is missing.</summary>
    public sealed record Incomplete : RuleOutcome;

    /// <summary>Who proposed it cannot approve it, or there is no such proposal.</summary>
    public sealed record NotAllowed : RuleOutcome;
}

/// <summary>
/// Edited colour rules.
/// <code>
/// document ──> parsed, same facts and outcomes ──> dry run over the whole population: counts by province, nothing stored of anybody
///   ──> proposal ──> another person approves ──> holds from its day on ──> everybody recomputed
/// </code>
/// </summary>
public sealed class RuleVersions(Database database, ColourRules rules, IRiskTiers tiers, OutlineNeighbours neighbours)
{
    private const int RangeSize = 20_000;
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>Counts who would move between colours under a table, today.</summary>
    public async Task<IReadOnlyList<DryRunCount>> DryRunAsync(DecisionTable edited, CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var now = session.Now;
        var today = ChinaDay.Of(now);
        var history = await tiers.AsKnownAsync(null, cancel);
        var (before, after) = (new ColourOf(await rules.OnAsync(today, now), history, neighbours.Are), new ColourOf(edited, history, neighbours.Are));
        var counts = new Dictionary<(string, Colour, Colour), long>();
        var highest = await session.QuerySingleAsync<long>("SELECT coalesce(max(id), 0) FROM health_code.person", cancel: cancel);
        for (var first = 0L; first <= highest; first += RangeSize)
        {
            var people = await session.QueryAsync<(long Id, string Region)>("SELECT id, left(region_code, 2) FROM health_code.person WHERE id >= @first AND id < @end", new { first, end = first + RangeSize }, cancel);
            var histories = await ReadHistory.OfManyAsync(session, [.. people.Select(p => p.Id)], cancel);
            foreach (var (id, region) in people)
            {
                var person = histories.GetValueOrDefault(id) ?? PersonHistory.Empty;
                var key = (region, before.Of(person, today, now), after.Of(person, today, now));
                counts[key] = counts.GetValueOrDefault(key) + 1;
            }
        }
        return [.. counts.Select(c => new DryRunCount(c.Key.Item1, c.Key.Item2, c.Key.Item3, c.Value)).OrderBy(c => c.Region, StringComparer.Ordinal).ThenBy(c => c.From).ThenBy(c => c.To)];
    }

    /// <summary>Proposes a version after its dry run.</summary>
    public async Task<RuleOutcome> ProposeAsync(Session session, string document, DateOnly effectiveFrom, string reason, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (string.IsNullOrWhiteSpace(reason) || effectiveFrom < ChinaDay.Of(session.Now)) return new RuleOutcome.Incomplete();
        DecisionTable table;
        try
        {
            table = ColourRules.Parse(document);
        }
        catch (RuleException e)
        {
            return new RuleOutcome.Unusable(e.Message);
        }
        var counts = await DryRunAsync(table, cancel);
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO health_code.rule_version (document, effective_from, reason, dry_run, proposer, proposed_at) VALUES (@document, @effectiveFrom, @reason, @counts::jsonb, @by, @now) RETURNING id
            """, new { document, effectiveFrom, reason = reason.Trim(), counts = JsonSerializer.Serialize(counts, s_json), by = session.Actor.Id, now = session.Now }, cancel);
        session.Audit("health.rules-proposed", id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new RuleOutcome.Proposed(id, counts);
    }

    /// <summary>Approves a proposal of somebody else. The caller recomputes everybody after the commit.</summary>
    public static async Task<RuleOutcome> ApproveAsync(Session session, long version, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var approved = await session.ExecuteAsync("UPDATE health_code.rule_version SET approver = @by, approved_at = @now WHERE id = @version AND approver IS NULL AND proposer <> @by",
            new { version, by = session.Actor.Id, now = session.Now }, cancel);
        if (approved == 0) return new RuleOutcome.NotAllowed();
        session.Audit("health.rules-approved", version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await session.AnnounceAsync(ColourRules.Topic, cancel);
        return new RuleOutcome.Approved();
    }
}
