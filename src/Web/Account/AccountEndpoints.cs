using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Shell;

namespace Rongtong.Web.Account;

/// <summary>The posts behind the account pages. Every one carries an antiforgery token, checked before it gets here.</summary>
internal static class AccountEndpoints
{
    public static void MapAccount(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/account/sign-in", async (HttpContext http, IFormCollection form, Accounts accounts, CancellationToken cancel) =>
        {
            var returnTo = Preferences.LocalUrl(form["returnTo"]);
            var outcome = await accounts.SignInAsync(form["login"].ToString(), form["password"].ToString(), form["code"].ToString().Trim(), cancel);
            if (outcome is SignInOutcome.SignedIn signedIn)
            {
                await http.SignInBrowserAsync(signedIn.Account);
                return Results.LocalRedirect(returnTo);
            }
            var problem = outcome is SignInOutcome.CodeNeeded needed ? needed.WasWrong ? "code-wrong" : "code" : "refused";
            return Results.LocalRedirect($"/account/sign-in?problem={problem}&returnTo={Uri.EscapeDataString(returnTo)}");
        }).RequireRateLimiting(AccessMiddleware.SignInLimit);

        endpoints.MapPost("/account/sign-out", async (HttpContext http) =>
        {
            await http.SignOutAsync();
            return Results.LocalRedirect("/");
        });

        endpoints.MapPost("/account/first", async (HttpContext http, IFormCollection form, Accounts accounts, Settings settings, CancellationToken cancel) =>
        {
            var token = form["token"].ToString();
            if (await accounts.AnyAsync(cancel) || !await settings.IsFirstLinkAsync(token, cancel)) return Results.LocalRedirect("/account/first?problem=link");
            var password = form["password"].ToString();
            if (password.Length < Accounts.PasswordLengthMin || string.IsNullOrWhiteSpace(form["login"])) return Results.LocalRedirect($"/account/first?problem=password&token={Uri.EscapeDataString(token)}");
            var account = await accounts.CreateAsync(Actor.System, form["login"].ToString(), form["name"].ToString() is { Length: > 0 } name ? name : form["login"].ToString(), password,
                ["administrator", "epidemiologist", "auditor"], [Actor.WholeCountry], cancel: cancel);
            if (account is null) return Results.LocalRedirect("/account/first?problem=link");
            await settings.EndFirstLinkAsync(cancel);
            await http.SignInBrowserAsync(account);
            Toast.Say(http, "account.created");
            return Results.LocalRedirect("/");
        }).RequireRateLimiting(AccessMiddleware.SignInLimit);

        endpoints.MapPost("/account/password", async (HttpContext http, IFormCollection form, Accounts accounts, CancellationToken cancel) =>
        {
            if (form["new"].ToString().Length < Accounts.PasswordLengthMin) return Results.LocalRedirect("/account?problem=password-short");
            if (!await accounts.ChangePasswordAsync(http.Actor(), form["old"].ToString(), form["new"].ToString(), cancel)) return Results.LocalRedirect("/account?problem=password-wrong");
            await http.SignOutAsync();
            return Results.LocalRedirect("/account/sign-in?problem=password-changed");
        }).RequireRateLimiting(AccessMiddleware.SignInLimit);

        endpoints.MapPost("/account/second-factor", async (HttpContext http, IFormCollection form, Accounts accounts, Texts texts, CancellationToken cancel) =>
        {
            if (await accounts.EnableTotpAsync(http.Actor(), form["secret"].ToString(), form["code"].ToString().Trim(), cancel) is not { } codes) return Results.LocalRedirect("/account?problem=code-wrong");
            // Shown by this one answer and kept nowhere, as a key is: a redirect would put them into an address.
            http.Response.Headers.CacheControl = "no-store";
            return Results.Text(texts["account.recovery", string.Join('\n', codes)] + "\n", "text/plain; charset=utf-8");
        });

        endpoints.MapPost("/access/accounts", async (HttpContext http, IFormCollection form, Accounts accounts, CancellationToken cancel) =>
        {
            var actor = http.Actor();
            string[] scope = [.. form["scope"].ToString().Split([',', '，', ' '], StringSplitOptions.RemoveEmptyEntries)];
            var isValid = form["password"].ToString().Length >= Accounts.PasswordLengthMin && !string.IsNullOrWhiteSpace(form["login"])
                && scope.Length > 0 && scope.All(s => s == Actor.WholeCountry || s.All(char.IsAsciiLetterOrDigit))
                // Nobody hands out more of the country than they hold.
                && scope.All(s => s == Actor.WholeCountry ? actor.Scope.Contains(Actor.WholeCountry) : actor.Covers(s));
            if (!isValid) return Results.LocalRedirect("/access?problem=invalid");
            var account = await accounts.CreateAsync(actor, form["login"].ToString(), form["name"].ToString(), form["password"].ToString(), form["roles"].OfType<string>(), scope, organisation: form["organisation"].ToString(), cancel: cancel);
            if (account is null) return Results.LocalRedirect("/access?problem=taken");
            Toast.Say(http, "account.created");
            return Results.LocalRedirect("/access");
        }).RequirePermission(Roles.ManageAccess);

        endpoints.MapPost("/access/accounts/{id:guid}/disabled", async (Guid id, HttpContext http, IFormCollection form, Accounts accounts, CancellationToken cancel) =>
        {
            await accounts.SetDisabledAsync(http.Actor(), id, form["disabled"] == "true", cancel);
            return Results.LocalRedirect("/access");
        }).RequirePermission(Roles.ManageAccess);

        endpoints.MapPost("/access/keys", async (HttpContext http, IFormCollection form, ApiKeys keys, TimeProvider clock, CancellationToken cancel) =>
        {
            var days = int.TryParse(form["days"], NumberStyles.None, CultureInfo.InvariantCulture, out var d) && d is > 0 and <= 366 ? d : 90;
            var key = await keys.CreateAsync(http.Actor(), form["name"].ToString(), form["roles"].OfType<string>(), http.Actor().Scope, clock.GetUtcNow().AddDays(days), cancel: cancel);
            // Shown by this one answer and kept nowhere: a redirect would put it into an address.
            return Results.Text(key + "\n", "text/plain");
        }).RequirePermission(Roles.ManageAccess);

        endpoints.MapPost("/access/keys/{id}/revoked", async (string id, HttpContext http, IFormCollection form, ApiKeys keys, CancellationToken cancel) =>
        {
            await keys.RevokeAsync(http.Actor(), id, cancel);
            return Results.LocalRedirect("/access");
        }).RequirePermission(Roles.ManageAccess);
    }
}
