using Rongtong.Casework.Deadlines;
using Rongtong.Contracts.Casework;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Casework.Tests;

public sealed class DeadlineTests : IAsyncLifetime
{
    private const string Key = "resumption.opening:9";
    private CaseworkWorld _world = null!;

    public async Task InitializeAsync() => _world = await CaseworkWorld.CreateAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task What_is_not_met_passes_once_however_often_hosts_look()
    {
        await SetAsync(hours: 2);
        await _world.PassAsync(TimeSpan.FromHours(1));
        _world.Heard.All.ShouldBeEmpty();
        await _world.PassAsync(TimeSpan.FromHours(1));
        _world.Heard.All.ShouldHaveSingleItem().Key.ShouldBe(Key);
        for (var i = 0; i < 3; i++) await _world.PassAsync(TimeSpan.FromMinutes(1));
        _world.Heard.All.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Two_hosts_at_once_say_it_once()
    {
        for (var i = 0; i < 40; i++) await SetAsync(hours: 1, key: "x:" + i);
        await _world.SettleAsync();
        _world.Clock.Advance(TimeSpan.FromHours(1));
        // Not through the jobs' lock: the rows themselves must be enough.
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _world.DoAsync(Actor.System, session => new FireDeadlines().RunAsync(session, default))));
        await _world.SettleAsync();
        _world.Heard.All.Select(p => p.Key).ShouldBe(Enumerable.Range(0, 40).Select(i => "x:" + i), ignoreOrder: true);
    }

    [Fact]
    public async Task A_host_that_dies_before_its_commit_has_said_nothing_and_another_says_it()
    {
        await SetAsync(hours: 1);
        await _world.SettleAsync();
        _world.Clock.Advance(TimeSpan.FromHours(1));
        await using (var dying = await _world.Database.BeginAsync(Actor.System))
        {
            await new FireDeadlines().RunAsync(dying, default);
            // Its server process is gone with the host: work and lock fall together.
            await using var killer = new Npgsql.NpgsqlConnection(_world.Storage.SuperuserConnectionString);
            await killer.OpenAsync();
            await using var kill = new Npgsql.NpgsqlCommand($"SELECT pg_terminate_backend({dying.Connection.ProcessID})", killer);
            await kill.ExecuteNonQueryAsync();
            await Should.ThrowAsync<Npgsql.NpgsqlException>(() => dying.CommitAsync());
        }
        await _world.SettleAsync();
        _world.Heard.All.ShouldBeEmpty();
        await _world.Host().RunDueAsync();
        await _world.SettleAsync();
        _world.Heard.All.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_met_in_time_does_not_pass_although_the_queue_is_late()
    {
        await SetAsync(hours: 1);
        await _world.SettleAsync();
        await _world.PublishAsync(DeadlineMet.Kind, Key, new DeadlineMet(Key));
        _world.Clock.Advance(TimeSpan.FromHours(2));
        await _world.Host().RunDueAsync();
        await _world.SettleAsync();
        _world.Heard.All.ShouldBeEmpty();
        (await ChangesAsync()).ShouldBe(["set", "met"]);
    }

    [Fact]
    public async Task A_deadline_that_moved_passes_at_its_new_time_and_keeps_its_history()
    {
        await SetAsync(hours: 1);
        await SetAsync(hours: 5);
        await _world.PassAsync(TimeSpan.FromHours(2));
        _world.Heard.All.ShouldBeEmpty();
        await _world.PassAsync(TimeSpan.FromHours(3));
        _world.Heard.All.Count.ShouldBe(1);
        (await ChangesAsync()).ShouldBe(["set", "moved", "passed"]);
    }

    [Fact]
    public async Task The_same_setting_said_again_after_it_passed_does_not_pass_again_but_a_new_one_does()
    {
        // As a module may write it: in China's time, and finer than the database keeps.
        var due = _world.Clock.GetUtcNow().AddHours(1).AddTicks(3).ToOffset(TimeSpan.FromHours(8));
        await SetAsync(due);
        await _world.PassAsync(TimeSpan.FromHours(2));
        await SetAsync(due);
        await _world.PassAsync(TimeSpan.FromHours(1));
        _world.Heard.All.Count.ShouldBe(1);
        await SetAsync(hours: 1);
        await _world.PassAsync(TimeSpan.FromHours(1));
        _world.Heard.All.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Met_and_set_may_arrive_in_either_order()
    {
        await SetAsync(hours: 1);
        await _world.PublishAsync(DeadlineMet.Kind, Key, new DeadlineMet(Key));
        await _world.HandleOnlyAsync<WhenDeadlineMet>();
        await _world.PassAsync(TimeSpan.FromHours(2));
        _world.Heard.All.ShouldBeEmpty();
        // Set once more after it was met: it is wanted again.
        await SetAsync(hours: 1);
        await _world.PassAsync(TimeSpan.FromHours(1));
        _world.Heard.All.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Officers_see_the_deadlines_of_their_regions_and_nobody_can_write_one()
    {
        await SetAsync(hours: 1);
        await _world.SettleAsync();
        (await SeenAsync(CaseworkWorld.CityOfficer)).ShouldBe(1);
        (await SeenAsync(CaseworkWorld.Stranger)).ShouldBe(0);
        (await SeenAsync(CaseworkWorld.MillOwner)).ShouldBe(0);
        (await _world.DoAsync(CaseworkWorld.CityOfficer, session => session.ExecuteAsync("UPDATE casework.deadline SET due_at = 'infinity'"))).ShouldBe(0);
        await Should.ThrowAsync<Npgsql.PostgresException>(() => _world.DoAsync(Actor.System, session => session.ExecuteAsync("DELETE FROM casework.deadline_change")));
    }

    private Task SetAsync(int hours, string key = Key) => SetAsync(_world.Clock.GetUtcNow().AddHours(hours), key);

    private Task SetAsync(DateTimeOffset due, string key = Key) => _world.PublishAsync(DeadlineSet.Kind, key, new DeadlineSet(key, due, "4201", "复工备案答复", "Answer to a filing", "/resumption/openings/9"));

    private Task<long> SeenAsync(Actor actor) => _world.DoAsync(actor, session => session.QuerySingleAsync<long>("SELECT count(*) FROM casework.deadline"));

    private Task<IReadOnlyList<string>> ChangesAsync() => _world.DoAsync(Actor.System, session => session.QueryAsync<string>("SELECT what FROM casework.deadline_change ORDER BY id"));
}
