using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Resumption.Burden;
using Rongtong.Resumption.Held;
using Rongtong.Resumption.Measures;
using Rongtong.Resumption.Openings;
using Rongtong.Resumption.Plans;
using Rongtong.Resumption.Reports;
using Rongtong.Web.Shell;

namespace Rongtong.Resumption.Pages;

/// <summary>The posts behind the enterprise's own pages.</summary>
internal static class OwnForms
{
    private const int AnswerLengthMax = 200;

    public static void MapOwnForms(this IEndpointRouteBuilder endpoints)
    {
        var own = endpoints.MapGroup("/resumption/own").RequirePermission(ResumptionPermissions.Own).ExcludeFromDescription();

        own.MapPost("/openings", async (HttpContext http, IFormCollection form, FileOpening filing, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var outcome = await filing.RunAsync(session, http.Actor().Organisation, Day(form, "day"), Number(form, "staff"), form["commitment"] == "true", cancel);
            if (outcome is not FilingOutcome.Filed) return Back(outcome switch
            {
                FilingOutcome.Invalid invalid => "invalid-" + invalid.Field,
                FilingOutcome.CommitmentMissing => "commitment",
                FilingOutcome.AlreadyFiled => "already-filed",
                _ => "not-registered",
            });
            return await DoneAsync(http, session, "resumption.own.filed", "/resumption/own", cancel);
        });

        own.MapPost("/openings/{id:long}/withdrawal", async (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            await StepAsync(http, database, id, session => AnswerOpening.WithdrawAsync(session, id, cancel), cancel));

        own.MapPost("/openings/{id:long}/appeals", async (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            await StepAsync(http, database, id, session => AnswerOpening.AppealAsync(session, id, form["statement"].ToString(), cancel), cancel));

        own.MapPost("/openings/{id:long}/documents", async (long id, HttpContext http, IFormFile file, IFormCollection form, WhatIsHeld held, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await held.EnterpriseAsync(session, http.Actor().Organisation, cancel) is not { } enterprise) return Back("not-registered");
            if (await Attachments.KeepAsync(session, enterprise, file, cancel) is not { } kept) return Results.LocalRedirect($"/resumption/openings/{id}?problem=file");
            return await AnswerOpening.HandInAsync(session, id, form["document"].ToString(), kept, cancel) is StepOutcome.Done
                ? await DoneAsync(http, session, "resumption.own.handed-in", $"/resumption/openings/{id}", cancel) : Results.LocalRedirect($"/resumption/openings/{id}?problem=not-possible");
        });

        own.MapPost("/reports", async (HttpContext http, IFormCollection form, WhatIsHeld held, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var report = new SendReport(Day(form, "day"), Number(form, "unwell"), Number(form, "present"), form["open"] != "false", Number(form, "version"), form["reason"].ToString());
            var outcome = await report.RunAsync(session, held, http.Actor().Organisation, cancel);
            if (outcome is not ReportOutcome.Kept) return Back(outcome switch
            {
                ReportOutcome.Invalid invalid => "invalid-" + invalid.Field,
                ReportOutcome.ReasonMissing => "reason",
                ReportOutcome.Stale => "stale",
                _ => "not-registered",
            });
            return await DoneAsync(http, session, "resumption.own.reported", "/resumption/own", cancel);
        });

        own.MapPost("/checks", async (HttpContext http, IFormCollection form, WhatIsHeld held, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await held.EnterpriseAsync(session, http.Actor().Organisation, cancel) is not { } enterprise) return Back("not-registered");
            var photos = new List<long>();
            foreach (var file in form.Files.Where(f => f.Length > 0).Take(RecordCheck.PhotosMax))
            {
                if (await Attachments.KeepAsync(session, enterprise, file, cancel) is not { } kept) return Results.LocalRedirect("/resumption/own/check?problem=file");
                photos.Add(kept);
            }
            return await RecordCheck.RunAsync(session, held, enterprise.Code, isSpotCheck: false, [.. form["done"].Where(d => d is not null).Cast<string>()], form["note"].ToString(), photos, cancel) is CheckOutcome.Kept
                ? await DoneAsync(http, session, "resumption.check.kept", "/resumption/own/check", cancel) : Results.LocalRedirect("/resumption/own/check?problem=list");
        });

        own.MapPost("/plans", async (HttpContext http, IFormCollection form, PlanReturn plan, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var terms = new PlanTerms(Number(form, "coaches"), Number(form, "seats"), Number(form, "load"), Number(form, "rooms"), Number(form, "per-room"), Number(form, "shifts"), Number(form, "window"), Number(form, "sitting"), Number(form, "horizon"), Answer(form, "beds"), Answer(form, "canteen-seats"), Answer(form, "work-places"));
            return await plan.RunAsync(session, http.Actor().Organisation, terms, "asked", cancel) switch
            {
                PlanOutcome.Planned => await DoneAsync(http, session, "resumption.plan.made", "/resumption/own/plan", cancel),
                PlanOutcome.Faulty faulty => Results.LocalRedirect("/resumption/own/plan?problem=faulty&detail=" + Uri.EscapeDataString(string.Join(' ', faulty.Faults.Take(3)))),
                PlanOutcome.NoStaffKnown => Results.LocalRedirect("/resumption/own/plan?problem=no-staff"),
                _ => Results.LocalRedirect("/resumption/own/plan?problem=not-registered"),
            };
        });

        own.MapPost("/capacities", async (HttpContext http, IFormCollection form, WhatIsHeld held, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await held.EnterpriseAsync(session, http.Actor().Organisation, cancel) is not { } enterprise) return Back("not-registered");
            return await PlanReturn.AnswerAsync(session, enterprise, Answer(form, "beds"), Answer(form, "canteen-seats"), Answer(form, "work-places"), cancel)
                ? await DoneAsync(http, session, "resumption.own.answered", "/resumption/own", cancel) : Back("faulty");
        });

        own.MapPost("/forms/{id:long}", async (long id, HttpContext http, IFormCollection form, WhatIsHeld held, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await held.EnterpriseAsync(session, http.Actor().Organisation, cancel) is not { } enterprise) return Back("not-registered");
            var facts = await session.QueryAsync<string>("SELECT q.fact FROM resumption.form_question q JOIN resumption.form f ON f.id = q.form_id WHERE q.form_id = @id AND f.closed_at IS NULL AND @region ^@ f.region_code ORDER BY q.fact", new { id, region = enterprise.Region.Value }, cancel);
            var answers = facts.Select(f => (Fact: f, Value: form[f].ToString().Trim())).Where(a => a.Value.Length is > 0 and <= AnswerLengthMax).ToArray();
            if (answers.Length < facts.Count || facts.Count == 0) return Back("incomplete");
            foreach (var (fact, value) in answers)
                await session.ExecuteAsync("INSERT INTO resumption.form_answer (form_id, enterprise_code, region_code, fact, value, author, recorded_at) VALUES (@id, @Code, @region, @fact, @value, @author, @now) ON CONFLICT DO NOTHING",
                    new { id, enterprise.Code, region = enterprise.Region.Value, fact, value, author = http.Actor().Id, now = session.Now }, cancel);
            await BurdenMeter.CountAsync(session, enterprise, FormattableString.Invariant($"form:{id}"), [.. answers.Select(a => ("", a.Value))], cancel);
            return await DoneAsync(http, session, "resumption.own.answered", "/resumption/own", cancel);
        });

        endpoints.MapGet("/resumption/attachments/{id:long}", async (long id, HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await session.QuerySingleOrDefaultAsync<(string MediaType, byte[] Content)?>("SELECT media_type, content FROM resumption.attachment WHERE id = @id", new { id }, cancel) is not { } file) return Results.NotFound();
            session.AuditRead("resumption.attachment-read", id.ToString(CultureInfo.InvariantCulture));
            await session.CommitAsync(cancel);
            // What was uploaded is shown as a picture or saved, never run as a page of ours.
            http.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
            http.Response.Headers.XContentTypeOptions = "nosniff";
            return Results.Bytes(file.Content, file.MediaType);
        }).ExcludeFromDescription();
    }

    private static async Task<IResult> StepAsync(HttpContext http, Database database, long id, Func<Session, Task<StepOutcome>> step, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        return await step(session) switch
        {
            StepOutcome.Done => await DoneAsync(http, session, "resumption.opening.done", $"/resumption/openings/{id}", cancel),
            StepOutcome.TextMissing => Results.LocalRedirect($"/resumption/openings/{id}?problem=text"),
            StepOutcome.NotFound => Back("not-registered"),
            _ => Results.LocalRedirect($"/resumption/openings/{id}?problem=not-possible"),
        };
    }

    private static async Task<IResult> DoneAsync(HttpContext http, Session session, string toast, string to, CancellationToken cancel)
    {
        await session.CommitAsync(cancel);
        Toast.Say(http, toast);
        return Results.LocalRedirect(to);
    }

    private static IResult Back(string problem) => Results.LocalRedirect("/resumption/own?problem=" + problem);

    /// <summary>A whole number, or -1 for anything else, which every use case refuses.</summary>
    private static int Number(IFormCollection form, string field) => int.TryParse(form[field], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    /// <summary>A capacity that was asked for; null where nothing was answered, which is unknown and not none.</summary>
    private static int? Answer(IFormCollection form, string resource) => form["capacity-" + resource].ToString().Trim().Length == 0 ? null : Number(form, "capacity-" + resource);

    private static DateOnly Day(IFormCollection form, string field) => DateOnly.TryParseExact(form[field], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : DateOnly.MinValue;
}
