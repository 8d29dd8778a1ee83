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
        await ExecuteAsync("""
            INSERT INTO outbreak.case_count (region_code, day, confirmed, known_from, batch_id) VALUES ('4201', '2020-02-01', 7, now(), 1);
            INSERT INTO outbreak.cluster_finding (region_code, from_day, to_day, is_cluster, evidence, author, known_from) VALUES ('4201', '2020-02-01', '2020-02-02', true, 'x', 'x', now());
            INSERT INTO outbreak.tier_period (region_code, from_day, to_day, tier, is_provisional, rule_version, known_from) VALUES ('4201', '2020-02-01', '2020-02-02', 'high', false, 'x', now());
            INSERT INTO outbreak.signal (region_code, day, method, observed, bound, raised_at) VALUES ('4201', '2020-02-01', 'c1', 5, 1, now());
            INSERT INTO outbreak.warning (region_code, first_day, last_day, opened_at) VALUES ('4201', '2020-02-01', '2020-02-01', now());
            INSERT INTO outbreak.warning_step (warning_id, region_code, stage, author, note, taken_at) SELECT id, '4201', 'verify', 'x', 'x', now() FROM outbreak.warning;
            INSERT INTO platform.account (id, login, display_name, password_hash, roles, scope, security_stamp, created_at) VALUES (gen_random_uuid(), 'x', 'x', 'x', '{}', '{42}', gen_random_uuid(), now());
            INSERT INTO platform.api_key (id, name, secret_sha256, roles, scope, expires_at, created_by, created_at) VALUES ('x', 'x', 'x', '{}', '{42}', now(), 'x', now());
            INSERT INTO platform.setting (key, value, changed_by, changed_at) VALUES ('x', 'x', 'x', now());
            INSERT INTO platform.protection_key (name, xml) VALUES ('x', '<x/>');
            INSERT INTO platform.audit_entry (sequence, at, actor, action, subject, details, previous_hash, hash) VALUES (1, now(), 'x', 'x', 'x', 'x', 'x', 'x');
            INSERT INTO registry.region_alias (province_code, name, code) VALUES ('42', 'x', '4201');
            INSERT INTO platform.import_batch (kind, file_name, content_sha256, size_bytes, actor, started_at) VALUES ('x', 'x', 'x', 1, 'x', now());
            INSERT INTO platform.import_reject (batch_id, line, position, column_name, value, text_key) SELECT id, 1, 1, 'x', 'x', 'x' FROM platform.import_batch;
            INSERT INTO platform.import_mapping (kind, name, header_to_column, saved_by) VALUES ('x', 'x', '{}', 'x');
            INSERT INTO platform.outbox_event (kind, subject, payload, recorded_at) VALUES ('x', 'x', '{}', now());
            INSERT INTO platform.outbox_cursor (handler, kind) VALUES ('x', 'x');
            INSERT INTO platform.outbox_parked (handler, event_id, kind, subject, payload, recorded_at, error, parked_at) VALUES ('x', 1, 'x', 'x', '{}', now(), 'x', now());
            INSERT INTO platform.job (name, due_at) VALUES ('x', now());
            INSERT INTO platform.idempotency_key (actor, key, request_sha256, recorded_at) VALUES ('x', 'x', 'x', now());
            INSERT INTO platform.saved_view (account, table_name, name, query) VALUES ('x', 'x', 'x', 'x');
            INSERT INTO platform.recovery_code (account_id, code_sha256) SELECT id, 'x' FROM platform.account;
            INSERT INTO health_code.person (region_code, document_hash, document, name, created_at) VALUES ('4201', 'x', 'x', 'x', now());
            INSERT INTO health_code.fact_batch (kind, region_code, reason, evidence, is_restrictive, people, organisation, author, proposed_at) VALUES ('Exposure', '4201', 'x', 'x', true, 1, 'x', 'x', now());
            INSERT INTO health_code.fact (person_id, kind, from_day, to_day, source, author, organisation, expires_on, recorded_at) VALUES (1, 'Exposure', '2020-02-01', '2020-02-01', 'x', 'x', 'x', '2999-01-01', now());
            INSERT INTO health_code.check_in (person_id, day, temperature, symptoms, channel, recorded_at) VALUES (1, current_date, 365, 0, 'x', now());
            INSERT INTO health_code.appeal (person_id, fact_id, region_code, statement, filed_at, due_at) VALUES (1, 1, '4201', 'x', now(), now());
            INSERT INTO health_code.look (person_id, at, actor, organisation, purpose, reason) VALUES (1, now(), 'x', 'x', 'x', 'x');
            INSERT INTO health_code.colour (person_id, colour, changes_on) VALUES (1, 1, '2020-02-01');
            INSERT INTO health_code.secret (name, protected, not_before, not_after) VALUES ('x', 'x', now(), now());
            INSERT INTO health_code.card (pass_id, person_id, issued_at, expires_at) VALUES (gen_random_uuid(), 1, now(), 'infinity');
            INSERT INTO health_code.sms (phone, phone_hash, text, created_at) VALUES ('x', 'x', 'x', now());
            INSERT INTO health_code.sign_in_code (phone_hash, code_sha256, document_hash, created_at) VALUES ('x', 'x', 'x', now());
            INSERT INTO health_code.sms_received (reference, phone_hash, received_at) VALUES ('x', 'x', now());
            INSERT INTO health_code.travel_proof (code_hash, person_id, shown, issued_at, expires_at) VALUES ('x', 1, 'x', now(), now());
            INSERT INTO health_code.request_nonce (app_id, nonce, at) VALUES ('x', 'x', now());
            INSERT INTO outbreak.publication (through, decided_by, decided_at) VALUES (NULL, 'x', now());
            """);
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
