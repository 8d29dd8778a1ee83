using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Producers;

/// <summary>The least units of an item that a supplier sends at once.</summary>
internal sealed record MinimumLot
{
    public string FacilityCode { get; init; } = "";
    public string ItemCode { get; init; } = "";
    public long Units { get; init; }

    public static Task<IReadOnlyList<MinimumLot>> OfAsync(Session session, string facility, CancellationToken cancel) =>
        session.QueryAsync<MinimumLot>("SELECT facility_code, item_code, units FROM supplies.minimum_lot WHERE facility_code = @facility ORDER BY item_code", new { facility }, cancel);
}

/// <summary>A supplier, or a planner of its region, says less than how much of an item is not sent; 0 or 1 for any quantity. Plans that keep to lots close such lines.</summary>
internal sealed record SetMinimumLot(string Facility, string ItemCode, long Units)
{
    /// <summary>The field that is wrong; null where it was set.</summary>
    public async Task<string?> RunAsync(Session session, CancellationToken cancel)
    {
        if (ItemCatalogue.Current.Find(ItemCode) is null) return "item";
        if (Units is < 0 or > Stock.Ledger.QuantityMax) return "quantity";
        if (await Facilities.Facility.ActingForAsync(session, Facility, cancel) is not { Role: "supplier" } supplier) return "facility";
        var args = new { supplier.Code, supplier.RegionCode, ItemCode, Units, actor = session.Actor.Id, now = session.Now };
        if (Units < 2) await session.ExecuteAsync("DELETE FROM supplies.minimum_lot WHERE facility_code = @Code AND item_code = @ItemCode", args, cancel);
        else
        {
            await session.ExecuteAsync("""
                INSERT INTO supplies.minimum_lot (facility_code, region_code, item_code, units, set_by, set_at) VALUES (@Code, @RegionCode, @ItemCode, @Units, @actor, @now)
                ON CONFLICT (facility_code, item_code) DO UPDATE SET units = excluded.units, set_by = excluded.set_by, set_at = excluded.set_at
                """, args, cancel);
        }
        session.Audit("supplies.minimum-lot-set", supplier.Code, string.Create(CultureInfo.InvariantCulture, $"{ItemCode}: {Units}"));
        await session.AnnounceAsync(SuppliesModule.Topic, cancel);
        return null;
    }

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/supplies/facilities/{code}/lots", async (string code, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            if (!http.Actor().May(SuppliesPermissions.Own) && !http.Actor().May(SuppliesPermissions.Plan)) return Results.StatusCode(403);
            var back = form["back"] == "/supplies/own" ? "/supplies/own" : "/supplies/facilities/" + Uri.EscapeDataString(code);
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var units = long.TryParse(form["units"], NumberStyles.None, CultureInfo.InvariantCulture, out var told) ? told : -1;
            if (await new SetMinimumLot(code, form["item"].ToString(), units).RunAsync(session, cancel) is { } field) return Results.LocalRedirect($"{back}?problem={field}");
            await session.CommitAsync(cancel);
            Toast.Say(http, "supplies.saved");
            return Results.LocalRedirect(back);
        }).ExcludeFromDescription();
}
