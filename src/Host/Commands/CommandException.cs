namespace Rongtong.Host.Commands;

/// <summary>A command cannot do what was asked; the message is for the person who typed it, the exit code is 2.</summary>
internal sealed class CommandException(string message) : Exception(message);
