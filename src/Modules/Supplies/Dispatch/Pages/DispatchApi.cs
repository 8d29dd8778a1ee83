using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Dispatch.Pages;

/// <summary>A step: confirm, decline, cancel, ship, arrive, receive (with quantity, and reason where it differs) or lose. Id names the scan; At is the phone's clock.</summary>
internal sealed record StepRequest(string Step, long? Quantity, string? Reason, Guid? Id, DateTimeOffset? At);

/// <summary>What came of a step, in a word, and the state after it.</summary>
internal sealed record StepAnswer(string Outcome, string State);

/// <summary>A scan out of a phone's queue.</summary>
internal sealed record ScanRequest(Guid Id, long Consignment, string Step, long? Quantity, string? Reason, DateTimeOffset? At);

/// <summary>Scans, in any order.</summary>
internal sealed record ScansRequest(IReadOnlyList<ScanRequest> Scans);

/// <summary>What came of one scan.</summary>
internal sealed record ScanAnswer(Guid Id, string Outcome, string State);

/// <summary>Consignments of one supplier onto one truck.</summary>
internal sealed record OrderRequest(string Key, IReadOnlyList<long> Consignments, string Carrier, string? Plate, DateTimeOffset DueAt);

/// <summary>The order and its signed token.</summary>
internal sealed record OrderAnswer(long Id, string Token);

/// <summary>The life of consignments for machines and for the phones' queues; open data; the key that checks orders.</summary>
internal static class DispatchApi
{
    private const int ScansMax = 100;

    public static void MapDispatchApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1/supplies").WithTags("Supplies").AddEndpointFilter(async (context, next) =>
            context.HttpContext.Actor() is var actor && (actor.May(SuppliesPermissions.Own) || actor.May(SuppliesPermissions.Plan) || actor.May(SuppliesPermissions.Carry))
                ? await next(context) : Results.Problem(statusCode: 403, title: "You may not do this.", detail: "The permission supplies.own, supplies.carry or supplies.plan is needed."));

        api.MapGet("/consignments/{id:long}", async (long id, HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            return await Consignment.FindAsync(session, id, cancel) is { } found ? Results.Ok(found) : NotFound();
        }).WithName("ReadConsignment").WithSummary("A consignment as it stands.").Produces<Consignment>().ProducesProblem(404);

        api.MapPost("/consignments/{id:long}/steps", async (long id, StepRequest request, HttpContext http, Database database, CancellationToken cancel) =>
        {
            if (TakeStep.Parse(request.Step, request.Quantity, request.Reason) is not { } input) return Results.Problem(statusCode: 422, title: "The field step is wrong.", detail: "One of confirm, decline, cancel, ship, arrive, receive (with quantity) or lose was expected.");
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var outcome = await new TakeStep(id, input, request.Id, request.At).RunAsync(session, cancel);
            // A contradiction is kept beside what was said before, and a confirmation that comes too late lets the goods go: both are written.
            await session.CommitAsync(cancel);
            return outcome switch
            {
                TakeOutcome.NotFound => NotFound(),
                TakeOutcome.Taken { Step: StepOutcome.NotYours } => Results.Problem(statusCode: 403, title: "This is not yours to say.", detail: "Suppliers confirm, decline and ship; carriers ship and arrive; receivers arrive and receive; planners cancel and state losses."),
                TakeOutcome.Taken { Step: StepOutcome.Invalid invalid } => Results.Problem(statusCode: 422, title: $"The field {invalid.Field} is wrong.", detail: "Quantities are whole numbers up to 10000000000000; one that differs from what was sent has a reason: damaged, lost, short, or over."),
                TakeOutcome.Taken { Step: StepOutcome.WrongState or StepOutcome.NoOrder or StepOutcome.Expired or StepOutcome.Contradicts } taken => Results.Problem(statusCode: 409, title: $"The consignment is {taken.State}.", detail: $"The step {request.Step} ended as {Word(outcome)}."),
                _ => Results.Ok(new StepAnswer(Word(outcome), State(outcome))),
            };
        }).Idempotent().WithName("TakeConsignmentStep").WithSummary("Takes one step of a consignment.").Produces<StepAnswer>().ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);

        api.MapPost("/dispatch-orders", async (OrderRequest request, HttpContext http, Database database, DispatchKeys keys, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await new IssueOrder(request.Key, request.Consignments, request.Carrier, request.Plate ?? "", request.DueAt).RunAsync(session, keys, cancel))
            {
                case OrderOutcome.Issued issued:
                    await session.CommitAsync(cancel);
                    return Results.Ok(new OrderAnswer(issued.Id, issued.Token));
                case OrderOutcome.NotReady early:
                    return Results.Problem(statusCode: 409, title: $"Consignment {early.Consignment} is not ready.", detail: early.State == "order" ? "It is on another truck." : $"It is {early.State}; confirmed was expected.");
                case OrderOutcome.Invalid invalid:
                    return Results.Problem(statusCode: 422, title: $"The field {invalid.Field} is wrong.", detail: "Consignments of one supplier, a carrier's code and a time within thirty days were expected; too-many: take two orders.");
                case var other:
                    throw new InvalidOperationException($"The order ended as {other}.");
            }
        }).Idempotent().WithName("IssueDispatchOrder").WithSummary("Puts confirmed consignments on a truck; answers the signed token.").Produces<OrderAnswer>().ProducesProblem(409).ProducesProblem(422);

        // Each scan is a transaction and carries its own id, so that the queue as a whole needs no key.
        api.MapPost("/scans", async (ScansRequest request, HttpContext http, Database database, CancellationToken cancel) =>
        {
            if (request.Scans.Count > ScansMax) return Results.Problem(statusCode: 422, title: "The field scans is wrong.", detail: $"Up to {ScansMax} scans at once were expected.");
            var answers = new List<ScanAnswer>();
            foreach (var scan in request.Scans)
            {
                await using var session = await database.BeginAsync(http.Actor(), cancel);
                if (TakeStep.Parse(scan.Step, scan.Quantity, scan.Reason) is not { } input)
                {
                    answers.Add(new(scan.Id, "invalid", ""));
                    continue;
                }
                var outcome = await new TakeStep(scan.Consignment, input, scan.Id, scan.At).RunAsync(session, cancel);
                await session.CommitAsync(cancel);
                answers.Add(new(scan.Id, Word(outcome), State(outcome)));
            }
            return Results.Ok(answers);
        }).Idempotent().WithName("SendScans").WithSummary("Takes the scans a phone kept while it had no network, in any order.").Produces<ScanAnswer[]>().ProducesProblem(403).ProducesProblem(422);

        endpoints.MapGet("/supplies/dispatch/key", async (DispatchKeys keys, CancellationToken cancel) =>
        {
            var publicKey = (await keys.KeyAsync(cancel)).PublicKey;
            return Results.Text(PemEncoding.WriteString("PUBLIC KEY", publicKey.Span) + "\n", "application/x-pem-file", Encoding.ASCII);
        }).ExcludeFromDescription();
        endpoints.MapGet("/open/supplies/deliveries.csv", (string? region, Database database, CancellationToken cancel) => OpenAsync(database, region, records => Results.Text(Deliveries.Csv(records), "text/csv", Encoding.UTF8), cancel)).ExcludeFromDescription();
        endpoints.MapGet("/open/supplies/deliveries.json", (string? region, Database database, CancellationToken cancel) => OpenAsync(database, region, records => Results.Ok(records), cancel)).ExcludeFromDescription();
    }

    private static async Task<IResult> OpenAsync(Database database, string? region, Func<IReadOnlyList<DeliveryRecord>, IResult> answer, CancellationToken cancel)
    {
        if (region is { Length: > 4 } || region?.All(char.IsAsciiDigit) == false) return Results.BadRequest("region: the short code of a province or prefecture was expected, as 42 or 4201.");
        await using var session = await database.BeginAsync(Actor.Public, cancel);
        return answer(await Deliveries.RecordsAsync(session, region ?? "", cancel));
    }

    private static IResult NotFound() => Results.Problem(statusCode: 404, title: "There is no such consignment that you may see.");

    /// <summary>The outcome's name as machines read it, as wrong-state.</summary>
    internal static string Word(TakeOutcome outcome) => outcome switch
    {
        TakeOutcome.NotFound => "not-found",
        TakeOutcome.Repeated => "repeated",
        TakeOutcome.Taken taken => taken.Step switch
        {
            StepOutcome.Moved => "moved",
            StepOutcome.Noted => "noted",
            StepOutcome.Already => "already",
            StepOutcome.Contradicts => "contradicts",
            StepOutcome.Expired => "expired",
            StepOutcome.NoOrder => "no-order",
            StepOutcome.NotYours => "not-yours",
            StepOutcome.Invalid invalid => invalid.Field,
            _ => "wrong-state",
        },
        _ => throw new InvalidOperationException($"No word for {outcome}."),
    };

    internal static string State(TakeOutcome outcome) => outcome switch { TakeOutcome.Taken taken => taken.State, TakeOutcome.Repeated repeated => repeated.State, _ => "" };
}
