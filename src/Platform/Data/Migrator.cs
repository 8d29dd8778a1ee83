using Dapper;
using Npgsql;

namespace Rongtong.Platform.Data;

/// <summary>
/// Brings the database to the state the code expects: each file once, in its own transaction, under an advisory lock so that several
/// hosts may start at once. An applied file whose text has changed since is an error: its effect on old databases is unknown.
/// </summary>
public sealed class Migrator(NpgsqlDataSource source, IEnumerable<ModuleSchema> schemas)
{
    /// <summary>Any constant of ours; one number for all hosts of a database.</summary>
    private const long LockKey = 0x526F_6E67_746F_6E67;

    private readonly IReadOnlyList<ModuleSchema> _schemas = [.. schemas];

    /// <summary>Applies what is missing and returns what was applied.</summary>
    public async Task<IReadOnlyList<Migration>> MigrateAsync(CancellationToken cancel = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await RefuseRoleThatIgnoresPoliciesAsync(connection);
        await connection.ExecuteAsync("SELECT pg_advisory_lock(@LockKey)", new { LockKey });
        try
        {
            await connection.ExecuteAsync("""
                CREATE TABLE IF NOT EXISTS public.schema_migration (
                    schema text NOT NULL, file text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                    PRIMARY KEY (schema, file));
                COMMENT ON TABLE public.schema_migration IS 'no-policy: names of applied files, read before any actor exists';
                """);
            var applied = new List<Migration>();
            foreach (var migration in await PendingAsync(connection))
            {
                await using var transaction = await connection.BeginTransactionAsync(cancel);
                try
                {
                    await connection.ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS \"{migration.Schema}\"", transaction: transaction);
                    await connection.ExecuteAsync(migration.Sql, transaction: transaction, commandTimeout: 0);
                }
                catch (PostgresException e)
                {
                    throw new InvalidOperationException(
                        $"Migration {migration.Schema}/{migration.File} failed at character {e.Position}: {e.MessageText}. Nothing of it was applied.", e);
                }
                await connection.ExecuteAsync("INSERT INTO public.schema_migration (schema, file, checksum) VALUES (@Schema, @File, @Checksum)", migration, transaction);
                await transaction.CommitAsync(cancel);
                applied.Add(migration);
            }
            return applied;
        }
        finally
        {
            await connection.ExecuteAsync("SELECT pg_advisory_unlock(@LockKey)", new { LockKey });
        }
    }

    /// <summary>What is applied, what is pending; throws when an applied file has changed.</summary>
    public async Task<(int Applied, IReadOnlyList<Migration> Pending)> StatusAsync(CancellationToken cancel = default)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        var exists = await connection.ExecuteScalarAsync<bool>("SELECT to_regclass('public.schema_migration') IS NOT NULL");
        if (!exists) return (0, [.. _schemas.SelectMany(s => s.Migrations())]);
        var applied = await connection.ExecuteScalarAsync<int>("SELECT count(*)::int FROM public.schema_migration");
        return (applied, await PendingAsync(connection));
    }

    private async Task<IReadOnlyList<Migration>> PendingAsync(NpgsqlConnection connection)
    {
        var known = (await connection.QueryAsync<(string Schema, string File, string Checksum)>("SELECT schema, file, checksum FROM public.schema_migration"))
            .ToDictionary(row => (row.Schema, row.File), row => row.Checksum);
        var pending = new List<Migration>();
        foreach (var migration in _schemas.SelectMany(s => s.Migrations()))
        {
            if (!known.TryGetValue((migration.Schema, migration.File), out var checksum)) pending.Add(migration);
            else if (checksum != migration.Checksum)
                throw new InvalidOperationException(
                    $"Migration {migration.Schema}/{migration.File} was changed after it had been applied. Restore the file and put the change into a new, higher number.");
        }
        return pending;
    }

    private static async Task RefuseRoleThatIgnoresPoliciesAsync(NpgsqlConnection connection)
    {
        var (role, ignores) = await connection.QuerySingleAsync<(string, bool)>(
            "SELECT rolname::text, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user");
        if (ignores)
            throw new InvalidOperationException(
                $"The database role '{role}' ignores row-level security (superuser or BYPASSRLS), so region scopes would not protect anything. " +
                "Connect as an ordinary role that owns the database: CREATE ROLE rongtong LOGIN PASSWORD '…'; CREATE DATABASE rongtong OWNER rongtong;");
    }
}
