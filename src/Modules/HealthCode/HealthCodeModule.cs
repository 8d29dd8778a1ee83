using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.People;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.HealthCode;

/// <summary>The table of contents of the module.</summary>
public static class HealthCodeModule
{
    /// <summary>The module's schema.</summary>
    public static ModuleSchema Schema { get; } = new("health_code", typeof(HealthCodeModule).Assembly);

    public static IServiceCollection AddHealthCode(this IServiceCollection services)
    {
        services.AddSingleton<Secrets>();
        services.AddSingleton<ColourRules>();
        services.AddSingleton<RefreshColours>();
        services.AddSingleton<ColourBook>();
        services.AddHostedService(provider => provider.GetRequiredService<ColourBook>());
        return services.AddModule(Schema);
    }

    public static void MapHealthCode(this IEndpointRouteBuilder endpoints)
    {
    }
}
