using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Rongtong.Host;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Registry;
using Rongtong.Testing;
using Rongtong.Web.Working;

namespace Rongtong.HostTesting;

/// <summary>The product as it is served, in this process, on a database of its own.</summary>
public sealed partial class RunningHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningHost(WebApplication app, TestDatabase database) => (_app, Database) = (app, database);

    public TestDatabase Database { get; }

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Urls.First());

    /// <summary>Starts it; <paramref name="stubs"/> come before the product's own services, for contracts whose module a test plays.</summary>
    public static async Task<RunningHost> StartAsync(TimeProvider? clock = null, Action<IServiceCollection>? stubs = null)
    {
        var database = await TestPostgres.CreateAsync(clock);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (clock is not null) builder.Services.AddSingleton(clock);
        stubs?.Invoke(builder.Services);
        // Results of files are asked for by the next line of a test; how a busy machine shows them is a test of its own.
        builder.Services.TryAddSingleton(new LongWorkPatience(TimeSpan.FromMinutes(5)));
        builder.Services.AddRongtong(DatabaseConnection.Over(database.Source));
        var app = builder.Build();
        await app.Services.GetRequiredService<Migrator>().MigrateAsync();
        await app.Services.LoadRegionsAsync();
        app.UseRongtong();
        await app.StartAsync();
        return new(app, database);
    }

    /// <summary>A browser without scripts: keeps cookies, does not follow redirects.</summary>
    public HttpClient Browser() => new(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = Address };

    /// <summary>Posts a form as a page would: with the antiforgery token of the page it stands on.</summary>
    public static async Task<HttpResponseMessage> PostAsync(HttpClient browser, string page, string action, params (string Name, string Value)[] fields)
    {
        var html = await browser.GetStringAsync(new Uri(page, UriKind.Relative));
        var token = TokenField().Match(html).Groups[1].Value;
        return await browser.PostAsync(new Uri(action, UriKind.Relative), new FormUrlEncodedContent(fields.Append(("__RequestVerificationToken", token)).Select(f => KeyValuePair.Create(f.Item1, f.Item2))));
    }

    /// <summary>The page without the tokens of its forms: in their hundreds of random letters any short text turns up now and then.</summary>
    public static string WithoutTokens(string html) => TokenField().Replace(html, "");

    /// <summary>Posts a file as a page would; returns where the product led.</summary>
    public static async Task<string> UploadAsync(HttpClient browser, string page, string action, string fileName, string content)
    {
        var token = TokenField().Match(await browser.GetStringAsync(new Uri(page, UriKind.Relative))).Groups[1].Value;
        using var form = new MultipartFormDataContent { { new StringContent(token), "__RequestVerificationToken" }, { new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(content)), "file", fileName } };
        return (await browser.PostAsync(new Uri(action, UriKind.Relative), form)).Headers.Location!.OriginalString;
    }

    /// <summary>
    /// Brings every event to all its handlers. The host's own dispatcher may have one in hand, and an event waits for every older transaction of the
    /// server, those of tests beside this one too.
    /// </summary>
    public async Task HandOnAsync()
    {
        var handlers = Services.GetServices<IEventSubscriber>().ToArray();
        var all = new { names = handlers.Select(h => h.Name).ToArray(), kinds = handlers.Select(h => h.EventKind).ToArray() };
        using var patience = new CancellationTokenSource(Patience.Long);
        while (true)
        {
            await Services.GetRequiredService<OutboxDispatcher>().DispatchAsync(patience.Token);
            await using var session = await Database.Database.BeginAsync(Actor.System, patience.Token);
            if (await session.QuerySingleAsync<bool>("""
                SELECT NOT EXISTS (
                    SELECT FROM unnest(@names, @kinds) AS h (name, kind) JOIN platform.outbox_event e ON e.kind = h.kind LEFT JOIN platform.outbox_cursor c ON c.handler = h.name
                    WHERE c.handler IS NULL OR (e.transaction, e.id) > (c.transaction, c.event_id))
                """, all, patience.Token)) return;
        }
    }

    /// <summary>Makes an account and signs a browser in with it.</summary>
    public async Task<HttpClient> SignedInAsync(string login, string role, string scope, string organisation = "")
    {
        await Services.GetRequiredService<Accounts>().CreateAsync(Actor.System, login, login, "a-long-password", [role], [scope], organisation: organisation);
        var browser = Browser();
        var answer = await PostAsync(browser, "/account/sign-in", "/account/sign-in", ("login", login), ("password", "a-long-password"), ("returnTo", "/"));
        if (answer.Headers.Location?.OriginalString != "/") throw new InvalidOperationException($"Sign-in of {login} led to {answer.Headers.Location}.");
        return browser;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Database.DisposeAsync();
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex TokenField();
}
