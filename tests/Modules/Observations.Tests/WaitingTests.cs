using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Registry;
using Rongtong.Observations.Ingest;
using Rongtong.Observations.Rollup;
using Rongtong.Platform.Access;

namespace Rongtong.Observations.Tests;

/// <summary>Two sessions that want the same rows: one waits, and what it holds meanwhile nobody needs.</summary>
public sealed class WaitingTests : IAsyncLifetime
{
    private World _world = null!;

    public async Task InitializeAsync() => _world = await World.StartAsync(("330106", "3521", EnterpriseSize.Small, 3));

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Of_two_deliveries_that_name_new_meters_the_other_way_round_one_waits_and_both_arrive()
    {
        const string Meter = "INSERT INTO observations.series (source, quantity, subject) VALUES (@source, @quantity, @subject)";
        await using var first = await _world.Host.Database.Database.BeginAsync(Actor.System);
        var (source, quantity) = ((short)Source.Electricity, (short)Quantity.EnergyKwh);
        await first.ExecuteAsync(Meter, new { source, quantity, subject = "b" });
        var book = _world.Host.Services.GetRequiredService<SeriesBook>();
        var second = book.EnsureAsync(Source.Electricity, [new(Quantity.EnergyKwh, "c", ""), new(Quantity.EnergyKwh, "b", ""), new(Quantity.EnergyKwh, "a", "")], default);
        await WaitsAsync(second);
        await first.ExecuteAsync(Meter, new { source, quantity, subject = "c" });
        await first.CommitAsync();
        (await second).New.ShouldBe(1);
        book.TryFind(Source.Electricity, Quantity.EnergyKwh, "c", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task Of_two_files_that_bring_new_months_in_opposite_order_one_waits_before_it_keeps_any()
    {
        var (january, february) = (new DateOnly(2018, 1, 1), new DateOnly(2018, 2, 1));
        var months = _world.Host.Services.GetRequiredService<Months>();
        await using var first = await _world.Host.Database.Database.BeginAsync(Actor.System);
        await using var second = await _world.Host.Database.Database.BeginAsync(Actor.System);
        (await months.BeginAsync(first, january, default)).ShouldBeTrue();
        var waiting = months.BeginAsync(second, february, default);
        await WaitsAsync(waiting);
        (await months.BeginAsync(first, february, default)).ShouldBeTrue();
        foreach (var month in new[] { january, february }) await Months.AttachAsync(first, month, default);
        await first.CommitAsync();
        (await waiting).ShouldBeFalse("the other has made it");
    }

    [Fact]
    public async Task Around_new_year_two_counts_that_share_a_year_and_would_drop_its_baselines_come_one_after_the_other()
    {
        DateOnly[] days = [new(2019, 12, 31), new(2020, 1, 1)];
        var database = _world.Host.Database.Database;
        await using var first = await database.BeginAsync(Actor.System);
        await using var second = await database.BeginAsync(Actor.System);
        var dimensions = await Dimensions.ReadAsync(first, default);
        var ranks = await ReadDays.RanksAsync(first, default);
        await new Baselines(database, first, dimensions, ranks).PrepareAsync(days, days, default);
        var waiting = new Baselines(database, second, dimensions, ranks).PrepareAsync(days, days, default);
        await WaitsAsync(waiting);
        await Baselines.ForgetAsync(first, days, default);
        await first.CommitAsync();
        await waiting;
        await Baselines.ForgetAsync(second, days, default);
        await second.CommitAsync();
    }

    private async Task WaitsAsync(Task work)
    {
        while (await _world.ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0) work.IsCompleted.ShouldBeFalse();
    }
}
