namespace Rongtong.Surveillance;

/// <summary>The series given to a method cannot be used by it; the message says what is wrong, where, and what was expected.</summary>
public sealed class SeriesException(string message) : ArgumentException(message);
