using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Resumption;

/// <summary>The table of contents of the module.</summary>
public static class ResumptionModule
{
    /// <summary>The module's schema.</summary>
    public static ModuleSchema Schema { get; } = new("resumption", typeof(ResumptionModule).Assembly);

    public static IServiceCollection AddResumption(this IServiceCollection services) => services.AddModule(Schema);

    public static void MapResumption(this IEndpointRouteBuilder endpoints) => ArgumentNullException.ThrowIfNull(endpoints);
}
