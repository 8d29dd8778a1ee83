using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Rongtong.Observations.Rollup;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;

namespace Rongtong.Bench;

/// <summary>
/// Daily electricity of a province: by the API's batches, by file, counted anew as a whole, opened by a district officer, and its size on disk.
/// RONGTONG_BENCH_ENTERPRISES and RONGTONG_BENCH_DAYS set the scale; the names of the figures say which was measured.
/// </summary>
internal static class ObservationBenches
{
    private const int BatchRows = 20_000;

    /// <summary>Days that are pushed: enough to be past the first requests.</summary>
    private const int PushedDays = 20;

    /// <summary>How often a value is sent and waited for.</summary>
    private const int VisibleTimes = 9;

    private static readonly DateOnly s_first = new(2019, 12, 1);

    private static int Enterprises => Setting("RONGTONG_BENCH_ENTERPRISES", 300_000);

    private static int Days => Setting("RONGTONG_BENCH_DAYS", 365);

    public static Task<IReadOnlyList<BenchResult>> AllAsync() => HostBenches.WithHostAsync(async app =>
    {
        var (database, rollUp) = (app.Services.GetRequiredService<Database>(), app.Services.GetRequiredService<RollUp>());
        var scale = string.Create(CultureInfo.InvariantCulture, $"{Enterprises:N0} meters x {Days} days");
        await RegisterAsync(database);
        var results = new List<BenchResult> { new($"observations-file, {scale}", await FileAsync(app), "observations/s", "wanted", 500_000) };
        results.Add(new($"observations-ingest, two senders by HTTP, batches of {BatchRows:N0}", await PushAsync(app), "observations/s", "wanted", 100_000));
        await rollUp.RunAsync();
        await using (var session = await database.BeginAsync(Actor.System))
        {
            await session.ExecuteAsync("DELETE FROM observations.baseline; INSERT INTO observations.dirty_day (day) SELECT day FROM observations.counted_day");
            await session.CommitAsync();
        }
        var watch = Stopwatch.StartNew();
        await rollUp.RunAsync();
        results.Add(new($"observations-rollup, every measure of every day anew, {scale}", watch.Elapsed.TotalSeconds, "s", "wanted", 60));
        results.Add(new($"observations-visible, from a meter's value sent to the officer's page, median of {VisibleTimes}, nothing else sent", await VisibleAsync(app, database), "s", "wanted", 2));
        results.Add(new($"observations-visible, the same while a sender pushes batches of {BatchRows:N0} without pause", await VisibleUnderLoadAsync(app, database), "s", "wanted", 2));
        results.Add(new("observations-drill, p95 as a district officer", await DrillAsync(app), "ms", "wanted", 200));
        await using var read = await database.BeginAsync(Actor.System);
        var bytes = await read.QuerySingleAsync<long>("SELECT sum(pg_total_relation_size(inhrelid))::bigint FROM pg_inherits WHERE inhparent = 'observations.observation'::regclass");
        var rows = await read.QuerySingleAsync<long>("SELECT count(*) FROM observations.observation");
        results.Add(new($"observations-storage with indexes, {rows:N0} observations", (double)bytes / rows, "bytes each", "wanted", 64));
        return results;
    });

    /// <summary>Enterprises over the counties of Zhejiang's capital and second city, a meter each, with the names that the files below use.</summary>
    private static async Task RegisterAsync(Database database)
    {
        await using var session = await database.BeginAsync(Actor.System);
        session.StatementSeconds = 0;
        await session.ExecuteAsync("""
            INSERT INTO observations.enterprise_dimension (id, region, section, division, size, counts_as, code, name)
            SELECT i, (ARRAY['330102','330105','330106','330108','330109','330110','330203','330205','330206','330211','330212'])[1 + i % 11], 'C', 13 + i % 31, 1 + i % 4, i, 'BENCH' || i, 'Bench ' || i FROM generate_series(1, @n) i;
            INSERT INTO observations.series (source, quantity, subject, enterprise_id) SELECT 1, 1, 'B' || i, i FROM generate_series(1, @n) i;
            UPDATE observations.revision SET number = number + 1
            """, new { n = Enterprises });
        await session.CommitAsync();
    }

    private static async Task<double> FileAsync(WebApplication app)
    {
        var imports = app.Services.GetRequiredService<ImportService>();
        var path = Path.GetTempFileName();
        try
        {
            await using (var text = new StreamWriter(path))
            {
                await text.WriteLineAsync("meter,day,value");
                for (var d = 0; d < Days; d++)
                {
                    var day = s_first.AddDays(d).ToString("O", CultureInfo.InvariantCulture);
                    for (var e = 1; e <= Enterprises; e++) await text.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"B{e},{day},{Kwh(e, d)}"));
                }
            }
            await using var file = File.OpenRead(path);
            var watch = Stopwatch.StartNew();
            await imports.RunAsync(imports.Kinds.Single(k => k.Name == "observations"), file, "bench.csv", new ImportOptions(), Actor.System);
            return (double)Enterprises * Days / watch.Elapsed.TotalSeconds;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>More days of every meter.</summary>
    private static async Task<double> PushAsync(WebApplication app)
    {
        var key = await app.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "bench", ["data_connector"], ["*"], DateTimeOffset.MaxValue);
        byte[][] batches = [.. Enumerable.Range(Days, PushedDays).SelectMany(d => Enumerable.Range(1, Enterprises).Chunk(BatchRows).Select(chunk =>
            Encoding.UTF8.GetBytes(string.Concat(chunk.Select(e => string.Create(CultureInfo.InvariantCulture, $"{{\"meter\":\"B{e}\",\"day\":\"{s_first.AddDays(d):yyyy-MM-dd}\",\"value\":{Kwh(e, d)}}}\n"))))))];
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(batches.Index(), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (batch, cancel) =>
        {
            using var content = new ByteArrayContent(batch.Item) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-ndjson") } };
            (await client.PostAsync(new Uri($"/api/v1/observations?source=electricity&key=bench-{batch.Index}", UriKind.Relative), content, cancel)).EnsureSuccessStatusCode();
        });
        return (double)Enterprises * PushedDays / watch.Elapsed.TotalSeconds;
    }

    /// <summary>A value of the newest counted day is sent; the time until the page of its county says something else.</summary>
    private static async Task<double> VisibleAsync(WebApplication app, Database database)
    {
        DateOnly day;
        await using (var session = await database.BeginAsync(Actor.System)) day = await session.QuerySingleAsync<DateOnly>("SELECT max(day) FROM observations.counted_day");
        var keys = app.Services.GetRequiredService<ApiKeys>();
        using var sender = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        sender.DefaultRequestHeaders.Authorization = new("Bearer", await keys.CreateAsync(Actor.System, "bench", ["data_connector"], ["*"], DateTimeOffset.MaxValue));
        using var officer = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        officer.DefaultRequestHeaders.Authorization = new("Bearer", await keys.CreateAsync(Actor.System, "bench", ["industry_officer"], ["330106"], DateTimeOffset.MaxValue));
        // Enterprise 2 lies in the third of the counties above; the page shows numerators and denominators to a tenth of a kWh.
        var page = new Uri($"/rates?region=330106&day={day:yyyy-MM-dd}", UriKind.Relative);
        var times = new List<double>();
        for (var i = 0; i < VisibleTimes; i++)
        {
            var before = await FiguresAsync();
            var watch = Stopwatch.StartNew();
            using var content = new StringContent(string.Create(CultureInfo.InvariantCulture, $"{{\"meter\":\"B2\",\"day\":\"{day:yyyy-MM-dd}\",\"value\":{10_000 + 10 * i + Random.Shared.Next(10)}}}"), Encoding.UTF8, "application/x-ndjson");
            (await sender.PostAsync(new Uri($"/api/v1/observations?source=electricity&key=visible-{Guid.NewGuid():N}", UriKind.Relative), content)).EnsureSuccessStatusCode();
            while (await FiguresAsync() == before) await Task.Delay(20);
            times.Add(watch.Elapsed.TotalSeconds);
        }
        times.Sort();
        return times[times.Count / 2];

        async Task<string> FiguresAsync()
        {
            var body = await officer.GetStringAsync(page);
            var start = body.IndexOf("id=\"rates\"", StringComparison.Ordinal);
            return body[start..body.IndexOf("<section", start, StringComparison.Ordinal)];
        }
    }

    private static async Task<double> VisibleUnderLoadAsync(WebApplication app, Database database)
    {
        using var stop = new CancellationTokenSource();
        var key = await app.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "bench", ["data_connector"], ["*"], DateTimeOffset.MaxValue);
        var load = Task.Run(async () =>
        {
            using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
            for (var round = 0; !stop.IsCancellationRequested; round++)
            {
                // Corrections of an old month: what comes late while somebody watches today.
                var lines = string.Concat(Enumerable.Range(1, Math.Min(BatchRows, Enterprises)).Select(e => string.Create(CultureInfo.InvariantCulture, $"{{\"meter\":\"B{e}\",\"day\":\"{s_first.AddDays(40 + round % 20):yyyy-MM-dd}\",\"value\":{Kwh(e, round)}}}\n")));
                using var content = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
                (await client.PostAsync(new Uri($"/api/v1/observations?source=electricity&key=load-{round}", UriKind.Relative), content)).EnsureSuccessStatusCode();
            }
        });
        var seconds = await VisibleAsync(app, database);
        await stop.CancelAsync();
        await load;
        return seconds;
    }

    private static async Task<double> DrillAsync(WebApplication app)
    {
        var key = await app.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "bench", ["industry_officer"], ["330106"], DateTimeOffset.MaxValue);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var times = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            // Each question is another one, so that none is answered from memory.
            var day = s_first.AddDays(Math.Max(0, Days - 1 - i % 60)).ToString("O", CultureInfo.InvariantCulture);
            var watch = Stopwatch.StartNew();
            await client.GetStringAsync(new Uri($"/rates?region={(i % 2 == 0 ? "330106" : "3301")}&industry={(i % 3 == 0 ? "C" : 13 + i % 31)}&size={i % 5}&day={day}", UriKind.Relative));
            if (i >= 20) times.Add(watch.Elapsed.TotalMilliseconds);
        }
        times.Sort();
        return times[(int)(times.Count * 0.95)];
    }

    private static decimal Kwh(int enterprise, int day) => (enterprise * 7919L % 90_000 + day * 13 % 97 * 10) / 10m;

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : otherwise;
}
