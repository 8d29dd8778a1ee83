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

    public static Task<int> RunAsync(string[] args, CancellationToken cancel) => CommandHost.InWordsAsync(() => ServeAsync(args, cancel));

    private static async Task<int> ServeAsync(string[] args, CancellationToken cancel)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = Directory.GetCurrentDirectory() });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        if (builder.Configuration["urls"] is null) builder.WebHost.UseUrls("http://localhost:8080");
        using var logging = LoggerFactory.Create(log => log.AddConfiguration(builder.Configuration.GetSection("Logging")).AddConsole());
        await using var connection = await DatabaseConnection.OpenAsync(builder.Configuration, logging.CreateLogger<EmbeddedPostgres>(), cancel);
        // The database would end with the process that has it, and this host would be left without one.
        if (connection.Embedded is { Owned: false } other)
            throw new CommandException($"another Rongtong already works on the data in '{other.Folder}' (it serves, or runs a command that has not ended). Stop it or wait for it; to serve other data, name their folder in the environment variable DataFolder.");
        builder.Services.AddRongtong(connection);
        await using var app = builder.Build();
        await app.Services.GetRequiredService<Migrator>().MigrateAsync(cancel);
        await app.Services.LoadRegionsAsync(cancel);
        app.UseRongtong();
        await app.Services.GetRequiredService<Settings>().ReadModeAsync(cancel);
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new CommandException($"{e.Message} Stop the program that uses it, or serve elsewhere: --urls http://localhost:8081");
        }
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
