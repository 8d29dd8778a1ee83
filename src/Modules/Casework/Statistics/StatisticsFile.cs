using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Casework.Statistics;

/// <summary>The statistics as a file: one row for each category, city and industry.</summary>
internal static class StatisticsFile
{
    public static void MapStatistics(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/casework/statistics.csv", async (string? from, string? to, string? region, HttpContext http, Database database, IRegions regions, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var wanted = Blockers.Of(from, to, region, ChinaDay.Of(session.Now));
            var rows = await wanted.ByAllAsync(session, cancel);
            session.AuditRead("casework.statistics-read", wanted.Region);
            await session.CommitAsync(cancel);
            var file = new StringBuilder("\uFEFFcategory,region,region_name,industry,cases,running,answered,median_hours,late,late_low,late_high,rated,content,mean_stars,from,to\r\n");
            foreach (var row in rows)
            {
                var late = row.LateShare.Interval;
                // Names of regions and codes hold neither commas nor quotes: they are from the national lists.
                file.Append(CultureInfo.InvariantCulture, $"{row.Category},{row.Region},{regions.NameOf(row.Region)},{row.Industry},{row.Cases},{row.Running},{row.Answered},{row.MedianHours:0.00},{row.Late},{late?.Low:0.0000},{late?.High:0.0000},{row.Rated},{row.Content},{row.MeanStars:0.00},{ChinaTime.Day(wanted.From)},{ChinaTime.Day(wanted.To)}\r\n");
            }
            http.Response.Headers.ContentDisposition = "attachment; filename=\"casework-statistics.csv\"";
            return Results.Text(file.ToString(), "text/csv", Encoding.UTF8);
        }).RequirePermission(CaseworkPermissions.Read).ExcludeFromDescription();
}
