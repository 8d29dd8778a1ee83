using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Rongtong.Platform.Postgres;

namespace Rongtong.Host;

/// <summary>The database this process works with: the one named by ConnectionStrings:Rongtong, else the embedded server under ./data.</summary>
public sealed class DatabaseConnection : IAsyncDisposable
{
    private DatabaseConnection(NpgsqlDataSource source, EmbeddedPostgres? embedded, string? password = null) => (Source, Embedded, Password) = (source, embedded, password);

    /// <summary>The pool.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>The embedded server, or null with an external one.</summary>
    public EmbeddedPostgres? Embedded { get; }

    /// <summary>The external server's password, which the pool does not show again; tools that copy the database need it.</summary>
    internal string? Password { get; }

    /// <summary>A database that is open already; its owner closes it.</summary>
    public static DatabaseConnection Over(NpgsqlDataSource source) => new(source, null);

    /// <summary>Opens what the configuration names. <c>DataFolder</c> (default ./data under the current folder) is where the embedded server lives.</summary>
    public static async Task<DatabaseConnection> OpenAsync(IConfiguration configuration, ILogger<EmbeddedPostgres>? logger, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.GetConnectionString("Rongtong") is { Length: > 0 } external)
            return new(SourceOf(external), null, new NpgsqlConnectionStringBuilder(external).Password);
        var folder = Path.Combine(Path.GetFullPath(configuration["DataFolder"] ?? "data"), "postgres");
        var embedded = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions(folder), logger ?? NullLogger<EmbeddedPostgres>.Instance, cancel);
        return new(SourceOf(embedded.ConnectionString), embedded);
    }

    /// <summary>A pool with a name of its own, so that metrics do not show the connection string.</summary>
    private static NpgsqlDataSource SourceOf(string connectionString) => new NpgsqlDataSourceBuilder(connectionString) { Name = "rongtong" }.Build();

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (Embedded is not null) await Embedded.DisposeAsync();
    }
}
