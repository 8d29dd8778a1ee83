using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.People;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Web.Shell;

namespace Rongtong.HealthCode.Venues;

/// <summary>The posts behind the pages of places with codes.</summary>
internal static class VenueForms
{
    public static IServiceCollection AddVenues(this IServiceCollection services)
    {
        services.AddSingleton<VenueCodes>();
        services.AddNavigation(new NavigationEntry("health.venues.title", "/health/venues", HealthCodePermissions.Venue, 345, "health.nav.group"));
        return services;
    }

    public static void MapVenues(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/health/venue-visits", async (HttpContext http, IFormCollection form, VenueCodes codes, Database database, CancellationToken cancel) =>
        {
            var token = form["code"].ToString();
            var page = "/health/venue?c=" + Uri.EscapeDataString(token);
            if (Person.IdOf(http.Actor()) is not { } person) return Results.LocalRedirect(page);
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var outcome = await codes.VisitAsync(session, person, token, form["number"].ToString(), cancel);
            // A refused scan is counted, so that also this is committed.
            await session.CommitAsync(cancel);
            return Results.LocalRedirect(page + outcome switch
            {
                VisitOutcome.Recorded { IsFirstToday: true } => "&done=first",
                VisitOutcome.Recorded => "&done=again",
                VisitOutcome.Forwarded forwarded => "&problem=" + forwarded.Why,
                _ => "",
            });
        }).ExcludeFromDescription();

        endpoints.MapPost("/health/venues", async (HttpContext http, IFormCollection form, IRegions regions, Database database, CancellationToken cancel) =>
        {
            var region = regions.Current.Find(new(form["region"].ToString())) is { IsStatistical: false, Level: not (RegionLevel.Nation or RegionLevel.Province) } found ? found.Code.Value : "";
            _ = int.TryParse(form["opens"], NumberStyles.None, CultureInfo.InvariantCulture, out var opens);
            if (!int.TryParse(form["closes"], NumberStyles.None, CultureInfo.InvariantCulture, out var closes)) closes = 24;
            if (region.Length == 0) return Results.LocalRedirect("/health/venues?problem=region");
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var (_, problem) = await VenueCodes.AddAsync(session, region, form["name"].ToString(), form["address"].ToString(), opens, closes, cancel);
            if (problem is not null) return Results.LocalRedirect("/health/venues?problem=" + problem);
            await session.CommitAsync(cancel);
            Toast.Say(http, "health.venues.added");
            return Results.LocalRedirect("/health/venues");
        }).RequirePermission(HealthCodePermissions.Venue).ExcludeFromDescription();

        endpoints.MapPost("/health/venues/{id:long}/reprint", async (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            await VenueCodes.ReprintAsync(session, id, cancel);
            await session.CommitAsync(cancel);
            Toast.Say(http, "health.venues.reprinted");
            return Results.LocalRedirect("/health/venues");
        }).RequirePermission(HealthCodePermissions.Venue).ExcludeFromDescription();
    }
}
