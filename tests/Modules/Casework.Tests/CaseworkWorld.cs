using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging.Abstractions;
using Rongtong.Casework.Calendar;
using Rongtong.Casework.Cases;
using Rongtong.Casework.Deadlines;
using Rongtong.Casework.Liaison;
using Rongtong.Casework.Messages;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;
using Rongtong.Testing;

namespace Rongtong.Casework.Tests;

/// <summary>The module on a real database, with a register of enterprises and a clock that the test turns. Thursday 2020-02-20, 09:00 in China.</summary>
internal sealed class CaseworkWorld : IAsyncDisposable
{
    public const string Mill = "91420100MA4KRT0092";
    public const string Foundry = "91420100MA4KRT0105";

    private readonly IEventSubscriber[] _subscribers;

    private CaseworkWorld(TestDatabase database, TestClock clock)
    {
        (Storage, Clock) = (database, clock);
        Feed = new LiveFeed(database.Source, NullLogger<LiveFeed>.Instance);
        Calendar = new WorkCalendar(database.Database, Feed, NullLogger<WorkCalendar>.Instance);
        Enterprises = new EnterpriseFacts(Register);
        Secrets = new MessageSecrets(new EphemeralDataProtectionProvider());
        Heard = new Hearing<DeadlinePassed>(DeadlinePassed.Kind);
        Closed = new Hearing<CaseClosed>(CaseClosed.Kind);
        _subscribers =
        [
            new WhenDeadlineSet(), new WhenDeadlineMet(), new WhenCaseWanted(Enterprises, Calendar), new WhenCaseNoLongerWanted(Calendar), new WhenCaseDeadlinePassed(Calendar),
            new WhenEnterprisesChanged(Enterprises), new WhenEnterpriseMerged(Enterprises), new WhenEnterpriseUnmerged(Enterprises), new WhenMessageWanted(Secrets), Heard, Closed,
        ];
    }

    public TestDatabase Storage { get; }
    public TestClock Clock { get; }
    public LiveFeed Feed { get; }
    public WorkCalendar Calendar { get; }
    public FakeRegister Register { get; } = new();
    public EnterpriseFacts Enterprises { get; }
    public MessageSecrets Secrets { get; }
    public Hearing<DeadlinePassed> Heard { get; }
    public Hearing<CaseClosed> Closed { get; }
    public Database Database => Storage.Database;

    /// <summary>A liaison officer of the city 4201.</summary>
    public static Actor CityOfficer { get; } = Account("00000000-0000-0000-0000-000000000001", "liaison", "4201", "");

    /// <summary>A liaison officer of another city.</summary>
    public static Actor Stranger { get; } = Account("00000000-0000-0000-0000-000000000002", "liaison", "4202", "");

    public static Actor Leader { get; } = Account("00000000-0000-0000-0000-000000000003", "duty_leader", "42", "");

    public static Actor MillOwner { get; } = Account("00000000-0000-0000-0000-000000000004", "enterprise", "42", Mill);

    public static Actor FoundryOwner { get; } = Account("00000000-0000-0000-0000-000000000005", "enterprise", "42", Foundry);

    public static async Task<CaseworkWorld> CreateAsync()
    {
        var clock = new TestClock(new DateTimeOffset(2020, 2, 20, 1, 0, 0, TimeSpan.Zero));
        var world = new CaseworkWorld(await TestPostgres.CreateAsync(clock, PlatformSchema.Schema, CaseworkModule.Schema), clock);
        world.Register.Add(new(1, Mill, "楚天纺织厂", new("420111"), "1711", EnterpriseSize.Medium, "光谷"), new(2, Foundry, "江城铸造厂", new("420112"), "3391", EnterpriseSize.Small, ""));
        await world.DoAsync(Actor.System, session => new WhenEnterprisesChanged(world.Enterprises).ReloadAsync(session, default));
        return world;
    }

    public async Task DoAsync(Actor actor, Func<Session, Task> work)
    {
        await using var session = await Database.BeginAsync(actor);
        await work(session);
        await session.CommitAsync();
    }

    public async Task<T> DoAsync<T>(Actor actor, Func<Session, Task<T>> work)
    {
        await using var session = await Database.BeginAsync(actor);
        var result = await work(session);
        await session.CommitAsync();
        return result;
    }

    public Task PublishAsync(string kind, string subject, object payload) => DoAsync(Actor.System, session => session.PublishAsync(kind, subject, payload));

    /// <summary>Lets every event be handled, and those that follow from it, by a host of its own.</summary>
    public Task SettleAsync() => HandleAsync(_subscribers);

    /// <summary>Handles the events of one kind alone, as when the others' queue is slow.</summary>
    public Task HandleOnlyAsync<T>() where T : IEventSubscriber => HandleAsync([_subscribers.OfType<T>().Single()]);

    public JobRunner Host() => new(Database, [new FireDeadlines()], NullLogger<JobRunner>.Instance);

    /// <summary>Moves the clock, then lets deadlines fire and their events be handled.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        await SettleAsync();
        Clock.Advance(time);
        await Host().RunDueAsync();
        await SettleAsync();
    }

    public async Task<long> OpenedAsync(Actor actor, string words = "口罩不够，无法开工", string category = "materials", int? enterprise = null, string? region = null) =>
        (await OpenAsync(actor, words, category, enterprise, region)).ShouldBeOfType<OpenOutcome.Opened>().Id;

    public Task<OpenOutcome> OpenAsync(Actor actor, string words, string category = "materials", int? enterprise = null, string? region = null) =>
        DoAsync(actor, session => new OpenCase(category, words, "normal", enterprise, region).RunAsync(session, Enterprises, FakeRegions.Hubei, Calendar, default));

    public async Task<StepResult> StepAsync(Actor actor, long id, CaseInput input, Officer? to = null, long? into = null, int? version = null) => await DoAsync(actor, async session =>
        await new TakeStep(id, version ?? (await CaseAsync(id)).Version, input, to, into).RunAsync(session, Calendar, default));

    public async Task TakenAsync(Actor actor, long id, CaseInput input, Officer? to = null, long? into = null) => (await StepAsync(actor, id, input, to, into)).ShouldBeOfType<StepResult.Taken>();

    public async Task<CaseFile> CaseAsync(long id) => (await DoAsync(Actor.System, session => CaseFile.FindAsync(session, id, default)))!;

    public async Task<CaseFile> CaseAsync(string key) =>
        await DoAsync(Actor.System, session => session.QuerySingleAsync<CaseFile>($"SELECT {CaseFile.Columns} FROM casework.case_file WHERE key = @key", new { key }));

    public Task<IReadOnlyList<string>> StepsAsync(long id) => DoAsync(Actor.System, session => session.QueryAsync<string>("SELECT kind FROM casework.case_step WHERE case_id = @id ORDER BY id", new { id }));

    public async ValueTask DisposeAsync()
    {
        Calendar.Dispose();
        Feed.Dispose();
        await Storage.DisposeAsync();
    }

    /// <summary>An event is handed on once every older transaction of the server has ended, also those of tests beside this one: waits for them.</summary>
    private async Task HandleAsync(IEventSubscriber[] subscribers)
    {
        const string IsHeldBack = "SELECT EXISTS (SELECT FROM platform.outbox_event WHERE transaction >= pg_snapshot_xmin(pg_current_snapshot()))";
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var isHeldBack = await DoAsync(Actor.System, session => session.QuerySingleAsync<bool>(IsHeldBack));
            if (await Dispatcher(subscribers).DispatchAsync() == 0 && !isHeldBack) return;
            if (isHeldBack) await look.WaitForNextTickAsync();
        }
    }

    private OutboxDispatcher Dispatcher(IEventSubscriber[] subscribers) => new(Database, subscribers, Feed, NullLogger<OutboxDispatcher>.Instance);

    private static Actor Account(string id, string role, string scope, string organisation) =>
        new(ActorKind.Account, "account:" + id, role + " " + scope, [scope], Roles.PermissionsOf([role])) { Organisation = organisation };

    /// <summary>What another module would hear.</summary>
    internal sealed class Hearing<T>(string kind) : IEventSubscriber
    {
        public List<T> All { get; } = [];

        public string Name => "test.hears-" + kind;

        public string EventKind => kind;

        public Task HandleAsync(Session session, OutboxEvent happened, CancellationToken cancel)
        {
            All.Add(happened.Read<T>());
            return Task.CompletedTask;
        }
    }
}

/// <summary>A register of a few enterprises that merges and unmerges as the real one says it does.</summary>
internal sealed class FakeRegister : IEnterprises
{
    private readonly Dictionary<int, Enterprise> _all = [];
    private readonly Dictionary<int, int> _mergedInto = [];

    public void Add(params Enterprise[] enterprises)
    {
        foreach (var enterprise in enterprises) _all[enterprise.Id] = enterprise;
    }

    public void Merge(int kept, int merged) => _mergedInto[merged] = kept;

    public void Unmerge(int restored) => _mergedInto.Remove(restored);

    public Task<Enterprise?> FindAsync(int id, CancellationToken cancel = default)
    {
        while (_mergedInto.TryGetValue(id, out var kept)) id = kept;
        return Task.FromResult(_all.GetValueOrDefault(id));
    }

    public Task<Enterprise?> FindByCodeAsync(string code, CancellationToken cancel = default) => Task.FromResult(_all.Values.FirstOrDefault(e => e.Code == code));

    public async Task<IReadOnlyList<Enterprise>> FindAsync(IReadOnlyCollection<int> ids, CancellationToken cancel = default)
    {
        var found = new List<Enterprise>();
        foreach (var id in ids)
        {
            if (await FindAsync(id, cancel) is { } enterprise) found.Add(enterprise);
        }
        return [.. found.DistinctBy(e => e.Id)];
    }

    public Task<IReadOnlyDictionary<string, int>> NumbersOfAsync(IReadOnlyCollection<string> codes, CancellationToken cancel = default) =>
        Task.FromResult<IReadOnlyDictionary<string, int>>(_all.Values.Where(e => codes.Contains(e.Code)).ToDictionary(e => e.Code, e => e.Id));

    public IAsyncEnumerable<Enterprise> AllAsync(CancellationToken cancel = default) => _all.Values.Where(e => !_mergedInto.ContainsKey(e.Id)).ToAsyncEnumerable();

    public Task<IReadOnlyList<EnterprisePlace>> PlacesOfAsync(int enterpriseId, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<EnterprisePlace>>([]);
}

/// <summary>Three counties.</summary>
internal sealed class FakeRegions : IRegions, IRegionTree
{
    private readonly Region[] _all =
    [
        Region("42", RegionLevel.Province, ""), Region("4201", RegionLevel.Prefecture, "42"), Region("420111", RegionLevel.County, "4201"), Region("420112", RegionLevel.County, "4201"),
        Region("4202", RegionLevel.Prefecture, "42"), Region("420202", RegionLevel.County, "4202"),
    ];

    public static FakeRegions Hubei { get; } = new();

    public IRegionTree Current => this;

    public IReadOnlyCollection<Region> All => _all;

    public Region? Find(RegionCode code) => _all.FirstOrDefault(r => r.Code == code);

    public IReadOnlyList<Region> ChildrenOf(RegionCode code) => [.. _all.Where(r => r.Parent == code)];

    public long? PopulationOf(RegionCode code) => null;

    public RegionResolution? Resolve(string? province, string? provinceCode, string? place, string? placeCode) => null;

    public Task KeepAsync(IReadOnlyCollection<Region> statisticalAreas, CancellationToken cancel = default) => Task.CompletedTask;

    public ReadOnlyMemory<byte>? OutlinesOf(RegionCode code) => null;

    private static Region Region(string code, RegionLevel level, string parent) => new(new(code), code, null, level, new(parent), false, null, null, null);
}
