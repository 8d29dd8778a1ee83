using Npgsql;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Postgres;
using Rongtong.Testing;

namespace Rongtong.Platform.Tests;

/// <summary>A test that needs PostgreSQL installed by the system, server and tools of one version; skips by name where they are not.</summary>
public sealed class InstalledPostgresFactAttribute : FactAttribute
{
    public InstalledPostgresFactAttribute()
    {
        if (Folder is null) Skip = "Needs an installed PostgreSQL 15 or later with its tools: 'apt-get install postgresql'.";
    }

    public static string? Folder { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "postgres")) && File.Exists(Path.Combine(bin, "pg_dump"))).Order().LastOrDefault()
        : null;
}

public sealed class ExternalBackupTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "rongtong-external-" + Guid.NewGuid().ToString("N")[..12]);

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [InstalledPostgresFact]
    public async Task A_server_of_its_own_is_backed_up_by_its_tools_and_restored_into_an_empty_database_and_not_over_data()
    {
        await using var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions(Path.Combine(_folder, "postgres"), "fsync=off") { Binaries = new(InstalledPostgresFactAttribute.Folder!, "installed") });
        await using (var source = NpgsqlDataSource.Create(server.ConnectionString))
        {
            await new Migrator(source, [PlatformSchema.Schema]).MigrateAsync();
            await using var session = await new Database(source, TimeProvider.System).BeginAsync(Actor.System);
            await session.ExecuteAsync("""
                INSERT INTO platform.setting (key, value, changed_by, changed_at) VALUES ('kept', 'yes', 'test', now());
                INSERT INTO platform.saved_view (account, table_name, name, query) VALUES ('account:1', 't', 'v', 'q');
                INSERT INTO platform.account (id, login, display_name, password_hash, roles, scope, security_stamp, created_at) VALUES (gen_random_uuid(), 'x', 'x', 'x', '{}', '{42}', gen_random_uuid(), now());
                INSERT INTO platform.import_batch (kind, file_name, content_sha256, size_bytes, actor, started_at) VALUES ('x', 'x', 'x', 1, 'x', now())
                """);
            session.Audit("test.kept", "x");
            await session.CommitAsync();
        }
        var archive = Path.Combine(_folder, "backup.dump");
        // By the product's own role, which row policies bind: the dump must hold every row all the same.
        await ExternalBackup.WriteAsync(server.ConnectionString, null, archive);
        await using (var admin = new NpgsqlConnection(server.SuperuserConnectionString))
        {
            await admin.OpenAsync();
            await using var make = new NpgsqlCommand("CREATE DATABASE second OWNER rongtong", admin);
            await make.ExecuteNonQueryAsync();
        }
        var second = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "second" }.ConnectionString;
        await ExternalBackup.RestoreAsync(second, archive, force: false);
        await using (var restored = NpgsqlDataSource.Create(second))
        {
            await using var session = await new Database(restored, TimeProvider.System).BeginAsync(Actor.System);
            foreach (var table in new[] { "setting", "saved_view", "account", "import_batch", "audit_entry" }) (await session.QuerySingleAsync<long>($"SELECT count(*) FROM platform.{table}")).ShouldBe(1, table);
        }
        (await Should.ThrowAsync<EmbeddedPostgresException>(() => ExternalBackup.RestoreAsync(second, archive, force: false))).Message.ShouldContain("--force");
    }
}
