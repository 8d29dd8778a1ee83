using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Facilities;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Purchases;

/// <summary>What would be bought. Facility is the account's own where it is left out; Days is how long answers are taken, 1 to 30. Report names the request.</summary>
internal sealed record QuotationRequestRequest(string? Facility, string Item, string? Specification, long Quantity, DateOnly? NeededBy, long Days, string Report);

/// <summary>A supplier's answer; PriceFen is fen per unit.</summary>
internal sealed record QuotationAnswerRequest(string? Facility, long Quantity, long PriceFen, DateOnly? AvailableFrom);

/// <summary>An order of a quotation. Report names it: the same twice is one order.</summary>
internal sealed record PurchaseRequest(long Offer, long Quantity, string Report);

/// <summary>Number of the request, of the offer that answers it, or of the consignment that was ordered.</summary>
internal sealed record PurchaseAnswer(long Id);

/// <summary>A request with the answers that the caller may see.</summary>
internal sealed record QuotationComparison(QuotationRequest Request, IReadOnlyList<Answer> Quotations);

/// <summary>The posts behind the pages of requests, quotations and orders, and the same for machines.</summary>
internal static class PurchaseEndpoints
{
    public static void MapPurchases(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/supplies/quotation-requests", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, form, database, async session =>
            await Facility.ActingForAsync(session, form["facility"].ToString().Trim(), cancel) is not { } facility ? new PurchaseOutcome.Invalid("facility")
                : await new AskForQuotations(facility, form["item"].ToString(), Number(form["quantity"]), Number(form["days"]), form["report"].ToString()) { Specification = form["specification"].ToString().Trim(), NeededBy = Day(form["needed"]) }.RunAsync(session, cancel), cancel)).RequireEither();
        endpoints.MapPost("/supplies/quotation-requests/{id:long}/closure", (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            RunAsync(http, form, database, session => QuotationRequest.CloseAsync(session, id, cancel), cancel)).RequireEither();
        endpoints.MapPost("/supplies/quotation-requests/{id:long}/quotations", (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, form, database, async session =>
            await Facility.ActingForAsync(session, null, cancel) is not { } supplier ? new PurchaseOutcome.Invalid("facility")
                : await new Quote(id, supplier, Number(form["quantity"]), Prices.ImportPriceList.Fen(form["price"].ToString()), Day(form["from"])).RunAsync(session, cancel), cancel)).RequirePermission(SuppliesPermissions.Own).ExcludeFromDescription();
        endpoints.MapPost("/supplies/quotation-requests/{id:long}/orders", (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            RunAsync(http, form, database, session => new OrderOf(id, Number(form["offer"]), Number(form["quantity"]), form["report"].ToString()).RunAsync(session, cancel), cancel)).RequirePermission(SuppliesPermissions.Plan).ExcludeFromDescription();

        var api = endpoints.MapGroup("/api/v1/supplies/quotation-requests").WithTags("Supplies").AddEndpointFilter(async (context, next) => MayBuyOrSell(context.HttpContext)
            ? await next(context) : Results.Problem(statusCode: 403, title: "You may not do this.", detail: "The permission supplies.own or supplies.plan is needed."));
        api.MapPost("", (QuotationRequestRequest request, HttpContext http, Database database, CancellationToken cancel) => AnswerAsync(http, database, async session =>
            await Facility.ActingForAsync(session, request.Facility, cancel) is not { } facility ? new PurchaseOutcome.Invalid("facility")
                : await new AskForQuotations(facility, request.Item, request.Quantity, request.Days, request.Report) { Specification = request.Specification ?? "", NeededBy = request.NeededBy }.RunAsync(session, cancel), cancel))
            .Idempotent().WithName("AskForQuotations").WithSummary("Asks suppliers what an item would cost.").Produces<PurchaseAnswer>().ProducesProblem(403).ProducesProblem(422);
        api.MapGet("", async (HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            return Results.Ok(await QuotationRequest.OpenAsync(session, cancel));
        }).WithName("ReadQuotationRequests").WithSummary("Requests that can be answered.").Produces<QuotationRequest[]>();
        api.MapGet("/{id:long}", async (long id, HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (await QuotationRequest.FindAsync(session, id, cancel) is not { } request) return Results.Problem(statusCode: 404, title: "There is no such request.");
            var answers = await Answer.OfAsync(session, id, cancel);
            session.AuditRead("supplies.quotations-read", id.ToString(CultureInfo.InvariantCulture));
            await session.CommitAsync(cancel);
            return Results.Ok(new QuotationComparison(request, answers));
        }).WithName("CompareQuotations").WithSummary("A request with its quotations, cheapest first; a supplier sees its own.").Produces<QuotationComparison>().ProducesProblem(404);
        api.MapPost("/{id:long}/quotations", (long id, QuotationAnswerRequest request, HttpContext http, Database database, CancellationToken cancel) => AnswerAsync(http, database, async session =>
            await Facility.ActingForAsync(session, request.Facility, cancel) is not { } supplier ? new PurchaseOutcome.Invalid("facility")
                : await new Quote(id, supplier, request.Quantity, request.PriceFen, request.AvailableFrom).RunAsync(session, cancel), cancel))
            .Idempotent().WithName("Quote").WithSummary("Answers a request; a later answer takes the place of an earlier one.").Produces<PurchaseAnswer>().ProducesProblem(404).ProducesProblem(422);
        api.MapPost("/{id:long}/orders", (long id, PurchaseRequest request, HttpContext http, Database database, CancellationToken cancel) =>
            AnswerAsync(http, database, session => new OrderOf(id, request.Offer, request.Quantity, request.Report).RunAsync(session, cancel), cancel))
            .Idempotent().WithName("OrderQuotation").WithSummary("Orders of a quotation for whoever asked; answers the consignment.").Produces<PurchaseAnswer>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
    }

    private static bool MayBuyOrSell(HttpContext http) => http.Actor() is var actor && (actor.May(SuppliesPermissions.Own) || actor.May(SuppliesPermissions.Plan));

    private static void RequireEither(this RouteHandlerBuilder endpoint) => endpoint.ExcludeFromDescription().AddEndpointFilter(async (context, next) => MayBuyOrSell(context.HttpContext) ? await next(context) : Results.StatusCode(403));

    private static async Task<IResult> RunAsync(HttpContext http, IFormCollection form, Database database, Func<Session, Task<PurchaseOutcome>> work, CancellationToken cancel)
    {
        var back = form["back"].ToString() is { Length: < 100 } page && page.StartsWith("/supplies/", StringComparison.Ordinal) && !page.Contains('?', StringComparison.Ordinal) ? page : "/supplies/quotations";
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        if (Word(await work(session)) is { } problem) return Results.LocalRedirect($"{back}?problem={problem}");
        await session.CommitAsync(cancel);
        Toast.Say(http, "supplies.saved");
        return Results.LocalRedirect(back);
    }

    private static async Task<IResult> AnswerAsync(HttpContext http, Database database, Func<Session, Task<PurchaseOutcome>> work, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        switch (await work(session))
        {
            case PurchaseOutcome.Done done:
                await session.CommitAsync(cancel);
                return Results.Ok(new PurchaseAnswer(done.Id));
            case PurchaseOutcome.NotThere short_:
                return Results.Problem(statusCode: 409, title: "The supplier has not enough on its shelf.", detail: $"There are {short_.There} by the ledger.");
            case PurchaseOutcome.Invalid invalid:
                return Results.Problem(statusCode: 422, title: $"The field {invalid.Field} is wrong.", detail: "A receiver's code to ask for, a supplier's to quote; items of GET /api/v1/supplies/items; whole quantities; prices in fen; 1 to 30 days.");
            default:
                return Results.Problem(statusCode: 404, title: "There is no such open request or quotation that you may act on.");
        }
    }

    private static string? Word(PurchaseOutcome outcome) => outcome switch { PurchaseOutcome.Done => null, PurchaseOutcome.NotThere => "not-there", PurchaseOutcome.Invalid invalid => invalid.Field, _ => "not-found" };

    private static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static DateOnly? Day(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
