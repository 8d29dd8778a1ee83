namespace Rongtong.Rules;

/// <summary>A rule, table or expression is malformed; the message says where and what was expected.</summary>
public sealed class RuleException(string message) : Exception(message);
