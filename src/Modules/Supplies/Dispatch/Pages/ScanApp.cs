using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Dispatch.Pages;

/// <summary>The service worker that keeps the scan page on phones, so that a paper is read and a scan taken where there is no network (src/Web/assets/scan).</summary>
internal static class ScanApp
{
    public const string Page = "/supplies/scan";
    private const string Worker = "/supplies/scan/worker.js";

    public static void MapScanApp(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet(Worker, (HttpContext http) =>
        {
            // Codes are printed in capitals, so the worker must serve /SUPPLIES/SCAN too, which is above and beside its own address.
            http.Response.Headers["Service-Worker-Allowed"] = "/";
            http.Response.Headers.CacheControl = "no-cache";
            return Results.Text(Script(), "text/javascript");
        }).AllowAnonymous().ExcludeFromDescription();

    /// <summary>Names the files of this edition and the reader's language; a browser takes any changed byte for a new edition.</summary>
    private static string Script()
    {
        string[] files = [Bundle.Url("app.css"), Bundle.Url("theme.js"), Bundle.Url("app.js"), Bundle.Url("scan.js")];
        var shell = new { edition = typeof(ScanApp).Assembly.ManifestModule.ModuleVersionId, language = Texts.Language, page = Page, files };
        return $"self.shell={JsonSerializer.Serialize(shell)};importScripts({JsonSerializer.Serialize(Bundle.Url("scan-worker.js"))});\n";
    }
}
