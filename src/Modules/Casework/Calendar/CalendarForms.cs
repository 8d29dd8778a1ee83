using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Web.Shell;

namespace Rongtong.Casework.Calendar;

/// <summary>The post behind the calendar page.</summary>
internal static class CalendarForms
{
    public static void MapCalendar(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/casework/calendar", async (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            var entry = CalendarEntry.Parse(form["year"].ToString(), form["citation"].ToString(), form["days"].ToString());
            if (entry is CalendarEntry.Wrong wrong) return Results.LocalRedirect($"/casework/calendar?problem={wrong.Problem}&line={wrong.Line.ToString(CultureInfo.InvariantCulture)}");
            var year = ((CalendarEntry.Understood)entry).Year;
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            await WorkCalendar.RecordAsync(session, year, cancel);
            await session.CommitAsync(cancel);
            Toast.Say(http, "casework.calendar.recorded");
            return Results.LocalRedirect("/casework/calendar?year=" + year.Year.ToString(CultureInfo.InvariantCulture));
        }).RequirePermission(Roles.ManageAccess).ExcludeFromDescription();
}
