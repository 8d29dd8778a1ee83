using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Passes;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Web.Shell;

namespace Rongtong.HealthCode.Pages;

/// <summary>The posts behind the page of recognised regions, and our own rules for others to recognise us by.</summary>
internal static class RegionForms
{
    private const string Page = "/health/regions";

    /// <summary>Bytes of an uploaded trust list or rules document.</summary>
    private const int FileBytesMax = 4 * 1024 * 1024;

    public static void MapRegions(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/rules.json", () => Results.Text(ColourRules.ShippedJson(), "application/json")).ExcludeFromDescription();

        endpoints.MapPost(Page, async (HttpContext http, IFormCollection form, RecogniseRegion recognise, Database database, CancellationToken cancel) =>
        {
            byte[]? root = null;
            if (form["root"].ToString().Trim() is { Length: > 0 } text)
            {
                root = new byte[text.Length];
                if (!Convert.TryFromBase64String(text, root, out var written)) return Unusable("The root key is not Base64.");
                root = root[..written];
            }
            var (list, rules) = (await ReadAsync(form.Files["list"], cancel), await ReadAsync(form.Files["rules"], cancel));
            if ((root is null) != (list is null)) return Unusable("The signed trust list and the root key that signed it belong together: give both, or neither.");
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var outcome = await recognise.ProposeAsync(session, new Recognition
            {
                RegionCode = form["region"].ToString(),
                Mode = form["mode"].ToString(),
                RootKey = root,
                SignedList = list,
                Rules = rules is null ? null : System.Text.Encoding.UTF8.GetString(rules).TrimStart('\uFEFF'),
                OnGreenZh = form["green-zh"].ToString(),
                OnGreenEn = form["green-en"].ToString(),
                OnYellowZh = form["yellow-zh"].ToString(),
                OnYellowEn = form["yellow-en"].ToString(),
                OnRedZh = form["red-zh"].ToString(),
                OnRedEn = form["red-en"].ToString(),
                Source = form["source"].ToString(),
            }, cancel);
            return await AnswerAsync(http, session, outcome, "health.regions.proposed", cancel);
        }).RequirePermission(HealthCodePermissions.Rules).ExcludeFromDescription();

        endpoints.MapPost(Page + "/{id:long}/approved", async (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            return await AnswerAsync(http, session, await RecogniseRegion.ApproveAsync(session, id, cancel), "health.regions.approved", cancel);
        }).RequirePermission(HealthCodePermissions.Rules).ExcludeFromDescription();

        endpoints.MapPost(Page + "/{id:long}/withdrawn", async (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            await RecogniseRegion.WithdrawAsync(session, id, cancel);
            return await AnswerAsync(http, session, new RecognitionOutcome.Done(), "health.regions.withdrawn", cancel);
        }).RequirePermission(HealthCodePermissions.Rules).ExcludeFromDescription();
    }

    private static async Task<IResult> AnswerAsync(HttpContext http, Session session, RecognitionOutcome outcome, string done, CancellationToken cancel)
    {
        switch (outcome)
        {
            case RecognitionOutcome.Unusable unusable:
                return Unusable(unusable.Why);
            case RecognitionOutcome.NotAllowed:
                return Results.LocalRedirect(Page + "?problem=not-allowed");
            default:
                await session.CommitAsync(cancel);
                Toast.Say(http, done);
                return Results.LocalRedirect(Page);
        }
    }

    private static IResult Unusable(string why) => Results.LocalRedirect(Page + "?problem=unusable&detail=" + Uri.EscapeDataString(why));

    private static async Task<byte[]?> ReadAsync(IFormFile? file, CancellationToken cancel)
    {
        if (file is null or { Length: 0 or > FileBytesMax }) return null;
        using var memory = new MemoryStream();
        await file.CopyToAsync(memory, cancel);
        return memory.ToArray();
    }
}
