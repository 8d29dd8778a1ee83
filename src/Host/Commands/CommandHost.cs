using Rongtong.Platform.Data;
using Rongtong.Platform.Postgres;
using Rongtong.Registry;

namespace Rongtong.Host.Commands;

/// <summary>Runs a command with the same services a served host has, and turns an expected failure into exit code 2 with its message.</summary>
internal static class CommandHost
{
    public static Task<int> RunAsync(Func<IServiceProvider, Task<int>> work, CancellationToken cancel, bool prepare = true) => InWordsAsync(async () =>
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = Directory.GetCurrentDirectory() });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        await using var connection = await DatabaseConnection.OpenAsync(builder.Configuration, null, cancel);
        builder.Services.AddRongtong(connection);
        await using var app = builder.Build();
        if (prepare)
        {
            await app.Services.GetRequiredService<Migrator>().MigrateAsync(cancel);
            await app.Services.LoadRegionsAsync(cancel);
        }
        return await work(app.Services);
    });

    /// <summary>Runs what a person started; an expected failure becomes a sentence and exit code 2.</summary>
    public static async Task<int> InWordsAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is CommandException or EmbeddedPostgresException or InvalidOperationException or IOException or UnauthorizedAccessException or Npgsql.NpgsqlException)
        {
            await Console.Error.WriteLineAsync($"rongtong: {e.Message}");
            return 2;
        }
    }
}
