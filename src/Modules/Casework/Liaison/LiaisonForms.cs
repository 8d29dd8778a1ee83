using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Casework.Calendar;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Web.Shell;

namespace Rongtong.Casework.Liaison;

/// <summary>The posts behind the pages of liaison officers.</summary>
internal static class LiaisonForms
{
    public static void MapLiaison(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/casework/liaison/assignments", async (HttpContext http, IFormCollection form, Database database, Officers officers, CancellationToken cancel) =>
        {
            var (region, park) = (form["region"].ToString(), form["park"].ToString().Trim());
            var enterprise = ToNumber(form["enterprise"]);
            var page = enterprise is { } one ? PageOf(one) : "/casework/liaison";
            if (!DateOnly.TryParseExact(form["from"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from)) return Results.LocalRedirect(page + "?problem=day");
            if (await officers.FindAsync(form["officer"].ToString(), region, cancel) is not { } officer) return Results.LocalRedirect(page + "?problem=officer");
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await Assignments.AssignAsync(session, officer, region, park, enterprise, from, cancel))
            {
                case AssignOutcome.Wrong wrong:
                    return Results.LocalRedirect($"{page}?problem={wrong.Field}");
                default:
                    await session.CommitAsync(cancel);
                    Toast.Say(http, "casework.assigned");
                    return Results.LocalRedirect(page);
            }
        }).RequirePermission(CaseworkPermissions.Work).ExcludeFromDescription();

        endpoints.MapPost("/casework/enterprises/{id:int}/visits", async (int id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            if (!DateOnly.TryParseExact(form["day"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return Results.LocalRedirect(PageOf(id) + "?problem=day");
            // Rows that were left empty are not findings.
            Finding[] findings = [.. form["category"].Zip(form["finding"], (category, words) => new Finding(category ?? "", words ?? "")).Where(f => f.Words.Trim().Length > 0)];
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await new RecordVisit(id, day, form["note"].ToString(), findings).RunAsync(session, cancel) is VisitOutcome.Wrong wrong) return Results.LocalRedirect($"{PageOf(id)}?problem={wrong.Field}");
            await session.CommitAsync(cancel);
            Toast.Say(http, "casework.visit.recorded");
            return Results.LocalRedirect(PageOf(id));
        }).RequirePermission(CaseworkPermissions.Work).ExcludeFromDescription();

        endpoints.MapPost("/casework/findings/{id:long}/case", async (long id, HttpContext http, IFormCollection form, Database database, EnterpriseFacts enterprises, IRegions regions, WorkCalendar calendar, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await new OpenFinding(id).RunAsync(session, enterprises, regions, calendar, cancel) is not { } opened) return Results.LocalRedirect("/casework/liaison?problem=finding");
            await session.CommitAsync(cancel);
            Toast.Say(http, "casework.opened");
            return Results.LocalRedirect("/casework/cases/" + opened.ToString(CultureInfo.InvariantCulture));
        }).RequirePermission(CaseworkPermissions.Work).ExcludeFromDescription();
    }

    private static string PageOf(int enterprise) => "/casework/enterprises/" + enterprise.ToString(CultureInfo.InvariantCulture);

    private static int? ToNumber(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
