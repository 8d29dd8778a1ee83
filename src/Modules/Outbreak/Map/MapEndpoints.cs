using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;

namespace Rongtong.Outbreak.Map;

/// <summary>What the map element in the browser loads: outlines, and figures of every region and day.</summary>
internal static class MapEndpoints
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    public static void MapMapData(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/regions/{code}/outlines", (string code, IRegions regions, HttpContext http) =>
        {
            if (regions.OutlinesOf(FromRoute(code)) is not { } outlines) return Results.NotFound();
            http.Response.Headers.CacheControl = "public, max-age=86400";
            return Results.Bytes(outlines, "application/geo+json");
        }).WithName("RegionOutlines");

        endpoints.MapGet("/api/v1/outbreak/{code}/figures", async (string code, string? day, string? knownAt, IRegions regions, Readings readings, Database database, HttpContext http) =>
        {
            if (await readings.PictureAsync(http.Actor(), FromRoute(code), AsOfQuery.Parse(day, knownAt)) is not { } picture) return Results.NotFound();
            if (!http.Actor().SeesPublishedOnly) await database.AuditReadAsync(http.Actor(), "outbreak.region-read", code);
            http.Response.Headers.CacheControl = "no-cache";
            return Results.Json(Document(picture, regions.Current), s_json);
        }).WithName("OutbreakFigures");
    }

    /// <summary>Short code of a route; "cn" is the nation.</summary>
    public static RegionCode FromRoute(string? code) => string.IsNullOrEmpty(code) || code.Equals("cn", StringComparison.OrdinalIgnoreCase) ? RegionCode.Nation : new RegionCode(code.ToUpperInvariant());

    /// <summary>The route of a code.</summary>
    public static string ToRoute(RegionCode code) => code == RegionCode.Nation ? "cn" : code.Value;

    private static object Document(Picture picture, IRegionTree tree) => new
    {
        days = Enumerable.Range(0, picture.Days).Select(i => picture.FirstDay.AddDays(i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        regions = picture.Parts.Where(p => !p.Region.IsStatistical).Select(part =>
        {
            var rise = part.New();
            var population = tree.PopulationOf(part.Region.Code);
            return new
            {
                code = part.Region.Code.Value,
                name = part.Region.NameIn(Texts.Language),
                href = "/outbreak/" + part.Region.Code.Value,
                reported = part.HasReports,
                values = new Dictionary<string, IEnumerable<double?>>
                {
                    ["cumulative"] = part.Cumulative.Select(v => (double?)v),
                    ["new"] = rise.Select(v => (double?)v),
                    ["new7"] = Week(rise).Select(v => (double?)v),
                    ["rate"] = part.Cumulative.Select(v => population is > 0 ? Math.Round(v * 100_000.0 / population.Value, 2) : (double?)null),
                },
            };
        }),
    };

    /// <summary>Sum of the day and the six before.</summary>
    internal static int[] Week(int[] daily)
    {
        var week = new int[daily.Length];
        for (var i = 0; i < daily.Length; i++) week[i] = (i == 0 ? 0 : week[i - 1]) + daily[i] - (i >= 7 ? daily[i - 7] : 0);
        return week;
    }
}

/// <summary>Reads the two dates of "as of" from a query.</summary>
internal static class AsOfQuery
{
    public static AsOf Parse(string? day, string? knownAt)
    {
        DateOnly? until = DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var d) ? d : null;
        // A day means its end in China (UTC+8): what was known when people went home.
        DateTimeOffset? known = DateOnly.TryParseExact(knownAt, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var k)
            ? new DateTimeOffset(k.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.FromHours(8)) : null;
        return new AsOf(until, known);
    }
}
