using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Localisation;
using Rongtong.Supplies.Items;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Pages;

/// <summary>The posts behind the pages of those who plan: imports, and what names mean.</summary>
internal static class StaffForms
{
    /// <summary>Rejected fields told on the page; the record has all of them.</summary>
    private const int RejectsShown = 10;

    public static void MapStaffForms(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/supplies/imports", async (HttpContext http, IFormFile file, IFormCollection form, ImportService imports, Texts texts, CancellationToken cancel) =>
        {
            const string Page = "/supplies/facilities";
            if (imports.Kinds.FirstOrDefault(k => k.Name == form["kind"] && k.Permission == SuppliesPermissions.Plan) is not { } kind) return Results.BadRequest();
            try
            {
                await using var stream = file.OpenReadStream();
                var report = await imports.RunAsync(kind, stream, Path.GetFileName(file.FileName), new ImportOptions(), http.Actor(), cancel: cancel);
                Toast.Say(http, "supplies.import.done");
                var lines = report.Findings.Select(f => texts[f.TextKey, [.. f.Args]])
                    .Concat(report.Rejects.Take(RejectsShown).Select(r => texts["supplies.import.rejected", r.Line, r.Column, r.Value, texts[r.TextKey]]))
                    .Prepend(texts["supplies.import.counts", report.BatchId, report.Rows, report.New, report.Changed, report.Unchanged, report.Rejected]);
                return Results.LocalRedirect(Page + "?result=" + Uri.EscapeDataString(Shortened(string.Join('\n', lines))));
            }
            catch (ImportFileException e)
            {
                return Results.LocalRedirect(Page + "?problem=" + Uri.EscapeDataString(texts[e.TextKey, [.. e.Args]]));
            }
        }).RequirePermission(SuppliesPermissions.Plan).ExcludeFromDescription();

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
