using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Imports;
using Rongtong.Registry.Enterprises;
using Rongtong.Registry.Enterprises.Demo;
using Rongtong.Registry.Enterprises.Import;
using Rongtong.Registry.Enterprises.Own;
using Rongtong.Registry.Places;
using Rongtong.Registry.Population;
using Rongtong.Registry.Regions;
using Rongtong.Web.Controls.Tables;
using Rongtong.Web.Shell;

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
        services.AddSingleton<IEnterprises, EnterpriseQueries>();
        services.AddSingleton<IImportKind, ImportEnterprises>();
        services.AddSingleton<IEventSubscriber, TellEnterprise>();
        services.AddSingleton<DemoEnterprises>();
        services.AddSingleton<IDemoData>(provider => provider.GetRequiredService<DemoEnterprises>());
        services.AddSingleton(provider => EnterprisesTable.Create(provider.GetRequiredService<IRegions>()));
        services.AddHostedService<ReloadRegions>();
        services.AddTile<Enterprises.Own.OwnTile>(TilePlace.Own, RegistryPermissions.Own, 10);
        services.AddNavigation(
            new NavigationEntry("web.mine.title", "/mine", RegistryPermissions.Own, 1, "registry.enterprises.nav"),
            new NavigationEntry("registry.enterprises.title", "/enterprises", null, 400, "registry.enterprises.nav"),
            new NavigationEntry("registry.statistics.title", "/enterprises/statistics", null, 401, "registry.enterprises.nav"),
            new NavigationEntry("registry.own.title", "/enterprises/own", RegistryPermissions.Own, 402, "registry.enterprises.nav"),
            new NavigationEntry("registry.duplicates.title", "/enterprises/duplicates", RegistryPermissions.Enterprises, 403, "registry.enterprises.nav"),
            new NavigationEntry("registry.places.title", "/regions/places", RegistryPermissions.Write, 800, "registry.nav.group"));
        return services.AddModule(Schema);
    }

    /// <summary>Loads the code list; every host and command does this after migrating.</summary>
    public static Task LoadRegionsAsync(this IServiceProvider services, CancellationToken cancel = default) =>
        services.GetRequiredService<RegionStore>().LoadAsync(cancel);

    public static void MapRegistry(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapEnterpriseForms();
        endpoints.MapOwnForms();
        endpoints.MapEnterpriseApi();
        endpoints.MapPost("/regions/places", async (HttpContext http, IFormCollection form, Database database, IRegions regions, CancellationToken cancel) =>
        {
            await using var session = await database.BeginAsync(http.Actor(), cancel);
            var outcome = await new AssignPlace(form["area"].ToString(), form["region"].ToString()).RunAsync(session, regions.Current, cancel);
            if (outcome is not AssignOutcome.Assigned) return Results.LocalRedirect("/regions/places?problem=" + (outcome is AssignOutcome.OutsideScope ? "scope" : "invalid"));
            await session.CommitAsync(cancel);
            Toast.Say(http, "registry.places.done");
            return Results.LocalRedirect("/regions/places");
        }).RequirePermission(RegistryPermissions.Write).ExcludeFromDescription();
    }
}
