using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Testing;

namespace Rongtong.Platform.Tests;

/// <summary>Work that waits in the database is done when it is announced, and goes on after whatever fails.</summary>
public sealed class LiveFeedTests : IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly BlockingCollection<int> _done = [];
    private TestDatabase _database = null!;
    private LiveFeed _feed = null!;
    private int _calls;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateAsync(null, PlatformSchema.Schema);
        _feed = new LiveFeed(_database.Source, NullLogger<LiveFeed>.Instance);
        await _feed.StartAsync(default);
    }

    public async Task DisposeAsync()
    {
        await _feed.StopAsync(default);
        await _database.DisposeAsync();
    }

    public void Dispose()
    {
        _feed.Dispose();
        _stop.Dispose();
        _done.Dispose();
    }

    private Task Work(CancellationToken cancel)
    {
        _done.Add(++_calls, cancel);
        return Task.CompletedTask;
    }

    private int Next() => _done.TryTake(out var call, Patience.Long) ? call : throw new TimeoutException("The work was not done.");

    private async Task AnnounceAsync(string topic)
    {
        await using var session = await _database.Database.BeginAsync(Actor.System);
        await session.AnnounceAsync(topic);
        await session.CommitAsync();
    }

    [Fact]
    public async Task It_is_done_at_once_and_after_each_announcement_of_its_topic()
    {
        var keeping = _feed.KeepAsync("test.work", "The test", Timeout.InfiniteTimeSpan, Work, _stop.Token);
        Next().ShouldBe(1);
        for (var i = 2; i < 5; i++)
        {
            await AnnounceAsync("test.work");
            Next().ShouldBe(i);
        }
        await _stop.CancelAsync();
        await keeping;
    }

    [Fact]
    public async Task It_is_looked_for_when_no_announcement_comes()
    {
        var keeping = _feed.KeepAsync("test.work", "The test", TimeSpan.FromMilliseconds(1), Work, _stop.Token);
        for (var i = 1; i < 5; i++) Next().ShouldBe(i);
        await _stop.CancelAsync();
        await keeping;
    }

    [Theory]
    [InlineData(typeof(Npgsql.NpgsqlException))]
    [InlineData(typeof(KeyNotFoundException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task Whatever_fails_neither_ends_it_nor_the_host(Type failure)
    {
        var keeping = _feed.KeepAsync("test.work", "The test", Timeout.InfiniteTimeSpan, cancel => ++_calls == 1 ? throw (Exception)Activator.CreateInstance(failure)! : Work(cancel), _stop.Token);
        Next().ShouldBe(3);
        keeping.IsCompleted.ShouldBeFalse();
        await _stop.CancelAsync();
        await keeping;
    }
}
