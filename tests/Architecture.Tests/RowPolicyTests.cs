using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;

namespace Rongtong.Architecture.Tests;

/// <summary>Every table says who may see its rows, in PostgreSQL itself.</summary>
public sealed class RowPolicyTests : IAsyncLifetime
{
    private const string Unprotected = """
        SELECT format('%I.%I', n.nspname, c.relname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'm', 'v') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_%'
          AND coalesce(obj_description(c.oid), '') NOT LIKE 'no-policy: _%'
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
        ORDER BY 1
        """;

    private RunningHost _host = null!;

    public async Task InitializeAsync() => _host = await RunningHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Every_table_has_a_forced_policy_or_a_written_exemption() => (await UnprotectedAsync()).ShouldBeEmpty();

    [Fact]
    public async Task A_new_table_without_a_policy_is_found()
    {
        await ExecuteAsync("CREATE TABLE outbreak.planted (id int)");
        (await UnprotectedAsync()).ShouldBe(["outbreak.planted"]);
    }

    [Fact]
    public async Task The_public_and_an_account_of_another_region_see_no_row_of_any_protected_table()
    {
        // Jobs that have run once have nothing of these rows to take away before their next turn.
        var jobs = _host.Services.GetRequiredService<Platform.Jobs.JobRunner>();
        do await jobs.RunDueAsync();
        while (await CountAsync("platform.job WHERE due_at <= now() OR last_finished_at IS NULL") > 0);
        foreach (var rows in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Rows"), "*.sql").Order(StringComparer.Ordinal)) await ExecuteAsync(await File.ReadAllTextAsync(rows));
        // Files of imports name regions of all kinds; every signed-in clerk may see that an import ran. Publication is public by its comment.
        string[] forStaff = ["platform.import_batch", "platform.import_reject", "platform.import_mapping"];
        var tables = await ListAsync("SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relrowsecurity AND coalesce(obj_description(c.oid), '') NOT LIKE 'public: %'");
        foreach (var table in tables)
        {
            (await CountAsync(table)).ShouldBeGreaterThan(0, $"{table} needs a seeded row here, or the test would pass without looking");
            (await SeenAsync(Actor.Public, table)).ShouldBe(0, $"the public sees rows of {table}");
            var stranger = new Actor(ActorKind.Account, "account:" + Guid.NewGuid(), "stranger", ["99"], new HashSet<string>());
            if (!forStaff.Contains(table)) (await SeenAsync(stranger, table)).ShouldBe(0, $"an account of another region sees rows of {table}");
        }
    }

    [Fact]
    public async Task A_clerk_of_the_whole_country_with_every_permission_sees_no_person_and_no_fact()
    {
        await ExecuteAsync("""
            INSERT INTO health_code.person (region_code, document_hash, document, name, created_at) VALUES ('4201', 'x', 'x', 'x', now());
            INSERT INTO health_code.fact (person_id, kind, from_day, to_day, source, author, organisation, expires_on, recorded_at) VALUES (1, 'Exposure', '2020-02-01', '2020-02-01', 'x', 'x', 'x', '2999-01-01', now());
            INSERT INTO health_code.check_in (person_id, day, temperature, symptoms, channel, recorded_at) VALUES (1, current_date, 365, 0, 'x', now());
            INSERT INTO health_code.colour (person_id, colour, changes_on) VALUES (1, 1, '2020-02-01');
            """);
        var clerk = new Actor(ActorKind.Account, "account:" + Guid.NewGuid(), "clerk", [Actor.WholeCountry], Roles.PermissionsOf(Roles.All));
        foreach (var table in new[] { "person", "fact", "check_in", "colour", "card", "look", "sms", "secret" }) (await SeenAsync(clerk, "health_code." + table)).ShouldBe(0, table);
    }

    private async Task<long> SeenAsync(Actor actor, string table)
    {
        await using var session = await _host.Database.Database.BeginAsync(actor);
        return await session.QuerySingleAsync<long>($"SELECT count(*) FROM {table}");
    }

    private async Task<long> CountAsync(string table) => long.Parse((await ListAsync($"SELECT count(*)::text FROM {table}"))[0], System.Globalization.CultureInfo.InvariantCulture);

    private Task<List<string>> UnprotectedAsync() => ListAsync(Unprotected);

    private async Task<List<string>> ListAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_host.Database.SuperuserConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var list = new List<string>();
        while (await reader.ReadAsync()) list.Add(reader.GetString(0));
        return list;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_host.Database.SuperuserConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
