using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Planning;

namespace Rongtong.Bench;

/// <summary>A province of 20,000 facilities: planning it, and 50 dispatchers who look, change and confirm at once. RONGTONG_BENCH_FACILITIES makes it smaller.</summary>
internal static class SuppliesPlanBenches
{
    private const int Dispatchers = 50;
    private const int PagesEach = 4;
    private const int ActionsEach = 20;

    /// <summary>Rounds before anything is timed: a server that has run for a minute has its code compiled.</summary>
    private const int Warmup = 4;

    /// <summary>As in Hubei: 17 prefectures with six counties each, and so some 200 facilities in a county.</summary>
    private const int Prefectures = 17;
    private const int CountiesEach = 6;

    public static async Task<IReadOnlyList<BenchResult>> RunAsync()
    {
        var facilities = int.Parse(Environment.GetEnvironmentVariable("RONGTONG_BENCH_FACILITIES") ?? "20000", CultureInfo.InvariantCulture);
        return await HostBenches.WithHostAsync(app => MeasureAsync(app, facilities));
    }

    private static async Task<IReadOnlyList<BenchResult>> MeasureAsync(WebApplication app, int facilities)
    {
        var database = app.Services.GetRequiredService<Database>();
        await FillAsync(database, facilities);
        var watch = Stopwatch.StartNew();
        var province = await PlanAsync(app, "42");
        var made = watch.Elapsed.TotalSeconds;
        var key = await app.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "bench", ["dispatcher"], ["42"], DateTimeOffset.MaxValue);
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Dispatchers }) { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var edited = new Edited(province, await LineOfAsync(database, province));
        watch.Restart();
        await edited.ChangeAsync(client);
        var solved = watch.Elapsed.TotalSeconds;
        // Each dispatcher has a plan of a county; the board and the province's plan are looked at by all.
        var counties = new List<Edited>();
        for (var d = 0; d < Dispatchers; d++)
        {
            var plan = await PlanAsync(app, string.Create(CultureInfo.InvariantCulture, $"42{1 + d % Prefectures:00}{1 + d / Prefectures:00}"));
            counties.Add(new(plan, await LineOfAsync(database, plan)));
        }
        var board = await P95Async(_ => client.GetStringAsync(new Uri("/supplies/board", UriKind.Relative)));
        var page = await P95Async(_ => client.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"/supplies/plans/{province}"), UriKind.Relative)));
        var own = await P95Async(d => client.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"/supplies/plans/{counties[d].Plan}"), UriKind.Relative)));
        var edit = await P95Async(d => counties[d].ChangeAsync(client));
        watch.Restart();
        await PostAsync(client, string.Create(CultureInfo.InvariantCulture, $"/api/v1/supplies/plans/{province}/sending"), new { version = edited.Version });
        var sent = watch.Elapsed.TotalSeconds;
        var consignments = new Queue<long>(await ReadAsync<long>(database, string.Create(CultureInfo.InvariantCulture, $"SELECT id FROM supplies.consignment ORDER BY id LIMIT {Dispatchers * (PagesEach + Warmup + ActionsEach)}")));
        var confirm = await P95Async(_ => { lock (consignments) return PostAsync(client, string.Create(CultureInfo.InvariantCulture, $"/api/v1/supplies/consignments/{consignments.Dequeue()}/steps"), new { step = "confirm" }); });
        var mixed = await MixedAsync([
            (3, _ => client.GetStringAsync(new Uri("/supplies/board", UriKind.Relative))),
            (3, d => client.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"/supplies/plans/{counties[d].Plan}"), UriKind.Relative))),
            (1, _ => client.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"/supplies/plans/{province}"), UriKind.Relative))),
            (2, d => counties[d].ChangeAsync(client)),
            (1, _ => { lock (consignments) return PostAsync(client, string.Create(CultureInfo.InvariantCulture, $"/api/v1/supplies/consignments/{consignments.Dequeue()}/steps"), new { step = "confirm" }); }),
        ]);
        var name = string.Create(CultureInfo.InvariantCulture, $"supplies-plan, {facilities:N0} facilities");
        return
        [
            new($"{name}, p95 of whatever {Dispatchers} dispatchers do who each do something every second: boards, plans, changes solved again, confirmations", mixed, "ms", "wanted", 300),
            new($"{name}, province: snapshot, solved and kept", made, "s"), new($"{name}, province: one line forbidden and solved again", solved, "s"), new($"{name}, province: plan sent", sent, "s"),
            new($"{name}, board p95, {Dispatchers} at it without pause", board, "ms"), new($"{name}, province's plan page p95, {Dispatchers} at it without pause", page, "ms"),
            new($"{name}, own county's plan page p95, {Dispatchers} at it without pause", own, "ms"), new($"{name}, own county's plan changed and solved again p95, {Dispatchers} at it without pause", edit, "ms"),
            new($"{name}, reservation confirmed p95, {Dispatchers} at it without pause", confirm, "ms"),
        ];
    }

    /// <summary>A plan that one dispatcher changes: a line forbidden, then freed, then forbidden.</summary>
    private sealed class Edited(long plan, (int Supply, int Demand) line)
    {
        public long Plan { get; } = plan;

        public int Version { get; private set; } = 1;

        public async Task ChangeAsync(HttpClient client)
        {
            using var answer = JsonDocument.Parse(await PostAsync(client, string.Create(CultureInfo.InvariantCulture, $"/api/v1/supplies/plans/{Plan}/pins"),
                new { version = Version, changes = new[] { new { supply = line.Supply, demand = line.Demand, quantity = Version % 2 == 1 ? 0 : (long?)null } } }));
            Version = answer.RootElement.GetProperty("version").GetInt32();
        }
    }

    private static async Task<long> PlanAsync(WebApplication app, string region)
    {
        await using var session = await app.Services.GetRequiredService<Database>().BeginAsync(Actor.System);
        var outcome = await new CreatePlan(region, new()).RunAsync(session, app.Services.GetRequiredService<StoredPlans>(), app.Services.GetRequiredService<Places>(), default);
        await session.CommitAsync();
        return outcome is CreateOutcome.Created created ? created.Id : throw new InvalidOperationException($"The plan of {region} ended as {outcome}.");
    }

    private static async Task<(int, int)> LineOfAsync(Database database, long plan) =>
        (await ReadAsync<(int, int)>(database, string.Create(CultureInfo.InvariantCulture, $"SELECT supply, demand FROM supplies.plan_line WHERE plan_id = {plan} AND quantity > 0 ORDER BY demand, supply LIMIT 1")))[0];

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(Database database, string sql)
    {
        await using var session = await database.BeginAsync(Actor.System);
        return await session.QueryAsync<T>(sql);
    }

    private static async Task<string> PostAsync(HttpClient client, string address, object body)
    {
        using var answer = await client.PostAsJsonAsync(new Uri(address, UriKind.Relative), body);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? text : throw new InvalidOperationException($"{address} answered {(int)answer.StatusCode}: {text}");
    }

    /// <summary>People: each does one thing after another, by weight, with pauses of a second on average.</summary>
    private static async Task<double> MixedAsync((int Weight, Func<int, Task> Work)[] actions)
    {
        var times = new List<double>();
        var choices = actions.SelectMany(a => Enumerable.Repeat(a.Work, a.Weight)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Dispatchers).Select(async dispatcher =>
        {
            var random = new Random(dispatcher);
            for (var i = 0; i < ActionsEach; i++)
            {
                await Task.Delay(TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble())));
                var watch = Stopwatch.StartNew();
                await choices[random.Next(choices.Length)](dispatcher);
                lock (times) times.Add(watch.Elapsed.TotalMilliseconds);
            }
        }));
        times.Sort();
        return times[(int)(times.Count * 0.95)];
    }

    private static async Task<double> P95Async(Func<int, Task> work)
    {
        var times = new List<double>();
        await Task.WhenAll(Enumerable.Range(0, Dispatchers).Select(async dispatcher =>
        {
            for (var i = -Warmup; i < PagesEach; i++)
            {
                var watch = Stopwatch.StartNew();
                await work(dispatcher);
                if (i < 0) continue;
                lock (times) times.Add(watch.Elapsed.TotalMilliseconds);
            }
        }));
        times.Sort();
        return times[(int)(times.Count * 0.95)];
    }

    /// <summary>One supplier in twenty; every other facility needs three articles; all of it follows from the numbers, so that runs compare.</summary>
    private static async Task FillAsync(Database database, int facilities)
    {
        await using var session = await database.BeginAsync(Actor.System);
        session.StatementSeconds = 0;
        await session.ExecuteAsync("""
            INSERT INTO supplies.facility (code, name, kind, region_code, longitude, latitude, size_class, front_line, created_at)
            SELECT 'B' || n, '单位' || n, CASE WHEN n % 20 = 0 THEN 'producer' ELSE 'hospital' END, '42' || lpad((1 + n % @Prefectures)::text, 2, '0') || lpad((1 + n / @Prefectures % @CountiesEach)::text, 2, '0'), 109 + (n * 7919 % 6000) / 1000.0, 29.5 + (n * 104729 % 3500) / 1000.0,
                CASE n % 3 WHEN 0 THEN 'small' ELSE 'large' END, n % 4, @Now
            FROM generate_series(1, @facilities) n
            """, new { facilities, session.Now, Prefectures, CountiesEach });
        await session.ExecuteAsync("""
            INSERT INTO supplies.lot (item_code, number) SELECT i, 'bench' FROM unnest(@items) i;
            INSERT INTO supplies.entry (key, line, lot_id, item_code, from_place, from_region, from_state, to_place, to_region, to_state, quantity, cause, actor, at)
            SELECT 'bench:' || f.code || l.item_code, 1, l.id, l.item_code, f.code, f.region_code, 'opening', f.code, f.region_code, 'on_hand', 1000 + length(f.code) * 777, 'bench', 'bench', @Now
            FROM supplies.facility f CROSS JOIN supplies.lot l WHERE f.role = 'supplier';
            INSERT INTO supplies.need (facility_code, region_code, item_code, amount_kind, quantity, urgency, tier, tier_rule, source, burn_per_day, expires_at, asked_by, asked_at)
            SELECT f.code, f.region_code, i.item, 'known', 50 + (substr(f.code, 2)::int * i.place * 31 % 900), 1 + (substr(f.code, 2)::int % 3), 1 + (substr(f.code, 2)::int % 4), 'bench', 'bench', 20, @Now + interval '7 days', 'bench', @Now
            FROM supplies.facility f CROSS JOIN unnest(@items) WITH ORDINALITY AS i (item, place) WHERE f.role = 'receiver'
            """, new { items = new[] { "respirator-medical", "suit", "goggles" }, session.Now });
        await session.CommitAsync();
        // As autovacuum does within a minute of such an import; without it the planner takes tables of 57,000 rows for empty ones.
        await using var analysed = await database.BeginAsync(Actor.System);
        analysed.StatementSeconds = 0;
        await analysed.ExecuteAsync("ANALYZE supplies.facility, supplies.lot, supplies.entry, supplies.balance, supplies.need");
        await analysed.CommitAsync();
    }
}
