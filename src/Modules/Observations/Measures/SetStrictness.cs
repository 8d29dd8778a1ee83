using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Observations.Rollup;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Web.Shell;

namespace Rongtong.Observations.Measures;

/// <summary>A region's own threshold as it is shown.</summary>
internal sealed record StrictnessEntry
{
    public string Region { get; init; } = "";
    public DateOnly FromDay { get; init; }
    public int ThresholdPpm { get; init; }
    public string Citation { get; init; } = "";
    public string SetBy { get; init; } = "";
    public DateTime SetAt { get; init; }
}

/// <summary>
/// Sets from which share of the baseline on an enterprise counts as resumed in a region, from a day on. Nothing is overwritten: an earlier threshold
/// keeps holding for its days, and every day from the new one on is counted anew.
/// </summary>
internal sealed record SetStrictness(RegionCode Region, DateOnly FromDay, int Percent, string Citation)
{
    public const int PercentMin = 1;
    public const int PercentMax = 100;
    public const int CitationLengthMin = 4;
    public const int CitationLengthMax = 300;

    public static Task<IReadOnlyList<StrictnessEntry>> ReadAsync(Session session) =>
        session.QueryAsync<StrictnessEntry>("SELECT region, from_day, threshold_ppm, citation, set_by, set_at FROM observations.strictness ORDER BY from_day DESC, id DESC");

    /// <summary>False when the actor may not speak for the region.</summary>
    public async Task<bool> RunAsync(Session session, CancellationToken cancel)
    {
        if (!session.Actor.Covers(Region.Value)) return false;
        await session.ExecuteAsync("INSERT INTO observations.strictness (region, from_day, threshold_ppm, citation, set_by, set_at) VALUES (@region, @FromDay, @ppm, @Citation, @by, @now)",
            new { region = Region.Value, FromDay, ppm = Percent * 10_000, Citation, by = session.Actor.Id, now = session.Now }, cancel);
        session.Audit("observations.strictness-set", Region.Value, string.Create(CultureInfo.InvariantCulture, $"{FromDay:yyyy-MM-dd} {Percent}%"));
        await session.AsSystemAsync(async () =>
        {
            await session.ExecuteAsync("UPDATE observations.revision SET number = number + 1", cancel: cancel);
            await RollUp.MarkFromAsync(session, FromDay, cancel);
        }, cancel);
        return true;
    }
}

/// <summary>The form of <see cref="SetStrictness"/>.</summary>
internal static class StrictnessForm
{
    public static void MapSetStrictness(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/rates/strictness", async (HttpContext http, IFormCollection form, Database database, IRegions regions, CancellationToken cancel) =>
        {
            var isRead = DateOnly.TryParseExact(form["from"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from)
                & int.TryParse(form["percent"], NumberStyles.None, CultureInfo.InvariantCulture, out var percent);
            var (region, citation) = (new RegionCode(form["region"].ToString().Trim()), form["citation"].ToString().Trim());
            if (!isRead || percent is < SetStrictness.PercentMin or > SetStrictness.PercentMax || citation.Length is < SetStrictness.CitationLengthMin or > SetStrictness.CitationLengthMax || region == RegionCode.Nation || regions.Current.Find(region) is null)
                return Results.LocalRedirect("/rates/measures?problem=entry#strictness");
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            if (!await new SetStrictness(region, from, percent, citation).RunAsync(session, cancel)) return Results.LocalRedirect("/rates/measures?problem=scope#strictness");
            await session.CommitAsync(cancel);
            Toast.Say(http, "observations.strictness.set");
            return Results.LocalRedirect("/rates/measures#strictness");
        }).RequirePermission(ObservationPermissions.Define).ExcludeFromDescription();
}
