using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Testing;

namespace Rongtong.Platform.Tests;

public sealed class MigratorTests
{
    [Fact]
    public async Task A_second_run_applies_nothing_and_an_actor_without_scope_is_nowhere()
    {
        await using var database = await TestPostgres.CreateAsync(null, PlatformSchema.Schema);
        var again = await new Data.Migrator(database.Source, [PlatformSchema.Schema]).MigrateAsync();
        again.ShouldBeEmpty();

        await using var session = await database.Database.BeginAsync(Actor.Public);
        (await session.QuerySingleAsync<bool>("SELECT platform.region_in_scope('42')")).ShouldBeFalse();
        await using var national = await database.Database.BeginAsync(Actor.System);
        (await national.QuerySingleAsync<bool>("SELECT platform.region_in_scope('42')")).ShouldBeTrue();
        var hubei = Actor.Public with { Kind = ActorKind.Account, Scope = ["42"] };
        await using var provincial = await database.Database.BeginAsync(hubei);
        (await provincial.QuerySingleAsync<string>("SELECT platform.region_in_scope('4201')::text || platform.region_in_scope('43')::text")).ShouldBe("truefalse");
    }
}
