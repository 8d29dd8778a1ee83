using System.ComponentModel;
using System.Diagnostics;
using Npgsql;

namespace Rongtong.Platform.Postgres;

/// <summary>
/// Backup of an external server by its own tools, where they are installed: <c>pg_dump</c> in the custom format, <c>pg_restore</c> into an empty
/// database. The password goes by the environment, never by the command line, which other users of the machine can read.
/// </summary>
public static class ExternalBackup
{
    /// <summary>Writes the archive; an unfinished one keeps the ending ".part".</summary>
    /// <exception cref="EmbeddedPostgresException">The tool is missing or failed.</exception>
    public static async Task WriteAsync(string connectionString, string? password, string archive, CancellationToken cancel = default)
    {
        var part = archive + ".part";
        await RunAsync("pg_dump", connectionString, password, ["--format=custom", "--no-owner", "--enable-row-security", "--file", part], cancel);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(part, archive, overwrite: true);
    }

    /// <summary>Restores into the database of the connection string. One that holds data already is refused unless <paramref name="force"/>; it is then emptied by the restore.</summary>
    /// <exception cref="EmbeddedPostgresException">The tool is missing or failed, or the database is not empty.</exception>
    public static async Task RestoreAsync(string connectionString, string archive, bool force, CancellationToken cancel = default)
    {
        if (!File.Exists(archive)) throw new EmbeddedPostgresException($"There is no file '{archive}'.");
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            await connection.OpenAsync(cancel);
            await using var command = new NpgsqlCommand("SELECT to_regclass('public.schema_migration') IS NOT NULL", connection);
            if ((bool)(await command.ExecuteScalarAsync(cancel))! && !force) throw new EmbeddedPostgresException("The database holds data already; add --force to replace them.");
        }
        string[] arguments = ["--no-owner", "--exit-on-error", "--single-transaction", .. force ? (string[])["--clean", "--if-exists"] : [], archive];
        await RunAsync("pg_restore", connectionString, new NpgsqlConnectionStringBuilder(connectionString).Password, arguments, cancel);
    }

    private static async Task RunAsync(string tool, string connectionString, string? password, IEnumerable<string> arguments, CancellationToken cancel)
    {
        var place = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardError = true };
        start.Environment["PGHOST"] = place.Host;
        start.Environment["PGPORT"] = place.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["PGUSER"] = place.Username;
        start.Environment["PGDATABASE"] = place.Database;
        start.Environment["PGPASSWORD"] = password ?? place.Password;
        // The owner of the tables is bound by their row policies like everybody; as the product itself it sees every row.
        start.Environment["PGOPTIONS"] = "-c rongtong.actor_kind=system -c rongtong.scope=*";
        if (tool == "pg_restore") start.ArgumentList.Insert(0, "--dbname=" + place.Database);
        try
        {
            using var process = Process.Start(start)!;
            var errors = await process.StandardError.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            if (process.ExitCode != 0) throw new EmbeddedPostgresException($"{tool} failed: {errors.Trim()}");
        }
        catch (Win32Exception)
        {
            throw new EmbeddedPostgresException($"{tool} is not installed here. Install PostgreSQL's client programs (Debian: postgresql-client), of the server's version or newer.");
        }
    }
}
