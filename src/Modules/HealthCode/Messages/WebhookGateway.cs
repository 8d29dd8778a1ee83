using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Rongtong.HealthCode.Messages;

/// <summary>How requests between the product and a message service prove who sent them: HMAC-SHA256 over "timestamp.body"; see docs/formats/sms.md.</summary>
public static class WebhookSignature
{
    /// <summary>Header with the seconds since 1970.</summary>
    public const string TimestampHeader = "X-Rongtong-Timestamp";

    /// <summary>Header with "v1=" and the code in hexadecimal digits.</summary>
    public const string SignatureHeader = "X-Rongtong-Signature";

    /// <summary>Seconds that clocks may differ, and that a request may be replayed in; in these its id refuses it.</summary>
    public const int ClockSecondsMax = 300;

    /// <summary>The signature header of a body.</summary>
    public static string Sign(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes(timestamp + "."));
        hmac.AppendData(body);
        return "v1=" + Convert.ToHexStringLower(hmac.GetHashAndReset());
    }

    /// <summary>True when the body was signed with the secret, just now.</summary>
    public static bool IsValid(string secret, string? timestamp, string? signature, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (secret.Length == 0 || timestamp is null || signature is null || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return false;
        if (Math.Abs(now.ToUnixTimeSeconds() - (decimal)seconds) > ClockSecondsMax) return false;
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(secret, timestamp, body)), Encoding.UTF8.GetBytes(signature));
    }
}

/// <summary>
/// Sends by a signed JSON request to <c>Sms:Webhook:Url</c>: <c>{"id":"sms-17","to":"13800001111","text":"…"}</c>. A 2xx answer takes the message,
/// 400 and 422 refuse it; any other means later, because a wrong address or secret is not the message's fault.
/// </summary>
internal sealed class WebhookGateway(IConfiguration configuration, TimeProvider clock) : ISmsGateway, IDisposable
{
    public const string GatewayName = "webhook";

    private const int AnswerBytesMax = 16 << 10;
    private const int ReferenceLengthMax = 100;

    // A redirect would carry message and signature to an address that nobody chose.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = AnswerBytesMax,
    };

    public string Name => GatewayName;

    public async Task<SendOutcome> SendAsync(OutgoingSms message, CancellationToken cancel)
    {
        if (!Uri.TryCreate(configuration["Sms:Webhook:Url"], UriKind.Absolute, out var url) || configuration["Sms:Webhook:Secret"] is not { Length: >= 16 } secret)
            return new SendOutcome.Unavailable("Sms:Webhook:Url must be an address and Sms:Webhook:Secret have at least 16 characters");
        var id = "sms-" + message.Id.ToString(CultureInfo.InvariantCulture);
        var body = JsonSerializer.SerializeToUtf8Bytes(new { id, to = message.Phone, text = message.Text }, JsonSerializerOptions.Web);
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp);
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, timestamp, body));
        request.Headers.Add("Idempotency-Key", id);
        using var answer = await _http.SendAsync(request, cancel);
        if (answer.IsSuccessStatusCode) return new SendOutcome.Taken(ReferenceIn(await answer.Content.ReadAsByteArrayAsync(cancel)));
        var reason = $"the service answered {(int)answer.StatusCode}";
        return answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity ? new SendOutcome.Refused(reason) : new SendOutcome.Unavailable(reason);
    }

    public void Dispose() => _http.Dispose();

    private static string ReferenceIn(byte[] answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty("reference", out var reference)
                && reference.ValueKind is JsonValueKind.String && reference.GetString() is { Length: <= ReferenceLengthMax } text ? text : "";
        }
        catch (JsonException)
        {
            // Taken is taken: the reference is a courtesy.
            return "";
        }
    }
}
