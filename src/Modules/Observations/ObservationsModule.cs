using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Observations;

/// <summary>The table of contents of the module.</summary>
public static class ObservationsModule
{
    /// <summary>The module's schema.</summary>
    public static ModuleSchema Schema { get; } = new("observations", typeof(ObservationsModule).Assembly);

    public static IServiceCollection AddObservations(this IServiceCollection services) => services.AddModule(Schema);

    public static void MapObservations(this IEndpointRouteBuilder endpoints) => ArgumentNullException.ThrowIfNull(endpoints);
}
