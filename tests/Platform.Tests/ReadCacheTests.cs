using Microsoft.Extensions.Logging.Abstractions;
using Rongtong.Platform.Access;
using Rongtong.Platform.Audit;
using Rongtong.Platform.Data;
using Rongtong.Testing;

namespace Rongtong.Platform.Tests;

public sealed class ReadCacheTests : IAsyncLifetime, IDisposable
{
    private static readonly Actor s_hubei = new(ActorKind.Account, "account:1", "wang", ["42"], new HashSet<string> { "outbreak.read" });
    private TestDatabase _database = null!;
    private ReadCache _cache = null!;
    private int _reads;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateAsync(null, PlatformSchema.Schema);
        _cache = new ReadCache(_database.Database, new LiveFeed(_database.Source, NullLogger<LiveFeed>.Instance));
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task A_model_is_read_once_for_readers_who_may_see_the_same()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ReadAsync(s_hubei with { Id = "account:" + i })));
        _reads.ShouldBe(1);
    }

    [Fact]
    public async Task Readers_with_another_scope_kind_or_permission_never_share()
    {
        await ReadAsync(s_hubei);
        await ReadAsync(s_hubei with { Scope = ["44"] });
        await ReadAsync(s_hubei with { Kind = ActorKind.Machine });
        await ReadAsync(s_hubei with { Permissions = new HashSet<string>() });
        await ReadAsync(Actor.Public);
        _reads.ShouldBe(5);
    }

    [Fact]
    public async Task Who_announced_a_change_reads_anew_at_once_and_a_model_read_meanwhile_is_not_kept()
    {
        var slow = new TaskCompletionSource();
        var old = _cache.GetAsync("test", s_hubei, "what", async () => { await slow.Task; return 0; });
        await using (var session = await _database.Database.BeginAsync(Actor.System))
        {
            await session.AnnounceAsync("test");
            await session.CommitAsync();
        }
        slow.SetResult();
        (await old).ShouldBe(0);
        (await ReadAsync(s_hubei)).ShouldBe(1);
    }

    [Fact]
    public async Task What_failed_to_be_read_is_tried_again()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => _cache.GetAsync<int>("test", s_hubei, "what", () => throw new InvalidOperationException()));
        (await ReadAsync(s_hubei)).ShouldBe(1);
    }

    [Fact]
    public async Task Many_readers_at_once_each_have_their_entry_on_one_unbroken_record()
    {
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => _database.Database.AuditReadAsync(s_hubei with { Id = "account:" + i }, "test.read", "thing")));
        var record = await VerifyAudit.RunAsync(_database.Database);
        record.Entries.ShouldBe(60);
        record.Problems.ShouldBeEmpty();
    }

    private Task<int> ReadAsync(Actor reader) => _cache.GetAsync("test", reader, "what", () => Task.FromResult(Interlocked.Increment(ref _reads)));
}
