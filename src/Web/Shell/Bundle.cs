using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Rongtong.Web.Shell;

/// <summary>
/// The bundled scripts and styles, served under names that carry a hash of their content: a browser may keep them for ever, and a new
/// version has a new name. Compressed once, at start.
/// </summary>
public static class Bundle
{
    private static readonly FrozenDictionary<string, Asset> s_assets = Load();

    /// <summary>The address of an asset, as "/assets/app.1a2b3c4d5e6f.js".</summary>
    public static string Url(string name) => s_assets[name].Url;

    internal static void MapBundle(this IEndpointRouteBuilder endpoints)
    {
        foreach (var asset in s_assets.Values)
        {
            endpoints.MapGet(asset.Url, (HttpContext http) =>
            {
                http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
                http.Response.Headers.Vary = "Accept-Encoding";
                var brotli = http.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
                if (brotli) http.Response.Headers.ContentEncoding = "br";
                return Results.Bytes(brotli ? asset.Brotli : asset.Plain, asset.ContentType);
            }).AllowAnonymous();
        }
    }

    private static FrozenDictionary<string, Asset> Load()
    {
        const string Prefix = "Assets/";
        var assembly = typeof(Bundle).Assembly;
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToFrozenDictionary(n => n[Prefix.Length..], resource =>
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var plain = new MemoryStream();
            stream.CopyTo(plain);
            using var packed = new MemoryStream();
            using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal, leaveOpen: true)) brotli.Write(plain.ToArray());
            var name = resource[Prefix.Length..];
            var extension = Path.GetExtension(name);
            var hash = Convert.ToHexStringLower(SHA256.HashData(plain.ToArray()))[..12];
            return new Asset($"/assets/{Path.GetFileNameWithoutExtension(name)}.{hash}{extension}", extension == ".css" ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8", plain.ToArray(), packed.ToArray());
        });
    }

    private sealed record Asset(string Url, string ContentType, byte[] Plain, byte[] Brotli);
}
