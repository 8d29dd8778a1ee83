using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Platform;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Map;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Web.Shell;

namespace Rongtong.Outbreak;

/// <summary>The table of contents of the module.</summary>
public static class OutbreakModule
{
    /// <summary>The module's schema.</summary>
    public static ModuleSchema Schema { get; } = new("outbreak", typeof(OutbreakModule).Assembly);

    public static IServiceCollection AddOutbreak(this IServiceCollection services)
    {
        services.AddSingleton<IImportKind, ImportCases>();
        services.AddNavigation(
            new NavigationEntry("outbreak.nav.map", "/outbreak", null, 100, "outbreak.nav.group"));
        return services.AddModule(Schema);
    }

    public static void MapOutbreak(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMapData();
    }
}
