using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Localisation;
using Rongtong.Registry.Codes;
using Rongtong.Registry.Enterprises.Merge;
using Rongtong.Web.Shell;
using Rongtong.Web.Working;

namespace Rongtong.Registry.Enterprises;

/// <summary>The posts of those who keep the register: files, merges, links.</summary>
internal static class StaffForms
{
    private const long FileBytesMax = 1L << 30;
    private const int ItemLengthMax = 100;

    public static void MapEnterpriseForms(this IEndpointRouteBuilder endpoints)
    {
        var staff = endpoints.MapGroup("/enterprises").RequirePermission(RegistryPermissions.Enterprises).ExcludeFromDescription();

        staff.MapPost("/imports", (HttpContext http, IFormFile file, IFormCollection form, ImportForm imports) =>
            imports.RunAsync(http, "enterprises", file, new() { Extra = form["day"].ToString() is { Length: > 0 } day ? new Dictionary<string, string> { ["day"] = day } : [] }, "/enterprises/imports",
                _ => new("/enterprises/imports", "registry.imports.loaded"), reason => "/enterprises/imports?problem=" + Uri.EscapeDataString(reason))).WithMetadata(new RequestSizeLimitAttribute(FileBytesMax));

        staff.MapPost("/imports/{id:long}/undone", async (long id, HttpContext http, IFormCollection form, ImportService imports, Database database, CancellationToken cancel) =>
        {
            await using (var session = await database.BeginAsync(http.Actor(), cancel))
            {
                if (await session.QuerySingleOrDefaultAsync<string>("SELECT kind FROM platform.import_batch WHERE id = @id", new { id }, cancel) != "enterprises") return Results.NotFound();
            }
            if (await imports.UndoAsync(id, http.Actor(), cancel)) Toast.Say(http, "registry.imports.undone");
            return Results.LocalRedirect("/enterprises/imports");
        });

        staff.MapPost("/merges", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            DecideAsync(http, database, "/enterprises/duplicates", new MergeEnterprises(Number(form, "kept"), Number(form, "merged")).RunAsync, cancel));

        staff.MapPost("/duplicates/apart", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            DecideAsync(http, database, "/enterprises/duplicates", new KeepApart(Number(form, "first"), Number(form, "second")).RunAsync, cancel));

        staff.MapPost("/{id:int}/unmerged", (int id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            DecideAsync(http, database, $"/enterprises/{id}", new UnmergeEnterprise(id).RunAsync, cancel));

        staff.MapPost("/{id:int}/links", async (int id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var item = form["item"].ToString().Trim();
            var other = await EnterpriseReading.FindByCodeAsync(session, CreditCode.Normalise(form["code"].ToString()), cancel);
            if (other is null || other.Id == id || item.Length is 0 or > ItemLengthMax) return Results.LocalRedirect($"/enterprises/{id}?problem=link");
            var (supplier, customer) = form["side"] == "supplier" ? (other.Id, id) : (id, other.Id);
            await session.ExecuteAsync("INSERT INTO registry.supply_link (supplier_id, customer_id, item, since, recorded_at) VALUES (@supplier, @customer, @item, @day, @now) ON CONFLICT DO NOTHING",
                new { supplier, customer, item, day = ChinaDay.Of(session.Now), now = session.Now }, cancel);
            session.Audit("registry.link-recorded", other.Code, item);
            await session.CommitAsync(cancel);
            Toast.Say(http, "registry.own.saved");
            return Results.LocalRedirect($"/enterprises/{id}#links");
        });
    }

    private static async Task<IResult> DecideAsync(HttpContext http, Database database, string page, Func<Session, CancellationToken, Task<MergeOutcome>> decide, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        if (await decide(session, cancel) is not MergeOutcome.Done) return Results.LocalRedirect(page + "?problem=merge");
        await session.CommitAsync(cancel);
        Toast.Say(http, "registry.duplicates.decided");
        return Results.LocalRedirect(page);
    }

    private static int Number(IFormCollection form, string field) =>
        int.TryParse(form[field], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
}
