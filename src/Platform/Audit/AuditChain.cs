using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Rongtong.Platform.Data;

namespace Rongtong.Platform.Audit;

/// <summary>
/// The chain of audit entries: each hash covers all fields of its entry and the hash before it, SHA-256 over length-prefixed UTF-8.
/// <code>
/// session.Audit(...) ──commit──> lock head ──> hash(entry, head.hash) ──> insert entries, move head ──> COMMIT
/// </code>
/// Changing, removing or reordering any entry breaks the chain at that place; removing the newest ones contradicts the head. Who can rewrite
/// the whole table and the head can rewrite history: publish the head's hash elsewhere to exclude that.
/// </summary>
public static class AuditChain
{
    internal static async Task AppendAsync(Session session, IReadOnlyList<AuditEntry> entries, CancellationToken cancel)
    {
        await session.ExecuteAsync("SELECT set_config('rongtong.audit_append', 'yes', true)", cancel: cancel);
        var (sequence, hash) = await session.QuerySingleAsync<(long, string)>("SELECT sequence, hash FROM platform.audit_head FOR UPDATE", cancel: cancel);
        // PostgreSQL keeps microseconds; the hash must cover what can be read back.
        var at = new DateTimeOffset(session.Now.UtcTicks / 10 * 10, TimeSpan.Zero);
        var (first, hashes, previous) = (sequence + 1, new string[entries.Count], new string[entries.Count]);
        for (var i = 0; i < entries.Count; i++)
        {
            sequence++;
            previous[i] = hash;
            hashes[i] = hash = HashOf(sequence, at, entries[i].Actor, entries[i].Action, entries[i].Subject, entries[i].Details, previous[i]);
        }
        await session.ExecuteAsync("""
            INSERT INTO platform.audit_entry (sequence, at, actor, action, subject, details, previous_hash, hash)
            SELECT @first - 1 + position, @at, actor, action, subject, details, previous_hash, hash
            FROM unnest(@actors, @actions, @subjects, @allDetails, @previous, @hashes) WITH ORDINALITY AS e (actor, action, subject, details, previous_hash, hash, position)
            """,
            new
            {
                first,
                at,
                actors = entries.Select(e => e.Actor).ToArray(),
                actions = entries.Select(e => e.Action).ToArray(),
                subjects = entries.Select(e => e.Subject).ToArray(),
                allDetails = entries.Select(e => e.Details).ToArray(),
                previous,
                hashes,
            }, cancel);
        await session.ExecuteAsync("UPDATE platform.audit_head SET sequence = @sequence, hash = @hash", new { sequence, hash }, cancel);
        await session.ExecuteAsync("SELECT set_config('rongtong.audit_append', '', true)", cancel: cancel);
    }

    internal static string HashOf(long sequence, DateTimeOffset at, string actor, string action, string subject, string details, string previous)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, sequence);
        hash.AppendData(number);
        BinaryPrimitives.WriteInt64BigEndian(number, (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10);
        hash.AppendData(number);
        foreach (var text in new[] { actor, action, subject, details, previous })
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt64BigEndian(number, bytes.Length);
            hash.AppendData(number);
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
