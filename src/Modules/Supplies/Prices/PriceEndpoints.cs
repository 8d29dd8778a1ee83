using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Necessities;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Prices;

/// <summary>The posts behind the price pages, the receipts for inspectors, and the figures for machines.</summary>
internal static class PriceEndpoints
{
    /// <summary>Rows of one open document.</summary>
    private const int OpenRowsMax = 100_000;

    private static readonly string[] s_kept = ["item", "province", "place", "shop", "price", "purchase", "stock", "sales", "day"];

    public static void MapPrices(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/supplies/prices/report", async (HttpContext http, IFormCollection form, Database database, IRegions regions, CancellationToken cancel) =>
        {
            var actor = http.Actor();
            var isShop = actor.May(MarketPermissions.Own) && actor.Organisation.Length > 0;
            var (report, problems) = await ReadAsync(form, regions, isShop ? actor.Organisation : "", isShop ? null : http.Connection.RemoteIpAddress?.ToString() ?? "unknown", cancel);
            await using var session = await database.BeginAsync(actor, cancel);
            var outcome = problems.Count > 0 ? new ReportOutcome.Invalid(problems) : await report.RunAsync(session, cancel: cancel);
            switch (outcome)
            {
                case ReportOutcome.Recorded recorded:
                    await session.CommitAsync(cancel);
                    return Results.LocalRedirect("/supplies/prices/report/" + recorded.Number);
                case ReportOutcome.Invalid invalid:
                    return Results.LocalRedirect(Back(form, string.Join(',', invalid.Fields)));
                default:
                    return Results.LocalRedirect(Back(form, "too-many"));
            }
        }).WithMetadata(new RequestSizeLimitAttribute(Receipt.BytesMax + 500_000)).ExcludeFromDescription();

        endpoints.MapGet("/supplies/prices/reports/{id:long}/receipt", async (long id, HttpContext http, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var found = await session.QueryAsync<(string MediaType, byte[] Bytes)>("SELECT media_type, bytes FROM supplies.price_receipt WHERE report_id = @id", new { id }, cancel);
            session.AuditRead("supplies.price-receipt-read", id.ToString(CultureInfo.InvariantCulture));
            await session.CommitAsync(cancel);
            return found is [var (type, bytes)] ? Results.Bytes(bytes, type) : Results.NotFound();
        }).RequirePermission(MarketPermissions.Market).ExcludeFromDescription();

        endpoints.MapPost("/supplies/prices/thresholds", (HttpContext http, IFormCollection form, Database database, IRegions regions, CancellationToken cancel) => ThresholdAsync(http, database, session =>
        {
            string[] threshold = form["threshold"].ToString().Split('|');
            return PriceThresholds.ProposeAsync(session, regions.Current, threshold[0], threshold[^1], form["region"].ToString(),
                decimal.TryParse(form["value"], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : null,
                DateOnly.TryParseExact(form["effective"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null, form["document"].ToString().Trim(), form["clause"].ToString().Trim(), cancel);
        }, cancel)).RequirePermission(MarketPermissions.Market).ExcludeFromDescription();
        endpoints.MapPost("/supplies/prices/thresholds/{id:long}/approval", (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
            ThresholdAsync(http, database, session => PriceThresholds.ApproveAsync(session, id, cancel), cancel)).RequirePermission(MarketPermissions.Market).ExcludeFromDescription();

        endpoints.MapGet("/api/v1/supplies/prices/{item}/{province}/figures", async (string item, string province, Database database, IRegions regions, HttpContext http, CancellationToken cancel) =>
            await MarketMap.PricesAsync(database, regions, item, province, cancel) is { } figures ? Results.Json(figures) : Results.NotFound()).ExcludeFromDescription();
        endpoints.MapGet("/api/v1/supplies/necessities/{item}/{province}/figures", async (string item, string province, Database database, IRegions regions, HttpContext http, CancellationToken cancel) =>
            await MarketMap.NecessitiesAsync(database, regions, item, province, cancel) is { } figures ? Results.Json(figures) : Results.NotFound()).ExcludeFromDescription();

        endpoints.MapGet("/open/supplies/prices.json", async (Database database, HttpContext http, CancellationToken cancel) => Results.Json(new { unit = "CNY fen", rows = await OpenAsync(database, cancel) })).WithName("OpenPrices").WithSummary("Published prices by county, good and day, without shops.");
        endpoints.MapGet("/open/supplies/prices.csv", async (Database database, HttpContext http, CancellationToken cancel) =>
        {
            var text = new StringBuilder("region,item,day,shops,reports,q1_fen,median_fen,q3_fen,reference_fen\n");
            foreach (var p in await OpenAsync(database, cancel)) text.Append(CultureInfo.InvariantCulture, $"{p.RegionCode},{p.Item},{p.Day:yyyy-MM-dd},{p.Shops},{p.Reports},{p.Q1Fen},{p.MedianFen},{p.Q3Fen},{p.ReferenceFen}\n");
            return Results.Text(text.ToString(), "text/csv", Encoding.UTF8);
        }).ExcludeFromDescription();
    }

    private static async Task<IResult> ThresholdAsync(HttpContext http, Database database, Func<Session, Task<ThresholdOutcome>> work, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        var outcome = await work(session);
        if (outcome is not ThresholdOutcome.Done) return Results.LocalRedirect("/supplies/prices/rules?problem=" + (outcome is ThresholdOutcome.Invalid invalid ? invalid.Field : "not-allowed") + "#thresholds");
        await session.CommitAsync(cancel);
        Toast.Say(http, "supplies.saved");
        return Results.LocalRedirect("/supplies/prices/rules#thresholds");
    }

    private static async Task<IReadOnlyList<PriceDay>> OpenAsync(Database database, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.Public, cancel);
        return await session.QueryAsync<PriceDay>("SELECT region_code, item, day, shops, reports, q1_fen, median_fen, q3_fen, reference_fen FROM supplies.price_day WHERE median_fen IS NOT NULL ORDER BY day DESC, item, region_code LIMIT @OpenRowsMax", new { OpenRowsMax }, cancel);
    }

    private static async Task<(RecordPriceReport Report, List<string> Problems)> ReadAsync(IFormCollection form, IRegions regions, string organisation, string? sender, CancellationToken cancel)
    {
        var problems = new List<string>();
        var purchase = Optional(form["purchase"], ImportPriceList.Fen, "purchase", problems);
        var stock = Optional(form["stock"], Whole, "stock", problems);
        var sales = Optional(form["sales"], Whole, "stock", problems);
        Receipt? receipt = null;
        if (form.Files.GetFile("receipt") is { Length: > 0 } file)
        {
            if (file.Length <= Receipt.BytesMax)
            {
                using var bytes = new MemoryStream();
                await file.CopyToAsync(bytes, cancel);
                receipt = Receipt.Of(bytes.ToArray());
            }
            if (receipt is null) problems.Add("receipt");
        }
        return (new(organisation.Length > 0 ? "shop" : "citizen", organisation, sender, form["item"].ToString(), regions.Named(form["province"].ToString(), form["place"].ToString()), form["shop"].ToString().Trim(),
            ImportPriceList.Fen(form["price"].ToString()), purchase, stock, sales,
            DateOnly.TryParseExact(form["day"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null, form["note"].ToString().Trim(), receipt), problems);
    }

    /// <summary>The place a person means by a province and a name in it; null when no list knows it.</summary>
    internal static string? Named(this IRegions regions, string province, string place) =>
        province.Length is 0 or > 60 || place.Length > 60 ? null
        : regions.Current.Resolve(province, province, place, null) is { Match: not RegionMatch.Unknown, Region: { IsStatistical: false, Code.Value: { Length: > 0 } code } } ? code : null;

    private static long? Whole(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000_000 ? number : null;

    private static long? Optional(string? text, Func<string, long?> parse, string field, List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        if (parse(text) is { } value) return value;
        problems.Add(field);
        return null;
    }

    /// <summary>The form again with what was typed, except the note and the photograph: nothing is typed twice on a phone.</summary>
    private static string Back(IFormCollection form, string problem) =>
        QueryHelpers.AddQueryString("/supplies/prices/report", s_kept.Select(name => KeyValuePair.Create(name, (string?)form[name].ToString())).Where(p => p.Value!.Length is > 0 and <= 100).Append(new("problem", problem)));
}
