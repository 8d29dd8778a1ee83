using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Observations.Ingest;

/// <summary>A source sends a batch: <c>POST /api/v1/observations?source=electricity&amp;key=2020-02-10/17</c>, JSON lines in the body.</summary>
internal static class PushObservations
{
    /// <summary>Largest body, bytes: about 800,000 lines.</summary>
    public const int BodyBytesMax = 64 << 20;

    /// <summary>Longest key of a batch, characters.</summary>
    private const int KeyLengthMax = 120;

    public static void MapPushObservations(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/v1/observations", RunAsync).RequirePermission(ObservationPermissions.Push).WithTags("Observations").WithName("PushObservations")
            .WithSummary("Takes a batch of observations as JSON lines; the same key with the same content again changes nothing.")
            .Accepts<string>("application/x-ndjson").Produces<BatchAnswer>().ProducesProblem(400).ProducesProblem(409).ProducesProblem(413).WithMetadata(new RequestSizeLimitAttribute(BodyBytesMax));

    private static async Task<IResult> RunAsync(string source, string key, string? issuedAt, HttpContext http, Database database, SeriesBook book, WriteBatch write, CancellationToken cancel)
    {
        if (Vocabulary.SourceOf(source) is not { } from) return Refuse(400, "The source is not known.", "Expected one of " + string.Join(", ", Vocabulary.Sources) + ".");
        if (key.Length is 0 or > KeyLengthMax) return Refuse(400, "The key is missing or too long.", $"Give each batch a key of its own of 1 to {KeyLengthMax} characters.");
        var now = database.Clock.GetUtcNow();
        var issued = now;
        if (issuedAt is not null && (!DateTimeOffset.TryParse(issuedAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out issued) || issued > now.AddDays(1)))
            return Refuse(400, "issuedAt is no instant, or lies ahead.", "Expected as 2020-02-10T18:00:00+08:00.");
        using var body = new MemoryStream(Math.Clamp((int)(http.Request.ContentLength ?? 0), 1 << 12, BodyBytesMax));
        await http.Request.Body.CopyToAsync(body, cancel);
        var delivery = new Delivery(now);
        var lines = new JsonLines(from, book, delivery);
        lines.Read(body.GetBuffer().AsSpan(0, (int)body.Length));
        var (fresh, unknown) = await book.EnsureAsync(from, lines.Unknown, cancel);
        lines.Settle();
        var actor = http.Actor();
        if (!actor.Scope.Contains(Actor.WholeCountry)) delivery.SetOutside(await OutsideAsync(database, actor, delivery, cancel));
        var head = new BatchHead(from, key, Convert.ToHexStringLower(SHA256.HashData(body.GetBuffer().AsSpan(0, (int)body.Length))), "push", actor.Id, issued);
        await using var session = await database.BeginAsync(actor, cancel);
        BatchOutcome outcome = null!;
        await session.AsSystemAsync(async () => outcome = await write.RunAsync(session, head, delivery,
            id => new(id, delivery.Rows.Count, fresh, unknown, delivery.Flagged(), lines.Rejects, lines.Rejected), null, cancel), cancel);
        if (outcome is BatchOutcome.Written) await session.CommitAsync(cancel);
        return outcome switch
        {
            BatchOutcome.Written written => Results.Ok(written.Answer),
            BatchOutcome.Repeated repeated => Results.Ok(repeated.Answer),
            BatchOutcome.KeyTaken taken => Refuse(409, "This key belongs to another batch.", string.Create(CultureInfo.InvariantCulture, $"It was received {taken.RecordedAt:O} with other content. A correction is a new batch with a new key.")),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        };
    }

    /// <summary>Series of the delivery whose enterprise lies outside the sender's regions.</summary>
    private static async Task<IReadOnlySet<int>> OutsideAsync(Database database, Actor actor, Delivery delivery, CancellationToken cancel)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var outside = await session.QueryAsync<int>("""
            SELECT s.id FROM observations.series s LEFT JOIN observations.enterprise_dimension d ON d.id = s.enterprise_id
            WHERE s.id = ANY (@ids) AND coalesce(s.region, d.region) IS NOT NULL AND NOT coalesce(s.region, d.region) ^@ ANY (@scope)
            """, new { ids = delivery.Rows.Select(r => r.Series).Distinct().ToArray(), scope = actor.Scope.Where(s => s.Length > 0).ToArray() }, cancel);
        return outside.ToHashSet();
    }

    private static IResult Refuse(int status, string title, string detail) => Results.Problem(statusCode: status, title: title, detail: detail);
}
