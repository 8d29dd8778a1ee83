using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Planning.Pages;

/// <summary>A plan to be made of a region. What is left out is as on the page.</summary>
internal sealed record PlanRequest(string Region, int? HorizonDays, bool? IncludesEstimates, bool? CountsCapacity, bool? IsFair, bool? KeepsToTrucks, bool? IsInPacks, bool? KeepsToLots, long? MinimumLot, int? Neighbours, long? Parent);

/// <summary>The number of the plan.</summary>
internal sealed record PlanCreatedAnswer(long Id);

/// <summary>A line. Supply and demand name it in changes.</summary>
internal sealed record PlanLineAnswer(int Supply, int Demand, string From, string To, string AskedItem, string Item, string Source, int Tier, long Quantity, bool IsPinned, long UnitCost);

/// <summary>A need that misses something, and why, in the language of the request.</summary>
internal sealed record PlanMissedAnswer(int Demand, long? NeedId, string Facility, string Item, int Tier, string AmountKind, long Needed, long? High, long Missed, IReadOnlyList<string> Why);

/// <summary>A plan as it stands.</summary>
internal sealed record PlanAnswer(
    long Id, string State, int Version, string Region, PlanSettings Settings, string SnapshotSha256, string EngineVersion, string RuleVersion, bool? IsProven, decimal? Gap, decimal Cost,
    IReadOnlyDictionary<string, decimal> MissedByTier, IReadOnlyList<PlanLineAnswer> Lines, IReadOnlyList<PlanMissedAnswer> Missed);

/// <summary>Changes to the version that was read: a quantity fixes a line, 0 forbids it, null lets it go. None solves again as it is.</summary>
internal sealed record PinsRequest(int Version, IReadOnlyList<PinChange> Changes);

/// <summary>The plan's version now.</summary>
internal sealed record PlanVersionAnswer(int Version);

/// <summary>The version that is to be sent.</summary>
internal sealed record SendRequest(int Version);

/// <summary>Lines reserved, lines that wait for goods of another region, and items and tiers of which the level above was told what is missing.</summary>
internal sealed record SentAnswer(int Lines, int Waiting, int Escalated);

/// <summary>Plans for machines; the same work that the pages do.</summary>
internal static class PlanApi
{
    /// <summary>Needs of one answer that are explained; the rest stand without words.</summary>
    private const int ExplainedMax = 1_000;

    public static void MapPlanApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1/supplies/plans").WithTags("Supplies plans");

        api.MapPost("", async (PlanRequest request, HttpContext http, Database database, StoredPlans plans, Places places, CancellationToken cancel) =>
        {
            var usual = new PlanSettings();
            var settings = new PlanSettings
            {
                HorizonDays = request.HorizonDays ?? usual.HorizonDays,
                IncludesEstimates = request.IncludesEstimates ?? usual.IncludesEstimates,
                CountsCapacity = request.CountsCapacity ?? usual.CountsCapacity,
                IsFair = request.IsFair ?? usual.IsFair,
                KeepsToTrucks = request.KeepsToTrucks ?? usual.KeepsToTrucks,
                KeepsToLots = request.KeepsToLots ?? usual.KeepsToLots,
                IsInPacks = request.IsInPacks ?? usual.IsInPacks,
                MinimumLot = request.MinimumLot ?? usual.MinimumLot,
                Neighbours = request.Neighbours ?? usual.Neighbours,
            };
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await new CreatePlan(request.Region ?? "-", settings) { Parent = request.Parent }.RunAsync(session, plans, places, cancel))
            {
                case CreateOutcome.Created created:
                    await session.CommitAsync(cancel);
                    return Results.Created($"/api/v1/supplies/plans/{created.Id.ToString(CultureInfo.InvariantCulture)}", new PlanCreatedAnswer(created.Id));
                case CreateOutcome.TooLarge large:
                    return Unprocessable("region", string.Create(CultureInfo.InvariantCulture, $"There are more than {large.Most} {large.What}; plan the region's parts one by one."));
                case CreateOutcome.Invalid invalid:
                    return Unprocessable(invalid.Field, $"Region is a code within your scope. HorizonDays is 1 to {PlanSettings.HorizonDaysMax}, neighbours 1 to {PlanSettings.NeighboursMax}; fair shares go with neither trucks, packs nor lots.");
                case var other:
                    throw new InvalidOperationException($"Making the plan ended as {other}.");
            }
        }).RequirePermission(SuppliesPermissions.Plan).Idempotent().WithName("CreatePlan").WithSummary("Takes a snapshot of a region and plans it.").Produces<PlanCreatedAnswer>(201).ProducesProblem(422);

        api.MapGet("/{id:long}", async (long id, HttpContext http, Database database, StoredPlans plans, Rongtong.Platform.Localisation.Texts texts, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await StoredPlans.FindAsync(session, id, cancel) is not { } plan) return NotFound();
            var solved = await plans.SolvedAsync(session, plan, cancel);
            var version = await StoredPlans.VersionAsync(session, id, plan.Version, cancel);
            session.AuditRead("supplies.plan-read", id.ToString(CultureInfo.InvariantCulture));
            await session.CommitAsync(cancel);
            return Results.Ok(Answer(plan, version, solved, texts));
        }).RequirePermission(SuppliesPermissions.Read).WithName("ReadPlan").WithSummary("A plan with its lines and its unmet needs, explained.").Produces<PlanAnswer>().ProducesProblem(404);

        api.MapPost("/{id:long}/pins", async (long id, PinsRequest request, HttpContext http, Database database, StoredPlans plans, CancellationToken cancel) =>
        {
            if (request.Changes is null || request.Changes.Count > EditPlan.ChangesMax) return Unprocessable("changes", $"Up to {EditPlan.ChangesMax} changes were expected.");
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await new ChangePins(id, request.Version, request.Changes).RunAsync(session, plans, cancel))
            {
                case ChangeOutcome.Solved solved:
                    await session.CommitAsync(cancel);
                    return Results.Ok(new PlanVersionAnswer(solved.Version));
                case ChangeOutcome.Stale stale:
                    return Results.Problem(statusCode: 409, title: "Others changed the plan first; nothing of yours was applied.",
                        detail: string.Create(CultureInfo.InvariantCulture, $"Version {stale.Version} stands. Since yours: {string.Join("; ", stale.Since.Select(s => $"{s.Version} by {s.Actor}: {s.Changes}"))}. Read the plan and send your changes again."));
                case ChangeOutcome.Refused refused:
                    return Unprocessable("changes", string.Create(CultureInfo.InvariantCulture, $"Supply {refused.Change.Supply} to demand {refused.Change.Demand}: {refused.Reason}; at most {refused.Most}."));
                case ChangeOutcome.Replaced replaced:
                    return Results.Problem(statusCode: 409, title: "Another proposal stands in the plan's place; nothing of yours was applied.", detail: string.Create(CultureInfo.InvariantCulture, $"Read plan {replaced.By} and send your changes to it."));
                case ChangeOutcome.AlreadySent:
                    return Results.Problem(statusCode: 409, title: "The plan was sent.", detail: "Make a plan with this one as its parent for what is left.");
                default:
                    return NotFound();
            }
        }).RequirePermission(SuppliesPermissions.Plan).Idempotent().WithName("ChangePlanPins").WithSummary("Fixes, forbids or frees lines and solves again.").Produces<PlanVersionAnswer>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);

        api.MapPost("/{id:long}/sending", async (long id, SendRequest request, HttpContext http, Database database, IRegions regions, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await new SendPlan(id, request.Version).RunAsync(session, regions.Current, cancel))
            {
                case SendOutcome.Sent sent:
                    await session.CommitAsync(cancel);
                    return Results.Ok(new SentAnswer(sent.Lines, sent.Waiting, sent.Escalated));
                case SendOutcome.NotEnough missing:
                    return Results.Problem(statusCode: 409, title: "Some goods are no longer there; nothing was reserved.",
                        detail: string.Join("; ", missing.Which.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Reference}: {m.Wanted} {m.ItemCode} at {m.Facility}, {m.There} there"))));
                case SendOutcome.Stale stale:
                    return Results.Problem(statusCode: 409, title: "Others changed the plan first.", detail: string.Create(CultureInfo.InvariantCulture, $"Version {stale.Version} stands."));
                case SendOutcome.Replaced replaced:
                    return Results.Problem(statusCode: 409, title: "Another proposal stands in the plan's place; nothing was sent.", detail: string.Create(CultureInfo.InvariantCulture, $"Read plan {replaced.By} and send it."));
                case SendOutcome.Refused refused:
                    return Unprocessable(refused.Field, $"The line {refused.Reference} cannot be sent.");
                case SendOutcome.Nothing:
                    return Unprocessable("lines", "No line of the plan can be sent, and nothing in it is missing.");
                default:
                    return NotFound();
            }
        }).RequirePermission(SuppliesPermissions.Plan).Idempotent().WithName("SendPlan").WithSummary("Reserves all lines, or none, and hands what is missing to the level above.").Produces<SentAnswer>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
    }

    private static PlanAnswer Answer(PlanRow plan, PlanVersionRow version, SolvedPlan solved, Rongtong.Platform.Localisation.Texts texts)
    {
        var snapshot = solved.Snapshot;
        var pinned = solved.Result.Pins.Select(p => (p.Supply, p.Demand)).ToHashSet();
        var missed = solved.Result.Missed.Select((m, d) => (Missed: m, Demand: d)).Where(m => m.Missed > 0).ToArray();
        return new(plan.Id, plan.State, plan.Version, plan.RegionCode, snapshot.Settings, plan.SnapshotSha256, plan.EngineVersion, plan.RuleVersion, version.IsProven, version.Gap, version.Cost, version.MissedByTier,
            [.. solved.Lines.Select(l => (Line: l, Supply: snapshot.Supplies[l.Supply], Need: snapshot.Needs[l.Demand])).Select(l => new PlanLineAnswer(l.Line.Supply, l.Line.Demand,
                snapshot.Places[l.Supply.Place].Code, snapshot.Places[l.Need.Place].Code, l.Need.Item, l.Supply.Item, l.Supply.Source, l.Need.Tier, l.Line.Quantity, pinned.Contains((l.Line.Supply, l.Line.Demand)), LaneCosts.Of(snapshot, l.Supply, l.Need)!.Value.Cost))],
            [.. missed.Select((m, i) => (m.Missed, m.Demand, Need: snapshot.Needs[m.Demand], Index: i)).Select(m => new PlanMissedAnswer(m.Demand, m.Need.NeedId, snapshot.Places[m.Need.Place].Code, m.Need.Item, m.Need.Tier, m.Need.AmountKind, m.Need.Quantity, m.Need.High, m.Missed,
                m.Index < ExplainedMax ? [.. ExplainPlan.Need(solved, m.Demand).Select(b => b.In(texts))] : []))]);
    }

    private static IResult NotFound() => Results.Problem(statusCode: 404, title: "There is no such plan that you may see or change.");

    private static IResult Unprocessable(string field, string detail) => Results.Problem(statusCode: 422, title: $"The field {field} is wrong.", detail: detail);
}
