using Rongtong.Platform.Postgres;

namespace Rongtong.Host.Commands;

/// <summary>Runs a command with the same services a served host has, and turns an expected failure into exit code 2 with its message.</summary>
internal static class CommandHost
{
    public static async Task<int> RunAsync(Func<IServiceProvider, Task<int>> work, CancellationToken cancel)
    {
        try
        {
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = Directory.GetCurrentDirectory() });
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            await using var connection = await DatabaseConnection.OpenAsync(builder.Configuration, null, cancel);
            builder.Services.AddRongtong(connection);
            await using var app = builder.Build();
            return await work(app.Services);
        }
        catch (Exception e) when (e is EmbeddedPostgresException or InvalidOperationException or IOException or Npgsql.NpgsqlException)
        {
            await Console.Error.WriteLineAsync($"rongtong: {e.Message}");
            return 2;
        }
    }
}
