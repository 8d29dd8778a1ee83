using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Registry;

/// <summary>The table of contents of the module.</summary>
public static class RegistryModule
{
    /// <summary>The module's schema.</summary>
    public static ModuleSchema Schema { get; } = new("registry", typeof(RegistryModule).Assembly);

    public static IServiceCollection AddRegistry(this IServiceCollection services) => services.AddModule(Schema);

    public static void MapRegistry(this IEndpointRouteBuilder endpoints)
    {
    }
}
