using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Localisation;
using Rongtong.Resumption.Burden;
using Rongtong.Resumption.Held;
using Rongtong.Resumption.Measures;
using Rongtong.Resumption.Openings;
using Rongtong.Resumption.Projects;
using Rongtong.Resumption.Rules;
using Rongtong.Web.Shell;
using Rongtong.Web.Working;

namespace Rongtong.Resumption.Pages;

/// <summary>The posts behind the officers' pages.</summary>
internal static class OfficerForms
{
    public static void MapOfficerForms(this IEndpointRouteBuilder endpoints)
    {
        var officer = endpoints.MapGroup("/resumption").RequirePermission(ResumptionPermissions.Decide).ExcludeFromDescription();

        officer.MapPost("/openings/{id:long}/answers", async (long id, HttpContext http, IFormCollection form, OfficeBindings offices, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            return await EndAsync(http, session, id, await AnswerOpening.AnswerAsync(session, offices, id, form["office"].ToString(), form["agreed"] == "true", form["ground"].ToString(), cancel), cancel);
        });

        officer.MapPost("/openings/{id:long}/demands", async (long id, HttpContext http, IFormCollection form, OfficeBindings offices, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            string[] names = [.. form["document"].Concat(form["other"].ToString().Split(['\n', ',', '，', '、'], StringSplitOptions.RemoveEmptyEntries)).Where(n => !string.IsNullOrWhiteSpace(n)).Cast<string>()];
            return await EndAsync(http, session, id, await AnswerOpening.AskAsync(session, offices, id, names, cancel), cancel);
        });

        officer.MapPost("/checks/{code}", async (string code, HttpContext http, IFormCollection form, WhatIsHeld held, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await RecordCheck.RunAsync(session, held, code, isSpotCheck: true, [.. form["done"].Where(d => d is not null).Cast<string>()], form["note"].ToString(), [], cancel) is not CheckOutcome.Kept) return Results.LocalRedirect($"/resumption/checks/{Uri.EscapeDataString(code)}?problem=list");
            await session.CommitAsync(cancel);
            Toast.Say(http, "resumption.check.kept");
            return Results.LocalRedirect($"/resumption/checks/{Uri.EscapeDataString(code)}");
        });

        officer.MapPost("/forms", async (HttpContext http, IFormCollection form, Database database, Texts texts, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            // One question a line: the fact, a space, the question.
            FormQuestion[] questions = [.. form["questions"].ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(line => line.IndexOf(' ', StringComparison.Ordinal) is var at and > 0 ? new FormQuestion(line[..at], line[(at + 1)..]) : new FormQuestion(line, ""))];
            switch (await DefineForm.RunAsync(session, form["region"].ToString(), form["title"].ToString(), questions, cancel))
            {
                case FormOutcome.Defined:
                    await session.CommitAsync(cancel);
                    Toast.Say(http, "resumption.forms.defined");
                    return Results.LocalRedirect("/resumption/burden");
                case FormOutcome.Held refused:
                    return Results.LocalRedirect("/resumption/burden?problem=held&detail=" + Uri.EscapeDataString(texts["resumption.forms.held", refused.Fact, refused.Place.In(Texts.Language)]));
                case FormOutcome.AskedAlready refused:
                    return Results.LocalRedirect("/resumption/burden?problem=asked&detail=" + Uri.EscapeDataString(texts["resumption.forms.asked", refused.Fact, refused.Form]));
                default:
                    return Results.LocalRedirect("/resumption/burden?problem=invalid");
            }
        });

        officer.MapPost("/forms/{id:long}/closure", async (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (!await CloseForm.RunAsync(session, id, cancel)) return Results.LocalRedirect("/resumption/burden?problem=form-gone");
            await session.CommitAsync(cancel);
            Toast.Say(http, "resumption.forms.closed");
            return Results.LocalRedirect("/resumption/burden");
        });

        officer.MapPost("/projects/imports", (HttpContext http, IFormFile file, IFormCollection form, ImportForm imports, Texts texts) =>
            imports.RunAsync(http, "major-projects", file, new(), "/resumption/projects",
                report => report.Rejects is [var first, ..]
                    ? new(FileProblem(texts["resumption.projects.rejected", report.Rejected, first.Line, first.Column, texts[first.TextKey]])) : new("/resumption/projects", "resumption.projects.loaded"), FileProblem));

        officer.MapPost("/milestones/{id:long}/completion", async (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (!DateOnly.TryParseExact(form["day"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) || !await Milestones.DoneAsync(session, id, day, cancel)) return Results.LocalRedirect("/resumption/projects?problem=milestone");
            await session.CommitAsync(cancel);
            Toast.Say(http, "resumption.projects.done");
            return Results.LocalRedirect("/resumption/projects");
        });
    }

    private static string FileProblem(string reason) => "/resumption/projects?problem=file&detail=" + Uri.EscapeDataString(reason);

    private static async Task<IResult> EndAsync(HttpContext http, Session session, long id, StepOutcome outcome, CancellationToken cancel)
    {
        switch (outcome)
        {
            case StepOutcome.Done:
                await session.CommitAsync(cancel);
                Toast.Say(http, "resumption.opening.done");
                return Results.LocalRedirect($"/resumption/openings/{id}");
            case StepOutcome.NotOnTheList refused:
                // The attempt stays on the record although nothing was asked.
                await session.CommitAsync(cancel);
                return Results.LocalRedirect($"/resumption/openings/{id}?problem=unlisted&detail=" + Uri.EscapeDataString(string.Join("、", refused.Names)));
            case StepOutcome.NotYourOffice:
                return Results.LocalRedirect($"/resumption/openings/{id}?problem=not-your-office");
            case StepOutcome.SamePerson:
                return Results.LocalRedirect($"/resumption/openings/{id}?problem=same-person");
            case StepOutcome.TextMissing:
                return Results.LocalRedirect($"/resumption/openings/{id}?problem=text");
            case StepOutcome.NotFound:
                return Results.LocalRedirect("/resumption?problem=not-found");
            default:
                return Results.LocalRedirect($"/resumption/openings/{id}?problem=not-possible");
        }
    }
}
