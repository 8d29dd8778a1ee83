using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rongtong.HealthCode.CheckIn;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Demo;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.Passes;
using Rongtong.Host;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Registry;

namespace Rongtong.Journeys.Tests.Faults;

/// <summary>The embedded PostgreSQL is killed while a city checks in and gates ask: no fact lost, no wrong colour, and it goes on by itself.</summary>
public sealed class HealthFaultTests : IAsyncLifetime, IDisposable
{
    private const int Made = 120;
    private const int Residents = 40;
    private const int Gates = 4;

    /// <summary>Check-ins of each resident before the fault, and again after it.</summary>
    private const int CheckInsEach = 3;

    private readonly string _data = Directory.CreateTempSubdirectory("rongtong-fault-").FullName;
    private DatabaseConnection _connection = null!;
    private WebApplication _host = null!;
    private readonly HttpClient _gate = new();

    public async Task InitializeAsync()
    {
        // The server may run as another user than the one who made the folder.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_data, (UnixFileMode)0b111_101_101);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["DataFolder"] = _data;
        builder.Configuration["RateLimit:RequestsPerTenSeconds"] = "1000000";
        _connection = await DatabaseConnection.OpenAsync(builder.Configuration, null, default);
        builder.Services.AddRongtong(_connection);
        _host = builder.Build();
        await _host.Services.GetRequiredService<Migrator>().MigrateAsync();
        await _host.Services.LoadRegionsAsync();
        _host.UseRongtong();
        await _host.StartAsync();
        _gate.BaseAddress = new Uri(_host.Urls.First());
    }

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
        await _connection.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    public void Dispose() => _gate.Dispose();

    [Fact]
    public async Task A_database_killed_under_check_ins_and_gate_checks_loses_no_fact_and_shows_no_wrong_colour()
    {
        var residents = await GreenResidentsAsync();
        using var end = new CancellationTokenSource();
        var (wrong, answers) = (new ConcurrentQueue<string>(), new ConcurrentDictionary<HttpStatusCode, int>());
        var gates = Enumerable.Range(0, Gates).Select(gate => Task.Run(() => AskAsync(residents, gate, wrong, answers, end.Token))).ToArray();
        var people = residents.Select(r => Task.Run(() => CheckInAsync(r, end.Token))).ToArray();
        await UntilAsync(() => residents.All(r => r.Acknowledged.Count >= CheckInsEach), "check-ins before the fault");

        var postmaster = ServedProcess.PostmasterOf(_data);
        using (var server = Process.GetProcessById(postmaster)) server.Kill();
        var before = residents.Select(r => r.Acknowledged.Count).ToArray();
        await UntilAsync(() => residents.Any(r => r.Failed > 0), "the fault to be felt");
        // After the fault half of them fall ill, the first of them while the database is still away.
        foreach (var resident in residents.Where((_, i) => i % 2 == 0)) resident.IsIll = true;
        await UntilAsync(() => people.Any(p => p.IsCompleted) || residents.Select((r, i) => r.Acknowledged.Count - before[i]).All(more => more >= CheckInsEach), "check-ins after the fault");
        await end.CancelAsync();
        await Task.WhenAll([.. gates, .. people]);

        ServedProcess.PostmasterOf(_data).ShouldNotBe(postmaster);
        wrong.ShouldBeEmpty();
        answers.Keys.ShouldBeSubsetOf([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.InternalServerError]);
        answers[HttpStatusCode.OK].ShouldBeGreaterThan(Residents);
        foreach (var resident in residents)
        {
            var stored = ((string?)await ServedProcess.StoredAsync(_data, $"SELECT string_agg(temperature::text, ',') FROM health_code.check_in WHERE person_id = {resident.Id} AND channel = 'api'"))!.Split(',');
            resident.Acknowledged.Select(t => t.ToString(System.Globalization.CultureInfo.InvariantCulture)).Except(stored).ShouldBeEmpty($"check-ins of {resident.Id} that were acknowledged and are not there");
        }

        // What memory says is what all facts say, computed anew.
        var shown = await Task.WhenAll(residents.Select(async r => await ColourAsync(r)));
        shown.ShouldBe(residents.Select(r => r.IsIll ? "yellow" : "green"));
        await _host.Services.GetRequiredService<RefreshColours>().OfEverybodyAsync();
        (await Task.WhenAll(residents.Select(async r => await ColourAsync(r)))).ShouldBe(shown);
    }

    private async Task<List<Patient>> GreenResidentsAsync()
    {
        await _host.Services.GetRequiredService<DemoResidents>().MakeAsync("33", Made, null, default);
        await _host.Services.GetRequiredService<RefreshColours>().OfEverybodyAsync();
        var chosen = new List<Patient>();
        await using var session = await _host.Services.GetRequiredService<Database>().BeginAsync(Actor.System);
        foreach (var id in await session.QueryAsync<long>("SELECT id FROM health_code.person WHERE is_demo ORDER BY id"))
        {
            if (chosen.Count < Residents && await _host.Services.GetRequiredService<IssuePass>().RunAsync(session, id, PassKind.Page) is { Colour.Colour: Colour.Green } pass) chosen.Add(new(id, pass.Token));
        }
        chosen.Count.ShouldBe(Residents);
        return chosen;
    }

    /// <summary>One check-in after the other, each with a temperature of its own; only a commit that returned counts as acknowledged.</summary>
    private async Task CheckInAsync(Patient resident, CancellationToken end)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var n = 0; !end.IsCancellationRequested; n++)
        {
            var isIll = resident.IsIll;
            var temperature = (short)(340 + n % 30);
            try
            {
                if (isIll) resident.HasTold = true;
                await using var session = await _host.Services.GetRequiredService<Database>().BeginAsync(new Actor(ActorKind.Person, $"person:{resident.Id}", "resident", [], new HashSet<string>()), CancellationToken.None);
                (await _host.Services.GetRequiredService<RecordCheckIn>().RunAsync(session, resident.Id, temperature, isIll ? Symptoms.Cough : Symptoms.None, "api", CancellationToken.None)).ShouldBeOfType<CheckInOutcome.Recorded>();
                await session.CommitAsync(CancellationToken.None);
                resident.Acknowledged.Enqueue(temperature);
                if (isIll) resident.IsKnownIll = true;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
            {
                resident.Failed++;
            }
            await pause.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task AskAsync(List<Patient> residents, int first, ConcurrentQueue<string> wrong, ConcurrentDictionary<HttpStatusCode, int> answers, CancellationToken end)
    {
        for (var n = first; !end.IsCancellationRequested; n++)
        {
            var resident = residents[n % residents.Count];
            var mustBeYellow = resident.IsKnownIll;
            using var answer = await CheckAsync(resident);
            answers.AddOrUpdate(answer.StatusCode, 1, (_, count) => count + 1);
            if (answer.StatusCode != HttpStatusCode.OK) continue;
            var colour = ColourOf(await answer.Content.ReadAsStringAsync(CancellationToken.None));
            // A check-in under way may count already or not yet.
            if (colour != "green" && (colour != "yellow" || !resident.HasTold) || colour == "green" && mustBeYellow)
                wrong.Enqueue($"{resident.Id}: {colour}, must be yellow: {mustBeYellow}, has told: {resident.HasTold}");
        }
    }

    private async Task<HttpResponseMessage> CheckAsync(Patient resident)
    {
        using var token = new StringContent(resident.Token);
        return await _gate.PostAsync(new Uri("/api/v1/health/check", UriKind.Relative), token);
    }

    private async Task<string> ColourAsync(Patient resident)
    {
        using var answer = await CheckAsync(resident);
        return ColourOf(await answer.Content.ReadAsStringAsync());
    }

    private static string ColourOf(string answer)
    {
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.TryGetProperty("colour", out var colour) ? colour.GetString()! : answer;
    }

    private static Task UntilAsync(Func<bool> holds, string what) => ServedProcess.UntilAsync(() => Task.FromResult(holds()), what);

    /// <summary>A resident, her pass, and what she was told of her check-ins. Only her own task writes, others read.</summary>
    private sealed class Patient(long id, string token)
    {
        private volatile bool _isIll;
        private volatile bool _hasTold;
        private volatile bool _isKnownIll;
        private volatile int _failed;

        public long Id => id;
        public string Token => token;
        public ConcurrentQueue<short> Acknowledged { get; } = new();
        public bool IsIll { get => _isIll; set => _isIll = value; }
        public bool HasTold { get => _hasTold; set => _hasTold = value; }
        public bool IsKnownIll { get => _isKnownIll; set => _isKnownIll = value; }
        public int Failed { get => _failed; set => _failed = value; }
    }
}
