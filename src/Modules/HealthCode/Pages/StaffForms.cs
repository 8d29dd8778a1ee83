using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.HealthCode.Appeals;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Facts;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Shell;
using Rongtong.Web.Working;

namespace Rongtong.HealthCode.Pages;

/// <summary>The posts behind the pages of those who record facts, decide appeals and keep the rules.</summary>
internal static class StaffForms
{
    public static void MapStaffForms(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/health/batches/imports", (HttpContext http, IFormFile file, IFormCollection form, ImportForm imports, Texts texts) =>
            imports.RunAsync(http, "health-facts", file, new(), "/health/batches",
                report => report.Rejects is [var first, ..]
                    ? new(Problem(texts["health.batches.rejected", report.Rejected, first.Line, first.Column, texts[first.TextKey]]), "health.batches.loaded") : new("/health/batches", "health.batches.loaded"), Problem)).RequirePermission(HealthCodePermissions.Record).ExcludeFromDescription();

        endpoints.MapPost("/health/batches/{id:long}/approved", (long id, HttpContext http, IFormCollection form, FactBatches batches, Database database, CancellationToken cancel) =>
            DecideAsync(http, database, session => batches.ApproveAsync(session, id, cancel), cancel)).RequirePermission(HealthCodePermissions.Record).ExcludeFromDescription();

        endpoints.MapPost("/health/batches/{id:long}/withdrawn", (long id, HttpContext http, IFormCollection form, FactBatches batches, Database database, CancellationToken cancel) =>
            DecideAsync(http, database, session => batches.WithdrawAsync(session, id, cancel), cancel)).RequirePermission(HealthCodePermissions.Record).ExcludeFromDescription();

        endpoints.MapPost("/health/appeals/{id:long}/decision", async (long id, HttpContext http, IFormCollection form, Appeals.Appeals appeals, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await appeals.DecideAsync(session, id, form["upheld"] == "true", form["ground"].ToString(), cancel))
            {
                case AppealOutcome.Decided:
                    await session.CommitAsync(cancel);
                    Toast.Say(http, "health.appeals.decided");
                    return Results.LocalRedirect("/health/appeals");
                case AppealOutcome.TextMissing:
                    return Results.LocalRedirect("/health/appeals?problem=text");
                case AppealOutcome.NotIndependent:
                    return Results.LocalRedirect("/health/appeals?problem=not-independent");
                default:
                    return Results.LocalRedirect("/health/appeals?problem=not-found");
            }
        }).RequirePermission(HealthCodePermissions.Appeal).ExcludeFromDescription();

        endpoints.MapPost("/health/rules", async (HttpContext http, IFormCollection form, RuleVersions versions, Database database, CancellationToken cancel) =>
        {
            if (!DateOnly.TryParseExact(form["effective"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from)) return Results.LocalRedirect("/health/rules?problem=incomplete");
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await versions.ProposeAsync(session, form["document"].ToString(), from, form["reason"].ToString(), cancel))
            {
                case RuleOutcome.Proposed:
                    await session.CommitAsync(cancel);
                    Toast.Say(http, "health.rules.done");
                    return Results.LocalRedirect("/health/rules");
                case RuleOutcome.Unusable unusable:
                    return Results.LocalRedirect("/health/rules?problem=unusable&detail=" + Uri.EscapeDataString(unusable.Why));
                default:
                    return Results.LocalRedirect("/health/rules?problem=incomplete");
            }
        }).RequirePermission(HealthCodePermissions.Rules).ExcludeFromDescription();

        endpoints.MapPost("/health/rules/{id:long}/approved", async (long id, HttpContext http, IFormCollection form, RefreshColours refresh, Database database, CancellationToken cancel) =>
        {
            await using (var session = await database.BeginAsync(http.Actor(), cancel))
            {
                if (await RuleVersions.ApproveAsync(session, id, cancel) is not RuleOutcome.Approved) return Results.LocalRedirect("/health/rules?problem=not-allowed");
                await session.CommitAsync(cancel);
            }
            // In this request: who approved a rule is told when it is in force for everybody, not that it will be.
            await refresh.OfEverybodyAsync(cancel: CancellationToken.None);
            Toast.Say(http, "health.rules.in-force");
            return Results.LocalRedirect("/health/rules");
        }).RequirePermission(HealthCodePermissions.Rules).ExcludeFromDescription();
    }

    private static async Task<IResult> DecideAsync(HttpContext http, Database database, Func<Session, Task<BatchOutcome>> decide, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        switch (await decide(session))
        {
            case BatchOutcome.Done:
                await session.CommitAsync(cancel);
                Toast.Say(http, "health.batches.done");
                return Results.LocalRedirect("/health/batches");
            case BatchOutcome.SamePersonOrOrganisation:
                return Results.LocalRedirect("/health/batches?problem=same");
            case BatchOutcome.NoOrganisation:
                return Results.LocalRedirect("/health/batches?problem=no-organisation");
            default:
                return Results.LocalRedirect("/health/batches?problem=not-found");
        }
    }

    private static string Problem(string reason) => "/health/batches?problem=file&detail=" + Uri.EscapeDataString(reason);
}
