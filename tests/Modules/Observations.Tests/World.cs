using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Registry;
using Rongtong.HostTesting;
using Rongtong.Observations.Ingest;
using Rongtong.Observations.Rollup;
using Rongtong.Platform.Access;
using Rongtong.Platform.Events;
using Rongtong.Testing;

namespace Rongtong.Observations.Tests;

/// <summary>A register of invented enterprises in the place of the real one.</summary>
internal sealed class InventedRegister : IEnterprises
{
    public List<Enterprise> All { get; } = [];

    public Task<Enterprise?> FindAsync(int id, CancellationToken cancel = default) => Task.FromResult(All.FirstOrDefault(e => e.Id == id));

    public Task<Enterprise?> FindByCodeAsync(string code, CancellationToken cancel = default) => Task.FromResult(All.FirstOrDefault(e => e.Code == code));

    public Task<IReadOnlyList<Enterprise>> FindAsync(IReadOnlyCollection<int> ids, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<Enterprise>>([.. All.Where(e => ids.Contains(e.Id))]);

    public Task<IReadOnlyDictionary<string, int>> NumbersOfAsync(IReadOnlyCollection<string> codes, CancellationToken cancel = default) =>
        Task.FromResult<IReadOnlyDictionary<string, int>>(All.Where(e => codes.Contains(e.Code)).ToDictionary(e => e.Code, e => e.Id));

    public async IAsyncEnumerable<Enterprise> AllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel = default)
    {
        await Task.CompletedTask;
        foreach (var enterprise in All) yield return enterprise;
    }

    public Task<IReadOnlyList<EnterprisePlace>> PlacesOfAsync(int enterpriseId, CancellationToken cancel = default) => Task.FromResult<IReadOnlyList<EnterprisePlace>>([]);

    public static string Code(int id) => string.Create(CultureInfo.InvariantCulture, $"91330100MA{id:D8}");
}

/// <summary>The product with invented enterprises; roll-ups are counted when a test says so as well as by the host itself.</summary>
internal sealed class World : IAsyncDisposable
{
    public TestClock Clock { get; } = new(new DateTimeOffset(2020, 2, 20, 1, 0, 0, TimeSpan.Zero));

    public InventedRegister Register { get; } = new();

    public RunningHost Host { get; private set; } = null!;

    public static async Task<World> StartAsync(params (string Region, string Industry, EnterpriseSize Size, int Count)[] groups)
    {
        var world = new World();
        foreach (var (region, industry, size, count) in groups)
        {
            for (var i = 0; i < count; i++)
            {
                var id = world.Register.All.Count + 1;
                world.Register.All.Add(new(id, InventedRegister.Code(id), $"企业{id}", new RegionCode(region), industry, size, ""));
            }
        }
        world.Host = await RunningHost.StartAsync(world.Clock, services => services.AddSingleton<IEnterprises>(world.Register));
        await using var session = await world.Host.Database.Database.BeginAsync(Actor.System);
        await world.Host.Services.GetRequiredService<FollowEnterprises>().ReadAllAsync(session, default);
        await session.CommitAsync();
        return world;
    }

    /// <summary>December of 100 kWh a day for each, and these kWh on the day.</summary>
    public async Task BaselineAsync(IEnumerable<int> enterprises, decimal kwh = 100) =>
        await SendAsync("electricity", "december", string.Join('\n', Enumerable.Range(0, 31).SelectMany(d => enterprises.Select(e => Line(e, new DateOnly(2019, 12, 1).AddDays(d), kwh + d % 7 - 3)))));

    public static string Line(int enterprise, DateOnly day, decimal value) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"meter\":\"M{enterprise}\",\"enterprise\":\"{InventedRegister.Code(enterprise)}\",\"day\":\"{day:yyyy-MM-dd}\",\"value\":{value}}}");

    public async Task<HttpResponseMessage> SendAsync(string source, string key, string lines, string scope = "*", string? issuedAt = null)
    {
        using var client = Host.Browser();
        var token = await Host.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "connector", ["data_connector"], [scope], DateTimeOffset.MaxValue);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var answer = await client.PostAsync(new Uri($"/api/v1/observations?source={source}&key={Uri.EscapeDataString(key)}{(issuedAt is null ? "" : "&issuedAt=" + Uri.EscapeDataString(issuedAt))}", UriKind.Relative), new StringContent(lines, Encoding.UTF8, "application/x-ndjson"));
        if ((int)answer.StatusCode is not (200 or 409)) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        return answer;
    }

    /// <summary>Counts until nothing is marked, whichever host does it.</summary>
    public async Task CountAsync()
    {
        var rollUp = Host.Services.GetRequiredService<RollUp>();
        do await rollUp.RunAsync();
        while (await ScalarAsync("SELECT count(*) FROM observations.dirty_day") > 0);
    }

    public async Task PublishAsync(string kind, object payload)
    {
        await using (var session = await Host.Database.Database.BeginAsync(Actor.System))
        {
            await session.PublishAsync(kind, "test", payload);
            await session.CommitAsync();
        }
        await Host.HandOnAsync();
    }

    public async Task<long> ScalarAsync(string sql)
    {
        await using var session = await Host.Database.Database.BeginAsync(Actor.System);
        return await session.QuerySingleAsync<long>(sql);
    }

    /// <summary>Firms, covered, numerator, denominator and doubtful of a cell; null where there is no figure.</summary>
    public async Task<(int Firms, int Covered, long Numerator, long Denominator, int Doubtful, bool Held)?> CellAsync(int measure, string region, DateOnly day, short key = 0)
    {
        await using var session = await Host.Database.Database.BeginAsync(Actor.System);
        var found = await session.QueryAsync<(int, int, long, long, int, bool)>("""
            SELECT c.firms, c.covered, c.numerator, c.denominator, c.doubtful, c.held FROM observations.rollup r,
                unnest(r.keys, r.firms, r.covered, r.numerator, r.denominator, r.doubtful, r.held) AS c (key, firms, covered, numerator, denominator, doubtful, held)
            WHERE r.measure = @measure AND r.region = @region AND r.day = @day AND c.key = @key
            """, new { measure = (short)measure, region, day, key });
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Everything that the roll-ups say, as one text: two worlds with the same facts must have the same.</summary>
    public async Task<string> RollUpsAsync()
    {
        await using var session = await Host.Database.Database.BeginAsync(Actor.System);
        return await session.QuerySingleAsync<string>("SELECT coalesce(string_agg(md5(r::text), ',' ORDER BY measure, region, day), '') FROM observations.rollup r");
    }

    public async ValueTask DisposeAsync() => await Host.DisposeAsync();
}
