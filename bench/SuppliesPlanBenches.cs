using System.Diagnostics;
using System.Globalization;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Supplies.Planning;

namespace Rongtong.Bench;

/// <summary>A province of 20,000 facilities: planning it, and 50 dispatchers who look at board and plan at once. RONGTONG_BENCH_FACILITIES makes it smaller.</summary>
internal static class SuppliesPlanBenches
{
    private const int Dispatchers = 50;
    private const int PagesEach = 4;
    private const int Warmup = 5;

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
        long plan;
        await using (var session = await database.BeginAsync(Actor.System))
        {
            plan = await new CreatePlan("42", new()).RunAsync(session, app.Services.GetRequiredService<StoredPlans>(), app.Services.GetRequiredService<Places>(), default) is CreateOutcome.Created created ? created.Id : throw new InvalidOperationException("The plan was not made.");
            await session.CommitAsync();
        }
        var made = watch.Elapsed.TotalSeconds;
        watch.Restart();
        await using (var session = await database.BeginAsync(Actor.System))
        {
            if (await new ChangePins(plan, 1, [new(0, 0, 0)]).RunAsync(session, app.Services.GetRequiredService<StoredPlans>(), default) is not ChangeOutcome.Solved) throw new InvalidOperationException("The pin was refused.");
            await session.CommitAsync();
        }
        var solved = watch.Elapsed.TotalSeconds;
        var key = await app.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "bench", ["dispatcher"], ["42"], DateTimeOffset.MaxValue);
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Dispatchers }) { BaseAddress = new Uri(app.Urls.First()) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var name = string.Create(CultureInfo.InvariantCulture, $"supplies-plan, {facilities:N0} facilities");
        return
        [
            new($"{name}, snapshot, solved and kept", made, "s"), new($"{name}, one line forbidden and solved again", solved, "s"),
            new($"{name}, board p95 at {Dispatchers} dispatchers", await P95Async(client, "/supplies/board"), "ms"),
            new($"{name}, plan page p95 at {Dispatchers} dispatchers", await P95Async(client, string.Create(CultureInfo.InvariantCulture, $"/supplies/plans/{plan}")), "ms"),
        ];
    }

    private static async Task<double> P95Async(HttpClient client, string page)
    {
        for (var i = 0; i < Warmup; i++) await client.GetStringAsync(new Uri(page, UriKind.Relative));
        var times = new List<double>();
        await Task.WhenAll(Enumerable.Range(0, Dispatchers).Select(async _ =>
        {
            for (var i = 0; i < PagesEach; i++)
            {
                var watch = Stopwatch.StartNew();
                await client.GetStringAsync(new Uri(page, UriKind.Relative));
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
            SELECT 'B' || n, '单位' || n, CASE WHEN n % 20 = 0 THEN 'producer' ELSE 'hospital' END, '420' || (1 + n % 3) || '0' || (1 + n % 6), 109 + (n * 7919 % 6000) / 1000.0, 29.5 + (n * 104729 % 3500) / 1000.0,
                CASE n % 3 WHEN 0 THEN 'small' ELSE 'large' END, n % 4, @Now
            FROM generate_series(1, @facilities) n
            """, new { facilities, session.Now });
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
    }
}
