using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Observations;
using Rongtong.Contracts.Registry;
using Rongtong.Observations.Alerts;
using Rongtong.Observations.Demo;
using Rongtong.Observations.Ingest;
using Rongtong.Observations.Measures;
using Rongtong.Observations.Mobility;
using Rongtong.Observations.Pages;
using Rongtong.Observations.Rollup;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Jobs;
using Rongtong.Web.Shell;

namespace Rongtong.Observations;

/// <summary>The table of contents of the module.</summary>
public static class ObservationsModule
{
    /// <summary>The module's schema.</summary>
    public static ModuleSchema Schema { get; } = new("observations", typeof(ObservationsModule).Assembly);

    public static IServiceCollection AddObservations(this IServiceCollection services)
    {
        services.AddSingleton<SeriesBook>();
        services.AddSingleton<Months>();
        services.AddSingleton<WriteBatch>();
        services.AddSingleton<IImportKind, ImportObservations>();
        services.AddSingleton<RollUp>();
        services.AddHostedService<KeepRollUps>();
        services.AddSingleton<FollowEnterprises>();
        services.AddSingleton<IEventSubscriber>(provider => provider.GetRequiredService<FollowEnterprises>());
        services.AddSingleton<IEventSubscriber, WhenEnterpriseMerged>();
        services.AddSingleton<IEventSubscriber, WhenEnterpriseUnmerged>();
        services.AddSingleton<IEventSubscriber, TakeReportedFigure>();
        services.AddSingleton<EnterpriseRates>();
        services.AddSingleton<IEnterpriseRates>(provider => provider.GetRequiredService<EnterpriseRates>());
        services.AddSingleton<IImportKind, ImportMobility>();
        services.AddSingleton<MobilityReadings>();
        services.AddSingleton<RateReadings>();
        services.AddSingleton(provider => StuckTable.Create(provider.GetRequiredService<IRegions>()));
        services.AddSingleton<IJob, RefreshStuck>();
        services.AddSingleton<IJob, RaiseAlerts>();
        services.AddSingleton<IJob, TakeHeadCounts>();
        services.AddSingleton<DemoElectricity>();
        services.AddSingleton<IDemoData>(provider => provider.GetRequiredService<DemoElectricity>());
        services.AddSingleton<IDemoElectricity>(provider => provider.GetRequiredService<DemoElectricity>());
        services.AddTile<OwnTile>(TilePlace.Own, ObservationPermissions.Own, 30);
        services.AddTile<RatesTile>(TilePlace.Screen, ObservationPermissions.Read, 20);
        services.AddNavigation(
            new NavigationEntry("observations.nav.rates", "/rates", null, 200, "observations.nav.group"),
            new NavigationEntry("observations.measures.title", "/rates/measures", null, 210, "observations.nav.group"));
        return services.AddModule(Schema);
    }

    public static void MapObservations(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPushObservations();
        endpoints.MapRates();
        endpoints.MapSetStrictness();
    }
}
