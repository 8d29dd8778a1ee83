using Microsoft.Extensions.Logging.Abstractions;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Testing;

namespace Rongtong.Platform.Tests.Events;

public sealed class OutboxTests : IAsyncLifetime
{
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 20, 8, 0, 0, TimeSpan.Zero));
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateAsync(_clock, PlatformSchema.Schema);
        await using var session = await _database.Database.BeginAsync(Actor.System);
        await session.ExecuteAsync("CREATE TABLE public.effect (event_id bigint, subject text)");
        await session.CommitAsync();
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task An_event_is_handled_once_in_order_and_never_when_its_transaction_was_rolled_back()
    {
        await PublishAsync("first");
        await using (var session = await _database.Database.BeginAsync(Actor.System)) await session.PublishAsync("test.happened", "rolled back", new { });
        await PublishAsync("second");
        await PublishAsync("of another kind", "test.other");
        var dispatcher = Dispatcher(new Writer());
        await DispatchUntilAsync(dispatcher, "second");
        (await dispatcher.DispatchAsync()).ShouldBe(0);
        (await EffectsAsync()).ShouldBe(["first", "second"]);
    }

    [Fact]
    public async Task Two_hosts_at_once_handle_each_event_once()
    {
        for (var i = 0; i < 40; i++) await PublishAsync(i.ToString("D2", System.Globalization.CultureInfo.InvariantCulture));
        var hosts = new[] { Dispatcher(new Writer()), Dispatcher(new Writer()), Dispatcher(new Writer()) };
        var handled = 0;
        // A host that finds the cursor taken leaves it to the other one, so it looks again as its background loop would.
        while (handled < 40) handled += (await Task.WhenAll(hosts.Select(h => h.DispatchAsync()))).Sum();
        (await EffectsAsync()).ShouldBe(Enumerable.Range(0, 40).Select(i => i.ToString("D2", System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task An_event_that_commits_later_than_a_younger_one_is_not_passed_over()
    {
        await using var slow = await _database.Database.BeginAsync(Actor.System);
        await slow.PublishAsync("test.happened", "slow", new { });
        await PublishAsync("fast");
        var dispatcher = Dispatcher(new Writer());
        await dispatcher.DispatchAsync();
        (await EffectsAsync()).ShouldBeEmpty("the younger one waits for the older transaction");
        await slow.CommitAsync();
        await DispatchUntilAsync(dispatcher, "fast");
        (await EffectsAsync()).ShouldBe(["slow", "fast"]);
    }

    [Fact]
    public async Task A_failing_handler_leaves_nothing_behind_is_tried_again_later_and_then_set_aside_for_somebody_to_look_at()
    {
        await PublishAsync("bad");
        await PublishAsync("good");
        var writer = new Writer { Fails = subject => subject == "bad" };
        var dispatcher = Dispatcher(writer);
        while (writer.Attempts == 0) await dispatcher.DispatchAsync();
        (await EffectsAsync()).ShouldBeEmpty();
        await dispatcher.DispatchAsync();
        writer.Attempts.ShouldBe(1, "it waits before the next attempt");
        while ((await EffectsAsync()).Count == 0)
        {
            _clock.Advance(TimeSpan.FromMinutes(10));
            await dispatcher.DispatchAsync();
        }
        writer.Attempts.ShouldBe(OutboxDispatcher.AttemptsMax + 1);
        (await EffectsAsync()).ShouldBe(["good"]);
        writer.Fails = _ => false;
        (await dispatcher.HandleParkedAsync(writer.Name, 1, Actor.System)).ShouldBeTrue();
        (await dispatcher.HandleParkedAsync(writer.Name, 1, Actor.System)).ShouldBeFalse("it is done");
        (await EffectsAsync()).ShouldBe(["bad", "good"]);
    }

    private OutboxDispatcher Dispatcher(Writer writer) =>
        new(_database.Database, [writer], new LiveFeed(_database.Source, NullLogger<LiveFeed>.Instance), NullLogger<OutboxDispatcher>.Instance);

    /// <summary>Transactions of other tests on the same server hold events back for a moment, so a host looks more than once.</summary>
    private async Task DispatchUntilAsync(OutboxDispatcher dispatcher, string subject)
    {
        while (!(await EffectsAsync()).Contains(subject)) await dispatcher.DispatchAsync();
    }

    private async Task PublishAsync(string subject, string kind = "test.happened")
    {
        await using var session = await _database.Database.BeginAsync(Actor.System);
        await session.PublishAsync(kind, subject, new { subject });
        await session.CommitAsync();
    }

    /// <summary>Subjects in the order of their events.</summary>
    private async Task<IReadOnlyList<string>> EffectsAsync()
    {
        await using var session = await _database.Database.BeginAsync(Actor.System);
        return await session.QueryAsync<string>("SELECT subject FROM public.effect ORDER BY event_id");
    }

    private sealed class Writer : IEventSubscriber
    {
        public Func<string, bool> Fails { get; set; } = _ => false;

        public int Attempts { get; private set; }

        public string Name => "test.writer";

        public string EventKind => "test.happened";

        public async Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
        {
            Attempts++;
            await session.ExecuteAsync("INSERT INTO public.effect VALUES (@Id, @Subject)", new { happened.Id, happened.Subject }, cancel);
            if (Fails(happened.Subject)) throw new InvalidOperationException("this handler was told to fail");
        }
    }
}
