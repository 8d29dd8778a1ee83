using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Casework;

/// <summary>The table of contents of the module.</summary>
public static class CaseworkModule
{
    /// <summary>The module's schema.</summary>
    public static ModuleSchema Schema { get; } = new("casework", typeof(CaseworkModule).Assembly);

    public static IServiceCollection AddCasework(this IServiceCollection services) => services.AddModule(Schema);

    public static void MapCasework(this IEndpointRouteBuilder endpoints) => ArgumentNullException.ThrowIfNull(endpoints);
}
