using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Prices;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Donations;

/// <summary>A gift that somebody offers. Region is the code of the place where the goods lie, or Province and Place name it. Report names the request: the same twice is one offer.</summary>
internal sealed record GiftRequest(string Item, long Quantity, string? Region, string? Province, string? Place, string? Donor, string? Phone, string? Address, string? Note, string Report);

/// <summary>The code by which the gift is followed, and the public page and API address that show its way.</summary>
internal sealed record GiftAnswer(string Code, string Page, string Api);

/// <summary>A gift as the public sees it. State is offered, lapsed, accepted, declined, withdrawn or taken; Parts is empty until it was taken.</summary>
internal sealed record GiftTrace(string Code, string State, string Donor, string Item, long Quantity, string? Taker, IReadOnlyList<DonationPart> Parts);

/// <summary>Donors need no account: what they post, what planners and facilities answer, and the same for machines.</summary>
internal static class DonationForms
{
    private static readonly string[] s_kept = ["item", "quantity", "province", "place", "address", "donor"];

    public static void MapDonations(this IEndpointRouteBuilder endpoints)
    {
        // Offers are bounded as sign-ins are: a few a minute from one address.
        endpoints.MapPost("/supplies/donate", async (HttpContext http, IFormCollection form, Database database, IRegions regions, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var gift = new OfferGift(form["item"].ToString(), Number(form["quantity"]), regions.Named(form["province"].ToString(), form["place"].ToString().Trim()), form["report"].ToString())
            { Donor = form["donor"].ToString().Trim(), Phone = form["phone"].ToString().Trim(), Address = form["address"].ToString().Trim(), Note = form["note"].ToString().Trim() };
            var outcome = await gift.RunAsync(session, cancel);
            if (outcome is not GiveOutcome.Done done) return Results.LocalRedirect(Back(form, Problem(outcome)!));
            await session.CommitAsync(cancel);
            return Results.LocalRedirect("/supplies/donations/" + done.Code);
        }).RequireRateLimiting(AccessMiddleware.SignInLimit).AllowAnonymous().ExcludeFromDescription();

        endpoints.MapGet("/supplies/donations", (string? code) => Results.LocalRedirect("/supplies/donations/" + Uri.EscapeDataString(code is { Length: > 0 and <= 20 } ? code.Trim() : "-"))).AllowAnonymous().ExcludeFromDescription();
        foreach (var (address, step) in new[] { ("renewal", "renew"), ("withdrawal", "withdraw") })
        {
            endpoints.MapPost("/supplies/donations/{code}/" + address, async (string code, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            {
                await using var session = await database.BeginAsync(http.Actor(), cancel);
                if (await AnswerGift.ByDonorAsync(session, code, step, cancel) is not GiveOutcome.Done) return Results.NotFound();
                await session.CommitAsync(cancel);
                Toast.Say(http, "supplies.saved");
                return Results.LocalRedirect("/supplies/donations/" + code);
            }).AllowAnonymous().ExcludeFromDescription();
        }

        endpoints.MapPost("/supplies/donor-offers/{id:long}/decision", (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            RunAsync(http, form, database, session => AnswerGift.DecideAsync(session, id, form["decision"] == "accept" ? form["facility"].ToString().Trim() : null, cancel), cancel)).RequirePermission(SuppliesPermissions.Plan).ExcludeFromDescription();
        endpoints.MapPost("/supplies/donor-offers/{id:long}/receipt", (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            http.Actor().May(SuppliesPermissions.Own) || http.Actor().May(SuppliesPermissions.Plan) ? RunAsync(http, form, database, session => AnswerGift.TakeAsync(session, id, Number(form["quantity"]), cancel), cancel) : Task.FromResult(Results.StatusCode(403))).ExcludeFromDescription();

        var api = endpoints.MapGroup("/api/v1/supplies").WithTags("Supplies").AllowAnonymous();
        api.MapPost("/gifts", async (GiftRequest request, HttpContext http, Database database, IRegions regions, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var region = request.Region is { } code ? (code.Length <= 12 && regions.Current.Find(new(code)) is { IsStatistical: false } ? code : null) : regions.Named(request.Province ?? "", request.Place ?? "");
            var gift = new OfferGift(request.Item, request.Quantity, region, request.Report) { Donor = request.Donor ?? "", Phone = request.Phone ?? "", Address = request.Address ?? "", Note = request.Note ?? "" };
            var outcome = await gift.RunAsync(session, cancel);
            if (outcome is not GiveOutcome.Done done)
                return Results.Problem(statusCode: 422, title: $"The field {Problem(outcome)} is wrong.", detail: "An item of GET /api/v1/supplies/items, a quantity, a region (or province and place) and a report name of 16 to 50 characters were expected.");
            await session.CommitAsync(cancel);
            return Results.Ok(new GiftAnswer(done.Code, "/supplies/donations/" + done.Code, "/api/v1/supplies/gifts/" + done.Code));
        }).Idempotent().RequireRateLimiting(AccessMiddleware.SignInLimit).WithName("OfferGift").WithSummary("Offers a gift; no account is needed. Answers the code by which it is followed.").Produces<GiftAnswer>().ProducesProblem(422);

        api.MapGet("/gifts/{code}", async (string code, HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await DonationTrace.FindAsync(session, code, cancel) is { } trace) return Results.Ok(new GiftTrace(trace.Code, "taken", trace.Donor, trace.ItemCode, trace.Quantity, trace.Taker, trace.Parts));
            return await DonorOffer.FindAsync(session, code, cancel) is { } offer
                ? Results.Ok(new GiftTrace(offer.Code, offer.State == "offered" && offer.ExpiresAt <= session.Now ? "lapsed" : offer.State, offer.Donor, offer.ItemCode, offer.Quantity, offer.FacilityName.Length > 0 ? offer.FacilityName : null, []))
                : Results.Problem(statusCode: 404, title: "There is no gift of this code.");
        }).WithName("FollowGift").WithSummary("The way of a gift to those who received it.").Produces<GiftTrace>().ProducesProblem(404);
    }

    private static async Task<IResult> RunAsync(HttpContext http, IFormCollection form, Database database, Func<Session, Task<GiveOutcome>> work, CancellationToken cancel)
    {
        var back = form["back"] == "/supplies/own" ? "/supplies/own" : "/supplies/voluntary";
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        if (Problem(await work(session)) is { } problem) return Results.LocalRedirect($"{back}?problem={problem}");
        await session.CommitAsync(cancel);
        Toast.Say(http, "supplies.saved");
        return Results.LocalRedirect(back);
    }

    private static string? Problem(GiveOutcome outcome) => outcome switch { GiveOutcome.Done => null, GiveOutcome.Invalid invalid => invalid.Field, _ => "not-found" };

    private static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The form again with what was typed, except the telephone and the note.</summary>
    private static string Back(IFormCollection form, string problem) =>
        QueryHelpers.AddQueryString("/supplies/donate", s_kept.Select(name => KeyValuePair.Create(name, (string?)form[name].ToString())).Where(p => p.Value!.Length is > 0 and <= 200).Append(new("problem", problem)));
}
