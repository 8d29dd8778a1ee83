using Dapper;
using Npgsql;
using Rongtong.Platform.Access;
using Rongtong.Platform.Audit;

namespace Rongtong.Platform.Data;

/// <summary>One transaction in one actor's name; see <see cref="Database"/>.</summary>
public sealed class Session : IAsyncDisposable
{
    private readonly Database _database;
    private readonly List<AuditEntry> _audit = [];
    private readonly List<AuditEntry> _looks = [];
    private readonly HashSet<string> _announced = [];
    private bool _isDisposed;
    private bool _isSystem;

    internal Session(Database database, NpgsqlConnection connection, NpgsqlTransaction transaction, Actor actor)
    {
        _database = database;
        Connection = connection;
        Transaction = transaction;
        Actor = actor;
    }

    /// <summary>For COPY, batches and whatever Dapper does not do; always inside <see cref="Transaction"/>.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>The open transaction.</summary>
    public NpgsqlTransaction Transaction { get; }

    /// <summary>In whose name this runs.</summary>
    public Actor Actor { get; }

    /// <summary>Longest that one statement may take, seconds; 0 is no limit, null the connection's (30 s, right for everything a person waits for).</summary>
    public int? StatementSeconds { get; set; }

    /// <summary>Now, by the product's clock, in UTC: the recorded-at of facts written here.</summary>
    public DateTimeOffset Now => _database.Clock.GetUtcNow();

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null, CancellationToken cancel = default) =>
        (await Connection.QueryAsync<T>(Command(sql, args, cancel))).AsList();

    public Task<T?> QuerySingleOrDefaultAsync<T>(string sql, object? args = null, CancellationToken cancel = default) =>
        Connection.QuerySingleOrDefaultAsync<T>(Command(sql, args, cancel));

    public Task<T> QuerySingleAsync<T>(string sql, object? args = null, CancellationToken cancel = default) =>
        Connection.QuerySingleAsync<T>(Command(sql, args, cancel));

    public Task<int> ExecuteAsync(string sql, object? args = null, CancellationToken cancel = default) =>
        Connection.ExecuteAsync(Command(sql, args, cancel));

    /// <summary>
    /// Does a part of the work in the product's own name, inside this transaction: derived rows that no person may write, such as tiers.
    /// The decision that the actor may trigger it has been taken by the caller.
    /// </summary>
    public async Task AsSystemAsync(Func<Task> work, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        // Inside such a part already, or in the product's own session: nothing to become, and nothing to go back to.
        if (_isSystem || Actor.Kind is ActorKind.System)
        {
            await work();
            return;
        }
        _isSystem = true;
        await ExecuteAsync("SELECT set_config('rongtong.actor_kind', 'system', true), set_config('rongtong.scope', '*', true)", cancel: cancel);
        await work();
        _isSystem = false;
        await ExecuteAsync("SELECT set_config('rongtong.actor_kind', @kind, true), set_config('rongtong.scope', @scope, true)",
            new { kind = Database.KindName(Actor.Kind), scope = string.Join(',', Actor.Scope) }, cancel);
    }

    /// <summary>Tells every host that listens, when this session commits, that something under the topic changed.</summary>
    public Task AnnounceAsync(string topic, CancellationToken cancel = default)
    {
        _announced.Add(topic);
        return ExecuteAsync("SELECT pg_notify(@channel, @topic)", new { channel = LiveFeed.Channel, topic }, cancel);
    }

    /// <summary>Keeps for the record what is done here; written with the commit, lost with a rollback.</summary>
    /// <param name="action">What, as <c>module.verb</c>.</param>
    /// <param name="subject">To which thing.</param>
    /// <param name="details">What else a reader of the record must know; no personal data.</param>
    public void Audit(string action, string subject, string details = "") => _audit.Add(new(Actor.Id, action, subject, details));

    /// <summary>Keeps for the record what was looked at here; durable before <see cref="CommitAsync"/> returns, so before anything is shown.</summary>
    public void AuditRead(string action, string subject, string details = "") => _looks.Add(new(Actor.Id, action, subject, details));

    /// <summary>Makes the work of this session durable, the audit entries last, so that the chain is locked for one round trip only.</summary>
    public async Task CommitAsync(CancellationToken cancel = default)
    {
        if (_audit.Count > 0) await AuditChain.AppendAsync(this, _audit, cancel);
        _audit.Clear();
        await Transaction.CommitAsync(cancel);
        foreach (var topic in _announced) _database.RaiseAnnounced(topic);
        _announced.Clear();
        if (_looks.Count > 0)
        {
            // The connection goes back first: the writer of the record needs one, and waiting for it with another in hand could exhaust the pool.
            await DisposeAsync();
            await _database.AuditReads.WriteAsync(_looks);
            _looks.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Npgsql gives transaction objects to the next user of the connection: disposing one twice would end somebody else's work.
        if (_isDisposed) return;
        _isDisposed = true;
        await Transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }

    private CommandDefinition Command(string sql, object? args, CancellationToken cancel) =>
        new(sql, args, Transaction, StatementSeconds, cancellationToken: cancel);
}
