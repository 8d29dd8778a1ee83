using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Demo;
using Rongtong.Outbreak.Map;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Registry;
using Rongtong.Registry.Regions;
using Rongtong.Testing;

namespace Rongtong.Outbreak.Tests;

/// <summary>Case counts in a real PostgreSQL: versions, undo, as-of, scope and publication.</summary>
public sealed class StoredCasesTests : IAsyncLifetime
{
    private static readonly DateOnly s_day = new(2020, 2, 10);
    private readonly TestClock _clock = new(new DateTimeOffset(2020, 2, 11, 1, 0, 0, TimeSpan.Zero));
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateAsync(_clock, PlatformSchema.Schema, RegistryModule.Schema, OutbreakModule.Schema);

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task The_same_file_twice_changes_nothing()
    {
        (await MergeAsync(1, Row("4201", 5), Row("4202", 3))).ShouldBe(new MergeCounts(2, 0, 0));
        (await MergeAsync(2, Row("4201", 5), Row("4202", 3))).ShouldBe(new MergeCounts(0, 0, 2));
    }

    [Fact]
    public async Task A_correction_makes_a_new_version_and_the_old_one_stays_visible_at_its_instant()
    {
        await MergeAsync(1, Row("4201", 5));
        var before = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromDays(1));
        (await MergeAsync(2, Row("4201", 7))).ShouldBe(new MergeCounts(0, 1, 0));

        (await CountAsync(AsOf.Now)).ShouldBe(7);
        (await CountAsync(new AsOf(null, before))).ShouldBe(5);
    }

    [Fact]
    public async Task An_undone_import_gives_back_what_it_had_replaced_and_history_keeps_both()
    {
        await MergeAsync(1, Row("4201", 5));
        _clock.Advance(TimeSpan.FromHours(1));
        await MergeAsync(2, Row("4201", 7), Row("4203", 1));
        var believed = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromHours(1));
        await using (var session = await _database.Database.BeginAsync(Actor.System))
        {
            await MergeCases.UndoAsync(session, 2, default);
            await session.CommitAsync();
        }
        (await CountAsync(AsOf.Now)).ShouldBe(5);
        (await CountAsync(new AsOf(null, believed))).ShouldBe(7);
        await using var look = await _database.Database.BeginAsync(Actor.System);
        (await ReadSeries.OfAsync(look, new("4203"), AsOf.Now, default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_file_without_a_column_leaves_what_is_known_about_it()
    {
        await MergeAsync(1, Row("4201", 5) with { Dead = 2 });
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await MergeAsync(2, Row("4201", 5))).ShouldBe(new MergeCounts(0, 0, 1));
    }

    [Fact]
    public async Task A_provincial_actor_sees_its_province_and_the_public_what_is_published()
    {
        await MergeAsync(1, Row("4201", 50), Row("4301", 40), Row("4201", 60) with { Day = s_day.AddDays(1) });
        var hubei = Actor.Public with { Kind = ActorKind.Account, Scope = ["42"] };
        (await VisibleAsync(hubei)).ShouldBe(2);
        (await VisibleAsync(Actor.Public)).ShouldBe(0);
        await using (var session = await _database.Database.BeginAsync(Actor.System))
        {
            await session.ExecuteAsync("INSERT INTO outbreak.publication (through, decided_by, decided_at) VALUES (@day, 'system', now())", new { day = s_day });
            await session.CommitAsync();
        }
        (await VisibleAsync(Actor.Public)).ShouldBe(2);
        (await VisibleAsync(hubei)).ShouldBe(3);
    }

    [Fact]
    public async Task The_demo_province_is_the_same_every_time_and_its_parts_add_up()
    {
        var tree = new RegionTree(NationalCodeList.Regions(), [], new Dictionary<string, long>());
        var rows = DemoProvince.Generate(tree, s_day);
        DemoProvince.Generate(tree, s_day).ShouldBe(rows);
        await MergeAsync(1, [.. rows]);
        await using var session = await _database.Database.BeginAsync(Actor.System);
        var picture = await ReadPicture.OfAsync(session, tree, DemoProvince.Code, AsOf.Now, published: null, default);
        picture.ShouldNotBeNull();
        picture.Days.ShouldBe(DemoProvince.Days);
        picture.Parts.Sum(p => p.Cumulative[^1]).ShouldBe(picture.Whole.Cumulative[^1]);
        picture.Whole.Cumulative[^1].ShouldBeInRange(500, 20_000);
    }

    private async Task<int> VisibleAsync(Actor actor)
    {
        await using var session = await _database.Database.BeginAsync(actor);
        return await session.QuerySingleAsync<int>("SELECT count(*)::int FROM outbreak.case_count");
    }

    private async Task<int> CountAsync(AsOf asOf)
    {
        await using var session = await _database.Database.BeginAsync(Actor.System);
        return (await ReadSeries.OfAsync(session, new("4201"), asOf, default))!.CumulativeOn(CaseKind.Confirmed, s_day);
    }

    private async Task<MergeCounts> MergeAsync(long batch, params CaseCount[] rows)
    {
        await using var session = await _database.Database.BeginAsync(Actor.System);
        await MergeCases.StageAsync(session, [.. rows.Select((row, i) => (row, false, (long)i))], default);
        await MergeCases.SettleDuplicatesAsync(session, default);
        var counts = await MergeCases.MergeAsync(session, _clock.GetUtcNow(), batch, default);
        await session.CommitAsync();
        return counts;
    }

    private static CaseCount Row(string region, int confirmed) => new() { RegionCode = region, Day = s_day, Confirmed = confirmed };
}
