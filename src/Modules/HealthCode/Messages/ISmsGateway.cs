namespace Rongtong.HealthCode.Messages;

/// <summary>A message on its way out.</summary>
/// <param name="Id">Its number; the same at every attempt, so that a gateway that has taken it knows it again.</param>
/// <param name="Phone">Eleven digits, or a plus and the country's number.</param>
/// <param name="Text">What it says.</param>
public sealed record OutgoingSms(long Id, string Phone, string Text);

/// <summary>What a gateway said to a message.</summary>
public abstract record SendOutcome
{
    private SendOutcome() { }

    /// <summary>The gateway has it and answers for it.</summary>
    /// <param name="Reference">The gateway's own number of it, or empty.</param>
    public sealed record Taken(string Reference) : SendOutcome;

    /// <summary>Not now: the line is down or the gateway busy. It is tried again.</summary>
    public sealed record Unavailable(string Reason) : SendOutcome;

    /// <summary>Never: the gateway refuses this message. It is not tried again.</summary>
    public sealed record Refused(string Reason) : SendOutcome;
}

/// <summary>What carries messages to telephones.</summary>
public interface ISmsGateway
{
    /// <summary>The name that the setting <c>Sms:Gateway</c> chooses it by.</summary>
    string Name { get; }

    /// <summary>Hands one message over. Ends within <see cref="SendSms.GatewaySecondsMax"/> seconds, with <see cref="SendOutcome.Unavailable"/> if need be.</summary>
    Task<SendOutcome> SendAsync(OutgoingSms message, CancellationToken cancel);
}
