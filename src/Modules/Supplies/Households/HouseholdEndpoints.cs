using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Prices;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Households;

/// <summary>The posts behind the pages of households, grid workers and shops.</summary>
internal static class HouseholdEndpoints
{
    private const string Page = "/supplies/households";
    private const string OrderPage = "/supplies/households/order";
    private const string ShopPage = "/supplies/households/shop";
    private const int NameLengthMax = 60;
    private const int ContentLengthMax = 300;

    // texts: supplies.households.problem.* supplies.households.state.*
    public static void MapHouseholds(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost(OrderPage, async (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            var code = form["household"].ToString().Trim().ToUpperInvariant();
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await new PlaceOrder(form["once"].ToString(), code, Number(form["package"]), (int)Math.Min(Number(form["quantity"]), int.MaxValue), Number(form["slot"])).RunAsync(session, cancel))
            {
                case PlacedOrder.Placed placed:
                    await session.CommitAsync(cancel);
                    return Results.LocalRedirect(OrderPage + "?number=" + placed.Number);
                case PlacedOrder.Refused { Problem: var problem }:
                    return Results.LocalRedirect($"{OrderPage}?household={Uri.EscapeDataString(code)}&problem={problem}");
                default:
                    return Results.BadRequest();
            }
        }).ExcludeFromDescription();

        endpoints.MapPost(OrderPage + "/{number}/collected", async (string number, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var outcome = await AdvanceOrder.CollectAsync(session, number, form["code"].ToString().Trim(), cancel);
            // A wrong code is counted, so that too is kept.
            await session.CommitAsync(cancel);
            return Answer(http, outcome, $"{OrderPage}?number={Uri.EscapeDataString(number)}");
        }).ExcludeFromDescription();

        endpoints.MapPost(OrderPage + "/{number}/cancelled", async (string number, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var outcome = await AdvanceOrder.CancelAsync(session, number, "household", cancel);
            if (outcome is StepOutcome.Done) await session.CommitAsync(cancel);
            return Answer(http, outcome, $"{OrderPage}?number={Uri.EscapeDataString(number)}");
        }).ExcludeFromDescription();

        endpoints.MapPost(Page + "/steps", async (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var number = form["number"].ToString().Trim().ToUpperInvariant();
            var outcome = await AdvanceOrder.StepAsync(session, number, form["to"].ToString(), form["note"].ToString().Trim(), cancel);
            if (outcome is StepOutcome.Done)
            {
                session.Audit("supplies.order-stepped", number, form["to"].ToString());
                await session.CommitAsync(cancel);
            }
            return Answer(http, outcome, Page + "?day=" + Uri.EscapeDataString(form["day"].ToString()));
        }).RequirePermission(MarketPermissions.Deliver).ExcludeFromDescription();

        endpoints.MapPost(Page + "/orders/{number}/again", async (string number, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var outcome = await AdvanceOrder.SendAgainAsync(session, number, (int)Math.Clamp(Number(form["trip"]), -1, int.MaxValue), Number(form["slot"]), cancel);
            if (outcome is StepOutcome.Done)
            {
                session.Audit("supplies.order-stepped", number, "again");
                await session.CommitAsync(cancel);
            }
            return Answer(http, outcome, Page + "?day=" + Uri.EscapeDataString(form["day"].ToString()));
        }).RequirePermission(MarketPermissions.Deliver).ExcludeFromDescription();

        endpoints.MapPost(Page + "/walks/{slot:long}/out", async (long slot, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var taken = await AdvanceOrder.TakeOutAsync(session, slot, cancel);
            session.Audit("supplies.order-stepped", string.Create(CultureInfo.InvariantCulture, $"slot:{slot}"), string.Create(CultureInfo.InvariantCulture, $"out: {taken}"));
            await session.CommitAsync(cancel);
            return Answer(http, taken > 0 ? StepOutcome.Done : StepOutcome.Already, Page + "?day=" + Uri.EscapeDataString(form["day"].ToString()));
        }).RequirePermission(MarketPermissions.Deliver).ExcludeFromDescription();

        endpoints.MapPost(Page + "/slots", async (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var (from, to, capacity) = (Number(form["from"]), Number(form["to"]), Number(form["capacity"]));
            if (!DateOnly.TryParseExact(form["day"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) || day < ChinaDay.Of(session.Now) || from < 0 || from >= to || to > 24 || capacity is < 1 or > 1000) return Results.LocalRedirect(Page + "?problem=slot-wrong");
            var made = await session.ExecuteAsync("""
                INSERT INTO supplies.delivery_slot (compound_code, region_code, day, from_hour, to_hour, capacity) SELECT code, region_code, @day, @from, @to, @capacity FROM supplies.compound WHERE code = @compound
                ON CONFLICT (compound_code, day, from_hour) DO UPDATE SET capacity = greatest(excluded.capacity, delivery_slot.booked)
                """, new { day, from = (short)from, to = (short)to, capacity = (int)capacity, compound = form["compound"].ToString() }, cancel);
            if (made == 0) return Results.LocalRedirect(Page + "?problem=slot-wrong");
            await session.CommitAsync(cancel);
            Toast.Say(http, "supplies.households.slot.made");
            return Results.LocalRedirect($"{Page}?day={day:yyyy-MM-dd}");
        }).RequirePermission(MarketPermissions.Deliver).ExcludeFromDescription();

        endpoints.MapPost(ShopPage + "/packages", async (HttpContext http, IFormCollection form, Database database, Contracts.Registry.IRegions regions, CancellationToken cancel) =>
        {
            var actor = http.Actor();
            var (name, content, price, region) = (form["name"].ToString().Trim(), form["content"].ToString().Trim(), ImportPriceList.Fen(form["price"].ToString()), regions.Named(form["province"].ToString(), form["place"].ToString()));
            if (actor.Organisation.Length == 0 || name.Length is 0 or > NameLengthMax || content.Length is 0 or > ContentLengthMax || price is null || region is null) return Results.LocalRedirect(ShopPage + "?problem=package-wrong");
            await using var session = await database.BeginAsync(actor, cancel);
            await session.ExecuteAsync("INSERT INTO supplies.household_package (organisation, region_code, name, content, price_fen) VALUES (@Organisation, @region, @name, @content, @price)", new { actor.Organisation, region, name, content, price }, cancel);
            await session.CommitAsync(cancel);
            Toast.Say(http, "supplies.households.package.made");
            return Results.LocalRedirect(ShopPage);
        }).RequirePermission(MarketPermissions.Own).ExcludeFromDescription();

        endpoints.MapPost(ShopPage + "/orders/{id:long}/packed", async (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var outcome = await AdvanceOrder.PackAsync(session, id, (int)Math.Clamp(Number(form["packed"]), -1, int.MaxValue), form["reason"].ToString().Trim(), cancel);
            if (outcome is StepOutcome.Done) await session.CommitAsync(cancel);
            return Answer(http, outcome, ShopPage);
        }).RequirePermission(MarketPermissions.Own).ExcludeFromDescription();

        endpoints.MapPost(ShopPage + "/slots/{slot:long}/packed", async (long slot, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            foreach (var (id, ordered) in await session.QueryAsync<(long Id, int Ordered)>("SELECT id, ordered FROM supplies.household_order WHERE slot_id = @slot AND state = 'ordered' AND organisation = platform.organisation() ORDER BY id", new { slot }, cancel))
                await AdvanceOrder.PackAsync(session, id, ordered, "", cancel);
            await session.CommitAsync(cancel);
            return Answer(http, StepOutcome.Done, ShopPage);
        }).RequirePermission(MarketPermissions.Own).ExcludeFromDescription();
    }

    private static IResult Answer(HttpContext http, StepOutcome outcome, string page)
    {
        var joint = page.Contains('?', StringComparison.Ordinal) ? "&" : "?";
        switch (outcome)
        {
            case StepOutcome.Done:
                Toast.Say(http, "supplies.households.done");
                return Results.LocalRedirect(page);
            case StepOutcome.Already:
                Toast.Say(http, "supplies.households.already");
                return Results.LocalRedirect(page);
            case StepOutcome.NotFound:
                return Results.LocalRedirect(page + joint + "problem=number");
            case StepOutcome.Wrong:
                return Results.LocalRedirect(page + joint + "problem=code");
            case StepOutcome.ShortWithoutReason:
                return Results.LocalRedirect(page + joint + "problem=reason");
            case StepOutcome.NoPlace:
                return Results.LocalRedirect(page + joint + "problem=slot");
            default:
                return Results.LocalRedirect(page + joint + "problem=order");
        }
    }

    private static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
