using Dapper;
using Npgsql;
using Rongtong.Platform.Access;

namespace Rongtong.Platform.Data;

/// <summary>One transaction in one actor's name; see <see cref="Database"/>.</summary>
public sealed class Session : IAsyncDisposable
{
    private readonly Database _database;

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

    /// <summary>Makes the work of this session durable.</summary>
    public async Task CommitAsync(CancellationToken cancel = default) => await Transaction.CommitAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        await Transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }

    private CommandDefinition Command(string sql, object? args, CancellationToken cancel) =>
        new(sql, args, Transaction, cancellationToken: cancel);
}
