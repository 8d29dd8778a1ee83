using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Rongtong.Host;
using Rongtong.Outbreak.Demo;
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

    public static Task<IReadOnlyList<BenchResult>> PagesAsync() => WithHostAsync(async app =>
    {
        await ImportSharedAsync(app);
        var address = app.Urls.First();
        string[] pages = ["/outbreak", "/outbreak/42", "/outbreak/4201", "/outbreak/tiers", "/outbreak/compare?r=42&r=33", "/screen"];
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 50 }) { BaseAddress = new Uri(address) };
        var results = new List<BenchResult>();
        foreach (var page in pages)
        {
            await client.GetStringAsync(new Uri(page, UriKind.Relative));
            var times = new List<double>();
            await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
            {
                for (var i = 0; i < 6; i++)
                {
                    var watch = Stopwatch.StartNew();
                    await client.GetStringAsync(new Uri(page, UriKind.Relative));
                    lock (times) times.Add(watch.Elapsed.TotalMilliseconds);
                }
            }));
            times.Sort();
            results.Add(new($"page {page}, p95 at 50 concurrent readers without pause", times[(int)(times.Count * 0.95)], "ms"));
        }
        return results;
    });

    public static Task<IReadOnlyList<BenchResult>> ImportCasesAsync() => WithHostAsync(async app =>
    {
        var watch = Stopwatch.StartNew();
        return await ImportSharedAsync(app) ? [new("import-cases, the real city series", watch.Elapsed.TotalSeconds, "s")] : [new("import-cases", 0, "s", "the shared file is not here")];
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
        await imports.RunAsync(imports.Kinds.Single(k => k.Name == "cases"), stream, "cases.csv", new ImportOptions(), Platform.Access.Actor.System);
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

    private static async Task<IReadOnlyList<BenchResult>> WithHostAsync(string folder, Func<WebApplication, Task<IReadOnlyList<BenchResult>>> work)
    {
        await using var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions(Path.Combine(folder, "postgres")));
        await using var source = Npgsql.NpgsqlDataSource.Create(server.ConnectionString);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
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
