namespace Rongtong.Outbreak.Warnings;

/// <summary>
/// How far people are with a warning. Stages are taken in order; any of them may close.
/// <code>
///   signal ──> verify ──> assess ──> respond ──> closed
///      └──────────┴──────────┴─────────────────────^
/// </code>
/// </summary>
public enum WarningStage
{
    Signal,
    Verify,
    Assess,
    Respond,
    Closed,
}

/// <summary>What became of a step that somebody wanted to take.</summary>
public abstract record AdvanceOutcome
{
    private AdvanceOutcome() { }

    /// <summary>Taken; the warning has this version now.</summary>
    public sealed record Advanced(int Version) : AdvanceOutcome;

    /// <summary>Somebody else changed the warning since the page was read; nothing was written.</summary>
    public sealed record Stale(WarningStage Current) : AdvanceOutcome;

    /// <summary>The stages do not follow each other.</summary>
    public sealed record OutOfOrder(WarningStage Current, WarningStage Wanted) : AdvanceOutcome;

    /// <summary>A step needs a sentence saying what was found or done.</summary>
    public sealed record NoteMissing : AdvanceOutcome;

    /// <summary>There is no such warning in the actor's regions.</summary>
    public sealed record NotFound : AdvanceOutcome;
}

/// <summary>The pure part: which step may follow which.</summary>
public static class WarningStages
{
    /// <summary>Days a person has for each stage before it is overdue.</summary>
    public static TimeSpan TimeFor(WarningStage stage) => stage switch
    {
        WarningStage.Signal => TimeSpan.FromHours(24),
        WarningStage.Verify => TimeSpan.FromHours(24),
        WarningStage.Assess => TimeSpan.FromHours(48),
        WarningStage.Respond => TimeSpan.FromDays(14),
        _ => TimeSpan.Zero,
    };

    /// <summary>True when <paramref name="wanted"/> may follow <paramref name="current"/>: the next stage, the same one (a note), or closing.</summary>
    public static bool MayFollow(WarningStage current, WarningStage wanted) =>
        current != WarningStage.Closed && (wanted == WarningStage.Closed || wanted == current || wanted == current + 1);

    /// <summary>The word in database, routes and texts.</summary>
    public static string Word(WarningStage stage) => stage switch
    {
        WarningStage.Signal => "signal",
        WarningStage.Verify => "verify",
        WarningStage.Assess => "assess",
        WarningStage.Respond => "respond",
        WarningStage.Closed => "closed",
        _ => throw new ArgumentOutOfRangeException(nameof(stage)),
    };

    /// <summary>The stage of a word; null for any other text.</summary>
    public static WarningStage? Parse(string? word) => word switch
    {
        "signal" => WarningStage.Signal,
        "verify" => WarningStage.Verify,
        "assess" => WarningStage.Assess,
        "respond" => WarningStage.Respond,
        "closed" => WarningStage.Closed,
        _ => null,
    };
}
