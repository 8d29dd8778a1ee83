using System.CommandLine;
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
        if (builder.Configuration["urls"] is null) builder.WebHost.UseUrls("http://localhost:8080");
        using var logging = LoggerFactory.Create(log => log.AddConfiguration(builder.Configuration.GetSection("Logging")).AddConsole());
        await using var connection = await DatabaseConnection.OpenAsync(builder.Configuration, logging.CreateLogger<EmbeddedPostgres>(), cancel);
        builder.Services.AddRongtong(connection);
        await using var app = builder.Build();
        await app.Services.GetRequiredService<Migrator>().MigrateAsync(cancel);
        await app.Services.LoadRegionsAsync(cancel);
        app.UseRongtong();
        await app.RunAsync(cancel);
        return 0;
    }
}
