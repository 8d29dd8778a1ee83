using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Platform.Api;

/// <summary>Marks an endpoint whose repeated requests are answered from memory.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class IdempotentAttribute : Attribute;

/// <summary>
/// A write that carries <c>Idempotency-Key</c> is done once: who did not get the answer may send the request again.
/// <code>
/// key unknown ──> claimed ──> endpoint runs ──> answer kept 24 h        (an answer of 500 or more gives the key up)
/// key known, same request ──> kept answer, header Idempotent-Replayed ──or── 409 while the first still runs
/// key known, other request ──> 422
/// </code>
/// </summary>
public static class Idempotency
{
    /// <summary>Longest key, characters.</summary>
    public const int KeyLengthMax = 200;

    /// <summary>A claim older than this was left by a host that died.</summary>
    private static readonly TimeSpan s_claimLife = TimeSpan.FromMinutes(10);

    private const int BodyInMemoryMax = 64 << 10;

    /// <summary>Honours <c>Idempotency-Key</c> on this endpoint.</summary>
    public static TBuilder Idempotent<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new IdempotentAttribute());

    internal static async Task HandleAsync(HttpContext http, RequestDelegate next)
    {
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length == 0 || http.GetEndpoint()?.Metadata.GetMetadata<IdempotentAttribute>() is null)
        {
            await next(http);
            return;
        }
        if (key.Length > KeyLengthMax)
        {
            await Results.Problem(statusCode: 400, title: "The Idempotency-Key is too long.", detail: $"At most {KeyLengthMax} characters are kept.").ExecuteAsync(http);
            return;
        }
        http.Request.EnableBuffering(BodyInMemoryMax);
        var database = http.RequestServices.GetRequiredService<Database>();
        var request = await DigestAsync(http);
        var known = await ClaimAsync(database, http.Actor(), key, request, http.RequestAborted);
        if (known is null) await RunAsync(http, next, database, key);
        else if (known.RequestSha256 != request) await Results.Problem(statusCode: 422, title: "This Idempotency-Key belongs to another request.", detail: "Use a new key for each new request, and the same key only to repeat one.").ExecuteAsync(http);
        else if (known.Status is not { } status) await Results.Problem(statusCode: 409, title: "The first request with this Idempotency-Key still runs.", detail: "Send it again in a few seconds.").ExecuteAsync(http);
        else
        {
            http.Response.StatusCode = status;
            http.Response.Headers["Idempotent-Replayed"] = "true";
            http.Response.ContentType = known.ContentType;
            await http.Response.Body.WriteAsync(known.Body, http.RequestAborted);
        }
    }

    private static async Task RunAsync(HttpContext http, RequestDelegate next, Database database, string key)
    {
        var (actor, answer, real) = (http.Actor(), new MemoryStream(), http.Response.Body);
        http.Response.Body = answer;
        var isDone = false;
        try
        {
            await next(http);
            isDone = http.Response.StatusCode < StatusCodes.Status500InternalServerError;
        }
        finally
        {
            http.Response.Body = real;
            // Not the request's cancellation: a caller that went away comes back with the same key, and must find the answer.
            await using var session = await database.BeginAsync(actor, CancellationToken.None);
            if (isDone)
                await session.ExecuteAsync("UPDATE platform.idempotency_key SET status = @StatusCode, content_type = @ContentType, body = @body WHERE actor = @Id AND key = @key",
                    new { http.Response.StatusCode, http.Response.ContentType, body = answer.ToArray(), actor.Id, key }, CancellationToken.None);
            else await session.ExecuteAsync("DELETE FROM platform.idempotency_key WHERE actor = @Id AND key = @key", new { actor.Id, key }, CancellationToken.None);
            await session.CommitAsync(CancellationToken.None);
        }
        answer.Position = 0;
        await answer.CopyToAsync(real, http.RequestAborted);
    }

    /// <summary>Null when the key is ours now; else what is known of it.</summary>
    private static async Task<Known?> ClaimAsync(Database database, Actor actor, string key, string request, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(actor, cancel);
        var claimed = await session.ExecuteAsync("""
            INSERT INTO platform.idempotency_key (actor, key, request_sha256, recorded_at) VALUES (@Id, @key, @request, @now)
            ON CONFLICT (actor, key) DO UPDATE SET recorded_at = excluded.recorded_at, request_sha256 = excluded.request_sha256
                WHERE platform.idempotency_key.status IS NULL AND platform.idempotency_key.recorded_at < @abandoned
            """, new { actor.Id, key, request, now = session.Now, abandoned = session.Now - s_claimLife }, cancel);
        var known = claimed == 1 ? null
            : await session.QuerySingleOrDefaultAsync<Known>("SELECT request_sha256, status, content_type, body FROM platform.idempotency_key WHERE actor = @Id AND key = @key", new { actor.Id, key }, cancel);
        await session.CommitAsync(cancel);
        return known;
    }

    private static async Task<string> DigestAsync(HttpContext http)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}\n"));
        var buffer = new byte[81_920];
        for (int read; (read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0;) hash.AppendData(buffer, 0, read);
        http.Request.Body.Position = 0;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed record Known
    {
        public string RequestSha256 { get; init; } = "";
        public int? Status { get; init; }
        public string? ContentType { get; init; }
        public byte[] Body { get; init; } = [];
    }
}
