namespace Rongtong.Casework.Messages;

/// <summary>A message on its way out.</summary>
/// <param name="Id">Its number; the same at every attempt, so that a provider that has taken it knows it again.</param>
/// <param name="Channel">sms or email.</param>
/// <param name="To">Telephone number or address.</param>
/// <param name="Subject">Subject of an e-mail; empty for SMS.</param>
/// <param name="Text">What it says.</param>
public sealed record OutgoingMessage(long Id, string Channel, string To, string Subject, string Text);

/// <summary>What a provider said to a message.</summary>
public abstract record MessageOutcome
{
    private MessageOutcome() { }

    /// <summary>The provider has it and answers for it.</summary>
    public sealed record Taken : MessageOutcome;

    /// <summary>Not now. It is tried again.</summary>
    /// <param name="Reason">Why, without address or text.</param>
    public sealed record Unavailable(string Reason) : MessageOutcome;

    /// <summary>Never. It is not tried again.</summary>
    /// <param name="Reason">Why, without address or text.</param>
    public sealed record Refused(string Reason) : MessageOutcome;
}

/// <summary>What carries messages to people; chosen by name with the settings <c>Messages:Sms</c> and <c>Messages:Email</c>.</summary>
public interface IMessageProvider
{
    /// <summary>Longest that it may take for one message.</summary>
    const int SecondsMax = 15;

    /// <summary>Its name in the settings.</summary>
    string Name { get; }

    /// <summary>Hands one message over, within <see cref="SecondsMax"/> seconds.</summary>
    Task<MessageOutcome> SendAsync(OutgoingMessage message, CancellationToken cancel);
}
