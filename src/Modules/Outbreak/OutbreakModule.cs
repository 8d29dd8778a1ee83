using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Demo;
using Rongtong.Outbreak.Map;
using Rongtong.Outbreak.Publication;
using Rongtong.Outbreak.Tiers;
using Rongtong.Outbreak.Warnings;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
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
        services.AddSingleton<IEventSubscriber, MoveAssignedPlace>();
        services.AddSingleton<LoadDemo>();
        services.AddSingleton<IPageBanner, DemoBanner>();
        services.AddSingleton<Readings>();
        services.AddSingleton<IRiskTiers, ReadRiskTiers>();
        services.AddSingleton<IActiveCases, ReadActiveCases>();
        services.AddSingleton<OpenData>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenData>());
        services.AddSingleton(provider => TiersTable.Create(provider.GetRequiredService<IRegions>()));
        services.AddSingleton(provider => WarningsTable.Create(provider.GetRequiredService<IRegions>(), provider.GetRequiredService<TimeProvider>()));
        services.AddNavigation(
            new NavigationEntry("outbreak.nav.map", "/outbreak", null, 100, "outbreak.nav.group"),
            new NavigationEntry("outbreak.nav.compare", "/outbreak/compare", null, 110, "outbreak.nav.group"),
            new NavigationEntry("outbreak.nav.tiers", "/outbreak/tiers", null, 120, "outbreak.nav.group"),
            new NavigationEntry("outbreak.nav.warnings", "/outbreak/warnings", OutbreakPermissions.Read, 130, "outbreak.nav.group"),
            new NavigationEntry("outbreak.nav.data", "/outbreak/data", OutbreakPermissions.Import, 140, "outbreak.nav.group"),
            new NavigationEntry("outbreak.nav.screen", "/screen", null, 150, "outbreak.nav.group"),
            new NavigationEntry("outbreak.nav.open", "/open-data", null, 160, "outbreak.nav.group"));
        return services.AddModule(Schema);
    }

    public static void MapOutbreak(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMapData();
        endpoints.MapForms();
        endpoints.MapOutbreakApi();
    }
}
