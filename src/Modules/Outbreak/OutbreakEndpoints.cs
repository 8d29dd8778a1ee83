using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Demo;
using Rongtong.Outbreak.Publication;
using Rongtong.Outbreak.Tiers;
using Rongtong.Outbreak.Warnings;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Shell;
using Rongtong.Web.Working;

namespace Rongtong.Outbreak;

/// <summary>What the module's forms post to, and the line that live pages hold.</summary>
internal static class OutbreakEndpoints
{
    /// <summary>Largest upload through a page, bytes; larger files go by the command line.</summary>
    private const long UploadBytesMax = 256L << 20;

    public static void MapForms(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/start", async (HttpContext http, IFormCollection form, Settings settings, LoadDemo demo, LongWork work, CancellationToken cancel) =>
        {
            // Only who sits at the machine may choose, and only once.
            if (http.Connection.RemoteIpAddress is { } address && !System.Net.IPAddress.IsLoopback(address)) return Results.Problem(statusCode: 403, title: "The first visit must come from the machine itself.");
            var mode = form["mode"] == "Demo" ? StartMode.Demo : StartMode.Live;
            var isChosen = await settings.ChooseModeAsync(mode, cancel);
            await settings.ReadModeAsync(cancel);
            if (!isChosen || mode is not StartMode.Demo) return Results.LocalRedirect("/outbreak" + (mode is StartMode.Demo ? "/" + DemoProvince.Code.Value : ""));
            return await work.RunAsync(http, "web.working.demo", "", "/", async (progress, stop) =>
            {
                await demo.RunAsync(progress, stop);
                return new("/outbreak/" + DemoProvince.Code.Value);
            });
        });

        endpoints.MapPost("/outbreak/tiers/{code}/findings", async (string code, HttpContext http, IFormCollection form, Database database, IRegions regions, CancellationToken cancel) =>
        {
            var page = $"/outbreak/tiers/{Uri.EscapeDataString(code)}";
            if (Day(form["from"]) is not { } from || Day(form["to"]) is not { } to) return Results.LocalRedirect(page + "?problem=days-reversed");
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            switch (await new RecordClusterFinding(code, from, to, form["cluster"] == "true", form["evidence"].ToString()).RunAsync(session, cancel))
            {
                case FindingOutcome.Invalid invalid:
                    return Results.LocalRedirect($"{page}?problem={invalid.TextKey.Split('.')[^1]}");
                case FindingOutcome.OutsideScope:
                    return Results.LocalRedirect(page + "?problem=scope");
                default:
                    session.Audit("outbreak.finding-recorded", code);
                    await RefreshPicture.RunAsync(session, regions.Current, cancel);
                    await session.CommitAsync(cancel);
                    Toast.Say(http, "outbreak.finding.recorded");
                    return Results.LocalRedirect(page);
            }
        }).RequirePermission(OutbreakPermissions.Decide);

        endpoints.MapPost("/outbreak/warnings/{id:long}/steps", async (long id, HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            var page = $"/outbreak/warnings/{id}";
            if (WarningStages.Parse(form["stage"]) is not { } stage || !int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version)) return Results.BadRequest();
            DateTimeOffset? due = Day(form["due"]) is { } day ? new DateTimeOffset(day.ToDateTime(new TimeOnly(18, 0)), TimeSpan.FromHours(8)) : null;
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var outcome = await new AdvanceWarning(id, version, stage, form["owner"], due, form["note"].ToString()).RunAsync(session, cancel);
            if (outcome is not AdvanceOutcome.Advanced)
            {
                return outcome is AdvanceOutcome.NotFound ? Results.NotFound() : Results.LocalRedirect(page + "?problem=" + outcome switch
                {
                    AdvanceOutcome.Stale => "stale",
                    AdvanceOutcome.NoteMissing => "note-missing",
                    _ => "out-of-order",
                });
            }
            session.Audit("outbreak.warning-advanced", id.ToString(CultureInfo.InvariantCulture), WarningStages.Word(stage));
            await session.CommitAsync(cancel);
            Toast.Say(http, "outbreak.warning.saved");
            return Results.LocalRedirect(page);
        }).RequirePermission(OutbreakPermissions.Decide);

        endpoints.MapPost("/outbreak/data/imports", (HttpContext http, IFormFile file, IFormCollection form, ImportForm imports) =>
            imports.RunAsync(http, "cases", file, new() { Extra = form["hold"] == "yes" ? new Dictionary<string, string> { [ImportCases.HoldOption] = "yes" } : [] }, "/outbreak/data",
                _ => new("/outbreak/data", "outbreak.data.done"), reason => "/outbreak/data?problem=" + Uri.EscapeDataString(reason))).RequirePermission(OutbreakPermissions.Import).WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(UploadBytesMax), new Microsoft.AspNetCore.Mvc.RequestFormLimitsAttribute { MultipartBodyLengthLimit = UploadBytesMax });

        endpoints.MapPost("/outbreak/data/imports/{id:long}/undone", async (long id, HttpContext http, IFormCollection form, ImportService imports, CancellationToken cancel) =>
        {
            await imports.UndoAsync(id, http.Actor(), cancel);
            Toast.Say(http, "outbreak.data.undone");
            return Results.LocalRedirect("/outbreak/data");
        }).RequirePermission(OutbreakPermissions.Import);

        endpoints.MapPost("/outbreak/data/publication", async (HttpContext http, IFormCollection form, Database database, CancellationToken cancel) =>
        {
            if (Day(form["through"]) is not { } through) return Results.LocalRedirect("/outbreak/data");
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            await new PublishFigures(through).RunAsync(session, cancel);
            session.Audit("outbreak.published", through.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            await session.AnnounceAsync(RefreshPicture.Topic, cancel);
            await session.CommitAsync(cancel);
            Toast.Say(http, "outbreak.publication.done");
            return Results.LocalRedirect("/outbreak/data");
        }).RequirePermission(OutbreakPermissions.Import);

        endpoints.MapLiveEvents("/screen/events", RefreshPicture.Topic);
    }

    private static DateOnly? Day(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
