using System.Text;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Imports;
using Rongtong.Registry.Population;
using Rongtong.Registry.Regions;
using Rongtong.Testing;

namespace Rongtong.Registry.Tests;

public sealed class PopulationTests
{
    [Fact]
    public async Task Inhabitants_come_in_by_name_or_code_a_correction_counts_and_an_undo_brings_back_what_was()
    {
        await using var database = await TestPostgres.CreateAsync(null, PlatformSchema.Schema, RegistryModule.Schema);
        var store = new RegionStore(database.Database);
        await store.LoadAsync();
        var kind = new ImportPopulation(store);
        var imports = new ImportService(database.Database, [kind]);
        Task<ImportReport> RunAsync(string csv) => imports.RunAsync(kind, new MemoryStream(Encoding.UTF8.GetBytes(csv)), "population.csv", new ImportOptions(), Actor.System);
        async Task<long?> WuhanAsync()
        {
            await store.LoadAsync();
            return store.Current.PopulationOf(new RegionCode("4201"));
        }

        var first = await RunAsync("年份,省份,地区,常住人口\n2019,湖北省,武汉市,11212000\n2019,湖北省,无此地方,1\n2019,浙江省,,58500000\n");
        (first.New, first.Rejected).ShouldBe((2, 1));
        first.Rejects[0].TextKey.ShouldBe("registry.population.expected.region");
        (await WuhanAsync()).ShouldBe(11_212_000);

        var second = await RunAsync("year,code,persons\n2019,420100,11213000\n2020,420100,12326500\n");
        (second.New, second.Changed).ShouldBe((1, 1));
        (await WuhanAsync()).ShouldBe(12_326_500);
        await imports.UndoAsync(second.BatchId, Actor.System);
        (await WuhanAsync()).ShouldBe(11_212_000);
    }
}
