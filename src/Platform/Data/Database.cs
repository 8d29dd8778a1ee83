using Npgsql;
using Rongtong.Platform.Access;
using Rongtong.Platform.Audit;

namespace Rongtong.Platform.Data;

/// <summary>
/// The one way to PostgreSQL. Every access is a <see cref="Session"/>: one transaction in the name of one actor,
/// whose kind, id and region scope are set on the transaction so that row policies decide what it sees.
/// <code>
/// use case ── BeginAsync(actor) ──> BEGIN; set_config(rongtong.actor_kind | actor | scope | permissions | organisation)
///          ── SQL beside the use case ──> rows that the policies let through
///          ── session.Audit(...) ──> kept until commit
///          ── CommitAsync ──> audit rows chained and written, outbox events written, COMMIT, waiting hosts notified
/// </code>
/// </summary>
public sealed class Database(NpgsqlDataSource source, TimeProvider clock)
{
    /// <summary>The pool itself, for LISTEN, COPY by the backup, and tests. Rows read through it are seen by no actor: policies hide them all.</summary>
    public NpgsqlDataSource Source { get; } = source;

    /// <summary>The clock facts are stamped with.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>Raised with the topic when a session of this host that announced a change has committed, before its caller goes on.</summary>
    public event Action<string>? Announced;

    /// <summary>Puts on the record that the actor looked at something; durable when it returns, so before anything is shown.</summary>
    public Task AuditReadAsync(Actor actor, string action, string subject, string details = "")
    {
        ArgumentNullException.ThrowIfNull(actor);
        return AuditReads.WriteAsync([new(actor.Id, action, subject, details)]);
    }

    internal AuditReads AuditReads => field ??= new(this);

    internal void RaiseAnnounced(string topic) => Announced?.Invoke(topic);

    /// <summary>Opens a transaction in the actor's name. Disposing without commit rolls back.</summary>
    public async Task<Session> BeginAsync(Actor actor, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var connection = await Source.OpenConnectionAsync(cancel);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancel);
            await using var command = new NpgsqlCommand(
                "SELECT set_config('rongtong.actor_kind', $1, true), set_config('rongtong.actor', $2, true), set_config('rongtong.scope', $3, true), set_config('rongtong.permissions', $4, true), set_config('rongtong.organisation', $5, true)",
                connection, transaction);
            command.Parameters.Add(new() { Value = KindName(actor.Kind) });
            command.Parameters.Add(new() { Value = actor.Id });
            command.Parameters.Add(new() { Value = string.Join(',', actor.Scope) });
            command.Parameters.Add(new() { Value = string.Join(',', actor.Permissions) });
            command.Parameters.Add(new() { Value = actor.Organisation });
            await command.ExecuteNonQueryAsync(cancel);
            return new Session(this, connection, transaction, actor);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    internal static string KindName(ActorKind kind) => kind switch
    {
        ActorKind.Public => "public",
        ActorKind.Account => "account",
        ActorKind.Person => "person",
        ActorKind.Machine => "machine",
        ActorKind.System => "system",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
