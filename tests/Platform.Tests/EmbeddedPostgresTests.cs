using System.Diagnostics;
using Npgsql;
using Rongtong.Platform.Postgres;
using Rongtong.Testing;

namespace Rongtong.Platform.Tests;

/// <summary>The private server: it lives and dies with its host, survives its own death, and comes back from a backup.</summary>
public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "rongtong-embedded-" + Guid.NewGuid().ToString("N")[..12]);

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_server_killed_under_the_host_is_started_again_and_keeps_what_was_committed()
    {
        await using var server = await StartAsync("postgres");
        await ExecuteAsync(server, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
        using (var postmaster = Process.GetProcessById(PostmasterOf(server.Folder))) postmaster.Kill();
        await UntilAsync(async () =>
        {
            try
            {
                return await ScalarAsync(server, "SELECT n FROM kept") is 7;
            }
            catch (NpgsqlException)
            {
                return false;
            }
        }, "the server to come back");
    }

    [Fact]
    public async Task A_second_process_uses_the_running_server_instead_of_starting_another()
    {
        await using var first = await StartAsync("postgres");
        await using var second = await StartAsync("postgres");
        second.Owned.ShouldBeFalse();
        second.ConnectionString.ShouldBe(first.ConnectionString);
    }

    [Fact]
    public async Task After_the_host_is_gone_no_server_remains()
    {
        int postmaster;
        await using (var server = await StartAsync("postgres")) postmaster = PostmasterOf(server.Folder);
        Directory.Exists($"/proc/{postmaster}").ShouldBeFalse();
        await using var again = await StartAsync("postgres");
        again.Owned.ShouldBeTrue();
    }

    [Fact]
    public async Task A_backup_taken_while_writing_goes_on_is_restored_by_restoring_it()
    {
        var archive = Path.Combine(_folder, "backup.tar.gz");
        await using (var server = await StartAsync("postgres"))
        {
            await ExecuteAsync(server, "CREATE TABLE counted (n int)");
            using var stop = new CancellationTokenSource();
            var writer = Task.Run(async () =>
            {
                for (var n = 0; !stop.IsCancellationRequested; n++) await ExecuteAsync(server, $"INSERT INTO counted VALUES ({n})");
            });
            await UntilAsync(async () => await ScalarAsync(server, "SELECT count(*)::int FROM counted") is > 5, "some rows");
            await DatabaseBackup.WriteAsync(server, archive);
            await stop.CancelAsync();
            await writer;
            await ExecuteAsync(server, "DROP TABLE counted");
        }
        (await DatabaseBackup.RestoreAsync(archive, Path.Combine(_folder, "postgres"))).ShouldNotBeNull();
        await using var restored = await StartAsync("postgres");
        var (count, highest) = ((int)(await ScalarAsync(restored, "SELECT count(*)::int FROM counted"))!, (int)(await ScalarAsync(restored, "SELECT max(n) FROM counted"))!);
        count.ShouldBeGreaterThan(5);
        count.ShouldBe(highest + 1);
    }

    [Fact]
    public async Task A_damaged_archive_is_refused_and_the_database_stays()
    {
        await using (await StartAsync("postgres"))
        {
        }
        var archive = Path.Combine(_folder, "bad.tar.gz");
        await File.WriteAllTextAsync(archive, "no archive");
        (await Should.ThrowAsync<EmbeddedPostgresException>(() => DatabaseBackup.RestoreAsync(archive, Path.Combine(_folder, "postgres")))).Message.ShouldContain("damaged");
        File.Exists(Path.Combine(_folder, "postgres", "PG_VERSION")).ShouldBeTrue();
    }

    private Task<EmbeddedPostgres> StartAsync(string name) => EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions(Path.Combine(_folder, name), "shared_buffers=32MB"));

    private static int PostmasterOf(string folder) => int.Parse(File.ReadLines(Path.Combine(folder, "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture);

    private static async Task ExecuteAsync(EmbeddedPostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(EmbeddedPostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            waited.Elapsed.ShouldBeLessThan(Patience.Long, $"waiting for {what}");
            await Task.Yield();
        }
    }
}
