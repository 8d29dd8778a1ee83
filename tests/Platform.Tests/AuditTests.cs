using Npgsql;
using Rongtong.Platform.Access;
using Rongtong.Platform.Audit;
using Rongtong.Testing;

namespace Rongtong.Platform.Tests;

public sealed class AuditTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateAsync(null, PlatformSchema.Schema);
        for (var i = 1; i <= 5; i++)
        {
            await using var session = await _database.Database.BeginAsync(Actor.System);
            session.Audit("test.did", "thing " + i, "détails 详情");
            await session.CommitAsync();
        }
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task An_untouched_record_verifies()
    {
        var result = await VerifyAudit.RunAsync(_database.Database);
        result.Entries.ShouldBe(5);
        result.Problems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("UPDATE platform.audit_entry SET subject = 'another' WHERE sequence = 3", 3, "changed")]
    [InlineData("DELETE FROM platform.audit_entry WHERE sequence = 3", 3, "removed")]
    [InlineData("DELETE FROM platform.audit_entry WHERE sequence = 5", 5, "removed")]
    [InlineData("UPDATE platform.audit_entry SET sequence = CASE sequence WHEN 2 THEN 103 ELSE 102 END WHERE sequence IN (2, 3); UPDATE platform.audit_entry SET sequence = sequence - 100 WHERE sequence > 100", 2, "changed")]
    public async Task Tampering_is_found_and_the_entry_is_named(string tampering, long sequence, string word)
    {
        await using (var connection = new NpgsqlConnection(_database.SuperuserConnectionString))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("ALTER TABLE platform.audit_entry DISABLE TRIGGER audit_append_only;" + tampering, connection);
            await command.ExecuteNonQueryAsync();
        }
        var first = (await VerifyAudit.RunAsync(_database.Database)).Problems[0];
        first.Sequence.ShouldBe(sequence);
        first.What.ShouldContain(word);
    }

    [Fact]
    public async Task The_database_itself_refuses_to_change_the_record()
    {
        await using var session = await _database.Database.BeginAsync(Actor.System);
        (await Should.ThrowAsync<PostgresException>(() => session.ExecuteAsync("UPDATE platform.audit_entry SET subject = 'another'"))).MessageText.ShouldContain("append-only");
    }

    [Fact]
    public async Task What_is_rolled_back_leaves_no_entry()
    {
        await using (var session = await _database.Database.BeginAsync(Actor.System)) session.Audit("test.did", "nothing");
        (await VerifyAudit.RunAsync(_database.Database)).Entries.ShouldBe(5);
    }

    [Fact]
    public async Task Writers_at_the_same_time_make_one_chain()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            await using var session = await _database.Database.BeginAsync(Actor.System);
            session.Audit("test.did", "parallel " + i);
            await session.CommitAsync();
        }));
        var result = await VerifyAudit.RunAsync(_database.Database);
        (result.Entries, result.Problems.Count).ShouldBe((25, 0));
    }
}
