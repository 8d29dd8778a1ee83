using Rongtong.HealthCode.People;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode.Messages;

/// <summary>A message as the simulated telephone shows it.</summary>
public sealed record SimulatedMessage(DateTimeOffset At, bool IsSent, string Text);

/// <summary>What the simulator of demo mode reads: in it no message leaves the machine, so that a visitor finds here also the code to sign in with.</summary>
public sealed class SmsSimulator(Database database, Secrets secrets, Settings settings)
{
    private const int PhonesShown = 10;
    private const int MessagesShown = 20;

    /// <summary>A few telephones of invented residents, with the last four characters of the identity number that each would type.</summary>
    public async Task<IReadOnlyList<(string Phone, string LastFour)>> PhonesAsync(CancellationToken cancel = default)
    {
        await using var session = await BeginAsync(cancel);
        var rows = await session.QueryAsync<(byte[] Phone, byte[] Document)>("SELECT phone, document FROM health_code.person WHERE is_demo AND phone IS NOT NULL ORDER BY id LIMIT @PhonesShown", new { PhonesShown }, cancel);
        return [.. rows.Select(r => (secrets.Unprotect(r.Phone), secrets.Unprotect(r.Document)[^4..]))];
    }

    /// <summary>The latest messages to a telephone, newest first.</summary>
    public async Task<IReadOnlyList<SimulatedMessage>> InboxAsync(string phone, CancellationToken cancel = default)
    {
        if (PhoneNumber.Normalise(phone) is not { } number) return [];
        await using var session = await BeginAsync(cancel);
        var rows = await session.QueryAsync<(byte[] Text, DateTime At, bool IsSent)>("SELECT text, created_at, sent_at IS NOT NULL FROM health_code.sms WHERE phone_hash = @hash ORDER BY id DESC LIMIT @MessagesShown",
            new { hash = await secrets.HashOfPhoneAsync(number, cancel), MessagesShown }, cancel);
        return [.. rows.Select(r => new SimulatedMessage(new(r.At, TimeSpan.Zero), r.IsSent, secrets.Unprotect(r.Text)))];
    }

    private async Task<Session> BeginAsync(CancellationToken cancel) =>
        await settings.IsDemoAsync(cancel) ? await database.BeginAsync(Actor.System, cancel) : throw new InvalidOperationException("The simulator exists in demo mode alone.");
}
