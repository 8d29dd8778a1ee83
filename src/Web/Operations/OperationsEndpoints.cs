using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Events;
using Rongtong.Web.Shell;

namespace Rongtong.Web.Operations;

/// <summary>What an administrator can do about work that went wrong.</summary>
internal static class OperationsEndpoints
{
    public static void MapOperations(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/operations/parked", async (HttpContext http, IFormCollection form, OutboxDispatcher outbox, CancellationToken cancel) =>
        {
            if (!long.TryParse(form["event"], NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return Results.BadRequest();
            var isDone = await outbox.HandleParkedAsync(form["handler"].ToString(), id, http.Actor(), cancel);
            Toast.Say(http, isDone ? "operations.again.done" : "operations.again.failed");
            return Results.LocalRedirect("/operations");
        }).RequirePermission(Roles.ManageAccess).ExcludeFromDescription();
}
