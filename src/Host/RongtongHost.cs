using Rongtong.Casework;
using Rongtong.HealthCode;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Passes;
using Rongtong.HealthCode.People;
using Rongtong.Observations;
using Rongtong.Outbreak;
using Rongtong.Outbreak.Publication;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;
using Rongtong.Registry;
using Rongtong.Resumption;
using Rongtong.Supplies;
using Rongtong.Web;
using Rongtong.Web.Shell;

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
        services.AddProblemDetails();
        services.AddApiDescription();
        services.AddRegistry();
        services.AddOutbreak();
        services.AddHealthCode();
        services.AddCasework();
        services.AddObservations();
        services.AddResumption();
        services.AddSupplies();
        services.AddModuleAssembly(typeof(RongtongHost).Assembly);
        return services;
    }

    /// <summary>The middleware and endpoints of a served host.</summary>
    public static void UseRongtong(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = FailedAsync, CreateScopeForErrors = true });
        app.UseOpenData();
        app.UseSunset();
        app.UseGateCheck();
        app.UseRequestLocalization();
        // A refused post keeps its bare status: drawing a page for it would run the refused request again.
        app.UseWhen(http => HttpMethods.IsGet(http.Request.Method), pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        app.UseAccess();
        app.UsePeople();
        app.UseAntiforgery();
        // Alive: the process answers. Ready: the database does, too, and a gate's question would be answered.
        app.MapGet("/health/live", () => Results.Text("alive\n"));
        app.MapGet("/health/ready", async (Database database, ColourBook colours, CancellationToken cancel) =>
        {
            try
            {
                await using var session = await database.BeginAsync(Actor.Public, cancel);
                return colours.IsFilled ? Results.Text("ready\n") : Results.Text("the colours are being read\n", statusCode: StatusCodes.Status503ServiceUnavailable);
            }
            catch (Npgsql.NpgsqlException)
            {
                return Results.Text("the database does not answer\n", statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        });
        app.MapMetrics();
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapRegistry();
        app.MapOutbreak();
        app.MapHealthCode();
        app.MapCasework();
        app.MapObservations();
        app.MapResumption();
        app.MapSupplies();
        app.MapWeb();
    }

    /// <summary>The last answer: machines get a problem, people a page; the reason is in the log, never in the answer.</summary>
    private static Task FailedAsync(HttpContext http)
    {
        var cause = http.Features.Get<Microsoft.AspNetCore.Diagnostics.IExceptionHandlerFeature>()?.Error;
        var isMeeting = cause is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.DeadlockDetected or Npgsql.PostgresErrorCodes.SerializationFailure };
        var isDatabase = cause is Npgsql.NpgsqlException and not Npgsql.PostgresException;
        http.Response.StatusCode = isDatabase || isMeeting ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError;
        if (isDatabase || isMeeting) http.Response.Headers.RetryAfter = isMeeting ? "1" : "5";
        if (!http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)) return new Microsoft.AspNetCore.Http.HttpResults.RazorComponentResult<FailedPage>().ExecuteAsync(http);
        return (isDatabase ? Results.Problem(statusCode: 503, title: "The database does not answer.", detail: "Nothing was changed. Try again in a few seconds.")
            : isMeeting ? Results.Problem(statusCode: 503, title: "Another request changed the same at the same instant.", detail: "Nothing of this one was changed. Send it again.")
            : Results.Problem(statusCode: 500, title: "The request failed.", detail: "Nothing was changed. The reason is in the log of the server.")).ExecuteAsync(http);
    }
}
