using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Platform.Access;

namespace Rongtong.HealthCode.People;

/// <summary>
/// The cookie of a signed-in resident. It makes her the actor on the module's own pages and nowhere else; or the one for whom she acts, as long as
/// that one agrees: the delegation is looked at with every request.
/// </summary>
public static class PersonCookie
{
    /// <summary>Name under which what a delegate does is recorded.</summary>
    public const string DelegateName = "delegate";

    private const string Name = "rongtong-health";
    private static readonly TimeSpan s_life = TimeSpan.FromDays(14);
    private static readonly object s_signedIn = new();

    private sealed record Content(long Person, Guid Stamp, long ActsFor);

    /// <summary>Makes the person of the cookie, or the one she acts for, the actor under /health.</summary>
    public static void UsePeople(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal), branch => branch.Use(async (http, next) =>
        {
            if (http.Actor().Kind is ActorKind.Public && Read(http) is { } cookie)
            {
                var holders = http.RequestServices.GetRequiredService<Holders>();
                if (await holders.FindAsync(cookie.Person, http.RequestAborted) is { } own && own.Stamp == cookie.Stamp)
                {
                    http.Items[s_signedIn] = own.Id;
                    var acts = cookie.ActsFor > 0 && await holders.FindAsync(cookie.ActsFor, http.RequestAborted) is { } ward && ward.DelegateId == own.Id;
                    http.SetActor(acts ? Person.ActorOf(cookie.ActsFor) with { Name = DelegateName } : Person.ActorOf(own.Id));
                }
            }
            await next(http);
        }));
    }

    /// <summary>The person who signed in, also while she acts for another; null for nobody.</summary>
    internal static long? SignedInOn(HttpContext http) => http.Items.TryGetValue(s_signedIn, out var id) ? (long)id! : null;

    internal static void SignIn(HttpContext http, long person, Guid stamp, long actsFor = 0)
    {
        http.Response.Cookies.Append(Name, TextOf(http.RequestServices, person, stamp, actsFor), new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, Path = "/health", MaxAge = s_life, IsEssential = true });
    }

    /// <summary>The cookie's content.</summary>
    internal static string TextOf(IServiceProvider services, long person, Guid stamp, long actsFor = 0) =>
        Protector(services).Protect(string.Create(CultureInfo.InvariantCulture, $"{person}|{stamp}|{actsFor}"), s_life);

    internal static void SignOut(HttpContext http) => http.Response.Cookies.Delete(Name, new CookieOptions { Path = "/health" });

    private static Content? Read(HttpContext http)
    {
        if (http.Request.Cookies[Name] is not { Length: > 0 and < 2_000 } text) return null;
        try
        {
            var parts = Protector(http.RequestServices).Unprotect(text).Split('|');
            return parts.Length == 3 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var person) && Guid.TryParse(parts[1], out var stamp) && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var actsFor)
                ? new(person, stamp, actsFor) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static ITimeLimitedDataProtector Protector(IServiceProvider services) =>
        services.GetRequiredService<IDataProtectionProvider>().CreateProtector("Rongtong.HealthCode.Cookie").ToTimeLimitedDataProtector();
}
