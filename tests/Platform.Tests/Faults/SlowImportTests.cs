using Npgsql;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Testing;

namespace Rongtong.Platform.Tests.Faults;

public sealed class SlowImportTests
{
    [Fact]
    public async Task A_merge_that_takes_longer_than_a_page_may_wait_is_not_broken_off()
    {
        await using var database = await TestPostgres.CreateAsync(null, PlatformSchema.Schema);
        await using var impatient = NpgsqlDataSource.Create(database.ConnectionString + ";Command Timeout=1");
        using var file = new MemoryStream("name\nA\n"u8.ToArray());
        var kind = new SlowKind();
        (await new ImportService(new Database(impatient, TimeProvider.System), [kind]).RunAsync(kind, file, "slow.csv", new ImportOptions(), Actor.System)).New.ShouldBe(1);
    }

    private sealed class SlowKind : IImportKind, IImportSink
    {
        private Session? _session;

        public string Name => "slow";

        public string Permission => "slow.import";

        public IReadOnlyList<ImportColumn> Columns { get; } = [new("name", true)];

        public IImportSink Begin(ImportContext context)
        {
            _session = context.Session;
            return this;
        }

        public ValueTask AddAsync(ImportRow row, CancellationToken cancel) => ValueTask.CompletedTask;

        public async Task<ImportOutcome> CompleteAsync(CancellationToken cancel)
        {
            await _session!.ExecuteAsync("SELECT pg_sleep(1.5)", cancel: cancel);
            return new(1, 0, 0, []);
        }

        public Task UndoAsync(Session session, long batchId, CancellationToken cancel) => Task.CompletedTask;
    }
}
