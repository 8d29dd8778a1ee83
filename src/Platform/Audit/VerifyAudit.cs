using Npgsql;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Platform.Audit;

/// <summary>A place where the record is not what it was.</summary>
public sealed record AuditProblem(long Sequence, string What);

/// <summary>What a check of the whole record found.</summary>
public sealed record AuditVerification(long Entries, string HeadHash, IReadOnlyList<AuditProblem> Problems);

/// <summary>Reads the whole record in order and names every entry that was changed, removed, inserted or moved.</summary>
public static class VerifyAudit
{
    /// <summary>Problems listed; a broken chain need not be listed entry by entry.</summary>
    public const int ProblemsMax = 100;

    public static async Task<AuditVerification> RunAsync(Database database, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var problems = new List<AuditProblem>();
        var (expected, previous, entries) = (1L, "", 0L);
        await using (var command = new NpgsqlCommand("SELECT sequence, at, actor, action, subject, details, previous_hash, hash FROM platform.audit_entry ORDER BY sequence", session.Connection, session.Transaction))
        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            while (await reader.ReadAsync(cancel) && problems.Count < ProblemsMax)
            {
                entries++;
                var sequence = reader.GetInt64(0);
                for (; expected < sequence && problems.Count < ProblemsMax; expected++) problems.Add(new(expected, "removed: there is no entry with this number"));
                var (storedPrevious, stored) = (reader.GetString(6), reader.GetString(7));
                var actual = AuditChain.HashOf(sequence, new DateTimeOffset(reader.GetDateTime(1), TimeSpan.Zero), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5), storedPrevious);
                if (actual != stored) problems.Add(new(sequence, "changed: its content does not match its hash"));
                else if (storedPrevious != previous && (problems.Count == 0 || problems[^1].Sequence != sequence - 1)) problems.Add(new(sequence, "moved or inserted: it does not continue the entry before it"));
                (previous, expected) = (stored, sequence + 1);
            }
        }
        var (headSequence, headHash) = await session.QuerySingleAsync<(long, string)>("SELECT sequence, hash FROM platform.audit_head", cancel: cancel);
        for (; expected <= headSequence && problems.Count < ProblemsMax; expected++) problems.Add(new(expected, "removed: the record ends before it, but the head knows of it"));
        if (problems.Count == 0 && headHash != previous) problems.Add(new(headSequence, "the head does not carry the hash of the last entry"));
        return new(entries, headHash, problems);
    }
}
