using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Map;
using Rongtong.Outbreak.Publication;
using Rongtong.Outbreak.Tiers;
using Rongtong.Outbreak.Warnings;
using Rongtong.Platform.Access;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;

namespace Rongtong.Outbreak;

/// <summary>Reproduction number over the seven days that end on <paramref name="Day"/>.</summary>
internal sealed record ReproductionPoint(DateOnly Day, double Mean, double Lower, double Upper);

/// <summary>What the trends of a region say.</summary>
/// <param name="Region">Code of the region.</param>
/// <param name="LastDay">Last day of the figures.</param>
/// <param name="GrowthPerDay">Growth rate of the last fourteen days, per day; null where it cannot be fitted.</param>
/// <param name="DoublingDays">Days in which cases double at that rate, negative for halving; null as above.</param>
/// <param name="Reproduction">Reproduction number by day, with 95% interval.</param>
internal sealed record TrendDocument(string Region, DateOnly LastDay, double? GrowthPerDay, double? DoublingDays, IReadOnlyList<ReproductionPoint> Reproduction);

/// <summary>One step of work on a warning.</summary>
internal sealed record WarningStepRequest(int Version, string Stage, string? Owner, DateTimeOffset? Due, string Note);

/// <summary>The warning's version after the step.</summary>
internal sealed record WarningStepAnswer(int Version);

/// <summary>A finding about clusters.</summary>
internal sealed record FindingRequest(DateOnly From, DateOnly To, bool Cluster, string Evidence);

/// <summary>The finding's number.</summary>
internal sealed record FindingAnswer(long Id);

/// <summary>The day up to which figures become public.</summary>
internal sealed record PublicationRequest(DateOnly Through);

/// <summary>The module's use cases for machines; the same work that its pages do.</summary>
internal static class OutbreakApi
{
    public static void MapOutbreakApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1/outbreak").WithTags("Outbreak");

        api.MapGet("/{code}/trend", async (string code, string? day, string? knownAt, Readings readings, Database database, HttpContext http) =>
        {
            if (await readings.OfRegionAsync(http.Actor(), MapEndpoints.FromRoute(code), AsOfQuery.Parse(day, knownAt)) is not { } reading) return Results.NotFound();
            if (!http.Actor().SeesPublishedOnly) await database.AuditReadAsync(http.Actor(), "outbreak.region-read", code);
            return Results.Ok(new TrendDocument(code, reading.Picture.LastDay, Finite(reading.Growth?.RatePerDay), Finite(reading.Growth?.DoublingDays),
                [.. reading.Reproduction.Where(r => !double.IsNaN(r.Mean)).Select(r => new ReproductionPoint(reading.Picture.FirstDay.AddDays(r.EndDay - 1), r.Mean, r.Q025, r.Q975))]));
        }).WithName("OutbreakTrend").WithSummary("Reproduction number and growth of a region, as of any day.").Produces<TrendDocument>().ProducesProblem(404);

        api.MapPost("/warnings/{id:long}/steps", async (long id, WarningStepRequest request, HttpContext http, Database database, CancellationToken cancel) =>
        {
            if (WarningStages.Parse(request.Stage) is not { } stage) return Results.Problem(statusCode: 400, title: "The stage is not known.", detail: "One of signal, verify, assess, respond, closed was expected.");
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await new AdvanceWarning(id, request.Version, stage, request.Owner, request.Due?.ToUniversalTime(), request.Note).RunAsync(session, cancel))
            {
                case AdvanceOutcome.Advanced advanced:
                    session.Audit("outbreak.warning-advanced", id.ToString(System.Globalization.CultureInfo.InvariantCulture), request.Stage);
                    await session.CommitAsync(cancel);
                    return Results.Ok(new WarningStepAnswer(advanced.Version));
                case AdvanceOutcome.Stale stale:
                    return Results.Problem(statusCode: 409, title: "Somebody else has changed this warning.", detail: $"It is at stage {WarningStages.Word(stale.Current)} now. Read it again and repeat the step with its version.");
                case AdvanceOutcome.OutOfOrder order:
                    return Results.Problem(statusCode: 422, title: "The stages do not follow each other.", detail: $"After {WarningStages.Word(order.Current)} comes the same stage, the next one, or closed; {WarningStages.Word(order.Wanted)} was asked for.");
                case AdvanceOutcome.NoteMissing:
                    return Results.Problem(statusCode: 422, title: "The note is missing.", detail: $"Say in at most {AdvanceWarning.NoteLengthMax} characters what was found or done.");
                default:
                    return Results.Problem(statusCode: 404, title: "There is no such warning in your regions.");
            }
        }).RequirePermission(OutbreakPermissions.Decide).Idempotent().WithName("AdvanceWarning").WithSummary("Takes a step of work on a warning.").Produces<WarningStepAnswer>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);

        api.MapPost("/{code}/findings", async (string code, FindingRequest request, HttpContext http, Database database, IRegions regions, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await new RecordClusterFinding(code, request.From, request.To, request.Cluster, request.Evidence).RunAsync(session, cancel))
            {
                case FindingOutcome.Recorded recorded:
                    session.Audit("outbreak.finding-recorded", code);
                    await RefreshPicture.RunAsync(session, regions.Current, cancel);
                    await session.CommitAsync(cancel);
                    return Results.Ok(new FindingAnswer(recorded.Id));
                case FindingOutcome.Invalid invalid:
                    return Results.Problem(statusCode: 422, title: $"The field {invalid.Field} is wrong.", detail: invalid.Field == nameof(RecordClusterFinding.ToDay) ? "The last day must not be before the first." : $"Evidence of 1 to {RecordClusterFinding.EvidenceLengthMax} characters was expected.");
                default:
                    return Results.Problem(statusCode: 403, title: "The region is outside your scope.");
            }
        }).RequirePermission(OutbreakPermissions.Decide).Idempotent().WithName("RecordClusterFinding").WithSummary("Records what investigators found about clusters; tiers follow from it.").Produces<FindingAnswer>().ProducesProblem(403).ProducesProblem(422);

        api.MapPost("/publications", async (PublicationRequest request, HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            await new PublishFigures(request.Through).RunAsync(session, cancel);
            session.Audit("outbreak.published", request.Through.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
            await session.AnnounceAsync(RefreshPicture.Topic, cancel);
            await session.CommitAsync(cancel);
            return Results.NoContent();
        }).RequirePermission(OutbreakPermissions.Import).Idempotent().WithName("PublishFigures").WithSummary("Makes figures public up to a day.").Produces(204);
    }

    /// <summary>JSON knows no infinity: what does not grow has no doubling time.</summary>
    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
