using System.CommandLine;
using Rongtong.Platform.Data;

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
        return new Command("db", "Database: status, migrate, backup, restore.") { status, migrate };
    }
}
