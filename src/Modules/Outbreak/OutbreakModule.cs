using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Outbreak;

/// <summary>The table of contents of the module.</summary>
public static class OutbreakModule
{
    /// <summary>The module's schema.</summary>
    public static ModuleSchema Schema { get; } = new("outbreak", typeof(OutbreakModule).Assembly);

    public static IServiceCollection AddOutbreak(this IServiceCollection services) => services.AddModule(Schema);

    public static void MapOutbreak(this IEndpointRouteBuilder endpoints)
    {
    }
}
