using Rongtong.Casework.Cases;
using Rongtong.Casework.Liaison;
using Rongtong.Platform.Access;
using static Rongtong.Casework.Tests.CaseworkWorld;

namespace Rongtong.Casework.Tests;

/// <summary>Two sessions that want the same rows: one waits, and what it holds meanwhile nobody needs.</summary>
public sealed class WaitingTests : IAsyncLifetime
{
    private CaseworkWorld _world = null!;

    public async Task InitializeAsync() => _world = await CreateAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task A_merge_of_cases_waits_for_the_duplicates_it_leads_on_before_it_holds_a_case()
    {
        var (duplicate, middle, kept) = (await _world.OpenedAsync(MillOwner, "一"), await _world.OpenedAsync(MillOwner, "二"), await _world.OpenedAsync(MillOwner, "三"));
        await _world.TakenAsync(CityOfficer, duplicate, new CaseInput.Merge(""), into: middle);
        await using var register = await _world.Database.BeginAsync(Actor.System);
        await CaseFile.LockAsync(register, duplicate, default);
        var merging = _world.StepAsync(CityOfficer, middle, new CaseInput.Merge(""), into: kept);
        await WaitsAsync(merging);
        // The enterprise's cases, as when it is merged.
        await CaseFile.LockAllAsync(register, "enterprise_id = 1", new { }, default);
        await register.CommitAsync();
        (await merging).ShouldBeOfType<StepResult.Taken>();
        (await _world.CaseAsync(duplicate)).DuplicateOf.ShouldBe(kept);
    }

    [Fact]
    public async Task Of_two_officers_given_the_same_enterprises_at_once_the_second_takes_over()
    {
        var today = new DateOnly(2020, 2, 20);
        await using var first = await _world.Database.BeginAsync(Leader);
        (await Assignments.AssignAsync(first, new("1", "甲"), "4201", "", null, today, default)).ShouldBe(new AssignOutcome.Assigned(2));
        var second = _world.DoAsync(Leader, session => Assignments.AssignAsync(session, new("2", "乙"), "420111", "", null, today, default));
        await WaitsAsync(second);
        await first.CommitAsync();
        (await second).ShouldBe(new AssignOutcome.Assigned(1));
        (await _world.DoAsync(Actor.System, session => session.QueryAsync<string>("SELECT enterprise_id || officer_name FROM casework.assignment WHERE to_day IS NULL ORDER BY 1"))).ShouldBe(["1乙", "2甲"]);
    }

    private async Task WaitsAsync(Task work)
    {
        while (!await _world.DoAsync(Actor.System, session => session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"))) work.IsCompleted.ShouldBeFalse();
    }
}
