using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Localisation;

namespace Rongtong.Web.Shell;

/// <summary>Language and theme, kept in cookies of this browser; chosen by plain forms, so they work without scripts.</summary>
public static class Preferences
{
    private const string ThemeCookie = "theme";
    private static readonly string[] s_themes = ["auto", "light", "dark"];

    /// <summary>"auto", "light" or "dark".</summary>
    public static string Theme(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return s_themes.FirstOrDefault(theme => theme == http.Request.Cookies[ThemeCookie]) ?? s_themes[0];
    }

    internal static void MapPreferences(this IEndpointRouteBuilder endpoints)
    {
        // Harmless to be called by another site: they change nothing but how pages look here.
        endpoints.MapPost("/preferences", (HttpContext http, IFormCollection form) =>
        {
            var kept = new CookieOptions { MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, HttpOnly = true, IsEssential = true, Path = "/" };
            if (TextCatalogue.Languages.FirstOrDefault(language => language == form["language"]) is { } chosen)
                http.Response.Cookies.Append(CookieRequestCultureProvider.DefaultCookieName, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(chosen)), kept);
            if (s_themes.FirstOrDefault(theme => theme == form["theme"]) is { } look)
                http.Response.Cookies.Append(ThemeCookie, look, kept);
            return Results.LocalRedirect(LocalUrl(form["returnTo"]));
        }).DisableAntiforgery().AllowAnonymous();
    }

    /// <summary>A path of this site, or "/" for anything else: a redirect must not leave the product.</summary>
    public static string LocalUrl(string? url) =>
        url is { Length: > 0 } && url[0] == '/' && (url.Length == 1 || url[1] is not '/' and not '\\') && !url.Any(char.IsControl) ? url : "/";
}
