using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Web.Shell;

namespace Rongtong.Registry.Enterprises.Own;

/// <summary>The posts of an enterprise about itself; which entry is meant follows from the account, never from the form.</summary>
internal static class OwnForms
{
    private const string Page = "/enterprises/own";
    private const int NameLengthMax = 100;
    private const int PhoneLengthMax = 30;

    /// <summary>Contacts of one enterprise.</summary>
    private const int ContactsMax = 20;

    public static void MapOwnForms(this IEndpointRouteBuilder endpoints)
    {
        var own = endpoints.MapGroup(Page).RequirePermission(RegistryPermissions.Own).ExcludeFromDescription();

        own.MapPost("/confirmed", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, database, null, "registry.own.confirmed", async (session, id) =>
        {
            await session.AsSystemAsync(() => session.ExecuteAsync("UPDATE registry.enterprise SET confirmed_on = @day WHERE id = @id", new { id, day = ChinaDay.Of(session.Now) }, cancel), cancel);
            return true;
        }, cancel));

        own.MapPost("/places", (HttpContext http, IFormCollection form, Database database, IRegions regions, CancellationToken cancel) => RunAsync(http, database, "place", "registry.own.saved", async (session, id) =>
            KeepPlace.Of(form, regions.Current) is { } place && await place.AddAsync(session, id, cancel) == 1, cancel));

        own.MapPost("/places/{place:int}", (int place, HttpContext http, IFormCollection form, Database database, IRegions regions, CancellationToken cancel) => RunAsync(http, database, "place", "registry.own.saved", async (session, id) =>
            KeepPlace.Of(form, regions.Current) is { } corrected && await KeepPlace.EndAsync(session, place, cancel) && await corrected.AddAsync(session, id, cancel) == 1, cancel));

        own.MapPost("/places/{place:int}/ended", (int place, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, database, "place", "registry.own.saved",
            (session, _) => KeepPlace.EndAsync(session, place, cancel), cancel));

        own.MapPost("/contacts", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, database, "contact", "registry.own.saved", async (session, id) =>
        {
            var (name, duty, phone) = (form["name"].ToString().Trim(), form["duty"].ToString().Trim(), form["phone"].ToString().Trim());
            if (name.Length is 0 or > NameLengthMax || duty.Length > NameLengthMax || phone.Length is 0 or > PhoneLengthMax || !phone.All(c => char.IsAsciiDigit(c) || c is '+' or '-' or ' ')) return false;
            return await session.ExecuteAsync("""
                INSERT INTO registry.contact (enterprise_id, name, duty, phone, consented_at, recorded_at)
                SELECT @id, @name, @duty, @phone, @consented, @now WHERE (SELECT count(*) FROM registry.contact WHERE enterprise_id = @id) < @ContactsMax
                """, new { id, name, duty, phone, ContactsMax, consented = form["agreed"] == "yes" ? session.Now : (DateTimeOffset?)null, now = session.Now }, cancel) == 1;
        }, cancel));

        own.MapPost("/contacts/{contact:int}/consent", (int contact, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, database, "contact", "registry.own.saved", async (session, _) =>
            await session.ExecuteAsync(form["agreed"] == "yes"
                ? "UPDATE registry.contact SET consented_at = @now, withdrawn_at = NULL WHERE id = @contact"
                : "UPDATE registry.contact SET withdrawn_at = @now WHERE id = @contact", new { contact, now = session.Now }, cancel) == 1, cancel));
    }

    private static async Task<IResult> RunAsync(HttpContext http, Database database, string? problem, string saidKey, Func<Session, int, Task<bool>> work, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        if (await EnterpriseReading.FindByCodeAsync(session, http.Actor().Organisation, cancel) is not { } entry) return Results.LocalRedirect(Page);
        if (!await work(session, entry.Id)) return Results.LocalRedirect($"{Page}?problem={problem}");
        session.Audit("registry.own-changed", entry.Code, http.Request.Path.Value ?? "");
        await session.CommitAsync(cancel);
        Toast.Say(http, saidKey);
        return Results.LocalRedirect(Page);
    }
}
