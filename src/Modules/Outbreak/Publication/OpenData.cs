using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Map;
using Rongtong.Outbreak.Tiers;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Outbreak.Publication;

/// <summary>
/// Published figures under stable addresses, as the public sees them: <c>/open/tiers.json</c>, <c>.csv</c>, <c>.geojson</c>;
/// <c>/open/cases/cn.json</c> and <c>.csv</c>, also for a province (<c>/open/cases/42.csv</c>).
/// <code>
/// request ──> document in memory ──> 304 if the reader has it, else its bytes
///   first request after a change ──> built once from the database in the name of the public ──> kept until the next announcement
/// </code>
/// Served before all other middleware: no session, no cookie, no rate limit, nothing but a look-up.
/// </summary>
internal sealed class OpenData(Database database, IRegions regions, Readings readings, LiveFeed feed, IOutputCacheStore pages) : BackgroundService
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private ConcurrentDictionary<string, Lazy<Task<Document?>>> _documents = new();

    public async Task ServeAsync(HttpContext http, RequestDelegate next)
    {
        var path = http.Request.Path.Value!;
        if (!path.StartsWith("/open/", StringComparison.Ordinal) || !(HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)))
        {
            await next(http);
            return;
        }
        var documents = _documents;
        Document? document;
        try
        {
            document = await documents.GetOrAdd(path, p => new Lazy<Task<Document?>>(() => BuildAsync(p))).Value;
        }
        catch
        {
            // A database that was away for a moment must not leave its failure behind as the document.
            documents.TryRemove(path, out _);
            throw;
        }
        if (document is null)
        {
            // Unknown addresses must not fill the memory.
            documents.TryRemove(path, out _);
            await next(http);
            return;
        }
        var response = http.Response;
        response.Headers.ETag = document.ETag;
        response.Headers.CacheControl = "public, max-age=60";
        response.Headers.AccessControlAllowOrigin = "*";
        if (IsKnown(http.Request.Headers.IfNoneMatch, document.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        response.ContentType = document.ContentType;
        response.ContentLength = document.Bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await response.Body.WriteAsync(document.Bytes);
    }

    /// <summary>Whether the reader has the document: its tag alone, in a list, marked weak by a cache on the way, or "*" for any.</summary>
    private static bool IsKnown(StringValues ifNoneMatch, string tag)
    {
        if (ifNoneMatch.Count == 0) return false;
        if (ifNoneMatch == tag) return true;
        return EntityTagHeaderValue.TryParseList(ifNoneMatch, out var tags) && tags.Any(t => t.Tag == "*" || t.Tag == tag);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in feed.SubscribeAsync(RefreshPicture.Topic, stoppingToken))
        {
            _documents = new();
            await pages.EvictByTagAsync(RefreshPicture.Topic, stoppingToken);
        }
    }

    private async Task<Document?> BuildAsync(string path)
    {
        var parts = path["/open/".Length..].Split('/');
        if (parts is ["cases", var file] && Path.GetExtension(file) is ".json" or ".csv") return await CasesAsync(Path.GetFileNameWithoutExtension(file), Path.GetExtension(file));
        await using var session = await database.BeginAsync(Actor.Public);
        return parts switch
        {
            ["tiers.json"] => Json(await TiersAsync(session)),
            ["tiers.csv"] => Csv(await TierRowsAsync(session)),
            ["tiers.geojson"] => await TiersGeoJsonAsync(session),
            _ => null,
        };
    }

    private static async Task<(DateOnly? Day, IReadOnlyCollection<TierPeriod> Periods)> PeriodsAsync(Session session)
    {
        var day = await PublishFigures.CurrentAsync(session, default);
        return (day, day is null ? [] : [.. (await RegionReading.TiersOnAsync(session, day.Value, AsOf.Now, default)).Values.OrderBy(p => p.RegionCode, StringComparer.Ordinal)]);
    }

    /// <summary>Medium, high and undetermined regions one by one; all others are low by the rule, which keeps the document small.</summary>
    private static async Task<object> TiersAsync(Session session)
    {
        var (day, periods) = await PeriodsAsync(session);
        return new
        {
            day,
            rule = TierRules.Current.Document.Id,
            version = TierRules.Current.Document.Version,
            others = "low",
            tiers = periods.Where(p => p.Tier != "low").Select(p => new { code = SixDigits(p.RegionCode), tier = p.Tier, provisional = p.IsProvisional, since = p.FromDay }),
        };
    }

    private async Task<string> TierRowsAsync(Session session)
    {
        var (day, periods) = await PeriodsAsync(session);
        var csv = new StringBuilder("day,code,name,tier,provisional,since\n");
        foreach (var p in periods)
            csv.Append(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd},{SixDigits(p.RegionCode)},{regions.Current.Find(new(p.RegionCode))?.Name},{p.Tier},{(p.IsProvisional ? "true" : "false")},{p.FromDay:yyyy-MM-dd}\n");
        return csv.ToString();
    }

    private async Task<Document> TiersGeoJsonAsync(Session session)
    {
        var (day, periods) = await PeriodsAsync(session);
        var tiers = periods.ToDictionary(p => p.RegionCode);
        var features = new JsonArray();
        foreach (var province in regions.Current.ChildrenOf(RegionCode.Nation))
        {
            if (regions.OutlinesOf(province.Code) is not { } outlines) continue;
            foreach (var feature in JsonNode.Parse(outlines.Span)!["features"]!.AsArray())
            {
                var properties = feature!["properties"]!;
                if ((string?)properties["code"] is not { } code || !tiers.TryGetValue(code, out var period)) continue;
                var copy = feature.DeepClone();
                copy["properties"] = new JsonObject { ["code"] = SixDigits(code), ["name"] = (string?)properties["name"], ["day"] = day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), ["tier"] = period.Tier, ["provisional"] = period.IsProvisional };
                features.Add(copy);
            }
        }
        return new(Encoding.UTF8.GetBytes(new JsonObject { ["type"] = "FeatureCollection", ["features"] = features }.ToJsonString(s_json)), "application/geo+json; charset=utf-8");
    }

    private async Task<Document?> CasesAsync(string route, string extension)
    {
        if (await readings.PictureAsync(Actor.Public, MapEndpoints.FromRoute(route), AsOf.Now) is not { } picture) return null;
        RegionFigures[] figures = [picture.Whole, .. picture.Parts.Where(p => p.HasReports)];
        if (extension == ".json")
        {
            return Json(new
            {
                firstDay = picture.FirstDay,
                lastDay = picture.LastDay,
                unit = "persons, cumulative confirmed",
                note = "Counts of small areas are held until they have moved by at least five.",
                regions = figures.Select(f => new { code = SixDigits(f.Region.Code.Value), name = f.Region.Name, held = f.IsHeld, confirmed = f.Cumulative }),
            });
        }
        var csv = new StringBuilder("day,code,name,confirmed,held\n");
        foreach (var f in figures)
        {
            for (var i = 0; i < picture.Days; i++) csv.Append(CultureInfo.InvariantCulture, $"{picture.FirstDay.AddDays(i):yyyy-MM-dd},{SixDigits(f.Region.Code.Value)},{f.Region.Name},{f.Cumulative[i]},{(f.IsHeld ? "true" : "false")}\n");
        }
        return Csv(csv.ToString());
    }

    private static Document Json(object content) => new(JsonSerializer.SerializeToUtf8Bytes(content, s_json), "application/json; charset=utf-8");

    private static Document Csv(string content) => new(Encoding.UTF8.GetBytes(content), "text/csv; charset=utf-8");

    /// <summary>The code as GB/T 2260 prints it; statistical areas keep theirs.</summary>
    private static string SixDigits(string code) => code.All(char.IsAsciiDigit) ? code.PadRight(6, '0') : code;

    private sealed record Document(byte[] Bytes, string ContentType)
    {
        public string ETag { get; } = $"\"{Convert.ToHexStringLower(SHA256.HashData(Bytes))[..24]}\"";
    }
}

/// <summary>Puts the open data in front of everything else.</summary>
public static class OpenDataMiddleware
{
    public static void UseOpenData(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var data = app.Services.GetRequiredService<OpenData>();
        app.Use((http, next) => data.ServeAsync(http, next));
    }
}
