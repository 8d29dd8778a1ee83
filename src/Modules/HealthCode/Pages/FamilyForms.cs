using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Rongtong.HealthCode.People;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Web.Shell;

namespace Rongtong.HealthCode.Pages;

/// <summary>The posts behind the page on which one acts for another.</summary>
internal static class FamilyForms
{
    private const string Page = "/health/family";

    public static void MapFamily(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(Page, async (HttpContext http, IFormCollection form, Delegations delegations, Database database, CancellationToken cancel) =>
        {
            if (Own(http) is not { } self) return Results.LocalRedirect(Page);
            var type = int.TryParse(form["documentType"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (DocumentType)number : DocumentType.ResidentCard;
            if (DocumentNumber.Parse(type, form["document"]) is not ({ } document, null)) return Results.LocalRedirect(Page + "?problem=document");
            var (name, relation) = (form["name"].ToString().Trim(), form["relation"].ToString());
            if (name.Length is 0 or > 60 || relation is not ("child" or "parent" or "other") || form["consent"] != "yes") return Results.LocalRedirect(Page + "?problem=fields");
            return await AnswerAsync(http, database, session => delegations.RequestAsync(session, self, document, name, relation, cancel), "health.family.asked", cancel);
        }).RequireRateLimiting(AccessMiddleware.SignInLimit).ExcludeFromDescription();

        endpoints.MapPost(Page + "/{id:long}/code", async (long id, HttpContext http, IFormCollection form, Delegations delegations, Database database, CancellationToken cancel) =>
            Own(http) is { } self
                ? await AnswerAsync(http, database, session => delegations.ConfirmByCodeAsync(session, self, id, form["code"].ToString(), cancel), "health.family.agreed", cancel)
                : Results.LocalRedirect(Page)).RequireRateLimiting(AccessMiddleware.SignInLimit).ExcludeFromDescription();

        endpoints.MapPost(Page + "/{id:long}/confirmed", (long id, HttpContext http, IFormCollection form, Delegations delegations, Database database, CancellationToken cancel) =>
            AnswerAsync(http, database, session => delegations.ConfirmByWorkerAsync(session, id, form["ward"].ToString(), form["delegate"].ToString(), cancel), "health.family.agreed", cancel))
            .RequirePermission(HealthCodePermissions.Family).ExcludeFromDescription();

        endpoints.MapPost(Page + "/{id:long}/ended", async (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            if (Person.IdOf(http.Actor()) is null) return Results.LocalRedirect(Page);
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            await Delegations.EndAsync(session, id, cancel);
            await session.CommitAsync(cancel);
            Toast.Say(http, "health.family.ended");
            return Results.LocalRedirect(Page);
        }).ExcludeFromDescription();

        endpoints.MapPost(Page + "/{id:long}/act", async (long id, HttpContext http, IFormCollection form, Holders holders, Database database, CancellationToken cancel) =>
        {
            if (Own(http) is not { } self || await holders.FindAsync(self, cancel) is not { } holder) return Results.LocalRedirect(Page);
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var ward = await session.QuerySingleOrDefaultAsync<long?>("SELECT ward_id FROM health_code.delegation WHERE id = @id AND delegate_id = @self AND basis IS NOT NULL AND ended_at = 'infinity'", new { id, self }, cancel);
            if (ward is null) return Results.LocalRedirect(Page);
            PersonCookie.SignIn(http, self, holder.Stamp, ward.Value);
            return Results.LocalRedirect("/health");
        }).ExcludeFromDescription();

        endpoints.MapPost(Page + "/self", async (HttpContext http, IFormCollection form, Holders holders, CancellationToken cancel) =>
        {
            if (PersonCookie.SignedInOn(http) is { } self && await holders.FindAsync(self, cancel) is { } holder) PersonCookie.SignIn(http, self, holder.Stamp);
            return Results.LocalRedirect("/health");
        }).ExcludeFromDescription();
    }

    /// <summary>The signed-in person when she acts for herself: nobody passes on what she was trusted with.</summary>
    private static long? Own(HttpContext http) => Person.IdOf(http.Actor()) is { } id && PersonCookie.SignedInOn(http) == id ? id : null;

    private static async Task<IResult> AnswerAsync(HttpContext http, Database database, Func<Session, Task<DelegationOutcome>> work, string done, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        var outcome = await work(session);
        // Also a refused attempt counts.
        await session.CommitAsync(cancel);
        if (outcome is not DelegationOutcome.Done) return Results.LocalRedirect(Page + "?problem=" + outcome.ToString().ToLowerInvariant());
        Toast.Say(http, done);
        return Results.LocalRedirect(Page);
    }
}
