using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Rongtong.HealthCode.CheckIn;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Demo;
using Rongtong.HealthCode.Passes;
using Rongtong.HealthCode.People;
using Rongtong.HealthPass;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Bench;

/// <summary>The health code of a city of a million, served and computed on this machine, the database and the load beside it.</summary>
internal static partial class HealthCodeBenches
{
    private static int Residents => int.TryParse(Environment.GetEnvironmentVariable("RONGTONG_BENCH_RESIDENTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : 1_000_000;

    public static Task<IReadOnlyList<BenchResult>> CityAsync() => HostBenches.WithHostAsync(async app =>
    {
        var services = app.Services;
        var database = services.GetRequiredService<Database>();
        var making = Stopwatch.StartNew();
        await services.GetRequiredService<DemoResidents>().MakeAsync("33", Residents, null, default);
        var results = new List<BenchResult> { new($"health-city, {Residents:N0} residents with facts written", making.Elapsed.TotalSeconds, "s") };
        var refresh = services.GetRequiredService<RefreshColours>();

        var all = Stopwatch.StartNew();
        var (people, _) = await refresh.OfEverybodyAsync();
        results.Add(new($"health-recompute, all colours of {people:N0}", all.Elapsed.TotalSeconds, "s"));
        all.Restart();
        await refresh.OfEverybodyAsync();
        results.Add(new($"health-recompute again, nothing changes", all.Elapsed.TotalSeconds, "s"));
        await services.GetRequiredService<ColourBook>().FillAsync();

        var checkIn = services.GetRequiredService<RecordCheckIn>();
        results.Add(new("health-new-fact, check-in to new colour in the book, median", await NewFactAsync(database, checkIn), "ms"));
        results.Add(new("health-check-ins, committed one by one by 16 callers", await CheckInsAsync(database, checkIn), "check-ins/s", "needed for a million in an hour", 278, null));
        results.AddRange(await GateAsync(app, database));
        results.AddRange(await CodePageAsync(app, database));
        return results;
    });

    private static async Task<double> NewFactAsync(Database database, RecordCheckIn checkIn)
    {
        var times = new List<double>();
        for (var i = 1; i <= 101; i++)
        {
            var watch = Stopwatch.StartNew();
            await using var session = await database.BeginAsync(Person.ActorOf(i * 37));
            await checkIn.RunAsync(session, i * 37, 365, Symptoms.None, "page");
            await session.CommitAsync();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        times.Sort();
        return times[times.Count / 2];
    }

    private static async Task<double> CheckInsAsync(Database database, RecordCheckIn checkIn)
    {
        const int Callers = 16;
        var (done, watch) = (0, Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            for (var i = 0; watch.Elapsed < TimeSpan.FromSeconds(10); i++)
            {
                var person = (long)(caller * 50_000 + i) % Residents + 1;
                await using var session = await database.BeginAsync(Person.ActorOf(person));
                await checkIn.RunAsync(session, person, 365, Symptoms.None, "page");
                await session.CommitAsync();
                Interlocked.Increment(ref done);
            }
        }));
        return done / watch.Elapsed.TotalSeconds;
    }

    public static Task<IReadOnlyList<BenchResult>> CodePageAsync() => HostBenches.WithHostAsync(async app =>
    {
        var services = app.Services;
        await services.GetRequiredService<DemoResidents>().MakeAsync("33", 5_000, null, default);
        await services.GetRequiredService<RefreshColours>().OfEverybodyAsync();
        await services.GetRequiredService<ColourBook>().FillAsync();
        return await CodePageAsync(app, services.GetRequiredService<Database>());
    });

    /// <summary>The page of a code, each time signed and drawn anew, for five thousand residents in turn; beside it QRCoder drawing the symbol alone.</summary>
    private static async Task<IReadOnlyList<BenchResult>> CodePageAsync(WebApplication app, Database database)
    {
        var cookies = new List<string>();
        await using (var session = await database.BeginAsync(Actor.System))
        {
            foreach (var (id, stamp) in await session.QueryAsync<(long Id, Guid Stamp)>("SELECT id, stamp FROM health_code.person ORDER BY id LIMIT 5000")) cookies.Add(PersonCookie.TextOf(app.Services, id, stamp));
        }
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, "local cookies = {\n" + string.Join(",\n", cookies.Select(c => $"  [==[{c}]==]")) + """

            }
            local i = 0
            request = function()
              i = i % #cookies + 1
              return wrk.format("GET", "/health/code", { ["Cookie"] = "rongtong-health=" .. cookies[i] })
            end
            """);
        var address = app.Urls.First();
        using var browser = new HttpClient { BaseAddress = new Uri(address), DefaultRequestHeaders = { { "Cookie", "rongtong-health=" + cookies[0] } } };
        var page = await browser.GetStringAsync(new Uri("/health/code", UriKind.Relative));
        var token = WebUtility.HtmlDecode(Regex.Match(page, "data-token=\"([^\"]+)\"").Groups[1].Value);
        await WrkAsync("-t1", "-c64", "-d5s", "-s", script, "--latency", address);
        var run = await WrkAsync("-t1", "-c64", "-d10s", "-s", script, "--latency", address);
        File.Delete(script);
        var ours = Measure.Seconds(() =>
        {
            for (var i = 0; i < 200; i++) QrSymbol.Of(token);
        }) / 200 * 1e6;
        var library = Measure.Seconds(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                using var data = QRCoder.QRCodeGenerator.GenerateQrCode(token, QRCoder.QRCodeGenerator.ECCLevel.Q);
            }
        }) / 50 * 1e6;
        BenchResult symbol = new("qr-symbol, one pass", ours, "us", "QRCoder 1.8.1, same text and level", library, ours / library);
        return run is { } served ? [new("health-code-page, signed and drawn each time, wrk -c64", served.Rate, "req/s"), new("health-code-page p99", served.P99, "ms"), symbol] : [new("health-code-page", 0, "req/s", "wrk is not installed"), symbol];
    }

    /// <summary>The gate's question by wrk: as many different passes as a script holds, repeated as a gate repeats them; then ten times more callers than it can serve.</summary>
    private static async Task<IReadOnlyList<BenchResult>> GateAsync(WebApplication app, Database database)
    {
        var issue = app.Services.GetRequiredService<IssuePass>();
        var tokens = new List<string>();
        await using (var session = await database.BeginAsync(Actor.System))
        {
            for (var person = 1; tokens.Count < 2_000; person++)
            {
                if (await issue.RunAsync(session, person, PassKind.Page) is { } pass) tokens.Add(pass.Token);
            }
        }
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, "local tokens = {\n" + string.Join(",\n", tokens.Select(t => $"  [==[{t}]==]")) + """

            }
            local i = 0
            request = function()
              i = i % #tokens + 1
              return wrk.format("POST", "/api/v1/health/check", { ["Content-Type"] = "text/plain" }, tokens[i])
            end
            """);
        var address = app.Urls.First();
        await WrkAsync("-t1", "-c64", "-d5s", "-s", script, "--latency", address);
        var gate = await WrkAsync("-t1", "-c64", "-d10s", "-s", script, "--latency", address);
        var crowd = await WrkAsync("-t1", "-c4000", "-d10s", "-s", script, "--latency", address);
        var after = await WrkAsync("-t1", "-c64", "-d4s", "-s", script, "--latency", address);
        File.Delete(script);
        if (gate is not { } calm || crowd is not { } flood || after is not { } recovered) return [new("health-gate", 0, "req/s", "wrk is not installed")];
        return
        [
            new("health-gate, token in and colour out, wrk -c64", calm.Rate, "req/s"), new("health-gate p99", calm.P99, "ms"),
            new("health-gate with 4,000 callers", flood.Rate, "req/s"), new("health-gate with 4,000 callers, p99", flood.P99, "ms"), new("health-gate with 4,000 callers, told to come back", flood.Refused, "answers 503"),
            new("health-gate right afterwards", recovered.Rate, "req/s"),
        ];
    }

    private static async Task<(double Rate, double P99, double Refused)?> WrkAsync(params string[] arguments)
    {
        if (await Measure.RunAsync("wrk", arguments) is not { } output) return null;
        var p99 = P99().Match(output);
        var scale = p99.Groups[2].Value switch { "us" => 0.001, "ms" => 1, _ => 1000 };
        return (Number(Rate().Match(output)), Number(p99) * scale, Refused().Match(output) is { Success: true } refused ? Number(refused) : 0);
    }

    private static double Number(Match match) => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s)")]
    private static partial Regex P99();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex Refused();
}
