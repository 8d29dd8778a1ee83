using Microsoft.AspNetCore.Http;

namespace Rongtong.Web.Shell;

/// <summary>One sentence shown once on the page after a successful form: its text key travels in a short-lived cookie.</summary>
public static class Toast
{
    private const string Cookie = "toast";

    /// <summary>Says it on the next page.</summary>
    public static void Say(HttpContext http, string textKey)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.Response.Cookies.Append(Cookie, textKey, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = TimeSpan.FromMinutes(1), Path = "/" });
    }

    internal static string? Take(HttpContext http)
    {
        var key = http.Request.Cookies[Cookie];
        if (key is null || http.Response.HasStarted) return null;
        http.Response.Cookies.Delete(Cookie, new CookieOptions { Path = "/" });
        // Only keys are accepted, never sentences: a forged cookie cannot put words into the page.
        return key.Length <= 80 && key.All(c => char.IsAsciiLetterLower(c) || c is '.' or '-') ? key : null;
    }
}

/// <summary>A notice above every page while something holds, such as "these are demo data".</summary>
public interface IPageBanner
{
    /// <summary>What to say, or null for nothing now.</summary>
    string? TextKey { get; }
}
