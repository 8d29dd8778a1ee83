using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Producers;
using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Pages;

/// <summary>A need: a quantity, or low and perhaps high, or neither for "needed, amount unknown". Facility is the account's own where it is left out.</summary>
internal sealed record NeedRequest(string? Facility, string? Item, string? Specification, long? Quantity, long? Low, long? High, int? Urgency, long? BurnPerDay, DateOnly? NeededBy);

/// <summary>The number of the need.</summary>
internal sealed record NeedAnswer(long Id, bool IsNew);

/// <summary>What a facility says about a need that stands: renew, met_elsewhere, no_longer_needed, or amount with a quantity or a range.</summary>
internal sealed record NeedStepRequest(string Step, long? Quantity, long? Low, long? High);

/// <summary>The need's version after the step.</summary>
internal sealed record NeedStepAnswer(int Version);

/// <summary>A count. Report names it: the same name twice is one count.</summary>
internal sealed record StockCountRequest(string? Facility, string Report, string Item, long? Used, long? OnHand, string? Maker, string? Lot, DateOnly? ExpiresOn);

/// <summary>What the count found more (or less) than the entries said; null where the same report was taken before.</summary>
internal sealed record StockCountAnswer(long? Difference);

/// <summary>A producer's day. What is left out was not told.</summary>
internal sealed record ProducerReportRequest(string? Facility, string Item, DateOnly? Day, long? DesignCapacity, long? Output, long? ExpandableCapacity, long? Stock, int? RawMaterialDays);

/// <summary>What lies at a facility of one lot.</summary>
internal sealed record StockLine(string Item, string Maker, string Lot, DateOnly? ExpiresOn, string State, long Quantity);

/// <summary>The module's use cases for machines; the same work that its pages do.</summary>
internal static class SuppliesApi
{
    private const int ReportLengthMax = 100;

    public static void MapSuppliesApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1/supplies").WithTags("Supplies").AddEndpointFilter(async (context, next) =>
            // Row policies decide for which facility; whoever acts for none at all need not come so far.
            context.HttpContext.Actor() is var actor && (actor.May(SuppliesPermissions.Own) || actor.May(SuppliesPermissions.Plan) || actor.May(SuppliesPermissions.Carry))
                ? await next(context) : Results.Problem(statusCode: 403, title: "You may not do this.", detail: "The permission supplies.own, supplies.carry or supplies.plan is needed."));

        api.MapPost("/needs", (NeedRequest request, HttpContext http, Database database, CancellationToken cancel) => ForAsync(http, database, request.Facility, async (session, facility) =>
        {
            var names = await ItemNames.LoadAsync(session, cancel);
            var item = ItemCatalogue.Current.Find(request.Item)?.Code ?? (request.Item is null ? null : names.Find(request.Item));
            if (request.Item is not null && item is null && request.Specification is null) return Unprocessable("item", $"No item is called '{request.Item}'. Give its code from GET /api/v1/supplies/items, or describe it in specification.");
            var amount = request.Quantity is { } quantity ? Amount.Known(quantity) : request.Low is { } low ? Amount.Range(low, request.High) : Amount.Unknown;
            return await new AskFor(facility, item, request.Specification ?? "", amount) { Urgency = request.Urgency ?? 2, BurnPerDay = request.BurnPerDay, NeededBy = request.NeededBy, Source = "api" }.RunAsync(session, cancel) switch
            {
                AskOutcome.Asked asked => Results.Ok(new NeedAnswer(asked.Id, true)),
                AskOutcome.Changed changed => Results.Ok(new NeedAnswer(changed.Id, false)),
                AskOutcome.Unchanged unchanged => Results.Ok(new NeedAnswer(unchanged.Id, false)),
                AskOutcome.Invalid invalid => Unprocessable(invalid.Field),
                var other => throw new InvalidOperationException($"Asking ended as {other}."),
            };
        }, cancel)).Idempotent().WithName("AskForSupplies").WithSummary("Asks for an item; asking again changes the open need.").Produces<NeedAnswer>().ProducesProblem(403).ProducesProblem(404).ProducesProblem(422);

        api.MapPost("/needs/{id:long}/steps", async (long id, NeedStepRequest request, HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var outcome = request.Step switch
            {
                "renew" => await AnswerNeed.RenewAsync(session, id, cancel),
                "amount" when request.Quantity is { } quantity => await AnswerNeed.SayAmountAsync(session, id, Amount.Known(quantity), cancel),
                "amount" when request.Low is { } low => await AnswerNeed.SayAmountAsync(session, id, Amount.Range(low, request.High), cancel),
                "met_elsewhere" or "no_longer_needed" => await AnswerNeed.CloseAsync(session, id, request.Step, cancel),
                _ => new NeedOutcome.Invalid("step"),
            };
            switch (outcome)
            {
                case NeedOutcome.Done done:
                    await session.CommitAsync(cancel);
                    return Results.Ok(new NeedStepAnswer(done.Version));
                case NeedOutcome.Invalid invalid:
                    return Unprocessable(invalid.Field, "One of renew, amount (with quantity, or low and high), met_elsewhere, no_longer_needed was expected.");
                default:
                    return Results.Problem(statusCode: 404, title: "There is no such open need that you may change.");
            }
        }).Idempotent().WithName("AnswerNeed").WithSummary("Renews a need, says its amount, or closes it.").Produces<NeedStepAnswer>().ProducesProblem(404).ProducesProblem(422);

        api.MapPost("/stock-counts", (StockCountRequest request, HttpContext http, Database database, CancellationToken cancel) => ForAsync(http, database, request.Facility, async (session, facility) =>
        {
            if (request.Report is not { Length: > 0 and <= ReportLengthMax }) return Unprocessable("report", $"A name of 1 to {ReportLengthMax} characters was expected.");
            var lot = request.Lot is null && request.Maker is null && request.ExpiresOn is null ? (LotLabel?)null : new LotLabel(request.Item, request.Maker ?? "", request.Lot ?? "", request.ExpiresOn);
            if (lot is { } label && (label.Maker.Length > 200 || label.Number.Length > 100)) return Unprocessable("lot");
            return await new CountStock($"count:{facility.Code}:{request.Report}:{request.Item}", facility.Code, request.Item, request.Used, request.OnHand) { Lot = lot }.RunAsync(session, cancel) switch
            {
                CountOutcome.Counted counted => Results.Ok(new StockCountAnswer(counted.Difference)),
                CountOutcome.Repeated => Results.Ok(new StockCountAnswer(null)),
                CountOutcome.UsedMoreThanThere used => Unprocessable("used", $"There are {used.There} by the entries. Send onHand too: the count then explains the difference."),
                CountOutcome.Invalid invalid => Unprocessable(invalid.Field),
                var other => throw new InvalidOperationException($"The count ended as {other}."),
            };
        }, cancel)).Idempotent().WithName("CountStock").WithSummary("Takes use and stock of one item.").Produces<StockCountAnswer>().ProducesProblem(403).ProducesProblem(404).ProducesProblem(422);

        api.MapPost("/producer-reports", (ProducerReportRequest request, HttpContext http, Database database, CancellationToken cancel) => ForAsync(http, database, request.Facility, async (session, facility) =>
        {
            var figures = new DayFigures { ItemCode = request.Item, Day = request.Day ?? ChinaDay.Of(session.Now), DesignCapacity = request.DesignCapacity, Output = request.Output, ExpandableCapacity = request.ExpandableCapacity, Stock = request.Stock, RawMaterialDays = request.RawMaterialDays };
            return await new ReportDay(facility, figures) { Source = "api" }.RunAsync(session, cancel) is ReportOutcome.Invalid invalid ? Unprocessable(invalid.Field) : Results.NoContent();
        }, cancel)).Idempotent().WithName("ReportProducerDay").WithSummary("Takes a producer's figures of a day.").Produces(204).ProducesProblem(403).ProducesProblem(404).ProducesProblem(422);

        api.MapGet("/stock", (string? facility, HttpContext http, Database database, CancellationToken cancel) => ForAsync(http, database, facility, async (session, found) =>
        {
            var holdings = await Ledger.BalancesAsync(session, found.Code, null, cancel);
            session.AuditRead("supplies.stock-read", found.Code);
            return Results.Ok(holdings.Select(h => new StockLine(h.ItemCode, h.Maker, h.Number, h.ExpiresOn, h.State, h.Quantity)));
        }, cancel)).WithName("ReadStock").WithSummary("What the ledger holds at a facility, by lot and state.").Produces<StockLine[]>().ProducesProblem(404);

        endpoints.MapGet("/api/v1/supplies/items", () => Results.Ok(ItemCatalogue.Current.All)).WithTags("Supplies").WithName("ReadItems").WithSummary("The catalogue of items with standards, units and packs.").Produces<Item[]>();
    }

    private static async Task<IResult> ForAsync(HttpContext http, Database database, string? code, Func<Session, Facility, Task<IResult>> work, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        if (await Facility.ActingForAsync(session, code, cancel) is not { } facility) return Results.Problem(statusCode: 404, title: "There is no such facility that you may act for.", detail: "Give the code of a facility of your region, or none for that of your account.");
        var result = await work(session, facility);
        if (result is not IStatusCodeHttpResult { StatusCode: >= 400 }) await session.CommitAsync(cancel);
        return result;
    }

    private static IResult Unprocessable(string field, string? detail = null) =>
        Results.Problem(statusCode: 422, title: $"The field {field} is wrong.", detail: detail ?? $"Quantities are whole numbers up to {Ledger.QuantityMax}; items are codes of GET /api/v1/supplies/items.");
}
