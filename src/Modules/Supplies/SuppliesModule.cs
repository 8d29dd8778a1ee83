using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Supplies;

/// <summary>The table of contents of the module.</summary>
public static class SuppliesModule
{
    /// <summary>The module's schema.</summary>
    public static ModuleSchema Schema { get; } = new("supplies", typeof(SuppliesModule).Assembly);

    public static IServiceCollection AddSupplies(this IServiceCollection services) => services.AddModule(Schema);

    public static void MapSupplies(this IEndpointRouteBuilder endpoints) => ArgumentNullException.ThrowIfNull(endpoints);
}
