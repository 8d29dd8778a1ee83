using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Shell;

namespace Rongtong.HealthCode.Checkpoint;

/// <summary>
/// The gate keeper's app at <c>/checkpoint</c>: a page, its texts, a manifest that makes it installable and a service worker that keeps it. The
/// server's part ends there; passes are read and judged in the browser (src/Web/assets/checkpoint), and nothing of a scan comes back.
/// </summary>
internal static class CheckpointApp
{
    public const string Page = "/checkpoint";
    public const string Texts = "/checkpoint/texts.json";
    public const string Manifest = "/checkpoint/manifest.webmanifest";
    public const string Icon = "/checkpoint/icon.svg";
    private const string Worker = "/checkpoint/worker.js";

    // texts: health.checkpoint.*
    private const string TextPrefix = "health.checkpoint.";

    private const string IconSvg =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 512 512\"><rect width=\"512\" height=\"512\" fill=\"#1f5f9f\"/>"
        + "<path d=\"M136 136h84v84h-84zM292 136h84v84h-84zM136 292h84v84h-84z\" fill=\"none\" stroke=\"#fff\" stroke-width=\"32\"/>"
        + "<path d=\"m284 336 36 40 68-84\" fill=\"none\" stroke=\"#fff\" stroke-width=\"36\"/></svg>";

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static IServiceCollection AddCheckpoint(this IServiceCollection services) =>
        services.AddNavigation(new NavigationEntry("health.checkpoint.title", Page, null, 350, "health.nav.group"));

    public static void MapCheckpoint(this IEndpointRouteBuilder endpoints)
    {
        var files = endpoints.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        files.MapGet(Page, () => new RazorComponentResult<CheckpointPage>());
        files.MapGet(Texts, (TextCatalogue catalogue) => Results.Json(TextsOf(catalogue), s_json));
        files.MapGet(Manifest, (TextCatalogue catalogue) => Results.Json(ManifestOf(catalogue), s_json, "application/manifest+json"));
        files.MapGet(Icon, () => Results.Text(IconSvg, "image/svg+xml"));
        files.MapGet(Worker, (HttpContext http) =>
        {
            // Without this a worker may only serve what lies below its own address, which the page does not.
            http.Response.Headers["Service-Worker-Allowed"] = Page;
            http.Response.Headers.CacheControl = "no-cache";
            return Results.Text(WorkerScript(), "text/javascript");
        });
    }

    /// <summary>Every text of the app in every language: it changes the language without a network.</summary>
    private static Dictionary<string, Dictionary<string, string>> TextsOf(TextCatalogue catalogue) =>
        TextCatalogue.Languages.ToDictionary(l => l, l => catalogue.Keys.Where(k => k.StartsWith(TextPrefix, StringComparison.Ordinal)).ToDictionary(k => k[TextPrefix.Length..], k => catalogue.Find(k, l)));

    private static object ManifestOf(TextCatalogue catalogue) => new
    {
        Id = Page,
        StartUrl = Page,
        Scope = Page,
        Display = "standalone",
        Orientation = "portrait",
        Name = catalogue.Find(TextPrefix + "title", Platform.Localisation.Texts.Language),
        ShortName = catalogue.Find(TextPrefix + "short-title", Platform.Localisation.Texts.Language),
        BackgroundColor = "#f5f6f8",
        ThemeColor = "#1f5f9f",
        Icons = new[] { new { Src = Icon, Sizes = "any", Type = "image/svg+xml", Purpose = "any" } },
    };

    /// <summary>Names the files of this edition and loads the script that keeps them. A browser takes any changed byte for a new edition.</summary>
    private static string WorkerScript()
    {
        string[] files = [Texts, Manifest, Icon, Bundle.Url("checkpoint.js"), Bundle.Url("checkpoint.css")];
        var shell = new { edition = typeof(CheckpointApp).Assembly.ManifestModule.ModuleVersionId, page = Page, files };
        return $"self.shell={JsonSerializer.Serialize(shell)};importScripts({JsonSerializer.Serialize(Bundle.Url("checkpoint-worker.js"))});\n";
    }
}
