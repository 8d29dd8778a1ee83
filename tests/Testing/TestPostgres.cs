using Npgsql;
using Rongtong.Platform.Data;
using Rongtong.Platform.Postgres;

namespace Rongtong.Testing;

/// <summary>
/// One throw-away PostgreSQL per test process, without durability; databases are cloned from a template that holds the migrated schema,
/// so every test class gets a real, empty, migrated database in some 50 ms.
/// </summary>
public static class TestPostgres
{
    private static readonly Lazy<Task<EmbeddedPostgres>> s_server = new(StartAsync);
    private static readonly SemaphoreSlim s_templates = new(1);
    private static readonly Dictionary<string, string> s_templateOf = [];

    /// <summary>A fresh database with the given schemas migrated; the caller disposes it.</summary>
    public static async Task<TestDatabase> CreateAsync(TimeProvider? clock = null, params ModuleSchema[] schemas)
    {
        var server = await s_server.Value;
        var template = await TemplateAsync(server, schemas);
        var name = "t_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync(server, $"CREATE DATABASE {name} TEMPLATE {template} OWNER rongtong");
        return new TestDatabase(server, name, clock ?? TimeProvider.System);
    }

    internal static async Task ExecuteAsync(EmbeddedPostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.SuperuserConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> TemplateAsync(EmbeddedPostgres server, ModuleSchema[] schemas)
    {
        var key = string.Join('|', schemas.Select(s => s.Name));
        await s_templates.WaitAsync();
        try
        {
            if (s_templateOf.TryGetValue(key, out var known)) return known;
            var name = "template_" + Guid.NewGuid().ToString("N");
            await ExecuteAsync(server, $"CREATE DATABASE {name} OWNER rongtong");
            await using (var source = NpgsqlDataSource.Create(TestDatabase.ConnectionStringOf(server, name) + ";Pooling=false"))
                await new Migrator(source, schemas).MigrateAsync();
            return s_templateOf[key] = name;
        }
        finally
        {
            s_templates.Release();
        }
    }

    private static async Task<EmbeddedPostgres> StartAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), "rongtong-tests-" + Guid.NewGuid().ToString("N")[..12], "postgres");
        var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions(folder, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB"));
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
        };
        return server;
    }
}

/// <summary>One test's database; dropped when disposed.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly EmbeddedPostgres _server;
    private readonly string _name;

    internal TestDatabase(EmbeddedPostgres server, string name, TimeProvider clock)
    {
        (_server, _name) = (server, name);
        ConnectionString = ConnectionStringOf(server, name);
        Source = NpgsqlDataSource.Create(ConnectionString);
        Database = new Database(Source, clock);
    }

    public string ConnectionString { get; }

    /// <summary>A connection string that walks through row policies; only for tests that look at what is really stored.</summary>
    public string SuperuserConnectionString => new NpgsqlConnectionStringBuilder(_server.SuperuserConnectionString) { Database = _name, Pooling = false }.ConnectionString;

    public NpgsqlDataSource Source { get; }

    public Database Database { get; }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await TestPostgres.ExecuteAsync(_server, $"DROP DATABASE {_name} WITH (FORCE)");
    }

    internal static string ConnectionStringOf(EmbeddedPostgres server, string name) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name, MaxPoolSize = 20 }.ConnectionString;
}
