using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Registry.Codes;
using Rongtong.Registry.Enterprises.Demo;

namespace Rongtong.Bench;

/// <summary>The register of enterprises: codes checked, a province imported, its list read.</summary>
internal static class EnterpriseBenches
{
    private const string Province = "42";
    private const int CodeCount = 100_000;
    private const int OnePart = 300_000;
    private const int Reads = 200;

    public static async Task<IReadOnlyList<BenchResult>> CodesAsync()
    {
        // The peer does not take check characters that are '0' by its own arithmetic (31 - 0), so those codes are left out for both.
        var codes = Enumerable.Range(0, CodeCount).Select(n => CreditCode.Complete($"91{420_100 + n % 17}MA{n:D6}")).Where(c => c[17] != '0').ToArray();
        var seconds = Measure.Seconds(() =>
        {
            foreach (var code in codes)
            {
                if (CreditCode.Check(code) is not CreditCodeFindings.None) throw new InvalidOperationException(code);
            }
        });
        var file = Path.Combine(Path.GetTempPath(), $"rongtong-bench-{Guid.NewGuid():N}.txt");
        await File.WriteAllLinesAsync(file, codes);
        try
        {
            const string Name = "uscc, outer and inner check, one core", Peer = "npm stdnum 1.12.0 on Node.js (outer check)";
            var rate = codes.Length / seconds;
            return double.TryParse(await Measure.RunAsync("node", Path.Combine(AppContext.BaseDirectory, "peers", "uscc.mjs"), file), CultureInfo.InvariantCulture, out var peer)
                ? [new(Name, rate, "validations/s", Peer, peer, rate / peer)] : [new(Name, rate, "validations/s", Peer + " is not installed")];
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>One, three and ten times a province's 300,000 enterprises, each on an empty database; RONGTONG_BENCH_PARTS="1" runs the first alone.</summary>
    public static async Task<IReadOnlyList<BenchResult>> GrowthAsync()
    {
        var results = new List<BenchResult>();
        foreach (var parts in (Environment.GetEnvironmentVariable("RONGTONG_BENCH_PARTS") ?? "1,3,10").Split(',').Select(p => int.Parse(p, CultureInfo.InvariantCulture)))
            results.AddRange(await HostBenches.WithHostAsync(app => ImportAndReadAsync(app, parts * OnePart)));
        return results;
    }

    private static async Task<IReadOnlyList<BenchResult>> ImportAndReadAsync(WebApplication app, int count)
    {
        var file = Path.Combine(Path.GetTempPath(), $"rongtong-bench-{Guid.NewGuid():N}.csv");
        try
        {
            await WriteAsync(file, new InventedEnterprises(app.Services.GetRequiredService<IRegions>().Current, Province), count);
            var imports = app.Services.GetRequiredService<ImportService>();
            var kind = imports.Kinds.Single(k => k.Name == "enterprises");
            var (first, again) = (await ImportAsync(imports, kind, file), await ImportAsync(imports, kind, file));
            if (first.Report.New != count || again.Report.Unchanged != count) throw new InvalidOperationException($"{first.Report.New} new, then {again.Report.Unchanged} unchanged of {count}.");
            using var myself = Process.GetCurrentProcess();
            var key = await app.Services.GetRequiredService<ApiKeys>().CreateAsync(Actor.System, "bench", ["industry_officer"], ["420115"], DateTimeOffset.MaxValue);
            using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
            var name = $"enterprises, {count:N0}";
            return
            [
                new($"{name}, import of a file", count / first.Seconds, "rows/s"), new($"{name}, the same file again", count / again.Seconds, "rows/s"),
                new($"{name}, peak memory of the host", myself.PeakWorkingSet64 / 1e6, "MB"),
                new($"{name}, list of a district p95", await P95Async(client, "/enterprises?region=420115"), "ms"),
                new($"{name}, list of a city by section and size p95", await P95Async(client, "/enterprises?region=4201&section=C&size=3"), "ms"),
                new($"{name}, search of a name in the officer's regions p95", await P95Async(client, "/enterprises?search=%E5%8C%BB%E7%96%97"), "ms"),
                new($"{name}, one by its code p95", await P95Async(client, $"/api/v1/enterprises/{new InventedEnterprises(app.Services.GetRequiredService<IRegions>().Current, Province).Of(count / 2).Code}"), "ms"),
                new($"{name}, counts of a city drawn anew p95", await P95Async(client, "/enterprises/statistics?region=4201", app.Services.GetRequiredService<Database>()), "ms"),
            ];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<(ImportReport Report, double Seconds)> ImportAsync(ImportService imports, IImportKind kind, string file)
    {
        await using var stream = File.OpenRead(file);
        var watch = Stopwatch.StartNew();
        return (await imports.RunAsync(kind, stream, "enterprises.csv", new ImportOptions(), Actor.System), watch.Elapsed.TotalSeconds);
    }

    /// <summary>One reader after the other; with <paramref name="forget"/> the kept counts are forgotten before each.</summary>
    private static async Task<double> P95Async(HttpClient client, string path, Database? forget = null)
    {
        var times = new List<double>();
        for (var i = 0; i < Reads / (forget is null ? 1 : 10); i++)
        {
            if (forget is not null)
            {
                await using var session = await forget.BeginAsync(Actor.System);
                await session.AnnounceAsync("registry.enterprises");
                await session.CommitAsync();
            }
            var watch = Stopwatch.StartNew();
            await client.GetStringAsync(new Uri(path, UriKind.Relative));
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        times.RemoveRange(0, times.Count / 10);
        times.Sort();
        return times[(int)(times.Count * 0.95)];
    }

    private static async Task WriteAsync(string file, InventedEnterprises invented, int count)
    {
        await using var text = new StreamWriter(file, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        await text.WriteLineAsync("code,name,region,address,industry,persons,revenue,assets,park,status,registered");
        for (var n = 0; n < count; n++)
        {
            var e = invented.Of(n);
            await text.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{e.Code},{e.Name},{e.RegionCode},{e.Address},{e.Industry},{e.Persons},{e.Revenue},{e.Assets},{e.Park},{e.Status},{e.RegisteredOn:yyyy-MM-dd}"));
        }
    }
}
