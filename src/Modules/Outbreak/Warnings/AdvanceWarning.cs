using Rongtong.Platform.Data;

namespace Rongtong.Outbreak.Warnings;

/// <summary>One step of people's work on a warning.</summary>
/// <param name="WarningId">Which warning.</param>
/// <param name="Version">The version the person saw; another one means somebody was faster.</param>
/// <param name="Stage">The stage wanted; the same stage adds a note or hands over.</param>
/// <param name="Owner">Who takes it; empty keeps the owner.</param>
/// <param name="DueAt">By when; null takes the stage's usual time.</param>
/// <param name="Note">What was found or done; never empty.</param>
public sealed record AdvanceWarning(long WarningId, int Version, WarningStage Stage, string? Owner, DateTimeOffset? DueAt, string Note)
{
    /// <summary>Longest note, characters.</summary>
    public const int NoteLengthMax = 4_000;

    internal async Task<AdvanceOutcome> RunAsync(Session session, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(Note) || Note.Length > NoteLengthMax) return new AdvanceOutcome.NoteMissing();
        var current = await session.QuerySingleOrDefaultAsync<(string RegionCode, string Stage, int Version)?>(
            "SELECT region_code, stage, version FROM outbreak.warning WHERE id = @WarningId", new { WarningId }, cancel);
        if (current is not { } known || WarningStages.Parse(known.Stage) is not { } stage) return new AdvanceOutcome.NotFound();
        if (known.Version != Version) return new AdvanceOutcome.Stale(stage);
        if (!WarningStages.MayFollow(stage, Stage)) return new AdvanceOutcome.OutOfOrder(stage, Stage);

        DateTimeOffset? due = Stage == WarningStage.Closed ? null : DueAt ?? session.Now + WarningStages.TimeFor(Stage);
        var owner = string.IsNullOrWhiteSpace(Owner) ? null : Owner.Trim();
        var changed = await session.ExecuteAsync("""
            UPDATE outbreak.warning SET stage = @stage, owner = coalesce(@owner, owner), due_at = @due, version = version + 1
            WHERE id = @WarningId AND version = @Version
            """, new { WarningId, Version, stage = WarningStages.Word(Stage), owner, due }, cancel);
        if (changed == 0) return new AdvanceOutcome.Stale(stage);
        await session.ExecuteAsync("""
            INSERT INTO outbreak.warning_step (warning_id, region_code, stage, author, owner, due_at, note, taken_at)
            VALUES (@WarningId, @region, @stage, @author, @owner, @due, @note, @now)
            """,
            new { WarningId, region = known.RegionCode, stage = WarningStages.Word(Stage), author = session.Actor.Name, owner, due, note = Note.Trim(), now = session.Now }, cancel);
        return new AdvanceOutcome.Advanced(Version + 1);
    }
}
