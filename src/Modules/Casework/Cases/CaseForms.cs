using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Rongtong.Casework.Calendar;
using Rongtong.Casework.Liaison;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Shell;

namespace Rongtong.Casework.Cases;

/// <summary>The posts behind the pages of cases.</summary>
internal static class CaseForms
{
    private const long RequestBytesMax = (long)AddPhoto.BytesMax * AddPhoto.PerCaseMax + (1 << 20);

    public static void MapCaseForms(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/casework/mine", (HttpContext http, IFormCollection form, CaseDesk desk, CancellationToken cancel) => OpenAsync(http, form, desk, "/casework/mine", cancel))
            .RequirePermission(CaseworkPermissions.Own).WithUploads().ExcludeFromDescription();

        endpoints.MapPost("/casework/new", (HttpContext http, IFormCollection form, CaseDesk desk, CancellationToken cancel) => OpenAsync(http, form, desk, "/casework/new", cancel))
            .RequirePermission(CaseworkPermissions.Work).WithUploads().ExcludeFromDescription();

        // Officers and enterprises post here; who may take which step, the case's own rules say.
        endpoints.MapPost("/casework/cases/{id:long}/steps", async (long id, HttpContext http, IFormCollection form, CaseDesk desk, CancellationToken cancel) =>
        {
            var page = $"/casework/cases/{id.ToString(CultureInfo.InvariantCulture)}";
            _ = int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version);
            var request = new StepRequest(form["step"].ToString(), version, form["words"].ToString(), form["outcome"].ToString(), ToNumber(form["stars"]), form["officer"].ToString(), ToNumber(form["into"]));
            switch (await desk.StepAsync(http.Actor(), id, request, cancel))
            {
                case StepResult.Taken:
                    Toast.Say(http, "casework.step.done");
                    return Results.LocalRedirect(page);
                case StepResult.Stale:
                    return Results.LocalRedirect(page + "?problem=stale");
                case StepResult.Refused refused:
                    return Results.LocalRedirect($"{page}?problem={refused.Reason}");
                default:
                    return Results.LocalRedirect(page);
            }
        }).ExcludeFromDescription();

        endpoints.MapPost("/casework/cases/{id:long}/photos", async (long id, HttpContext http, IFormCollection form, CaseDesk desk, CancellationToken cancel) =>
        {
            var page = $"/casework/cases/{id.ToString(CultureInfo.InvariantCulture)}";
            return await desk.AddPhotosAsync(http.Actor(), id, form.Files, cancel) is { } problem ? Results.LocalRedirect($"{page}?problem=photo-{problem}") : Results.LocalRedirect(page);
        }).WithUploads().ExcludeFromDescription();

        endpoints.MapGet("/casework/photos/{id:long}", async (long id, HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var photo = await session.QuerySingleOrDefaultAsync<(string MediaType, byte[] Content, long CaseId)?>("SELECT media_type, content, case_id FROM casework.case_photo WHERE id = @id", new { id }, cancel);
            if (photo is not { } found) return Results.NotFound();
            session.AuditRead("casework.photo-read", id.ToString(CultureInfo.InvariantCulture));
            await session.CommitAsync(cancel);
            // A stranger's file: shown as what its first bytes say and never run.
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
            http.Response.Headers.CacheControl = "private, max-age=300";
            return Results.Bytes(found.Content, found.MediaType, found.MediaType == "application/pdf" ? $"case-{found.CaseId.ToString(CultureInfo.InvariantCulture)}-{id.ToString(CultureInfo.InvariantCulture)}.pdf" : null);
        }).ExcludeFromDescription();
    }

    internal static TBuilder WithUploads<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequestSizeLimitAttribute(RequestBytesMax), new RequestFormLimitsAttribute { MultipartBodyLengthLimit = RequestBytesMax });

    private static async Task<IResult> OpenAsync(HttpContext http, IFormCollection form, CaseDesk desk, string page, CancellationToken cancel)
    {
        var urgency = form["urgency"].ToString();
        var outcome = await desk.OpenAsync(http.Actor(), new OpenCase(form["category"].ToString(), form["words"].ToString(), urgency.Length == 0 ? "normal" : urgency, (int?)ToNumber(form["enterprise"]), form["region"].ToString()), cancel);
        switch (outcome)
        {
            case OpenOutcome.Opened opened:
                var problem = form.Files.Count == 0 ? null : await desk.AddPhotosAsync(http.Actor(), opened.Id, form.Files, cancel);
                Toast.Say(http, "casework.opened");
                return Results.LocalRedirect($"/casework/cases/{opened.Id.ToString(CultureInfo.InvariantCulture)}{(problem is null ? "" : "?problem=photo-" + problem)}");
            case OpenOutcome.AlreadyOpen same:
                return Results.LocalRedirect($"/casework/cases/{same.Id.ToString(CultureInfo.InvariantCulture)}?problem=already-open");
            case OpenOutcome.Wrong wrong:
                return Results.LocalRedirect($"{page}?problem={wrong.Field}");
            default:
                throw new InvalidOperationException("A case was neither opened nor refused.");
        }
    }

    private static int? ToNumber(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>A step as a form or a machine asks for it.</summary>
/// <param name="Step">accept, note, ask, answer, hand-over, solve, withdraw, reopen, merge or rate.</param>
/// <param name="Version">The version of the case that was seen.</param>
/// <param name="Words">What is said with it.</param>
/// <param name="Outcome">With solve: solved, partly or unsolved.</param>
/// <param name="Stars">With rate: 1 to 5.</param>
/// <param name="Officer">With hand-over: id of the account that takes it.</param>
/// <param name="Into">With merge: number of the case that goes on.</param>
internal sealed record StepRequest(string Step, int Version, string? Words = null, string? Outcome = null, int? Stars = null, string? Officer = null, long? Into = null)
{
    /// <summary>The step; null when there is none of that name.</summary>
    public CaseInput? ToInput()
    {
        var words = Words ?? "";
        return Step switch
        {
            "accept" => new CaseInput.Accept(words),
            "note" => new CaseInput.Note(words),
            "ask" => new CaseInput.Ask(words),
            "answer" => new CaseInput.Answer(words),
            "hand-over" => new CaseInput.HandOver(words),
            "solve" when Outcome is "solved" or "partly" or "unsolved" => new CaseInput.Solve(Enum.Parse<CaseResult>(Outcome, ignoreCase: true), words),
            "withdraw" => new CaseInput.Withdraw(words),
            "reopen" => new CaseInput.Reopen(words),
            "merge" => new CaseInput.Merge(words),
            "rate" => new CaseInput.Rate(Stars ?? 0, words),
            _ => null,
        };
    }
}

/// <summary>What pages and machines ask of cases: one transaction each.</summary>
internal sealed class CaseDesk(Database database, EnterpriseFacts enterprises, IRegions regions, WorkCalendar calendar, Officers officers, TextCatalogue texts)
{
    public async Task<OpenOutcome> OpenAsync(Actor actor, OpenCase request, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(actor, cancel);
        var outcome = await request.RunAsync(session, enterprises, regions, calendar, cancel);
        if (outcome is not OpenOutcome.Opened opened) return outcome;
        session.Audit("casework.case-opened", opened.Id.ToString(CultureInfo.InvariantCulture), request.Category);
        await session.CommitAsync(cancel);
        return outcome;
    }

    public async Task<StepResult> StepAsync(Actor actor, long id, StepRequest request, CancellationToken cancel)
    {
        if (request.ToInput() is not { } input) return new StepResult.Refused("stage");
        await using var session = await database.BeginAsync(actor, cancel);
        Officer? to = null;
        if (input is CaseInput.HandOver && request.Officer is { Length: > 0 } officer && await CaseFile.FindAsync(session, id, cancel) is { } file) to = await officers.FindAsync(officer, file.RegionCode, cancel);
        var result = await new TakeStep(id, request.Version, input, to, request.Into).RunAsync(session, calendar, cancel);
        if (result is not StepResult.Taken) return result;
        await TellAsync(session, id, input, cancel);
        await session.CommitAsync(cancel);
        return result;
    }

    /// <summary>The enterprise whose case it is need not look every day: it is told when somebody took it up, asks something, or has an answer. What was said stands on its page, not in an SMS.</summary>
    private async Task TellAsync(Session session, long id, CaseInput input, CancellationToken cancel)
    {
        if (input is not (CaseInput.Accept or CaseInput.Ask or CaseInput.Solve)) return;
        if (await CaseFile.FindAsync(session, id, cancel) is not { IsShared: true, EnterpriseId: { } enterprise } file) return;
        // texts: casework.told.accept casework.told.ask casework.told.solve
        var text = string.Format(CultureInfo.InvariantCulture, texts.Find("casework.told." + input.Kind, TextCatalogue.Languages[0]), file.Id, file.TitleZh);
        await session.AsSystemAsync(() => session.PublishAsync(EnterpriseToBeTold.Kind, file.EnterpriseCode, new EnterpriseToBeTold(enterprise, text), cancel), cancel);
    }

    /// <summary>Adds files to a case, each by itself; the first problem, or null.</summary>
    public async Task<string?> AddPhotosAsync(Actor actor, long id, IFormFileCollection files, CancellationToken cancel)
    {
        foreach (var file in files.Where(f => f.Length > 0))
        {
            if (file.Length > AddPhoto.BytesMax) return "too-large";
            await using var stream = file.OpenReadStream();
            using var content = new MemoryStream((int)file.Length);
            await stream.CopyToAsync(content, cancel);
            await using var session = await database.BeginAsync(actor, cancel);
            switch (await new AddPhoto(id, content.ToArray()).RunAsync(session, cancel))
            {
                case PhotoOutcome.Added:
                    session.Audit("casework.photo-added", id.ToString(CultureInfo.InvariantCulture));
                    await session.CommitAsync(cancel);
                    break;
                case PhotoOutcome.Refused refused:
                    return refused.Reason;
                default:
                    return "not-found";
            }
        }
        return null;
    }
}
