using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Donations;
using Rongtong.Supplies.Facilities;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Dispatch.Pages;

/// <summary>The posts behind the pages of consignments, donations and purchases.</summary>
internal static class DispatchForms
{
    public static void MapDispatchForms(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/supplies/consignments/steps", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, form, database, async session =>
        {
            if (!long.TryParse(form["consignment"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) || TakeStep.Parse(form["step"], Number(form["quantity"]), form["reason"]) is not { } input) return "quantity";
            Guid? scan = Guid.TryParse(form["scan"], out var named) ? named : null;
            var outcome = await new TakeStep(id, input, scan).RunAsync(session, cancel);
            // What came too late or contradicts is written too, and said.
            if (outcome is TakeOutcome.Taken { Step: StepOutcome.Expired or StepOutcome.Contradicts }) await session.CommitAsync(cancel);
            return DispatchApi.Word(outcome) is "moved" or "noted" or "already" or "repeated" ? null : DispatchApi.Word(outcome);
        }, cancel)).RequireSignedIn();

        endpoints.MapPost("/supplies/dispatch/orders", (HttpContext http, IFormCollection form, Database database, DispatchKeys keys, CancellationToken cancel) => RunAsync(http, form, database, async session =>
        {
            long[] ids = [.. form["consignment"].Select(v => long.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)];
            var hours = Number(form["hours"]) is { } h and >= 1 and <= 720 ? h : 0;
            var outcome = await new IssueOrder(form["report"].ToString(), ids, form["carrier"].ToString(), form["plate"].ToString(), session.Now.AddHours(hours)).RunAsync(session, keys, cancel);
            return outcome switch { OrderOutcome.Invalid invalid => invalid.Field, OrderOutcome.NotReady => "not-ready", _ => null };
        }, cancel)).RequirePermission(SuppliesPermissions.Own).ExcludeFromDescription();

        endpoints.MapPost("/supplies/donations", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, form, database, async session =>
        {
            if (await Facility.ActingForAsync(session, form["facility"], cancel) is not { } facility) return "facility";
            var outcome = await new TakeDonation(facility, form["item"].ToString(), Number(form["quantity"]) ?? 0, form["donor"].ToString(), form["report"].ToString()).RunAsync(session, cancel);
            return outcome is DonationOutcome.Invalid invalid ? invalid.Field : null;
        }, cancel)).RequirePermission(SuppliesPermissions.Plan).ExcludeFromDescription();

        endpoints.MapPost("/supplies/purchases", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, form, database, async session =>
            await new TakeOffer(Number(form["offer"]) ?? 0, form["facility"].ToString(), Number(form["quantity"]) ?? 0, form["report"].ToString()).RunAsync(session, cancel) switch
            {
                TakeOfferOutcome.NotThere => "not-there",
                TakeOfferOutcome.Invalid invalid => invalid.Field,
                _ => null,
            }, cancel)).RequirePermission(SuppliesPermissions.Plan).ExcludeFromDescription();
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Suppliers, carriers, receivers and planners post the same form; what each may say the rules decide.</summary>
    private static void RequireSignedIn(this RouteHandlerBuilder endpoint) => endpoint.ExcludeFromDescription().AddEndpointFilter(async (context, next) =>
        context.HttpContext.Actor() is var actor && (actor.May(SuppliesPermissions.Own) || actor.May(SuppliesPermissions.Carry) || actor.May(SuppliesPermissions.Plan)) ? await next(context) : Results.StatusCode(403));

    private static async Task<IResult> RunAsync(HttpContext http, IFormCollection form, Database database, Func<Session, Task<string?>> work, CancellationToken cancel)
    {
        // Back to where the form stood; only pages of this module, so that no link leads a form elsewhere.
        var back = form["back"].ToString() is { Length: < 2_000 } page && page.StartsWith("/supplies/", StringComparison.Ordinal) && !page.Contains('?', StringComparison.Ordinal) ? page : "/supplies/shipments";
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        if (await work(session) is { } problem) return Results.LocalRedirect(back + "?problem=" + problem);
        await session.CommitAsync(cancel);
        Toast.Say(http, "supplies.saved");
        return Results.LocalRedirect(back);
    }
}
