using Microsoft.Extensions.Logging.Abstractions;
using Rongtong.Platform.Data;
using Rongtong.Platform.Jobs;
using Rongtong.Testing;

namespace Rongtong.Platform.Tests.Events;

public sealed class JobRunnerTests : IAsyncLifetime
{
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 20, 8, 0, 0, TimeSpan.Zero));
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateAsync(_clock, PlatformSchema.Schema);

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_job_runs_when_due_and_not_again_before_its_time()
    {
        var job = new Counting();
        var runner = Runner(job);
        (await runner.RunDueAsync()).ShouldBe([job.Name]);
        (await runner.RunDueAsync()).ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromHours(1));
        (await runner.RunDueAsync()).ShouldBe([job.Name]);
        job.Runs.ShouldBe(2);
    }

    [Fact]
    public async Task While_one_host_runs_a_job_no_other_host_does()
    {
        var inside = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var slow = new Counting { Work = async () => { inside.SetResult(); await go.Task; } };
        var running = Runner(slow).RunDueAsync();
        await inside.Task;
        // The row is new and not committed yet: the second host waits for it, and finds the job done.
        var second = Runner(new Counting()).RunDueAsync();
        go.SetResult();
        (await running).ShouldBe([slow.Name]);
        (await second).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failed_job_is_recorded_and_comes_again()
    {
        var job = new Counting { Work = () => throw new InvalidOperationException("told to fail") };
        var runner = Runner(job);
        (await runner.RunDueAsync()).ShouldBeEmpty();
        job.Work = () => Task.CompletedTask;
        _clock.Advance(TimeSpan.FromHours(1));
        (await runner.RunDueAsync()).ShouldBe([job.Name]);
    }

    private JobRunner Runner(IJob job) => new(_database.Database, [job], NullLogger<JobRunner>.Instance);

    private sealed class Counting : IJob
    {
        public Func<Task> Work { get; set; } = () => Task.CompletedTask;

        public int Runs { get; private set; }

        public string Name => "test.count";

        public TimeSpan Every => TimeSpan.FromHours(1);

        public Task RunAsync(Session session, CancellationToken cancel)
        {
            Runs++;
            return Work();
        }
    }
}
