using System.Text.Json;
using Rongtong.Contracts.Outbreak;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.People;
using Rongtong.HealthCode.Travel;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Rules;

namespace Rongtong.HealthCode.Colour;

/// <summary>A fact that the colour rests on, as the person reads it.</summary>
public sealed record ColourGround(long FactId, FactKind Kind, DateOnly FromDay, DateOnly ToDay, string Region, FactSource Source, string RecordedBy, bool IsLocationDerived);

/// <summary>What would happen if something else were so: computed by asking the same rules again.</summary>
/// <param name="What">"without-fact" or "negative-test".</param>
/// <param name="FactId">The fact left out, if that is what differs.</param>
/// <param name="Colour">The colour then.</param>
public sealed record ColourAlternative(string What, long? FactId, Colour Colour);

/// <summary>A colour with everything that explains it. For the same history, day and instant it is the same, byte for byte.</summary>
public sealed record ColourExplanation(
    Colour Colour, DateOnly Day, DateTimeOffset Known, string RuleId, string RuleVersion, string RowId, Bilingual Reason, Bilingual Document, Bilingual Clause,
    IReadOnlyList<ColourGround> Grounds, DateOnly? GreenOn, int? CheckInsLeft, IReadOnlyList<ColourAlternative> Alternatives, Bilingual Text)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };

    /// <summary>The explanation as bytes, for a replay to be compared with.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, s_json);
}

/// <summary>Explains a colour of any day as known at any instant.</summary>
public sealed class ExplainColour(ColourRules rules, IRiskTiers tiers, OutlineNeighbours neighbours)
{
    /// <summary>Explains; row policies decide whether the session may read the person at all.</summary>
    public async Task<ColourExplanation> RunAsync(Session session, long person, DateOnly day, DateTimeOffset known, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var history = await ReadHistory.OfAsync(session, person, cancel);
        var isPast = known < session.Now;
        return Of(new ColourOf(await rules.OnAsync(day, known), await tiers.AsKnownAsync(isPast ? known : null, cancel), neighbours.Are), history, day, known);
    }

    /// <summary>Explains today's colour by another region's rules: what a traveller would be there.</summary>
    public async Task<ColourExplanation> ByRulesOfAsync(Session session, long person, DecisionTable others, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        return Of(new ColourOf(others, await tiers.AsKnownAsync(null, cancel), neighbours.Are), await ReadHistory.OfAsync(session, person, cancel), ChinaDay.Of(session.Now), session.Now);
    }

    internal static ColourExplanation Of(ColourOf colourOf, PersonHistory history, DateOnly day, DateTimeOffset known)
    {
        var trace = colourOf.Explain(history, day, known);
        var colour = ColourOf.Parse(trace.Decision);
        var rowId = trace.Decision is Decision.Decided decided ? decided.RowId : "";
        var row = trace.Table.Rows.FirstOrDefault(r => r.Id == rowId);
        var citation = row?.Citation ?? trace.Table.Citation;
        var reads = trace.Rows.FirstOrDefault(r => r.RowId == rowId)?.Reads ?? [];
        var grounds = reads.SelectMany(name => trace.Facts.TryGetValue(name, out var fact) ? fact.Sources : []).Distinct()
            .Select(source => history.Facts.FirstOrDefault(f => ColourFacts.SourceOf(f.Id) == source)).OfType<PersonalFact>()
            .Select(f => new ColourGround(f.Id, f.Kind, f.FromDay, f.ToDay, f.Detail.From is { Length: > 0 } from ? from : f.RegionCode, f.Source, f.Organisation.Length > 0 ? f.Organisation : f.Author, f.IsLocationDerived)).ToArray();
        var way = colour is Colour.Yellow or Colour.Red ? colourOf.WayToGreen(history, day, known) : null;
        return new(colour, day, known.ToUniversalTime(), trace.Table.Id, trace.Table.Version, rowId, row?.Title ?? trace.Table.Title, citation.Document, citation.Clause,
            grounds, way?.Day, way?.CheckIns, [.. Alternatives(colourOf, history, colour, day, known, grounds)], new(trace.Text("zh-CN"), trace.Text("en")));
    }

    private static IEnumerable<ColourAlternative> Alternatives(ColourOf colourOf, PersonHistory history, Colour colour, DateOnly day, DateTimeOffset known, ColourGround[] grounds)
    {
        if (colour is not (Colour.Yellow or Colour.Red)) yield break;
        foreach (var ground in grounds)
        {
            var without = colourOf.Of(history with { Facts = [.. history.Facts.Where(f => f.Id != ground.FactId)] }, day, known);
            if (without != colour) yield return new("without-fact", ground.FactId, without);
        }
        var test = new PersonalFact { Id = long.MaxValue, Kind = FactKind.TestResult, FromDay = day, ToDay = day, Detail = FactDetail.None with { Positive = false }, Source = FactSource.Laboratory, ExpiresOn = day.AddDays(60), RecordedAt = known };
        var tested = colourOf.Of(history with { Facts = [.. history.Facts, test] }, day, known);
        if (tested != colour) yield return new("negative-test", null, tested);
    }
}
