using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;

namespace Rongtong.HealthCode.Messages;

/// <summary>Takes messages that a message service received, signed as <see cref="WebhookSignature"/> says; without a secret set up there is no such address.</summary>
internal static class IncomingWebhook
{
    private const int BodyBytesMax = 8 << 10;

    private sealed record Body(string? Id, string? From, string? Text);

    public static void MapIncomingWebhook(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/v1/health/messages", async (HttpContext http, IConfiguration configuration, TimeProvider clock, ReceiveSms receive, CancellationToken cancel) =>
        {
            if (configuration["Sms:Webhook:Secret"] is not { Length: >= 16 } secret) return Results.NotFound();
            var bytes = new byte[BodyBytesMax + 1];
            var length = await http.Request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
            if (length > BodyBytesMax) return Results.Problem(statusCode: StatusCodes.Status413PayloadTooLarge, title: $"A message has at most {BodyBytesMax} bytes.");
            var body = bytes.AsSpan(0, length);
            if (!WebhookSignature.IsValid(secret, http.Request.Headers[WebhookSignature.TimestampHeader], http.Request.Headers[WebhookSignature.SignatureHeader], body, clock.GetUtcNow()))
                return Results.Problem(statusCode: StatusCodes.Status401Unauthorized, title: "The signature does not fit.", detail: "Expected HMAC-SHA256 over timestamp, a dot and the body, not older than five minutes.");
            Body? message;
            try
            {
                message = JsonSerializer.Deserialize<Body>(body, JsonSerializerOptions.Web);
            }
            catch (JsonException)
            {
                message = null;
            }
            if (message is not { Id.Length: > 0 and <= 100, From: { } from, Text: { } text })
                return Results.Problem(statusCode: StatusCodes.Status400BadRequest, title: "Not a message.", detail: "Expected {\"id\":\"…\",\"from\":\"…\",\"text\":\"…\"}.");
            await receive.HandleAsync(from, text, "webhook:" + message.Id, cancel);
            return Results.NoContent();
        }).ExcludeFromDescription();
}
