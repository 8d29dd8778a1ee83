using Microsoft.AspNetCore.Http;

namespace Rongtong.Platform.Access;

/// <summary>The actor of a request: set once by the sign-in middleware, asked by pages and endpoints.</summary>
public static class HttpActor
{
    private static readonly object s_key = new();

    /// <summary>Who makes this request; <see cref="Actor.Public"/> when nobody signed in.</summary>
    public static Actor Actor(this HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.Items[s_key] as Actor ?? Access.Actor.Public;
    }

    /// <summary>Called by the sign-in middleware only.</summary>
    public static void SetActor(this HttpContext http, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.Items[s_key] = actor;
    }
}
