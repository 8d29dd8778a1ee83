using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Rongtong.Casework.Messages;

/// <summary>Keeps messages where they are, in the queue, for the page that shows them in demo mode. Nothing leaves the machine.</summary>
internal sealed class LocalSink : IMessageProvider
{
    public const string ProviderName = "sink";

    public string Name => ProviderName;

    public Task<MessageOutcome> SendAsync(OutgoingMessage message, CancellationToken cancel) => Task.FromResult<MessageOutcome>(new MessageOutcome.Taken());
}

/// <summary>
/// Sends by a JSON request to <c>Messages:Webhook:Url</c>, signed with HMAC-SHA256 over "timestamp.body" by <c>Messages:Webhook:Secret</c>; see
/// docs/formats/messages.md. A 2xx answer takes the message, 400 and 422 refuse it, any other means later.
/// </summary>
internal sealed class WebhookProvider(IConfiguration configuration, TimeProvider clock) : IMessageProvider, IDisposable
{
    public const string ProviderName = "webhook";

    /// <summary>Shortest secret, characters.</summary>
    public const int SecretLengthMin = 16;

    private const int AnswerBytesMax = 16 << 10;

    // A redirect would carry message and signature to an address that nobody chose.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = AnswerBytesMax,
    };

    public string Name => ProviderName;

    public async Task<MessageOutcome> SendAsync(OutgoingMessage message, CancellationToken cancel)
    {
        if (!Uri.TryCreate(configuration["Messages:Webhook:Url"], UriKind.Absolute, out var url) || configuration["Messages:Webhook:Secret"] is not { Length: >= SecretLengthMin } secret)
            return new MessageOutcome.Unavailable($"Messages:Webhook:Url must be an address and Messages:Webhook:Secret have at least {SecretLengthMin} characters");
        var id = "message-" + message.Id.ToString(CultureInfo.InvariantCulture);
        var body = JsonSerializer.SerializeToUtf8Bytes(new { id, channel = message.Channel, to = message.To, subject = message.Subject, text = message.Text }, JsonSerializerOptions.Web);
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        request.Headers.Add("X-Rongtong-Timestamp", timestamp);
        request.Headers.Add("X-Rongtong-Signature", "v1=" + Sign(secret, timestamp, body));
        request.Headers.Add("Idempotency-Key", id);
        using var answer = await _http.SendAsync(request, cancel);
        if (answer.IsSuccessStatusCode) return new MessageOutcome.Taken();
        var reason = $"the service answered {(int)answer.StatusCode}";
        return answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity ? new MessageOutcome.Refused(reason) : new MessageOutcome.Unavailable(reason);
    }

    public void Dispose() => _http.Dispose();

    internal static string Sign(string secret, string timestamp, byte[] body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.UTF8.GetBytes(timestamp + "."), .. body]));
}

/// <summary>Sends e-mail through the server of <c>Messages:Smtp</c> (Host, Port, From, User, Password, Tls).</summary>
internal sealed class SmtpProvider(IConfiguration configuration) : IMessageProvider
{
    public const string ProviderName = "smtp";

    private const int DefaultPort = 587;

    public string Name => ProviderName;

    public async Task<MessageOutcome> SendAsync(OutgoingMessage message, CancellationToken cancel)
    {
        if (message.Channel != "email") return new MessageOutcome.Refused("an SMTP server takes e-mail alone");
        var smtp = configuration.GetSection("Messages:Smtp");
        if (smtp["Host"] is not { Length: > 0 } host || smtp["From"] is not { Length: > 0 } from) return new MessageOutcome.Unavailable("Messages:Smtp:Host and Messages:Smtp:From must be set");
        // The address parser of the framework refuses line breaks, so that no text becomes a header.
        if (!MailAddress.TryCreate(message.To, out var to) || !MailAddress.TryCreate(from, out var sender)) return new MessageOutcome.Refused("an address is not one");
        using var mail = new MailMessage(sender, to) { Subject = message.Subject.ReplaceLineEndings(" "), SubjectEncoding = Encoding.UTF8, Body = message.Text, BodyEncoding = Encoding.UTF8 };
        mail.Headers.Add("X-Rongtong-Message", message.Id.ToString(CultureInfo.InvariantCulture));
        // Encrypted unless the setting says "false": a password or a citizen's address never goes over a line in clear by oversight.
        using var client = new SmtpClient(host, smtp.GetValue("Port", DefaultPort)) { EnableSsl = smtp.GetValue("Tls", true) };
        if (smtp["User"] is { Length: > 0 } user) client.Credentials = new NetworkCredential(user, smtp["Password"]);
        try
        {
            await client.SendMailAsync(mail, cancel);
            return new MessageOutcome.Taken();
        }
        catch (SmtpFailedRecipientException e) when (e.StatusCode is SmtpStatusCode.MailboxUnavailable or SmtpStatusCode.MailboxNameNotAllowed)
        {
            return new MessageOutcome.Refused($"the server answered {(int)e.StatusCode}");
        }
        catch (SmtpException e)
        {
            return new MessageOutcome.Unavailable($"the server answered {e.StatusCode}");
        }
    }
}
