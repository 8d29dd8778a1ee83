using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Planning.Board;

/// <summary>The board on the big screen.</summary>
internal sealed class BoardScreenTile : IScreenTile
{
    public Type Component => typeof(BoardTile);

    public string? Permission => SuppliesPermissions.Read;
}

/// <summary>The line that live boards hold.</summary>
internal static class BoardEndpoints
{
    public static void MapBoard(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/supplies/board/events", async (HttpContext http, LiveFeed feed, CancellationToken cancel) =>
        {
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-store";
            await http.Response.WriteAsync(": listening\n\n", cancel);
            await http.Response.Body.FlushAsync(cancel);
            try
            {
                await foreach (var _ in feed.SubscribeAsync(SuppliesModule.Topic, cancel))
                {
                    await http.Response.WriteAsync("event: changed\ndata: supplies\n\n", cancel);
                    await http.Response.Body.FlushAsync(cancel);
                }
            }
            catch (OperationCanceledException)
            {
                // The board was closed.
            }
        }).RequirePermission(SuppliesPermissions.Read).ExcludeFromDescription();
}
