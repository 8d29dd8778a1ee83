using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;
using Rongtong.Supplies.Producers;
using Rongtong.Supplies.Stock;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Pages;

/// <summary>The posts behind the phone pages of hospitals, producers and carriers: each for the facility that is the account's organisation.</summary>
internal static class OwnForms
{
    private const string Page = "/supplies/own";

    /// <summary>Longest name of a form's report: what the page makes is 32 characters.</summary>
    private const int ReportLengthMax = 64;

    public static void MapOwnForms(this IEndpointRouteBuilder endpoints)
    {
        var own = endpoints.MapGroup(Page).RequirePermission(SuppliesPermissions.Own).ExcludeFromDescription();

        own.MapPost("/needs", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, database, async (session, facility) =>
        {
            // An amount that is no number is a mistake of typing; an empty one says "needed, amount unknown".
            if (!IsNumber(form["quantity"], out var quantity)) return "quantity";
            if (!IsNumber(form["burn"], out var burn)) return "burn";
            var outcome = await new AskFor(facility, form["item"].ToString(), "", quantity is { } q ? Amount.Known(q) : Amount.Unknown) { Urgency = int.TryParse(form["urgency"], out var u) ? u : 2, BurnPerDay = burn }.RunAsync(session, cancel);
            return outcome is AskOutcome.Invalid invalid ? invalid.Field : null;
        }, cancel));

        own.MapPost("/renewals", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, database, async (session, facility) =>
        {
            await AnswerNeed.RenewAllAsync(session, facility.Code, cancel);
            return null;
        }, cancel));

        own.MapPost("/needs/{id:long}/renewal", (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            RunAsync(http, database, async (session, _) => Problem(await AnswerNeed.RenewAsync(session, id, cancel)), cancel));

        own.MapPost("/needs/{id:long}/amount", (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, database, async (session, _) =>
            IsNumber(form["low"], out var low) && low is { } from && IsNumber(form["high"], out var high) ? Problem(await AnswerNeed.SayAmountAsync(session, id, Amount.Range(from, high), cancel)) : "quantity", cancel));

        own.MapPost("/needs/{id:long}/closure", (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            RunAsync(http, database, async (session, _) => Problem(await AnswerNeed.CloseAsync(session, id, form["state"].ToString(), cancel)), cancel));

        own.MapPost("/counts", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            RunAsync(http, database, (session, facility) => CountAsync(session, facility, form, cancel), cancel));

        own.MapPost("/reports", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            RunAsync(http, database, (session, facility) => ReportAsync(session, facility, form, cancel), cancel));

        own.MapPost("/offers", (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) => RunAsync(http, database, async (session, facility) =>
        {
            if (!IsNumber(form["quantity"], out var quantity) || quantity is null) return "quantity";
            long? priceFen = null;
            if (form["price"].ToString() is { Length: > 0 } text)
            {
                if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var yuan) || yuan > 10_000_000 || yuan * 100 != decimal.Truncate(yuan * 100)) return "price";
                priceFen = (long)(yuan * 100);
            }
            var outcome = await new MakeOffer(facility, form["item"].ToString(), quantity.Value, form["donation"] == "true", priceFen, null).RunAsync(session, cancel);
            return Problem(outcome);
        }, cancel));

        own.MapPost("/offers/{id:long}/renewal", (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            RunAsync(http, database, async (session, _) => Problem(await MakeOffer.RenewAsync(session, id, cancel)), cancel));

        own.MapPost("/offers/{id:long}/closure", (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            RunAsync(http, database, async (session, _) => Problem(await MakeOffer.CloseAsync(session, id, "withdrawn", cancel)), cancel));

        endpoints.MapPost("/supplies/carry/lanes", (HttpContext http, IFormCollection form, Database database, IRegions regions, CancellationToken cancel) => RunAsync(http, database, async (session, carrier) =>
        {
            if (!IsNumber(form["trucks"], out var trucks) || trucks > int.MaxValue) return "trucks";
            return await new ReportLane(carrier, form["from"].ToString(), form["to"].ToString(), (int?)trucks).RunAsync(session, regions.Current, cancel) is LaneOutcome.Invalid invalid ? invalid.Field : null;
        }, cancel, "/supplies/carry")).RequirePermission(SuppliesPermissions.Carry).ExcludeFromDescription();
    }

    private static async Task<string?> CountAsync(Session session, Facility facility, IFormCollection form, CancellationToken cancel)
    {
        var report = form["report"].ToString();
        if (report.Length is 0 or > ReportLengthMax) return "day";
        foreach (var item in ItemCatalogue.Current.All)
        {
            var isNew = form["new"] == item.Code;
            if (!IsNumber(form["used." + item.Code], out var used)) return "used";
            if (!IsNumber(isNew ? form["new-there"] : form["there." + item.Code], out var there)) return "stock";
            if (used is null && there is null) continue;
            switch (await new CountStock($"count:{facility.Code}:{report}:{item.Code}", facility.Code, item.Code, used, there).RunAsync(session, cancel))
            {
                case CountOutcome.UsedMoreThanThere: return "used-more";
                case CountOutcome.Invalid invalid: return invalid.Field;
            }
        }
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return null;
    }

    private static async Task<string?> ReportAsync(Session session, Facility facility, IFormCollection form, CancellationToken cancel)
    {
        var today = ChinaDay.Of(session.Now);
        foreach (var item in ItemCatalogue.Current.All)
        {
            string[] fields = ["design", "output", "expandable", "stock", "raw"];
            var values = new long?[fields.Length];
            for (var i = 0; i < fields.Length; i++)
            {
                if (!IsNumber(form[$"{fields[i]}.{item.Code}"], out values[i])) return fields[i];
            }
            if (values.All(v => v is null) && form["new"] != item.Code) continue;
            if (values[4] > 3650) return "raw";
            var figures = new DayFigures { ItemCode = item.Code, Day = today, DesignCapacity = values[0], Output = values[1], ExpandableCapacity = values[2], Stock = values[3], RawMaterialDays = (int?)values[4] };
            if (await new ReportDay(facility, figures).RunAsync(session, cancel) is ReportOutcome.Invalid invalid) return invalid.Field;
        }
        return null;
    }

    private static string? Problem(NeedOutcome outcome) => outcome switch { NeedOutcome.Done => null, NeedOutcome.Invalid invalid => invalid.Field, _ => "not-found" };

    private static string? Problem(OfferOutcome outcome) => outcome switch { OfferOutcome.Done => null, OfferOutcome.Invalid invalid => invalid.Field, _ => "not-found" };

    /// <summary>True for a whole number and for nothing at all, which is null.</summary>
    private static bool IsNumber(string? text, out long? number)
    {
        number = null;
        if (string.IsNullOrWhiteSpace(text)) return true;
        if (!long.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var read)) return false;
        number = read;
        return true;
    }

    private static async Task<IResult> RunAsync(HttpContext http, Database database, Func<Session, Facility, Task<string?>> work, CancellationToken cancel, string page = Page)
    {
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        if (await Facility.ActingForAsync(session, null, cancel) is not { } facility) return Results.LocalRedirect(page + "?problem=facility");
        if (await work(session, facility) is { } problem) return Results.LocalRedirect(page + "?problem=" + problem);
        await session.CommitAsync(cancel);
        Toast.Say(http, "supplies.saved");
        return Results.LocalRedirect(page);
    }
}
