using Rongtong.Platform.Access;
using Rongtong.Registry.Enterprises.Merge;
using static Rongtong.Registry.Tests.EnterpriseWorld;

namespace Rongtong.Registry.Tests;

/// <summary>Two sessions that want the same entries: one waits, and what it holds meanwhile nobody needs.</summary>
public sealed class WaitingTests
{
    [Fact]
    public async Task An_import_waits_for_a_merge_without_holding_it_up()
    {
        await using var world = await CreateAsync();
        await world.ImportAsync($"code,name,region\n{A},甲有限公司,420115\n{B},乙有限公司,420115\n");
        var (a, b) = (await world.NumberOfAsync(A), await world.NumberOfAsync(B));
        await using var merge = await world.Database.Database.BeginAsync(Actor.System);
        await merge.ExecuteAsync("SELECT FROM registry.enterprise WHERE id = @a FOR NO KEY UPDATE", new { a });
        var importing = world.ImportAsync($"code,name,region\n{B},丁有限公司,420115\n{A},丙有限公司,420115\n");
        await WaitsAsync(world, importing);
        (await new MergeEnterprises(a, b).RunAsync(merge, default)).ShouldBeOfType<MergeOutcome.Done>();
        await merge.CommitAsync();
        (await importing).Changed.ShouldBe(2);
    }

    [Fact]
    public async Task Taking_a_merge_back_waits_for_the_entry_that_speaks_for_it_before_it_holds_one()
    {
        await using var world = await CreateAsync();
        await world.ImportAsync($"code,name,region,industry,persons,revenue\n{A},甲有限公司,420115,3525,,50000\n{B},乙有限公司,420115,3525,1200,100\n");
        var (a, b) = (await world.NumberOfAsync(A), await world.NumberOfAsync(B));
        await world.MergeAsync(a, b);
        await using var other = await world.Database.Database.BeginAsync(Actor.System);
        await other.ExecuteAsync("SELECT FROM registry.enterprise WHERE id = @a FOR NO KEY UPDATE", new { a });
        var parting = world.UnmergeAsync(b);
        await WaitsAsync(world, parting);
        (await new MergeEnterprises(a, b).RunAsync(other, default)).ShouldBeOfType<MergeOutcome.AlreadyMerged>();
        await other.CommitAsync();
        (await parting).ShouldBeOfType<MergeOutcome.Done>();
    }

    [Fact]
    public async Task Of_two_imports_that_bring_the_same_new_codes_the_second_finds_them_held()
    {
        await using var world = await CreateAsync();
        await using var first = await world.Database.Database.BeginAsync(Actor.System);
        var keep = new Enterprises.KeepEnterprises(first, "first", null);
        foreach (var code in new[] { A, B }) await keep.AddAsync(new(code, "甲有限公司", "420115"), default);
        (await keep.CompleteAsync(default)).New.ShouldBe(2);
        var second = world.ImportAsync($"code,name,region\n{B},乙有限公司,420115\n{C},丙有限公司,420115\n{A},甲有限公司,420115\n");
        await WaitsAsync(world, second);
        await first.CommitAsync();
        var report = await second;
        (report.New, report.Changed, report.Unchanged).ShouldBe((1, 1, 1));
    }

    private static async Task WaitsAsync(EnterpriseWorld world, Task work)
    {
        while (!await world.QueryAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')")) work.IsCompleted.ShouldBeFalse();
    }
}
