using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.HealthCode;
using Rongtong.Contracts.Observations;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Resumption.Held;
using Rongtong.Resumption.Rules;
using Rongtong.Testing;

namespace Rongtong.Resumption.Tests;

/// <summary>A county with one enterprise, the tiers and figures that a test says, and a clock that it turns. Friday 6 March 2020, 9:00 in China.</summary>
public abstract class World : IAsyncLifetime
{
    internal const string Factory = "91420100MA4KRT0092";
    internal const string Neighbour = "91330106000000000X";

    internal TestClock Clock { get; } = new(new DateTimeOffset(2020, 3, 6, 1, 0, 0, TimeSpan.Zero));

    internal Held Known { get; } = new();

    internal RunningHost Host { get; private set; } = null!;

    /// <summary>False where the calendar is to be the product's own.</summary>
    protected virtual bool PlaysCalendar => true;

    internal WhatIsHeld WhatIsHeld => Host.Services.GetRequiredService<WhatIsHeld>();

    public async Task InitializeAsync() => Host = await RunningHost.StartAsync(Clock, services =>
    {
        services.AddSingleton<IEnterprises>(Known);
        services.AddSingleton<IHeadCounts>(Known);
        services.AddSingleton<IEnterpriseRates>(Known);
        services.AddSingleton<IRiskTiers>(Known);
        if (PlaysCalendar) services.AddSingleton<IWorkCalendar>(Known);
    });

    public async Task DisposeAsync() => await Host.DisposeAsync();

    internal static Actor Owner(string code = Factory) => Account("owner", ["3301"], code, ResumptionPermissions.Own);

    internal OfficeBindings Offices => Host.Services.GetRequiredService<OfficeBindings>();

    internal static Actor Officer(string scope = "3301", string name = "officer", string organisation = "Industry bureau") => Account(name, [scope], organisation, ResumptionPermissions.Read, ResumptionPermissions.Decide);

    internal async Task<T> AsAsync<T>(Actor actor, Func<Session, Task<T>> work)
    {
        await using var session = await Host.Database.Database.BeginAsync(actor);
        var result = await work(session);
        await session.CommitAsync();
        return result;
    }

    /// <summary>Events of this module. Casework, which runs in the same host, answers a wanted case with a deadline of its own, whenever it comes to it.</summary>
    internal Task<IReadOnlyList<string>> EventsAsync(string kind) =>
        AsAsync(Actor.System, session => session.QueryAsync<string>("SELECT payload::text FROM platform.outbox_event WHERE kind = @kind AND payload ->> 'key' ^@ 'resumption.' ORDER BY id", new { kind }));

    /// <summary>Turns until a session waits for a lock of another; fails when the work ended without waiting.</summary>
    internal async Task WaitsAsync(Task work)
    {
        while (!await AsAsync(Actor.System, session => session.QuerySingleAsync<bool>("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"))) work.IsCompleted.ShouldBeFalse();
    }

    private static Actor Account(string name, string[] scope, string organisation, params string[] permissions) =>
        new(ActorKind.Account, "account:" + name, name, scope, permissions.ToHashSet()) { Organisation = organisation };

    /// <summary>What other modules would answer.</summary>
    internal sealed class Held : IEnterprises, IHeadCounts, IEnterpriseRates, IRiskTiers, IRiskTierHistory, IWorkCalendar
    {
        public Dictionary<string, RiskTier> Tiers { get; } = [];

        public int? Staff { get; set; }

        public List<StaffCount> StaffCounts { get; } = [];

        public List<StaffCount> NeighbourStaff { get; } = [];

        /// <summary>Codes that the register has merged, with the one that was kept.</summary>
        public Dictionary<string, string> Merged { get; } = [];

        public List<EnterprisePlace> Places { get; } = [];

        private static readonly Enterprise[] s_enterprises =
        [
            new(7, Factory, "示例制造厂", new("330106"), "3521", EnterpriseSize.Medium, ""), new(8, Neighbour, "邻县工厂", new("330206"), "3521", EnterpriseSize.Small, ""),
        ];

        public Task<Enterprise?> FindAsync(int id, CancellationToken cancel = default) => Task.FromResult(s_enterprises.FirstOrDefault(e => e.Id == id) is { } found ? Kept(found.Code) : null);

        public Task<Enterprise?> FindByCodeAsync(string code, CancellationToken cancel = default) => Task.FromResult(Kept(code));

        public Task<IReadOnlyList<Enterprise>> FindAsync(IReadOnlyCollection<int> ids, CancellationToken cancel = default) =>
            Task.FromResult<IReadOnlyList<Enterprise>>([.. s_enterprises.Where(e => ids.Contains(e.Id)).Select(e => Kept(e.Code)!).Distinct()]);

        public Task<IReadOnlyDictionary<string, int>> NumbersOfAsync(IReadOnlyCollection<string> codes, CancellationToken cancel = default) =>
            Task.FromResult<IReadOnlyDictionary<string, int>>(s_enterprises.Where(e => codes.Contains(e.Code)).ToDictionary(e => e.Code, e => Kept(e.Code)!.Id));

        public IAsyncEnumerable<Enterprise> AllAsync(CancellationToken cancel = default) => s_enterprises.ToAsyncEnumerable();

        public Task<IReadOnlyList<EnterprisePlace>> PlacesOfAsync(int enterpriseId, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<EnterprisePlace>>(Places);

        public Task<IReadOnlyList<StaffCount>> OfStaffAsync(string enterpriseCode, DateOnly day, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<StaffCount>>(enterpriseCode == Factory ? StaffCounts : NeighbourStaff);

        public Task<int?> PresentAsync(string enterpriseCode, DateOnly day, CancellationToken cancel = default) => Task.FromResult<int?>(null);

        public Task<IReadOnlyDictionary<string, int>> PresentAsync(DateOnly day, CancellationToken cancel = default) => Task.FromResult<IReadOnlyDictionary<string, int>>(new Dictionary<string, int>());

        public Task<IReadOnlyList<EnterpriseRate>> OfAsync(int enterpriseId, DateOnly from, DateOnly to, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<EnterpriseRate>>([]);

        public Task<(DateOnly Day, decimal Value, string Source)?> LatestAsync(int enterpriseId, string quantity, CancellationToken cancel = default) =>
            Task.FromResult<(DateOnly, decimal, string)?>(Staff is { } staff ? (new DateOnly(2020, 3, 5), staff, "attendance") : null);

        public Task<IRiskTierHistory> AsKnownAsync(DateTimeOffset? knownAt, CancellationToken cancel = default) => Task.FromResult<IRiskTierHistory>(this);

        public RiskTier On(RegionCode region, DateOnly day) => Tiers.Where(t => region.Value.StartsWith(t.Key, StringComparison.Ordinal)).Select(t => t.Value).FirstOrDefault(RiskTier.Low);

        public bool IsWorkingDay(DateOnly day) => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);

        public DateTimeOffset AfterWorkingDays(DateTimeOffset from, int days)
        {
            var day = Platform.ChinaDay.Of(from);
            while (days > 0)
            {
                day = day.AddDays(1);
                if (IsWorkingDay(day)) days--;
            }
            return Platform.ChinaDay.Start(day.AddDays(1));
        }

        private Enterprise? Kept(string code) => s_enterprises.FirstOrDefault(e => e.Code == Merged.GetValueOrDefault(code, code));

        public int WorkingDaysBetween(DateOnly from, DateOnly to) => throw new NotSupportedException();
    }
}
