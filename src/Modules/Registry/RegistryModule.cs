using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Registry.Population;
using Rongtong.Registry.Regions;

namespace Rongtong.Registry;

/// <summary>The table of contents of the module.</summary>
public static class RegistryModule
{
    /// <summary>The module's schema.</summary>
    public static ModuleSchema Schema { get; } = new("registry", typeof(RegistryModule).Assembly);

    public static IServiceCollection AddRegistry(this IServiceCollection services)
    {
        services.AddSingleton<RegionStore>();
        services.AddSingleton<IRegions>(provider => provider.GetRequiredService<RegionStore>());
        services.AddSingleton<IImportKind, ImportPopulation>();
        services.AddHostedService<ReloadRegions>();
        return services.AddModule(Schema);
    }

    /// <summary>Loads the code list; every host and command does this after migrating.</summary>
    public static Task LoadRegionsAsync(this IServiceProvider services, CancellationToken cancel = default) =>
        services.GetRequiredService<RegionStore>().LoadAsync(cancel);

    public static void MapRegistry(this IEndpointRouteBuilder endpoints)
    {
    }
}
