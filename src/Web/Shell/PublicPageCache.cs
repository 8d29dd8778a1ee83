using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Rongtong.Platform.Access;
using Rongtong.Platform.Localisation;

namespace Rongtong.Web.Shell;

/// <summary>
/// Keeps a drawn page for readers who are not signed in, by address, language and theme, until its tag is evicted: what everybody sees alike
/// is drawn once. A page with a message for one reader, or with a form, is never kept.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PublicPageCacheAttribute(string tag) : Attribute, IOutputCachePolicy
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        var http = context.HttpContext;
        var may = HttpMethods.IsGet(http.Request.Method) && http.Actor().Kind is ActorKind.Public && !http.Request.Cookies.ContainsKey("toast")
            // A live page that has just been told of a change must not be given what was drawn before it.
            && !http.Request.Headers.CacheControl.ToString().Contains("no-cache", StringComparison.OrdinalIgnoreCase);
        context.EnableOutputCaching = true;
        context.AllowCacheLookup = context.AllowCacheStorage = may;
        context.AllowLocking = true;
        context.Tags.Add(tag);
        context.CacheVaryByRules.QueryKeys = "*";
        context.CacheVaryByRules.VaryByValues["language"] = Texts.Language;
        context.CacheVaryByRules.VaryByValues["theme"] = Preferences.Theme(http);
        context.ResponseExpirationTimeSpan = s_longest;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        var response = context.HttpContext.Response;
        context.AllowCacheStorage &= response.StatusCode == StatusCodes.Status200OK && !response.Headers.ContainsKey("Set-Cookie");
        return ValueTask.CompletedTask;
    }
}
