using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Facilities;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Recycling;

/// <summary>A load to be fetched. Facility is the account's own where it is left out; sharps have neither item nor quantity. Report names it: the same twice is one load.</summary>
internal sealed record LoadRequest(string? Facility, string Stream, string? Item, long? Quantity, long WeightGrams, string Carrier, string Treatment, string Report);

/// <summary>fetch or receive, with the weight by the scales of whoever says it; or destroyed (with the certificate's number) or returned.</summary>
internal sealed record LoadStepRequest(string Step, long? WeightGrams, string? Certificate);

/// <summary>The number of the load.</summary>
internal sealed record LoadAnswer(long Id);

/// <summary>The posts behind the pages of used goods, and the same for machines.</summary>
internal static class RecyclingEndpoints
{
    /// <summary>Kilograms in a form, grams in the record.</summary>
    private const int GramsPerKilogram = 1_000;

    public static void MapRecycling(this IEndpointRouteBuilder endpoints)
    {
        var forms = endpoints.MapGroup("/supplies/recycling").ExcludeFromDescription().AddEndpointFilter(async (context, next) => MaySpeak(context.HttpContext) ? await next(context) : Results.StatusCode(403));
        forms.MapPost("", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, form, database, async session =>
        {
            if (await Facility.ActingForAsync(session, form["facility"], cancel) is not { } facility) return new CollectOutcome.Invalid("facility");
            if (Grams(form["weight"]) is not { } grams) return new CollectOutcome.Invalid("weight");
            var sharps = form["stream"] == "sharps";
            return await new Collect(form["report"].ToString(), facility, form["stream"].ToString(), sharps ? null : form["item"].ToString(), sharps ? null : Number(form["quantity"]), grams, form["carrier"].ToString(), form["treatment"].ToString()).RunAsync(session, cancel);
        }, cancel));
        forms.MapPost("/{id:long}/weights", (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, form, database, async session =>
            Grams(form["weight"]) is { } grams ? await new WeighLoad(id, form["step"].ToString(), grams).RunAsync(session, cancel) : new CollectOutcome.Invalid("weight"), cancel));
        forms.MapPost("/{id:long}", (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            RunAsync(http, form, database, session => Collect.CloseAsync(session, id, form["state"].ToString(), form["certificate"].ToString().Trim(), cancel), cancel));

        var api = endpoints.MapGroup("/api/v1/supplies/collections").WithTags("Supplies").AddEndpointFilter(async (context, next) => MaySpeak(context.HttpContext)
            ? await next(context) : Results.Problem(statusCode: 403, title: "You may not do this.", detail: "The permission supplies.own, supplies.carry or supplies.plan is needed."));
        api.MapPost("", (LoadRequest request, HttpContext http, Database database, CancellationToken cancel) => AnswerAsync(http, database, async session =>
            await Facility.ActingForAsync(session, request.Facility, cancel) is not { } facility ? new CollectOutcome.Invalid("facility")
                : await new Collect(request.Report, facility, request.Stream, request.Item, request.Quantity, request.WeightGrams, request.Carrier, request.Treatment).RunAsync(session, cancel), cancel))
            .Idempotent().WithName("CollectUsed").WithSummary("Registers used goods that are to be fetched.").Produces<LoadAnswer>().ProducesProblem(403).ProducesProblem(409).ProducesProblem(422);
        api.MapGet("", async (HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var loads = await Load.LastAsync(session, http.Actor().Organisation is { Length: > 0 } own ? own : null, cancel);
            session.AuditRead("supplies.collections-read", "");
            await session.CommitAsync(cancel);
            return Results.Ok(loads);
        }).WithName("ReadCollections").WithSummary("The last hundred loads that the caller gives, fetches or treats, or plans for.").Produces<Load[]>();
        api.MapPost("/{id:long}/steps", (long id, LoadStepRequest request, HttpContext http, Database database, CancellationToken cancel) => AnswerAsync(http, database, session => request.Step is "fetch" or "receive"
            ? new WeighLoad(id, request.Step, request.WeightGrams ?? 0).RunAsync(session, cancel) : Collect.CloseAsync(session, id, request.Step, request.Certificate ?? "", cancel), cancel))
            .Idempotent().WithName("TakeCollectionStep").WithSummary("Weighs a load, destroys it under a certificate, or returns it cleaned.").Produces<LoadAnswer>().ProducesProblem(404).ProducesProblem(422);
    }

    private static bool MaySpeak(HttpContext http) => http.Actor() is var actor && (actor.May(SuppliesPermissions.Own) || actor.May(SuppliesPermissions.Carry) || actor.May(SuppliesPermissions.Plan));

    private static async Task<IResult> RunAsync(HttpContext http, IFormCollection form, Database database, Func<Session, Task<CollectOutcome>> work, CancellationToken cancel)
    {
        var back = form["back"].ToString() is "/supplies/own/recycling" or "/supplies/carry/recycling" ? form["back"].ToString() : "/supplies/recycling";
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        var problem = await work(session) switch { CollectOutcome.Invalid invalid => invalid.Field, CollectOutcome.UsedLess => "used-less", CollectOutcome.NotFound => "not-found", _ => null };
        if (problem is not null) return Results.LocalRedirect($"{back}?problem={problem}");
        await session.CommitAsync(cancel);
        Toast.Say(http, "supplies.saved");
        return Results.LocalRedirect(back);
    }

    private static async Task<IResult> AnswerAsync(HttpContext http, Database database, Func<Session, Task<CollectOutcome>> work, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        switch (await work(session))
        {
            case CollectOutcome.Done done:
                await session.CommitAsync(cancel);
                return Results.Ok(new LoadAnswer(done.Id));
            case CollectOutcome.UsedLess used:
                return Results.Problem(statusCode: 409, title: "Less was used than is to be collected.", detail: $"{used.There} were used by the entries and not fetched yet. Report the use first.");
            case CollectOutcome.Invalid invalid:
                return Results.Problem(statusCode: 422, title: $"The field {invalid.Field} is wrong.", detail: $"Streams are protective, sharps (without item and quantity) and reusable; weights are grams up to {Collect.WeightGramsMax}; carrier and treatment are codes; each party weighs once, and a treatment facility before it closes.");
            default:
                return Results.Problem(statusCode: 404, title: "There is no such load that you may speak for.");
        }
    }

    private static long? Grams(string? kilograms) => decimal.TryParse(kilograms, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var said) && said > 0 && said <= Collect.WeightGramsMax / GramsPerKilogram ? (long)(said * GramsPerKilogram) : null;

    private static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
