using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Data;

namespace Rongtong.Web.Shell;

/// <summary>Server-sent events for <c>rt-live</c>: "changed" each time the topic is announced.</summary>
public static class LiveEvents
{
    /// <summary>Lets a page listen to a topic. What changed is not said: the page reads itself anew, with the rights of its reader.</summary>
    public static RouteHandlerBuilder MapLiveEvents(this IEndpointRouteBuilder endpoints, string path, string topic)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return endpoints.MapGet(path, async (HttpContext http, LiveFeed feed, CancellationToken cancel) =>
        {
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-store";
            await http.Response.WriteAsync(": listening\n\n", cancel);
            await http.Response.Body.FlushAsync(cancel);
            try
            {
                await foreach (var _ in feed.SubscribeAsync(topic, cancel))
                {
                    await http.Response.WriteAsync("event: changed\ndata: \n\n", cancel);
                    await http.Response.Body.FlushAsync(cancel);
                }
            }
            catch (OperationCanceledException)
            {
                // The page was closed.
            }
        }).ExcludeFromDescription();
    }
}
