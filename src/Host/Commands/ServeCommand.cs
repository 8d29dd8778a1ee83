using System.CommandLine;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Postgres;
using Rongtong.Registry;

namespace Rongtong.Host.Commands;

/// <summary><c>rongtong serve</c>: database up, migrations applied, pages on port 8080.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Serve the product (the default).");
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, cancel) => RunAsync([.. parsed.UnmatchedTokens], cancel));
        return command;
    }

    public static async Task<int> RunAsync(string[] args, CancellationToken cancel)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = Directory.GetCurrentDirectory() });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        if (builder.Configuration["urls"] is null) builder.WebHost.UseUrls("http://localhost:8080");
        using var logging = LoggerFactory.Create(log => log.AddConfiguration(builder.Configuration.GetSection("Logging")).AddConsole());
        await using var connection = await DatabaseConnection.OpenAsync(builder.Configuration, logging.CreateLogger<EmbeddedPostgres>(), cancel);
        builder.Services.AddRongtong(connection);
        await using var app = builder.Build();
        await app.Services.GetRequiredService<Migrator>().MigrateAsync(cancel);
        await app.Services.LoadRegionsAsync(cancel);
        app.UseRongtong();
        await app.Services.GetRequiredService<Settings>().ReadModeAsync(cancel);
        await app.StartAsync(cancel);
        await PrintWelcomeAsync(app, cancel);
        await app.WaitForShutdownAsync(cancel);
        return 0;
    }

    /// <summary>Says where to go, and gives the first administrator a way in that nobody else can read.</summary>
    private static async Task PrintWelcomeAsync(WebApplication app, CancellationToken cancel)
    {
        var address = app.Urls.First();
        Console.WriteLine($"融通 Rongtong: {address}");
        if (await app.Services.GetRequiredService<Accounts>().AnyAsync(cancel)) return;
        var token = await app.Services.GetRequiredService<Settings>().IssueFirstLinkAsync(cancel);
        Console.WriteLine($"第一位管理员 first administrator (24 h, once): {address}/account/first?token={token}");
    }
}
