using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;
using Rongtong.Resumption.Burden;
using Rongtong.Resumption.Held;
using Rongtong.Resumption.Openings;
using Rongtong.Resumption.Plans;
using Rongtong.Resumption.Reports;
using Rongtong.Resumption.Rules;
using Rongtong.ReturnPlanning;

namespace Rongtong.Resumption;

/// <summary>The rule of a day and the closed list.</summary>
internal sealed record OpeningRulesDocument(string Version, DateOnly ValidFrom, string ListVersion, int AnswerWorkingDays, IReadOnlyList<string> Documents, string Citation);

internal sealed record OpeningRequest(DateOnly PlannedDay, int Staff, bool Commitment);

internal sealed record OpeningAnswer(long Id, string Track, string Status, DateTimeOffset? DueAt);

internal sealed record OfficeRequest(string Office, bool Agreed, string Ground);

internal sealed record DemandRequest(IReadOnlyList<string> Documents);

internal sealed record StatusAnswer(string Status);

internal sealed record ReportRequest(DateOnly Day, int Unwell, int StaffPresent, bool IsOpen, int Version, string? Reason);

internal sealed record ReportAnswer(int Version);

internal sealed record FormRequest(string Region, string Title, IReadOnlyList<FormQuestion> Questions);

internal sealed record FormAnswer(long Id);

internal sealed record PlanAnswer(long Id);

/// <summary>The module's use cases for machines; the same work that its pages do.</summary>
internal static class ResumptionApi
{
    public static void MapResumptionApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1/resumption").WithTags("Resumption");

        api.MapGet("/rules/{day}", (DateOnly day) =>
        {
            var (table, list) = (DatedRules.On(DatedRules.Openings, day).Document, DatedRules.List);
            return new OpeningRulesDocument(table.Version, table.ValidFrom, list.Version, list.AnswerWorkingDays, [.. list.Documents.Select(d => d.Id)], list.Citation.Document.In(Texts.Language) + " " + list.Citation.Clause.In(Texts.Language));
        }).WithName("OpeningRules").WithSummary("The rule of openings in force on a day, and the closed list of documents.").Produces<OpeningRulesDocument>();

        api.MapPost("/own/openings", async (OpeningRequest request, HttpContext http, FileOpening filing, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await filing.RunAsync(session, http.Actor().Organisation, request.PlannedDay, request.Staff, request.Commitment, cancel))
            {
                case FilingOutcome.Filed filed:
                    await session.CommitAsync(cancel);
                    return Results.Ok(new OpeningAnswer(filed.Id, filed.Track, Opening.Word(filed.Status), filed.DueAt));
                case FilingOutcome.AlreadyFiled already:
                    return Results.Problem(statusCode: 409, title: "There is an opening already.", detail: $"It has the number {already.Id}; take it back before filing anew.");
                case FilingOutcome.Invalid invalid:
                    return Results.Problem(statusCode: 422, title: $"The field {invalid.Field} is wrong.", detail: $"A day from today on, at most {FileOpening.AheadDaysMax} days ahead, and 0 to {FileOpening.StaffMax} staff were expected.");
                case FilingOutcome.CommitmentMissing:
                    return Results.Problem(statusCode: 422, title: "The commitment is missing.", detail: "The rule of today asks for notice and commitment; send commitment true.");
                default:
                    return Results.Problem(statusCode: 404, title: "The register does not know your enterprise.", detail: "Ask the industry bureau to enter it.");
            }
        }).RequirePermission(ResumptionPermissions.Own).Idempotent().WithName("FileOpening").WithSummary("Files an opening.").Produces<OpeningAnswer>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);

        api.MapPost("/openings/{id:long}/answers", async (long id, OfficeRequest request, HttpContext http, OfficeBindings offices, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            return await EndAsync(session, await AnswerOpening.AnswerAsync(session, offices, id, request.Office, request.Agreed, request.Ground ?? "", cancel), cancel);
        }).RequirePermission(ResumptionPermissions.Decide).Idempotent().WithName("AnswerOpening").WithSummary("An office answers an opening.").Produces<StatusAnswer>().ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);

        api.MapPost("/openings/{id:long}/demands", async (long id, DemandRequest request, HttpContext http, OfficeBindings offices, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            return await EndAsync(session, await AnswerOpening.AskAsync(session, offices, id, request.Documents ?? [], cancel), cancel);
        }).RequirePermission(ResumptionPermissions.Decide).Idempotent().WithName("AskDocuments").WithSummary("Asks for documents of the closed list; anything else is refused by name.").Produces<StatusAnswer>().ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);

        api.MapPost("/own/reports", async (ReportRequest request, HttpContext http, WhatIsHeld held, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await new SendReport(request.Day, request.Unwell, request.StaffPresent, request.IsOpen, request.Version, request.Reason ?? "").RunAsync(session, held, http.Actor().Organisation, cancel))
            {
                case ReportOutcome.Kept kept:
                    await session.CommitAsync(cancel);
                    return Results.Ok(new ReportAnswer(kept.Version));
                case ReportOutcome.Stale stale:
                    return Results.Problem(statusCode: 409, title: "Somebody else has reported this day.", detail: $"Its version is {stale.Version} now. A correction names that version and a reason.");
                case ReportOutcome.ReasonMissing:
                    return Results.Problem(statusCode: 422, title: "The reason is missing.", detail: $"A correction says why in at most {SendReport.ReasonLengthMax} characters.");
                case ReportOutcome.Invalid invalid:
                    return Results.Problem(statusCode: 422, title: $"The field {invalid.Field} is wrong.", detail: $"A day of the last {SendReport.CorrectionDaysMax}, at most {SendReport.StaffMax} present, and not more unwell than present were expected.");
                default:
                    return Results.Problem(statusCode: 404, title: "The register does not know your enterprise.", detail: "Ask the industry bureau to enter it.");
            }
        }).RequirePermission(ResumptionPermissions.Own).Idempotent().WithName("SendDailyReport").WithSummary("Sends or corrects the report of a day.").Produces<ReportAnswer>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);

        api.MapPost("/forms", async (FormRequest request, HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await DefineForm.RunAsync(session, request.Region ?? "", request.Title ?? "", request.Questions ?? [], cancel))
            {
                case FormOutcome.Defined defined:
                    await session.CommitAsync(cancel);
                    return Results.Ok(new FormAnswer(defined.Id));
                case FormOutcome.Held held:
                    return Results.Problem(statusCode: 422, title: $"The fact {held.Fact} is held already.", detail: $"It is in the {held.Place.English}; read it there instead of asking.");
                case FormOutcome.AskedAlready asked:
                    return Results.Problem(statusCode: 422, title: $"The fact {asked.Fact} is asked already.", detail: $"The form {asked.Form} asks it; use its answers.");
                default:
                    return Results.Problem(statusCode: 422, title: "The form is not complete.", detail: $"A region of yours, a title and 1 to {DefineForm.QuestionsMax} different questions with the fact they ask for were expected.");
            }
        }).RequirePermission(ResumptionPermissions.Decide).Idempotent().WithName("DefineForm").WithSummary("Defines a form; one that asks what is held is refused.").Produces<FormAnswer>().ProducesProblem(422);

        api.MapPost("/forms/{id:long}/closure", async (long id, HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (!await CloseForm.RunAsync(session, id, cancel)) return Results.Problem(statusCode: 404, title: "There is no such open form in your regions.");
            await session.CommitAsync(cancel);
            return Results.NoContent();
        }).RequirePermission(ResumptionPermissions.Decide).Idempotent().WithName("CloseForm").WithSummary("Closes a form: nobody is asked any more, and its facts may be asked by another.").Produces(204).ProducesProblem(404);

        api.MapPost("/own/plans", async (PlanTerms terms, HttpContext http, PlanReturn plan, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await plan.RunAsync(session, http.Actor().Organisation, terms, "asked", cancel))
            {
                case PlanOutcome.Planned planned:
                    await session.CommitAsync(cancel);
                    return Results.Ok(new PlanAnswer(planned.Id));
                case PlanOutcome.Faulty faulty:
                    return Results.Problem(statusCode: 422, title: "The terms are out of range.", detail: string.Join(' ', faulty.Faults));
                case PlanOutcome.NoStaffKnown:
                    return Results.Problem(statusCode: 422, title: "Nobody knows where your staff are.", detail: "At least three of them tell the health code where they work; then there is something to plan.");
                default:
                    return Results.Problem(statusCode: 404, title: "The register does not know your enterprise.");
            }
        }).RequirePermission(ResumptionPermissions.Own).Idempotent().WithName("PlanReturn").WithSummary("Plans the staggered return of staff and keeps the run.").Produces<PlanAnswer>().ProducesProblem(404).ProducesProblem(422);

        api.MapGet("/own/plans/latest", async (HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            return await PlanReturn.LatestAsync(session, http.Actor().Organisation, cancel) is { } run ? Results.Ok(run.Plan) : Results.Problem(statusCode: 404, title: "There is no plan yet.");
        }).RequirePermission(ResumptionPermissions.Own).WithName("LatestPlan").WithSummary("The newest plan of one's enterprise.").Produces<ReturnPlan>().ProducesProblem(404);
    }

    private static async Task<IResult> EndAsync(Session session, StepOutcome outcome, CancellationToken cancel)
    {
        switch (outcome)
        {
            case StepOutcome.Done done:
                await session.CommitAsync(cancel);
                return Results.Ok(new StatusAnswer(Opening.Word(done.Status)));
            case StepOutcome.NotOnTheList refused:
                await session.CommitAsync(cancel);
                return Results.Problem(statusCode: 422, title: $"Not on the closed list: {string.Join(", ", refused.Names)}.", detail: $"Nothing was asked. {refused.Clause.Document.English}: {refused.Clause.Clause.English}. The list has {refused.Listed} documents.");
            case StepOutcome.NotYourOffice:
                return Results.Problem(statusCode: 403, title: "Your organisation does not answer for this office.", detail: "Each office answers its own part. Which organisation answers for which is in the installation's list of offices.");
            case StepOutcome.SamePerson:
                return Results.Problem(statusCode: 409, title: "You have answered this opening for another office.", detail: "One person answers for one office of an opening; somebody else of your organisation must answer here.");
            case StepOutcome.TextMissing:
                return Results.Problem(statusCode: 422, title: "The ground is missing.", detail: $"A refusal says why in at most {AnswerOpening.TextLengthMax} characters.");
            case StepOutcome.NotPossible not:
                return Results.Problem(statusCode: 409, title: "This is not possible any more.", detail: $"The opening is {Opening.Word(not.Status)}, or the office has answered or was not asked. Read it again.");
            default:
                return Results.Problem(statusCode: 404, title: "There is no such opening in your regions.");
        }
    }
}
