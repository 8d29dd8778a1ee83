using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Localisation;
using Rongtong.Supplies.Items;
using Rongtong.Web.Shell;
using Rongtong.Web.Working;

namespace Rongtong.Supplies.Pages;

/// <summary>The posts behind the pages of those who plan: imports, and what names mean.</summary>
internal static class StaffForms
{
    /// <summary>Rejected fields told on the page; the record has all of them.</summary>
    private const int RejectsShown = 10;

    public static void MapStaffForms(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/supplies/imports", (HttpContext http, IFormFile file, IFormCollection form, ImportForm imports, Texts texts) =>
            imports.RunAsync(http, form["kind"].ToString(), file, new(), "/supplies/facilities", report =>
            {
                var lines = report.Findings.Select(f => texts[f.TextKey, [.. f.Args]])
                    .Concat(report.Rejects.Take(RejectsShown).Select(r => texts["supplies.import.rejected", r.Line, r.Column, r.Value, texts[r.TextKey]]))
                    .Prepend(texts["supplies.import.counts", report.BatchId, report.Rows, report.New, report.Changed, report.Unchanged, report.Rejected]);
                return new("/supplies/facilities?result=" + Uri.EscapeDataString(Shortened(string.Join('\n', lines))), "supplies.import.done");
            }, reason => "/supplies/facilities?problem=" + Uri.EscapeDataString(reason))).RequirePermission(SuppliesPermissions.Plan).ExcludeFromDescription();

        endpoints.MapPost("/supplies/items/names", async (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await new AssignItemName(form["name"].ToString(), form["item"].ToString()).RunAsync(session, cancel) is AssignItemNameOutcome.Unknown) return Results.BadRequest();
            await session.CommitAsync(cancel);
            Toast.Say(http, "supplies.saved");
            return Results.LocalRedirect("/supplies/items");
        }).RequirePermission(SuppliesPermissions.Plan).ExcludeFromDescription();
    }

    /// <summary>What fits into an address in percent code.</summary>
    private static string Shortened(string text) => text.Length > 1_500 ? text[..1_500] + "…" : text;
}
