using System.Text;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Registry;
using Rongtong.Registry.Regions;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Stock;
using Rongtong.Testing;

namespace Rongtong.Supplies.Tests;

/// <summary>The module on a real, empty PostgreSQL with the real regions.</summary>
internal sealed class SuppliesWorld : IAsyncDisposable
{
    public static readonly Actor Dispatcher = new(ActorKind.Account, "account:dispatcher", "dispatcher", ["42"], new HashSet<string>([SuppliesPermissions.Read, SuppliesPermissions.Plan]));

    public TestClock Clock { get; } = new(new DateTimeOffset(2020, 2, 1, 4, 0, 0, TimeSpan.Zero));

    public TestDatabase Stored { get; private set; } = null!;

    public RegionStore Regions { get; private set; } = null!;

    public static async Task<SuppliesWorld> StartAsync()
    {
        var world = new SuppliesWorld();
        world.Stored = await TestPostgres.CreateAsync(world.Clock, PlatformSchema.Schema, RegistryModule.Schema, SuppliesModule.Schema);
        world.Regions = new RegionStore(world.Stored.Database);
        await world.Regions.LoadAsync();
        await world.InAsync(session => RegisterFacilities.RunAsync(session,
        [
            new FacilityDraft("H1", "第一医院", "hospital", "420106") { FrontLine = 3, Staff = 100, Phone = "13800000001" }, new FacilityDraft("H2", "第二医院", "hospital", "421181"),
            new FacilityDraft("H9", "外省医院", "hospital", "430102"), new FacilityDraft("P1", "口罩厂", "producer", "4201") { Phone = "13800000002" }, new FacilityDraft("C1", "运输队", "carrier", "4201"),
        ], null, isDemo: false, default));
        return world;
    }

    public static Actor Of(string facility, string permission = SuppliesPermissions.Own) => new(ActorKind.Account, "account:" + facility, facility, [], new HashSet<string>([permission])) { Organisation = facility };

    public Task<T> InAsync<T>(Func<Session, Task<T>> work) => InAsync(Actor.System, work);

    public async Task<T> InAsync<T>(Actor actor, Func<Session, Task<T>> work)
    {
        await using var session = await Stored.Database.BeginAsync(actor);
        var result = await work(session);
        await session.CommitAsync();
        return result;
    }

    public Task<long> LotAsync(string number = "", DateOnly? expires = null, string item = "respirator-medical") => InAsync(s => Lots.FindOrAddAsync(s, new LotLabel(item, "", number, expires)));

    public Task<MoveOutcome> MoveAsync(string key, long lot, string from, StockState fromState, string to, StockState toState, long quantity) =>
        InAsync(s => Ledger.MoveAsync(s, new(key, "test", "", [new(lot, new(from, fromState), new(to, toState), quantity)])));

    public Task<long> HeldAsync(string place, StockState state, long lot) => InAsync(s => s.QuerySingleAsync<long>(
        "SELECT coalesce(sum(quantity), 0)::bigint FROM supplies.balance WHERE place = @place AND state = @state AND lot_id = @lot", new { place, state = state.Word(), lot }));

    public Task<Facility> FacilityAsync(string code) => InAsync(async s => (await Facility.FindAsync(s, code))!);

    public async Task<ImportReport> ImportAsync(IImportKind kind, byte[] file, Actor? actor = null)
    {
        using var stream = new MemoryStream(file);
        return await new ImportService(Stored.Database, [kind]).RunAsync(kind, stream, "file.csv", new ImportOptions(), actor ?? Dispatcher);
    }

    public Task<ImportReport> ImportAsync(IImportKind kind, string csv, Actor? actor = null) => ImportAsync(kind, Encoding.UTF8.GetBytes(csv), actor);

    public Task<bool> UndoAsync(IImportKind kind, long batch) => new ImportService(Stored.Database, [kind]).UndoAsync(batch, Dispatcher);

    public async ValueTask DisposeAsync() => await Stored.DisposeAsync();
}
