using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;
using Rongtong.Registry.Codes;
using Rongtong.Registry.Enterprises.Import;
using Rongtong.Registry.Enterprises.Merge;

namespace Rongtong.Registry.Enterprises;

/// <summary>An enterprise for machines; persons, revenue and assets (10,000 yuan) are null for those who may not see them.</summary>
internal sealed record EnterpriseDocument(
    int Id, string Code, string Name, string Region, string Address, string Industry, string Size, string SizeRule, string Park, string Status,
    DateOnly? RegisteredOn, DateOnly? ClosedOn, int? Persons, long? Revenue, long? Assets, string Source, DateTime RecordedAt);

/// <summary>An enterprise to be kept; what is left out stays as it is held.</summary>
internal sealed record EnterpriseRequest(
    string Code, string Name, string? Region, string? Address, string? Industry, int? Persons, long? Revenue, long? Assets, string? Park, string? Status, DateOnly? RegisteredOn, DateOnly? ClosedOn);

/// <summary>What keeping it did: "new", "changed" or "unchanged".</summary>
internal sealed record EnterpriseAnswer(string Outcome);

/// <summary>The register for machines; the list is the table registry.enterprises under /api/v1/tables.</summary>
internal static class EnterpriseApi
{
    public static void MapEnterpriseApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1/enterprises").WithTags("Enterprises");

        api.MapGet("/{code}", async (string code, HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await EnterpriseReading.FindByCodeAsync(session, CreditCode.Normalise(code), cancel) is not { } e) return Results.Problem(statusCode: 404, title: "There is no enterprise of this code.");
            if (e.HasFigures) session.AuditRead("registry.enterprise-read", e.Code);
            await session.CommitAsync(cancel);
            return Results.Ok(new EnterpriseDocument(e.Id, e.Code, e.Name, e.RegionCode, e.Address, e.Industry, ((EnterpriseSize)e.Size).ToString().ToLowerInvariant(), e.SizeRule, e.Park, e.Status,
                e.RegisteredOn, e.ClosedOn, e.HasFigures ? e.Persons : null, e.HasFigures ? e.Revenue : null, e.HasFigures ? e.Assets : null, e.Source, e.RecordedAt));
        }).WithName("ReadEnterprise").WithSummary("An enterprise by its unified social credit code; after a merge, the one that was kept.").Produces<EnterpriseDocument>().ProducesProblem(404);

        api.MapPost("", async (EnterpriseRequest request, HttpContext http, Database database, IRegions regions, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var (row, problems) = Read(request, regions.Current, ChinaDay.Of(session.Now), http.Actor());
            if (problems.Count > 0) return Results.Problem(statusCode: 422, title: "The enterprise cannot be kept.", detail: string.Join(" ", problems));
            var keep = new KeepEnterprises(session, http.Actor().Id, null);
            await keep.AddAsync(row!, cancel);
            var outcome = await keep.CompleteAsync(cancel);
            if (outcome.Outside.Count > 0) return Results.Problem(statusCode: 403, title: "The enterprise is held in a region outside your scope.");
            await new FindDuplicates(session, regions.Current).RunAsync(null, cancel);
            await AnnounceEnterprises.TouchedAsync(session, cancel);
            session.Audit("registry.enterprise-kept", row!.Code);
            await session.CommitAsync(cancel);
            return Results.Ok(new EnterpriseAnswer(outcome switch { { New: 1 } => "new", { Changed: 1 } => "changed", _ => "unchanged" }));
        }).RequirePermission(RegistryPermissions.Enterprises).Idempotent().WithName("KeepEnterprise").WithSummary("Adds an enterprise or brings what is held up to date.")
            .Produces<EnterpriseAnswer>().ProducesProblem(403).ProducesProblem(422);
    }

    /// <summary>The row, or everything that is wrong with the request.</summary>
    private static (EnterpriseRow? Row, IReadOnlyList<string> Problems) Read(EnterpriseRequest request, IRegionTree tree, DateOnly day, Actor actor)
    {
        var problems = new List<string>();
        var code = CreditCode.Normalise(request.Code ?? "");
        var findings = CreditCode.Check(code);
        if (findings.HasFlag(CreditCodeFindings.Outer)) problems.Add($"code: the check character should be {CreditCode.ExpectedOuter(code)}.");
        else if (findings is not (CreditCodeFindings.None or CreditCodeFindings.Inner)) problems.Add($"code: {findings.ToString().ToLowerInvariant()} is wrong; 18 characters by GB 32100 were expected.");
        if (request.Name is not { Length: > 0 and <= EnterpriseRow.TextLengthMax }) problems.Add($"name: 1 to {EnterpriseRow.TextLengthMax} characters were expected.");
        if (request.Address?.Length > EnterpriseRow.TextLengthMax || request.Park?.Length > EnterpriseRow.TextLengthMax) problems.Add($"address, park: at most {EnterpriseRow.TextLengthMax} characters were expected.");
        var place = request.Region is { Length: > 0 } given ? given : code.Length == CreditCode.Length ? code[2..8] : "";
        var region = RegionReading.Read(tree, "", place, day);
        if (region is null) problems.Add("region: a GB/T 2260 code or name was expected.");
        else if (!actor.Covers(region.Code.Value)) problems.Add("region: it is outside your scope.");
        var industry = request.Industry is { Length: > 0 } text ? Industries.Resolve(text, day) : null;
        if (industry is null && request.Industry is { Length: > 0 }) problems.Add("industry: a code or name of GB/T 4754-2017 was expected.");
        if (request.Persons < 0 || request.Revenue < 0 || request.Assets < 0) problems.Add("persons, revenue, assets: none of them can be negative.");
        if (request.Status is { Length: > 0 } status && !EnterpriseRow.Statuses.Contains(status)) problems.Add($"status: one of {string.Join(", ", EnterpriseRow.Statuses)} was expected.");
        if (request.ClosedOn < request.RegisteredOn) problems.Add("closedOn: it must not be before registeredOn.");
        return problems.Count > 0 ? (null, problems) : (new EnterpriseRow(code, request.Name!, region!.Code.Value)
        {
            Address = request.Address,
            Industry = industry,
            Persons = request.Persons,
            Revenue = request.Revenue,
            Assets = request.Assets,
            Park = request.Park,
            Status = request.Status,
            RegisteredOn = request.RegisteredOn,
            ClosedOn = request.ClosedOn,
        }, []);
    }
}
