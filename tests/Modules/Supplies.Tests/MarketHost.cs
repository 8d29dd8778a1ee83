using Microsoft.Extensions.DependencyInjection;
using Rongtong.HostTesting;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;

namespace Rongtong.Supplies.Tests;

/// <summary>What the stories of the market share: looking behind the pages, and files.</summary>
internal static class MarketHost
{
    public const string Wuchang = "420106";

    public static async Task<Session> SessionAsync(this RunningHost host, Actor? actor = null) => await host.Services.GetRequiredService<Database>().BeginAsync(actor ?? Actor.System);

    public static async Task<IReadOnlyList<T>> QueryAsync<T>(this RunningHost host, string sql, object? args = null)
    {
        await using var session = await host.SessionAsync();
        return await session.QueryAsync<T>(sql, args);
    }

    public static async Task<ImportReport> ImportAsync(this RunningHost host, string kind, string content, Actor? actor = null)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content));
        var imports = host.Services.GetRequiredService<ImportService>();
        return await imports.RunAsync(imports.Kinds.Single(k => k.Name == kind), stream, kind + ".csv", new ImportOptions(), actor ?? Actor.System);
    }

    public static Actor Account(string permission, string organisation = "", string scope = "42") =>
        new(ActorKind.Account, "account:" + Guid.NewGuid(), "test", [scope], new HashSet<string> { permission }) { Organisation = organisation };

    public static Task<string> PageAsync(this HttpClient browser, string path) => browser.GetStringAsync(new Uri(path, UriKind.Relative));
}
