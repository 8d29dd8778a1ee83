using System.Text;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Imports;
using Rongtong.Registry.Enterprises;
using Rongtong.Registry.Enterprises.Import;
using Rongtong.Registry.Enterprises.Merge;
using Rongtong.Registry.Regions;
using Rongtong.Testing;

namespace Rongtong.Registry.Tests;

/// <summary>A register on a database of its own, spoken to in the words of those who keep it.</summary>
internal sealed class EnterpriseWorld : IAsyncDisposable
{
    /// <summary>A keeper of the register in Wuhan.</summary>
    public static readonly Actor Keeper = new(ActorKind.Account, "account:keeper", "keeper", ["4201"], new HashSet<string> { RegistryPermissions.Enterprises });

    public const string A = "91350100M000100Y43";
    public const string B = "91110000600037341L";
    public const string C = "91440300708461136T";
    public const string D = "91420100MA4KRT0092";

    private EnterpriseWorld(TestDatabase database, RegionStore regions)
    {
        (Database, Regions) = (database, regions);
        Kind = new ImportEnterprises(regions);
        Imports = new ImportService(database.Database, [Kind]);
        Enterprises = new EnterpriseQueries(database.Database);
    }

    public TestDatabase Database { get; }

    public RegionStore Regions { get; }

    public ImportEnterprises Kind { get; }

    public ImportService Imports { get; }

    public EnterpriseQueries Enterprises { get; }

    public static async Task<EnterpriseWorld> CreateAsync()
    {
        var database = await TestPostgres.CreateAsync(null, PlatformSchema.Schema, RegistryModule.Schema);
        var regions = new RegionStore(database.Database);
        await regions.LoadAsync();
        return new(database, regions);
    }

    public Task<ImportReport> ImportAsync(string csv, Actor? actor = null, Encoding? encoding = null, string? day = null) =>
        Imports.RunAsync(Kind, new MemoryStream((encoding ?? Encoding.UTF8).GetBytes(csv)), "enterprises.csv",
            new ImportOptions { Extra = day is null ? [] : new Dictionary<string, string> { ["day"] = day } }, actor ?? Actor.System);

    public async Task<int> NumberOfAsync(string code) => await QueryAsync<int>("SELECT id FROM registry.enterprise WHERE code = @code", new { code });

    public async Task<T> QueryAsync<T>(string sql, object? args = null, Actor? actor = null)
    {
        await using var session = await Database.Database.BeginAsync(actor ?? Actor.System);
        return await session.QuerySingleAsync<T>(sql, args);
    }

    public async Task<MergeOutcome> MergeAsync(int kept, int merged, Actor? actor = null)
    {
        await using var session = await Database.Database.BeginAsync(actor ?? Actor.System);
        var outcome = await new MergeEnterprises(kept, merged).RunAsync(session, default);
        await session.CommitAsync();
        return outcome;
    }

    public async Task<MergeOutcome> UnmergeAsync(int merged)
    {
        await using var session = await Database.Database.BeginAsync(Actor.System);
        var outcome = await new UnmergeEnterprise(merged).RunAsync(session, default);
        await session.CommitAsync();
        return outcome;
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
