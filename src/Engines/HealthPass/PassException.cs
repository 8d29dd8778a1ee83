namespace Rongtong.HealthPass;

/// <summary>A key, trust list, revocation file or pass content handed to the engine is malformed; the message says what and what was expected.</summary>
/// <remarks>Tokens never throw: whatever a stranger holds up is answered with a <see cref="PassVerdict"/>.</remarks>
public sealed class PassException(string message) : Exception(message);
