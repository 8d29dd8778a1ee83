using System.CommandLine;
using Rongtong.Platform.Data;
using Rongtong.Platform.Postgres;

namespace Rongtong.Host.Commands;

/// <summary><c>rongtong db …</c>: the state of the database and what keeps it.</summary>
internal static class DbCommands
{
    public static Command Create()
    {
        var status = new Command("status", "Show which migrations are applied and which are pending.");
        status.SetAction((_, cancel) => CommandHost.RunAsync(async services =>
        {
            var (applied, pending) = await services.GetRequiredService<Migrator>().StatusAsync(cancel);
            Console.WriteLine($"{applied} applied, {pending.Count} pending");
            foreach (var migration in pending) Console.WriteLine($"  pending: {migration.Schema}/{migration.File}");
            return pending.Count == 0 ? 0 : 1;
        }, cancel, prepare: false));
        var migrate = new Command("migrate", "Apply pending migrations.");
        migrate.SetAction((_, cancel) => CommandHost.RunAsync(async services =>
        {
            var applied = await services.GetRequiredService<Migrator>().MigrateAsync(cancel);
            Console.WriteLine(applied.Count == 0 ? "Nothing to apply." : string.Join(Environment.NewLine, applied.Select(m => $"applied: {m.Schema}/{m.File}")));
            return 0;
        }, cancel, prepare: false));
        return new Command("db", "Database: status, migrate, backup, restore.") { status, migrate, Backup(), Restore() };
    }

    private static Command Backup()
    {
        var file = new Argument<string>("FILE") { Description = "Archive to write, such as rongtong-2020-02-20.tar.gz." };
        var command = new Command("backup", "Back up the database while it is in use.") { file };
        command.SetAction((parsed, cancel) => CommandHost.RunAsync(async services =>
        {
            var connection = services.GetRequiredService<DatabaseConnection>();
            if (connection.Embedded is null) await ExternalBackup.WriteAsync(connection.Source.ConnectionString, connection.Password, parsed.GetValue(file)!, cancel);
            else await DatabaseBackup.WriteAsync(connection.Embedded, parsed.GetValue(file)!, cancel);
            Console.WriteLine($"{parsed.GetValue(file)}: {new FileInfo(parsed.GetValue(file)!).Length:N0} bytes");
            return 0;
        }, cancel, prepare: false));
        return command;
    }

    private static Command Restore()
    {
        var file = new Argument<string>("FILE") { Description = "Archive written by 'db backup'." };
        var force = new Option<bool>("--force") { Description = "Needed when there is a database already; it is moved aside, not deleted." };
        var command = new Command("restore", "Restore the embedded database from a backup.") { file, force };
        command.SetAction(async (parsed, cancel) =>
        {
            if (Environment.GetEnvironmentVariable("ConnectionStrings__Rongtong") is { Length: > 0 } external)
            {
                try
                {
                    await ExternalBackup.RestoreAsync(external, parsed.GetValue(file)!, parsed.GetValue(force), cancel);
                    Console.WriteLine("restored");
                    return 0;
                }
                catch (Exception e) when (e is CommandException or EmbeddedPostgresException or Npgsql.NpgsqlException)
                {
                    await Console.Error.WriteLineAsync($"rongtong db: {e.Message}");
                    return 2;
                }
            }
            var folder = Path.Combine(Path.GetFullPath(Environment.GetEnvironmentVariable("DataFolder") ?? "data"), "postgres");
            try
            {
                if (Directory.Exists(folder) && !parsed.GetValue(force)) throw new CommandException($"there is a database in '{folder}'; add --force to move it aside.");
                var aside = await DatabaseBackup.RestoreAsync(parsed.GetValue(file)!, folder, cancel);
                Console.WriteLine(aside is null ? "restored" : $"restored; the former database is in {aside}");
                return 0;
            }
            catch (Exception e) when (e is CommandException or EmbeddedPostgresException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"rongtong db: {e.Message}");
                return 2;
            }
        });
        return command;
    }
}
