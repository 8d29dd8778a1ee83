using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.People;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Registry;
using Rongtong.Testing;
using Rongtong.Web;

namespace Rongtong.HealthCode.Tests;

/// <summary>The module served over HTTP on a real database, with the real regions; risk areas and who is signed in are as the test says.</summary>
internal sealed partial class TravelHost : IRiskTiers, IRiskTierHistory, IAsyncDisposable
{
    public const string Number = "330106199001011232";
    public const string Phone = "13800001234";
    private const string SignedInAs = "X-Test-Person";

    private readonly Dictionary<string, RiskTier> _tiers = [];
    private WebApplication _app = null!;

    public TestClock Clock { get; } = new(new DateTimeOffset(2020, 2, 20, 4, 0, 0, TimeSpan.Zero));

    public TestDatabase Stored { get; private set; } = null!;

    public Database Database => Stored.Database;

    public IServiceProvider Services => _app.Services;

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<TravelHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var host = new TravelHost();
        host.Stored = await TestPostgres.CreateAsync(host.Clock, PlatformSchema.Schema, RegistryModule.Schema, HealthCodeModule.Schema);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var (key, value) in settings) builder.Configuration[key] = value;
        builder.Services.AddSingleton<TimeProvider>(host.Clock);
        builder.Services.AddSingleton(host.Stored.Source);
        builder.Services.AddSingleton(new DatabasePlace(null));
        builder.Services.AddPlatform();
        builder.Services.AddAccess();
        builder.Services.AddWeb();
        builder.Services.AddProblemDetails();
        builder.Services.AddSingleton<IRiskTiers>(host);
        builder.Services.AddRegistry();
        builder.Services.AddHealthCode();
        var app = host._app = builder.Build();
        await app.Services.LoadRegionsAsync();
        app.UseRequestLocalization();
        app.UseAccess();
        app.Use((http, next) =>
        {
            if (long.TryParse(http.Request.Headers[SignedInAs], out var person)) http.SetActor(Person.ActorOf(person));
            return next(http);
        });
        app.UseAntiforgery();
        app.MapHealthCode();
        app.MapWeb();
        await app.StartAsync();
        return host;
    }

    public HttpClient Browser(long? person = null)
    {
        var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = new(_app.Urls.First()) };
        if (person is { } id) browser.DefaultRequestHeaders.Add(SignedInAs, id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return browser;
    }

    public static async Task<HttpResponseMessage> PostAsync(HttpClient browser, string page, string action, params (string Name, string Value)[] fields)
    {
        var token = TokenField().Match(await browser.GetStringAsync(new Uri(page, UriKind.Relative))).Groups[1].Value;
        return await browser.PostAsync(new Uri(action, UriKind.Relative), new FormUrlEncodedContent(fields.Append(("__RequestVerificationToken", token)).Select(f => KeyValuePair.Create(f.Item1, f.Item2))));
    }

    public TravelHost WithRisk(string region, RiskTier tier)
    {
        _tiers[region] = tier;
        return this;
    }

    public async Task<long> AddPersonAsync(string number = Number, string phone = Phone, bool isDemo = false)
    {
        var secrets = Get<Secrets>();
        var (document, problem) = DocumentNumber.Parse(DocumentType.ResidentCard, number[..17] + DocumentNumber.CheckCharacter(number));
        problem.ShouldBeNull();
        await using var session = await Database.BeginAsync(Actor.System);
        var id = await session.QuerySingleAsync<long>("""
            INSERT INTO health_code.person (region_code, document_hash, document, name, phone, phone_hash, is_demo, created_at)
            VALUES ('330106', @hash, @document, @name, @phone, @phoneHash, @isDemo, @now) RETURNING id
            """,
            new { hash = await secrets.HashOfAsync(document!.Value), document = secrets.Protect(document.Value.ToString()), name = secrets.Protect("张三"), phone = secrets.Protect(phone), phoneHash = await secrets.HashOfPhoneAsync(phone), isDemo, now = session.Now });
        await RecordFacts.WriteAsync(session, [new(id, FactKind.SelfReport, ChinaDay.Of(session.Now), ChinaDay.Of(session.Now), "330106", new() { KnowsContact = false }, FactSource.Person, "")]);
        await session.CommitAsync();
        return id;
    }

    /// <summary>The last four characters of a number whose first seventeen are given.</summary>
    public static string LastFour(string number = Number) => number[14..17] + DocumentNumber.CheckCharacter(number);

    public async Task AddStayAsync(long person, string region, int fromDaysAgo, int toDaysAgo, FactSource source = FactSource.Carrier, float confidence = 0.9f)
    {
        await using var session = await Database.BeginAsync(Actor.System);
        var today = ChinaDay.Of(session.Now);
        await RecordFacts.WriteAsync(session, [new(person, FactKind.Stay, today.AddDays(-fromDaysAgo), today.AddDays(-toDaysAgo), region, new() { Hours = 30 }, source, "a list", confidence)]);
        await session.CommitAsync();
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null)
    {
        await using var session = await Database.BeginAsync(Actor.System);
        return await session.QueryAsync<T>(sql, args);
    }

    /// <summary>Everything queued for telephones, oldest first.</summary>
    public async Task<IReadOnlyList<(string Phone, string Text)>> MessagesAsync() =>
        [.. (await QueryAsync<(byte[] Phone, byte[] Text)>("SELECT phone, text FROM health_code.sms ORDER BY id")).Select(m => (Get<Secrets>().Unprotect(m.Phone), Get<Secrets>().Unprotect(m.Text)))];

    public RiskTier On(RegionCode region, DateOnly day)
    {
        for (var code = region.Value; code.Length >= 2; code = code[..^2])
        {
            if (_tiers.TryGetValue(code, out var tier)) return tier;
        }
        return RiskTier.Low;
    }

    public Task<IRiskTierHistory> AsKnownAsync(DateTimeOffset? knownAt, CancellationToken cancel = default) => Task.FromResult<IRiskTierHistory>(this);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Stored.DisposeAsync();
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex TokenField();
}
