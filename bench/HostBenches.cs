using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Rongtong.Host;
using Rongtong.Outbreak.Demo;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Postgres;
using Rongtong.Registry;

namespace Rongtong.Bench;

/// <summary>The served product over a fresh embedded database: open data by wrk, pages under concurrent readers, an import.</summary>
internal static partial class HostBenches
{
    public static Task<IReadOnlyList<BenchResult>> TiersJsonAsync() => WithHostAsync(async app =>
    {
        await app.Services.GetRequiredService<LoadDemo>().RunAsync();
        app.MapGet("/bare", () => Results.Json(new { ok = true }));
        var address = app.Urls.First();
        async Task<(double Rate, double P99)?> WrkAsync(string path)
        {
            var output = await Measure.RunAsync("wrk", "-t1", "-c64", "-d8s", "--latency", address + path);
            if (output is null) return null;
            var p99 = Regex.Match(output, @"99%\s+([\d.]+)(us|ms|s)");
            var scale = p99.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };
            return (double.Parse(RequestsPerSecond().Match(output).Groups[1].Value, CultureInfo.InvariantCulture), double.Parse(p99.Groups[1].Value, CultureInfo.InvariantCulture) * scale);
        }
        await WrkAsync("/open/tiers.json");
        if (await WrkAsync("/open/tiers.json") is not { } ours || await WrkAsync("/bare") is not { } bare) return [new("tiers-json", 0, "req/s", "wrk is not installed")];
        return [new("tiers-json, wrk -t1 -c64", ours.Rate, "req/s", "a bare JSON endpoint behind the same pipeline", bare.Rate, ours.Rate / bare.Rate), new("tiers-json p99", ours.P99, "ms")];
    });

    /// <summary>Pages as the public gets them (drawn once, kept until figures change) and as an officer of one province gets them (drawn each time).</summary>
    public static Task<IReadOnlyList<BenchResult>> PagesAsync() => WithHostAsync(async app =>
    {
        await ImportSharedAsync(app);
        var key = await app.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "bench", ["epidemiologist"], ["42"], DateTimeOffset.MaxValue);
        string[] open = ["/outbreak", "/outbreak/42", "/outbreak/4201", "/outbreak/tiers", "/outbreak/tiers/4201", "/outbreak/compare?r=42&r=33", "/screen"];
        string[] closed = [.. open, "/outbreak/warnings", "/outbreak/data", "/outbreak/back-test"];
        return [.. await ReadAsync(app, "public", null, open), .. await ReadAsync(app, "officer", key, closed)];
    });

    private static async Task<IReadOnlyList<BenchResult>> ReadAsync(WebApplication app, string who, string? key, IEnumerable<string> pages)
    {
        const int Readers = 50;
        const int PagesEach = 6;
        const int Warmup = 60;
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Readers }) { BaseAddress = new Uri(app.Urls.First()) };
        if (key is not null) client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var results = new List<BenchResult>();
        foreach (var page in pages)
        {
            // Warm, as a host is that has served for a minute.
            for (var i = 0; i < Warmup; i++) await client.GetStringAsync(new Uri(page, UriKind.Relative));
            var times = new List<double>();
            await Task.WhenAll(Enumerable.Range(0, Readers).Select(async _ =>
            {
                for (var i = 0; i < PagesEach; i++)
                {
                    var watch = Stopwatch.StartNew();
                    await client.GetStringAsync(new Uri(page, UriKind.Relative));
                    lock (times) times.Add(watch.Elapsed.TotalMilliseconds);
                }
            }));
            times.Sort();
            results.Add(new($"page {page} for the {who}, p95 at {Readers} concurrent readers without pause", times[(int)(times.Count * 0.95)], "ms"));
        }
        return results;
    }

    public static Task<IReadOnlyList<BenchResult>> ImportCasesAsync() => WithHostAsync(async app =>
    {
        var watch = Stopwatch.StartNew();
        return await ImportSharedAsync(app) ? [new("import-cases, the real city series", watch.Elapsed.TotalSeconds, "s")] : [new("import-cases", 0, "s", "the shared file is not here")];
    });

    /// <summary>From the first byte of a new day's file, sent by machine, until a screen that listens has been told and has drawn the new number.</summary>
    public static Task<IReadOnlyList<BenchResult>> NewDayAsync() => WithHostAsync(async app =>
    {
        await ImportSharedAsync(app);
        var key = await app.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "bench", ["officer"], ["*"], DateTimeOffset.MaxValue);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var line = new StreamReader(await client.GetStreamAsync(new Uri("/screen/events", UriKind.Relative)));
        await line.ReadLineAsync();
        var times = new List<double>();
        for (var run = 0; run < 5; run++)
        {
            var cities = app.Services.GetRequiredService<Contracts.Registry.IRegions>().Current.All.Where(r => r.Level is Contracts.Registry.RegionLevel.Prefecture && r.ValidTo is null);
            var day = new DateOnly(2020, 4, 1).AddDays(run);
            var csv = $"date,cityCode,confirmed\n{day:yyyy-MM-dd},,{90_000 + run}\n" + string.Concat(cities.Select(c => $"{day:yyyy-MM-dd},{c.Code},{1_000 + run}\n"));
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/imports/cases") { Content = new StringContent(csv, System.Text.Encoding.UTF8, "text/csv") };
            request.Headers.Authorization = new("Bearer", key);
            var watch = Stopwatch.StartNew();
            var sending = client.SendAsync(request);
            while (await line.ReadLineAsync() is { } said && !said.StartsWith("event: changed", StringComparison.Ordinal)) { }
            using var screen = new HttpRequestMessage(HttpMethod.Get, "/screen");
            screen.Headers.CacheControl = new() { NoCache = true };
            using var drawn = await client.SendAsync(screen);
            if (!(await drawn.Content.ReadAsStringAsync()).Contains((90_000 + run).ToString("N0", CultureInfo.InvariantCulture), StringComparison.Ordinal)) throw new InvalidOperationException("The screen shows an old number.");
            times.Add(watch.Elapsed.TotalSeconds);
            (await sending).EnsureSuccessStatusCode();
        }
        times.Sort();
        return [new("new-day, file of 337 regions to the drawn screen, median of 5", times[2], "s")];
    });

    private static async Task<bool> ImportSharedAsync(WebApplication app)
    {
        var file = new[] { "../shared", "shared" }.Select(f => Path.Combine(f, "data/cases/china_city_daily.csv")).FirstOrDefault(File.Exists);
        if (file is null)
        {
            await app.Services.GetRequiredService<LoadDemo>().RunAsync();
            return false;
        }
        var imports = app.Services.GetRequiredService<ImportService>();
        await using var stream = File.OpenRead(file);
        await imports.RunAsync(imports.Kinds.Single(k => k.Name == "cases"), stream, "cases.csv", new ImportOptions(), Actor.System);
        return true;
    }

    public static async Task<IReadOnlyList<BenchResult>> WithHostAsync(Func<WebApplication, Task<IReadOnlyList<BenchResult>>> work)
    {
        var folder = Path.Combine(Path.GetTempPath(), "rongtong-bench-" + Guid.NewGuid().ToString("N")[..12]);
        try
        {
            return await WithHostAsync(folder, work);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    internal static async Task<IReadOnlyList<BenchResult>> WithHostAsync(string folder, Func<WebApplication, Task<IReadOnlyList<BenchResult>>> work)
    {
        await using var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions(Path.Combine(folder, "postgres")));
        await using var source = Npgsql.NpgsqlDataSource.Create(server.ConnectionString);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        // One address asks for many here.
        builder.Configuration["RateLimit:RequestsPerTenSeconds"] = "10000000";
        builder.Services.AddRongtong(DatabaseConnection.Over(source));
        await using var app = builder.Build();
        await app.Services.GetRequiredService<Migrator>().MigrateAsync();
        await app.Services.LoadRegionsAsync();
        app.UseRongtong();
        await app.StartAsync();
        try
        {
            return await work(app);
        }
        finally
        {
            await app.StopAsync();
        }
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RequestsPerSecond();
}
