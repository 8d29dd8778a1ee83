using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Rongtong.Platform.Api;

namespace Rongtong.Platform.Access;

/// <summary>
/// Who asks, what they may do, how often, and which headers every answer carries.
/// <code>headers ──> rate limit ──> cookie or API key ──> Actor ──> permission of the page or endpoint ──> idempotency key ──> page</code>
/// </summary>
public static class AccessMiddleware
{
    /// <summary>Name of the strict rate limit for sign-in.</summary>
    public const string SignInLimit = "sign-in";

    internal const string AccountClaim = "account";
    internal const string StampClaim = "stamp";

    private const int SignInsPerMinute = 10;

    /// <summary>Requests of one address in ten seconds, unless <c>RateLimit:RequestsPerTenSeconds</c> says otherwise: a gateway that stands for a whole city needs more.</summary>
    private const int RequestsPerTenSeconds = 2_000;

    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<Settings>();
        services.AddSingleton<Accounts>();
        services.AddSingleton<ApiKeys>();
        services.AddDataProtection().SetApplicationName("Rongtong");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider =>
            new ConfigureOptions<KeyManagementOptions>(options => options.XmlRepository = new KeyRing(provider.GetRequiredService<NpgsqlDataSource>())));
        services.AddAntiforgery(options => options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest);
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(options =>
        {
            options.Cookie.Name = "rongtong";
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.ExpireTimeSpan = TimeSpan.FromHours(8);
            options.SlidingExpiration = true;
        });
        services.AddOutputCache();
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.OnRejected = (context, _) =>
            {
                context.HttpContext.Response.Headers.RetryAfter = "60";
                return ValueTask.CompletedTask;
            };
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetFixedWindowLimiter(Client(http),
                _ => new FixedWindowRateLimiterOptions { PermitLimit = http.RequestServices.GetRequiredService<IConfiguration>().GetValue("RateLimit:RequestsPerTenSeconds", RequestsPerTenSeconds), Window = TimeSpan.FromSeconds(10) }));
            options.AddPolicy(SignInLimit, http => RateLimitPartition.GetFixedWindowLimiter(Client(http),
                _ => new FixedWindowRateLimiterOptions { PermitLimit = SignInsPerMinute, Window = TimeSpan.FromMinutes(1) }));
        });
        return services;
    }

    /// <summary>Everything between the socket and the page.</summary>
    public static void UseAccess(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Use(SetHeaders);
        app.UseRouting();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.Use(SetActorAsync);
        app.Use(CheckPermission);
        app.Use(Idempotency.HandleAsync);
        app.UseOutputCache();
    }

    /// <summary>Signs the browser in.</summary>
    public static Task SignInBrowserAsync(this HttpContext http, Account account)
    {
        ArgumentNullException.ThrowIfNull(account);
        var identity = new ClaimsIdentity([new(AccountClaim, account.Id.ToString()), new(StampClaim, account.SecurityStamp.ToString())], CookieAuthenticationDefaults.AuthenticationScheme);
        return http.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new ClaimsPrincipal(identity));
    }

    private static Task SetHeaders(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "geolocation=(), microphone=(), camera=(self)";
        if (http.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000";
        return next(http);
    }

    private static async Task SetActorAsync(HttpContext http, RequestDelegate next)
    {
        const string Bearer = "Bearer ";
        var authorization = http.Request.Headers.Authorization.ToString();
        if (authorization.StartsWith(Bearer, StringComparison.Ordinal))
        {
            var actor = await http.RequestServices.GetRequiredService<ApiKeys>().FindAsync(authorization[Bearer.Length..], http.RequestAborted);
            if (actor is null)
            {
                await Results.Problem(statusCode: 401, title: "The API key is not valid.", detail: "It may be mistyped, expired or revoked.").ExecuteAsync(http);
                return;
            }
            http.SetActor(actor);
        }
        else if (Guid.TryParse(http.User.FindFirstValue(AccountClaim), out var id) && Guid.TryParse(http.User.FindFirstValue(StampClaim), out var stamp))
        {
            if (await http.RequestServices.GetRequiredService<Accounts>().FindAsync(id, stamp, http.RequestAborted) is { } account) http.SetActor(account.ToActor());
        }
        await next(http);
    }

    private static Task CheckPermission(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<RequirePermissionAttribute>() is not { } required || http.Actor().May(required.Permission)) return next(http);
        var isApi = http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal);
        if (http.Actor().Kind is not ActorKind.Public)
        {
            if (isApi) return Results.Problem(statusCode: 403, title: "Not permitted.", detail: $"The permission '{required.Permission}' is needed.").ExecuteAsync(http);
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }
        if (isApi) return Results.Problem(statusCode: 401, title: "Sign in or send an API key.").ExecuteAsync(http);
        http.Response.Redirect("/account/sign-in?returnTo=" + Uri.EscapeDataString(http.Request.Path + http.Request.QueryString));
        return Task.CompletedTask;
    }

    private static string Client(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";
}
