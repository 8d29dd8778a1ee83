using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;

namespace Rongtong.Casework.Cases;

/// <summary>A new case. Enterprises leave enterprise and region empty: they open their own.</summary>
internal sealed record OpenCaseRequest(string Category, string Words, string? Urgency, int? EnterpriseId, string? Region);

/// <summary>The number of the case; isNew is false when the enterprise had the same one open.</summary>
internal sealed record OpenCaseAnswer(long Id, bool IsNew);

/// <summary>The case's version after the step.</summary>
internal sealed record StepAnswer(int Version);

/// <summary>One step of a case's history.</summary>
internal sealed record CaseStepDocument(string Kind, string Stage, string Author, string Words, DateTimeOffset At);

/// <summary>A case in a list.</summary>
internal sealed record CaseDocument(long Id, string Category, string Urgency, string Region, string Enterprise, string Title, string Stage, int Level, string Owner, DateTimeOffset OpenedAt, DateTimeOffset DueAt, string? Outcome, int? Rating, int Version);

/// <summary>A case with its words and history.</summary>
internal sealed record CaseDetailDocument(CaseDocument Case, string Detail, IReadOnlyList<CaseStepDocument> Steps);

/// <summary>A page of cases, newest first; <paramref name="Next"/> is the value of "before" for the next, null on the last.</summary>
internal sealed record CaseListDocument(IReadOnlyList<CaseDocument> Cases, long? Next);

/// <summary>Cases for machines; the same work that the pages do, seen through the same row policies.</summary>
internal static class CaseApi
{
    /// <summary>Cases of one page of the list.</summary>
    public const int PageCases = 100;

    public static void MapCaseApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1/casework").WithTags("Casework");

        api.MapPost("/cases", async (OpenCaseRequest request, HttpContext http, CaseDesk desk, CancellationToken cancel) =>
            await desk.OpenAsync(http.Actor(), new OpenCase(request.Category, request.Words ?? "", request.Urgency ?? "normal", request.EnterpriseId, request.Region), cancel) switch
            {
                OpenOutcome.Opened opened => Results.Created($"/api/v1/casework/cases/{opened.Id}", new OpenCaseAnswer(opened.Id, IsNew: true)),
                OpenOutcome.AlreadyOpen same => Results.Ok(new OpenCaseAnswer(same.Id, IsNew: false)),
                OpenOutcome.Wrong wrong => Results.Problem(statusCode: 422, title: $"The field {wrong.Field} is wrong.", detail: Expected(wrong.Field)),
                _ => throw new InvalidOperationException("A case was neither opened nor refused."),
            }).Idempotent().WithName("OpenCase").WithSummary("Opens a case of the caller's enterprise, or as an officer about an enterprise or region.").Produces<OpenCaseAnswer>(201).Produces<OpenCaseAnswer>().ProducesProblem(422);

        api.MapPost("/cases/{id:long}/steps", async (long id, StepRequest request, HttpContext http, CaseDesk desk, CancellationToken cancel) =>
        {
            if (request.ToInput() is null) return Results.Problem(statusCode: 400, title: "The step is not known.", detail: "accept, note, ask, answer, hand-over, solve (with outcome solved, partly or unsolved), withdraw, reopen, merge or rate was expected.");
            return await desk.StepAsync(http.Actor(), id, request, cancel) switch
            {
                StepResult.Taken taken => Results.Ok(new StepAnswer(taken.Version)),
                StepResult.Stale stale => Results.Problem(statusCode: 409, title: "Somebody else has changed this case.", detail: $"It is {stale.Stage} now, at version {stale.Version}. Read it again and repeat the step with that version."),
                StepResult.Refused refused => Results.Problem(statusCode: 422, title: "The step cannot be taken.", detail: Why(refused.Reason)),
                _ => Results.Problem(statusCode: 404, title: "There is no such case for you."),
            };
        }).Idempotent().WithName("TakeCaseStep").WithSummary("Takes a step on a case.").Produces<StepAnswer>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);

        api.MapGet("/cases", async (string? stage, long? before, HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var files = await session.QueryAsync<CaseFile>($"SELECT {CaseFile.Columns} FROM casework.case_file WHERE (@stage::text IS NULL OR stage = @stage) AND (@before::bigint IS NULL OR id < @before) ORDER BY id DESC LIMIT {PageCases + 1}", new { stage, before }, cancel);
            session.AuditRead("casework.cases-read", "api");
            await session.CommitAsync(cancel);
            return Results.Ok(new CaseListDocument([.. files.Take(PageCases).Select(ToDocument)], files.Count > PageCases ? files[PageCases - 1].Id : null));
        }).WithName("ListCases").WithSummary("Cases that the caller may see, newest first.").Produces<CaseListDocument>();

        api.MapGet("/cases/{id:long}", async (long id, HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await CaseFile.FindAsync(session, id, cancel) is not { } file) return Results.Problem(statusCode: 404, title: "There is no such case for you.");
            var steps = await session.QueryAsync<StepRow>("SELECT kind, stage, author_name, words, at FROM casework.case_step WHERE case_id = @id ORDER BY id", new { id }, cancel);
            session.AuditRead("casework.case-read", id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await session.CommitAsync(cancel);
            return Results.Ok(new CaseDetailDocument(ToDocument(file), file.Detail, [.. steps.Select(s => new CaseStepDocument(s.Kind, s.Stage, s.AuthorName, s.Words, s.At))]));
        }).WithName("ReadCase").WithSummary("A case with its history.").Produces<CaseDetailDocument>().ProducesProblem(404);
    }

    private static CaseDocument ToDocument(CaseFile c) =>
        new(c.Id, c.Category, c.Urgency, c.RegionCode, c.EnterpriseName, c.TitleZh, c.Stage, c.Level, c.OwnerName, c.OpenedAt, c.DueAt, c.Outcome, c.Rating, c.Version);

    private static string Expected(string field) => field switch
    {
        "category" => $"One of {string.Join(", ", CaseRules.CategoriesOfPeople)} was expected.",
        "words" => $"1 to {CaseFlow.WordsLengthMax} characters were expected.",
        "urgency" => $"One of {string.Join(", ", CaseRules.Urgencies)} was expected.",
        "region" => "The short code of a region inside your scope was expected.",
        _ => "Your account acts for no registered enterprise, or there is none of that number.",
    };

    private static string Why(string reason) => reason switch
    {
        "stage" => "It does not fit the stage the case is at.",
        "party" => "This step is not yours to take on this case.",
        "words" => $"It needs words, at most {CaseFlow.WordsLengthMax} characters.",
        "stars" => "A rating is a whole number from 1 to 5.",
        "too-late" => $"A closed case is reopened within {CaseRules.Current.ReopenDays} days; open a new one.",
        "officer" => "The officer must be an account that works on cases in the region.",
        "duplicate" => "The other case must be one of the same enterprise that is not a duplicate itself.",
        _ => "",
    };

    private sealed record StepRow
    {
        public string Kind { get; init; } = "";
        public string Stage { get; init; } = "";
        public string AuthorName { get; init; } = "";
        public string Words { get; init; } = "";
        public DateTimeOffset At { get; init; }
    }
}
