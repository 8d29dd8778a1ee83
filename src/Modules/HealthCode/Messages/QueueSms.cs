using Rongtong.HealthCode.People;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Messages;

/// <summary>Puts a message into the queue; it leaves after the session's commit, and not without it.</summary>
public sealed class QueueSms(Secrets secrets)
{
    /// <summary>Longest message, characters.</summary>
    public const int TextLengthMax = 600;

    internal const string Topic = "health.sms";

    /// <summary>Queues the text for the telephone.</summary>
    /// <exception cref="ArgumentException">The number is none, or the text is too long.</exception>
    public async Task WriteAsync(Session session, string phone, string text, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(text);
        var number = PhoneNumber.Normalise(phone) ?? throw new ArgumentException("Not a telephone number: expected eleven digits, or a plus and a country's number.", nameof(phone));
        if (text.Length > TextLengthMax) throw new ArgumentException($"A message has at most {TextLengthMax} characters; this one has {text.Length}.", nameof(text));
        var hash = await secrets.HashOfPhoneAsync(number, cancel);
        await session.AsSystemAsync(() => session.ExecuteAsync("INSERT INTO health_code.sms (phone, phone_hash, text, created_at) VALUES (@phone, @hash, @text, @now)",
            new { phone = secrets.Protect(number), hash, text = secrets.Protect(text), now = session.Now }, cancel), cancel);
        await session.AnnounceAsync(Topic, cancel);
    }
}
