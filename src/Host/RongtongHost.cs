using Rongtong.Outbreak;
using Rongtong.Platform;
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
        services.AddSingleton(connection.Source);
        services.AddPlatform();
        services.AddWeb();
        services.AddRegistry();
        services.AddOutbreak();
        return services;
    }

    /// <summary>The middleware and endpoints of a served host.</summary>
    public static void UseRongtong(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseRequestLocalization();
        app.UseAntiforgery();
        app.MapRegistry();
        app.MapOutbreak();
        app.MapWeb();
    }
}
