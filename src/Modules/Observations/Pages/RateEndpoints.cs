using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Observations.Measures;
using Rongtong.Observations.Rollup;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Shell;

namespace Rongtong.Observations.Pages;

/// <summary>One published rate.</summary>
internal sealed record RateDocument(string Measure, string Version, string Region, string Day, int Industry, int Size, int Firms, int? Covered, decimal? Rate, bool Held);

/// <summary>What pages and machines load beside the pages: live events, the map's figures, open data.</summary>
internal static class RateEndpoints
{
    public static void MapRates(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapLiveEvents("/rates/events", RollUp.Topic);

        endpoints.MapGet("/api/v1/rates/{code}/figures", async (string code, HttpContext http, RateReadings readings, IRegions regions) =>
        {
            var query = RateQuery.Parse(http.Request.Query);
            var region = code == "cn" ? RegionCode.Nation : new RegionCode(code);
            if ((query.Day ?? await readings.LastDayAsync(http.Actor())) is not { } day) return Results.NotFound();
            var below = regions.Current.ChildrenOf(region).Where(r => !r.IsStatistical).ToArray();
            var cells = (await readings.GridAsync(http.Actor(), query.Measure.Number, [.. below.Select(r => r.Code.Value)], [query.Key], day)).ToDictionary(c => c.Region);
            http.Response.Headers.CacheControl = "no-cache";
            return Results.Json(new
            {
                days = new[] { Iso(day) },
                regions = below.Select(r => new
                {
                    code = r.Code.Value,
                    name = r.NameIn(Texts.Language),
                    href = query.Href(region: r.Code),
                    reported = cells.GetValueOrDefault(r.Code.Value)?.Rate is not null,
                    values = new Dictionary<string, decimal?[]> { ["rate"] = [cells.GetValueOrDefault(r.Code.Value)?.Rate is { } rate ? Math.Round(rate * 100, 1) : null] },
                }),
            });
        }).WithName("RateFigures").ExcludeFromDescription();

        endpoints.MapGet("/rates/open.json", async (HttpContext http, RateReadings readings, IRegions regions) => Results.Json(await OpenAsync(http, readings, regions))).WithName("OpenRates").WithTags("Observations")
            .WithSummary("Rates of a region and those below it on a day, as the public sees them.").Produces<IReadOnlyList<RateDocument>>();

        endpoints.MapGet("/rates/open.csv", async (HttpContext http, RateReadings readings, IRegions regions) =>
        {
            var text = new StringBuilder("measure,version,region,day,industry,size,firms,covered,rate,held\n");
            foreach (var r in await OpenAsync(http, readings, regions))
                text.Append(CultureInfo.InvariantCulture, $"{r.Measure},{r.Version},{r.Region},{r.Day},{r.Industry},{r.Size},{r.Firms},{r.Covered},{r.Rate},{(r.Held ? 1 : 0)}\n");
            return Results.Text(text.ToString(), "text/csv", Encoding.UTF8);
        }).ExcludeFromDescription();
    }

    /// <summary>Always in the name of the public, whoever asks: open data are the same for all.</summary>
    private static async Task<IReadOnlyList<RateDocument>> OpenAsync(HttpContext http, RateReadings readings, IRegions regions)
    {
        var query = RateQuery.Parse(http.Request.Query);
        if ((query.Day ?? await readings.LastDayAsync(Actor.Public)) is not { } day) return [];
        string[] codes = [query.Region.Value, .. regions.Current.ChildrenOf(query.Region).Select(r => r.Code.Value)];
        short[] keys = [query.Key, .. Enumerable.Range(101, 20).Select(s => Dimensions.KeyOf(s, query.Size)).Where(k => k != query.Key)];
        var documents = new List<RateDocument>();
        foreach (var measure in MeasureBook.All)
        {
            var cells = await readings.GridAsync(Actor.Public, measure.Number, codes, keys, day);
            documents.AddRange(cells.OrderBy(c => c.Region, StringComparer.Ordinal).ThenBy(c => c.Key).Select(c =>
                new RateDocument(measure.Name, measure.Version, c.Region, Iso(day), Dimensions.Of(c.Key).Industry, Dimensions.Of(c.Key).Size, c.Firms, c.Held ? null : c.Covered, c.Rate is { } rate ? Math.Round(rate, 6) : null, c.Held)));
        }
        return documents;
    }

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
