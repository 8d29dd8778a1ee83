using Rongtong.Outbreak;
using Rongtong.Outbreak.Publication;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Registry;
using Rongtong.Web;

namespace Rongtong.Host;

/// <summary>The composition root: which modules there are, and in which order a request meets the middleware.</summary>
public static class RongtongHost
{
    /// <summary>The services of every command: a served host, an import, a test.</summary>
    public static IServiceCollection AddRongtong(this IServiceCollection services, DatabaseConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        services.AddSingleton(connection);
        services.AddSingleton(connection.Source);
        services.AddSingleton(new DatabasePlace(connection.Embedded?.Folder));
        services.AddPlatform();
        services.AddAccess();
        services.AddWeb();
        services.AddRegistry();
        services.AddOutbreak();
        services.AddModuleAssembly(typeof(RongtongHost).Assembly);
        return services;
    }

    /// <summary>The middleware and endpoints of a served host.</summary>
    public static void UseRongtong(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseOpenData();
        app.UseRequestLocalization();
        // A refused post keeps its bare status: drawing a page for it would run the refused request again.
        app.UseWhen(http => HttpMethods.IsGet(http.Request.Method), pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        app.UseAccess();
        app.UseAntiforgery();
        // Alive: the process answers. Ready: the database does, too.
        app.MapGet("/health/live", () => Results.Text("alive\n"));
        app.MapGet("/health/ready", async (Database database, CancellationToken cancel) =>
        {
            try
            {
                await using var session = await database.BeginAsync(Actor.Public, cancel);
                return Results.Text("ready\n");
            }
            catch (Npgsql.NpgsqlException)
            {
                return Results.Text("the database does not answer\n", statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        });
        app.MapRegistry();
        app.MapOutbreak();
        app.MapWeb();
    }
}
