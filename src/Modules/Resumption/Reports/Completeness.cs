using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Localisation;

namespace Rongtong.Resumption.Reports;

/// <summary>How complete the reports of a region are on a day.</summary>
/// <param name="Region">Where.</param>
/// <param name="Expected">Enterprises that were to report.</param>
/// <param name="Reported">Those that have.</param>
/// <param name="IsDue">True when the hour of the day's reports is past: who has not reported is silent, before that not yet due.</param>
internal sealed record Completeness(Region Region, long Expected, long Reported, bool IsDue)
{
    public long Silent => IsDue ? Expected - Reported : 0;

    public long NotYetDue => IsDue ? 0 : Expected - Reported;

    /// <summary>A part of those expected, percent with one decimal; null where nobody is expected, which is not complete.</summary>
    public decimal? Share(long part) => Expected == 0 ? null : Math.Round(100m * part / Expected, 1);

    /// <summary>The regions directly below one, those where nobody is expected included. The reader's regions only, by the policy of the rows.</summary>
    public static async Task<IReadOnlyList<Completeness>> BelowAsync(Session session, IRegionTree tree, RegionCode region, DateOnly day, CancellationToken cancel)
    {
        var isDue = session.Now >= EscalateReport.DueAt(day);
        var counties = await session.QueryAsync<(string Code, long Expected, long Reported)>(
            "SELECT region_code, count(*), count(reported_at) FROM resumption.report_due WHERE day = @day AND region_code ^@ @Value GROUP BY region_code", new { day, region.Value }, cancel);
        return [.. tree.ChildrenOf(region).Where(r => !r.IsStatistical).Select(r =>
        {
            var within = counties.Where(c => new RegionCode(c.Code).IsWithin(r.Code)).ToArray();
            return new Completeness(r, within.Sum(c => c.Expected), within.Sum(c => c.Reported), isDue);
        })];
    }

    public static string Href(RegionCode region, DateOnly day) => FormattableString.Invariant($"/resumption/reports?region={region.Value}&day={day:yyyy-MM-dd}");

    /// <summary>What the map element loads.</summary>
    public static void MapFigures(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/api/v1/resumption/reports/{code}/figures", async (string code, DateOnly? day, HttpContext http, Database database, IRegions regions, CancellationToken cancel) =>
    {
        var region = code == "cn" ? RegionCode.Nation : new RegionCode(code);
        if (regions.Current.Find(region) is null) return Results.NotFound();
        await using var session = await database.BeginAsync(http.Actor(), cancel);
        var on = day ?? ChinaDay.Of(session.Now);
        var below = await BelowAsync(session, regions.Current, region, on, cancel);
        await session.CommitAsync(cancel);
        http.Response.Headers.CacheControl = "no-cache";
        return Results.Json(new
        {
            days = new[] { FormattableString.Invariant($"{on:yyyy-MM-dd}") },
            regions = below.Select(c => new
            {
                code = c.Region.Code.Value,
                name = c.Region.NameIn(Texts.Language),
                href = Href(c.Region.Code, on),
                reported = c.Expected > 0,
                values = new Dictionary<string, decimal?[]> { ["silent"] = [c.Share(c.Silent)], ["reported"] = [c.Share(c.Reported)], ["waiting"] = [c.Share(c.NotYetDue)] },
            }),
        });
    }).RequirePermission(ResumptionPermissions.Read).WithName("ReportCompleteness").ExcludeFromDescription();
}
