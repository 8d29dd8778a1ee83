using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthPass;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Passes;

/// <summary>
/// What a gate asks: token in, colour of this moment out. And what a gate carries to do without asking.
/// <code>
/// POST /api/v1/health/check (the token as text) ──> signature, validity, revocation (engine, remembered) ──> person of the pass id ──> colour book ──> JSON
///   too many at once ──> 503 and Retry-After before any work: whoever is let in is answered in time, and never wrongly
/// GET /health/trust-root | trust-list | revocation | revocation.shards
/// </code>
/// Whoever holds a token may verify it; the answer tells no more than the pass itself does, at a later moment. Served before all other middleware.
/// </summary>
internal sealed class CheckPass(PassKeys keys, Revocations revocations, ColourBook book, RefreshColours refresh, Database database, TimeProvider clock)
{
    public const string Path = "/api/v1/health/check";

    /// <summary>Longest token, characters, as the engine has it.</summary>
    private const int TokenBytesMax = 4_296;

    /// <summary>Requests in work at once: at 30 us each on two cores far less than a tenth of a second of waiting.</summary>
    private const int InWorkMax = 1_024;

    /// <summary>Requests that wait for a thread; beyond it the next ones are sent away before a byte of them is read.</summary>
    private const int WaitingMax = 256;

    private static readonly TimeSpan s_verifierLife = TimeSpan.FromSeconds(30);

    private int _inWork;
    private volatile Verifier? _verifier;

    private sealed record Verifier(PassVerifier Engine, PassKeys.Edition Edition, DateTimeOffset MadeAt);

    public async Task ServeAsync(HttpContext http, RequestDelegate next)
    {
        if (!http.Request.Path.Equals(Path, StringComparison.Ordinal) || !HttpMethods.IsPost(http.Request.Method))
        {
            await next(http);
            return;
        }
        if (Interlocked.Increment(ref _inWork) > InWorkMax || ThreadPool.PendingWorkItemCount > WaitingMax || !book.IsFilled)
        {
            Interlocked.Decrement(ref _inWork);
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            http.Response.Headers.RetryAfter = "1";
            return;
        }
        try
        {
            await AnswerAsync(http);
        }
        finally
        {
            Interlocked.Decrement(ref _inWork);
        }
    }

    /// <summary>The answer to a token, as JSON.</summary>
    public async ValueTask<string> AnswerAsync(string token, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var verifier = await VerifierAsync(now, cancel);
        return verifier.Engine.Verify(token, now) switch
        {
            // A pass of another region: its colour is the one it carries, as old as it says; only that region knows a newer one.
            PassVerdict.Accepted { Claims.Colour: { } foreign, Signer.Code: not TrustList.National } => Valid(foreign, OfPass(foreign.Colour), foreign.AsOf),
            PassVerdict.Accepted { Claims.Colour: { } claim } => Valid(claim, await ColourAsync(verifier.Edition, claim, now, cancel), now),
            PassVerdict.Accepted => """{"valid":false,"fault":"ColourMissing"}""",
            PassVerdict.Refused refused => $$"""{"valid":false,"fault":"{{refused.Fault}}","stage":"{{refused.Stage}}"}""",
            _ => """{"valid":false}""",
        };
    }

    private async Task AnswerAsync(HttpContext http)
    {
        if (await ReadAsync(http) is not { } token)
        {
            await Results.Problem(statusCode: 400, title: "The body is not a token.", detail: $"The text of the QR code was expected, HC1:…, at most {TokenBytesMax} characters.").ExecuteAsync(http);
            return;
        }
        var bytes = Encoding.UTF8.GetBytes(await AnswerAsync(token, http.RequestAborted));
        var response = http.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private async ValueTask<Colour.Colour> ColourAsync(PassKeys.Edition edition, ColourClaim claim, DateTimeOffset now, CancellationToken cancel)
    {
        var person = PassKeys.PersonOf(edition, claim.PassId);
        if (book.Find(person, ChinaDay.Of(now)) is { } booked) return booked.Colour;
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var colour = (await refresh.OfAsync(session, [person], cancel))[person].Colour;
        await session.CommitAsync(cancel);
        return colour;
    }

    private static Colour.Colour OfPass(PassColour colour) => colour switch { PassColour.Green => Colour.Colour.Green, PassColour.Yellow => Colour.Colour.Yellow, _ => Colour.Colour.Red };

    private static string Valid(ColourClaim claim, Colour.Colour now, DateTimeOffset at)
    {
        var name = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(claim.MaskedName);
        return string.Create(CultureInfo.InvariantCulture, $$"""{"valid":true,"colour":"{{Word(now)}}","asOf":"{{at:yyyy-MM-ddTHH:mm:ssZ}}","region":"{{claim.Region}}","name":"{{name}}"}""");
    }

    /// <summary>The colour's word in interfaces; without a declaration there is none to go by, which a gate treats as "not verifiable".</summary>
    public static string Word(Colour.Colour colour) => colour switch { Colour.Colour.Green => "green", Colour.Colour.Yellow => "yellow", Colour.Colour.Red => "red", _ => "none" };

    private async ValueTask<Verifier> VerifierAsync(DateTimeOffset now, CancellationToken cancel)
    {
        var current = _verifier;
        if (current is not null && now - current.MadeAt < s_verifierLife && now >= current.MadeAt) return current;
        var edition = await keys.NowAsync(cancel);
        var files = await revocations.FilesAsync(cancel);
        var list = RevocationList.Open(files.Filter, edition.List, (offset, length) => offset + length <= files.Shards.Length ? files.Shards.AsMemory((int)offset, length) : null);
        // The remembered verdicts go with the verifier, so it is kept as long as list and keys are the same ones.
        if (current is not null && ReferenceEquals(current.Edition, edition) && ReferenceEquals(_files, files)) return _verifier = current with { MadeAt = now };
        _files = files;
        return _verifier = new(new PassVerifier(edition.List, list, RememberedMax), edition, now);
    }

    private RevocationFiles? _files;

    /// <summary>Tokens whose signature is remembered: those of a busy ten minutes.</summary>
    private const int RememberedMax = 1 << 18;

    private static async ValueTask<string?> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength is > TokenBytesMax) return null;
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            if (read.Buffer.Length > TokenBytesMax) return null;
            if (read.IsCompleted)
            {
                var token = Encoding.ASCII.GetString(read.Buffer).Trim();
                reader.AdvanceTo(read.Buffer.End);
                return token.Length == 0 ? null : token;
            }
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}

/// <summary>Puts the gate's question in front of everything else, and maps what gates carry.</summary>
public static class PassEndpoints
{
    public static void UseGateCheck(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var check = app.Services.GetRequiredService<CheckPass>();
        app.Use((http, next) => check.ServeAsync(http, next));
    }

    internal static void MapPasses(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/trust-root", async (PassKeys keys, CancellationToken cancel) => Results.Text(Convert.ToBase64String((await keys.NowAsync(cancel)).Root.PublicKey.Span))).ExcludeFromDescription();
        endpoints.MapGet("/health/trust-list", async (HttpContext http, PassKeys keys, CancellationToken cancel) =>
        {
            http.Response.Headers.CacheControl = "public, max-age=300";
            return Results.Bytes((await keys.NowAsync(cancel)).SignedList, "application/cose");
        }).ExcludeFromDescription();
        endpoints.MapGet("/health/trust-list.json", async (PassKeys keys, CancellationToken cancel) => Results.Bytes((await keys.NowAsync(cancel)).List.ToJson(), "application/json")).ExcludeFromDescription();
        endpoints.MapGet("/health/revocation", async (HttpContext http, Revocations revocations, CancellationToken cancel) =>
        {
            http.Response.Headers.CacheControl = "public, max-age=60";
            return Results.Bytes((await revocations.FilesAsync(cancel)).Filter, "application/octet-stream");
        }).ExcludeFromDescription();
        endpoints.MapGet("/health/revocation.shards", async (Revocations revocations, CancellationToken cancel) =>
            Results.Bytes((await revocations.FilesAsync(cancel)).Shards, "application/octet-stream", enableRangeProcessing: true)).ExcludeFromDescription();
    }
}
