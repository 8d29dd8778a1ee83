using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.People;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Web.Shell;

namespace Rongtong.HealthCode.Travel;

/// <summary>Reads a person's history of places; row policies decide whose.</summary>
public sealed class ReadTravel(IRiskTiers tiers, IRegions regions, OutlineNeighbours neighbours)
{
    /// <summary>The history until the session's day.</summary>
    public async Task<TravelHistory> OfAsync(Session session, long person, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        var day = ChinaDay.Of(session.Now);
        var history = await ReadHistory.OfAsync(session, person, cancel);
        return TravelHistory.Of(TravelHistory.InForce(history, day, session.Now), day, await tiers.AsKnownAsync(null, cancel), regions.Current, neighbours.Are);
    }
}

internal static class TravelModule
{
    public static IServiceCollection AddTravel(this IServiceCollection services)
    {
        services.AddSingleton<OutlineNeighbours>();
        services.AddSingleton<ReadTravel>();
        services.AddSingleton<TravelProofs>();
        services.AddNavigation(new NavigationEntry("health.travel.title", "/health/travel", null, 305, "health.nav.group"));
        return services;
    }

    public static void MapTravel(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/health/travel/facts/{id:long}/answer", async (long id, HttpContext http, IFormCollection form, Database database, RefreshColours colours, IRegions regions, CancellationToken cancel) =>
        {
            const string Page = "/health/travel";
            if (Person.IdOf(http.Actor()) is not { } person) return Results.LocalRedirect(Page);
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            AnswerOutcome outcome;
            switch (form["answer"].ToString())
            {
                case "right":
                    outcome = await AnswerPlace.ConfirmPlace(session, person, id, cancel);
                    break;
                case "wrong":
                    outcome = await AnswerPlace.DisputePlace(session, person, id, cancel);
                    break;
                case "elsewhere":
                    var place = regions.Current.Resolve(form["province"], form["province"], form["place"], null);
                    // A name that no list knows would make a place of its own: the person is asked again instead.
                    if (place is not { Match: not RegionMatch.Unknown, Region: var region } || region.IsStatistical) outcome = new AnswerOutcome.Invalid("health.travel.problem.place");
                    else if (Day(form["from"]) is not { } from || Day(form["to"]) is not { } to) outcome = new AnswerOutcome.Invalid("health.travel.problem.days");
                    else outcome = await AnswerPlace.CorrectPlace(session, person, id, region.Code.Value, from, to, cancel);
                    break;
                default:
                    return Results.BadRequest();
            }
            if (outcome is AnswerOutcome.Recorded)
            {
                await colours.OfAsync(session, [person], cancel);
                await session.CommitAsync(cancel);
                Toast.Say(http, "health.travel.recorded");
            }
            return Results.LocalRedirect(outcome switch
            {
                AnswerOutcome.NotFound => Page + "?problem=gone",
                AnswerOutcome.Invalid { TextKey: "health.travel.problem.place" } => Page + "?problem=place",
                AnswerOutcome.Invalid => Page + "?problem=days",
                _ => Page,
            });
        });

    private static DateOnly? Day(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
