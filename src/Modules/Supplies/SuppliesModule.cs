using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Jobs;
using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Demo;
using Rongtong.Supplies.Imports;
using Rongtong.Supplies.Pages;
using Rongtong.Supplies.Planning;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies;

/// <summary>
/// The table of contents of the module.
/// <code>
/// files, phone pages, API ──> use case (AskFor, CountStock, ReportDay, ReportLane, MakeOffer), one transaction each
/// goods ──> Ledger: entries by item, lot, place and state ──trigger──> balances, which nothing else can write
/// needs and offers ──> stand seven days, renewed by one tap ──KeepFresh──> asked, reminded, lapsed
/// published cases and staff ──EstimateDemand──> intervals where nobody asked, never in a sum of what was asked
/// balances + use + needs ──> cover_at ──> overview, needs, facilities: what is there, what is missing, for how many days
/// </code>
/// </summary>
public static class SuppliesModule
{
    /// <summary>The module's schema.</summary>
    public static ModuleSchema Schema { get; } = new("supplies", typeof(SuppliesModule).Assembly);

    /// <summary>Announced when facilities, stock, needs or offers change.</summary>
    internal const string Topic = "supplies";

    public static IServiceCollection AddSupplies(this IServiceCollection services)
    {
        services.AddSingleton<IImportKind, ImportDemandTable>();
        services.AddSingleton<IImportKind, ImportCapacityTable>();
        services.AddSingleton<IImportKind, ImportLaneTable>();
        services.AddSingleton<IImportKind, ImportFacilities>();
        services.AddSingleton<IImportKind, ImportNeeds>();
        services.AddSingleton<IImportKind, ImportStock>();
        services.AddSingleton<IImportKind, ImportOutput>();
        services.AddSingleton<IJob, KeepFresh>();
        services.AddSingleton<EstimateDemand>();
        services.AddSingleton<IJob>(provider => provider.GetRequiredService<EstimateDemand>());
        services.AddSingleton<IDemoData, DemoSupplies>();
        services.AddSingleton<IDemoData, DemoDispatch>();
        services.AddSingleton<IDemoData, DemoGiven>();
        services.AddSingleton(_ => OverviewTable.Create());
        services.AddSingleton(provider => NeedsTable.Create(provider.GetRequiredService<IRegions>()));
        services.AddSingleton(provider => FacilitiesTable.Create(provider.GetRequiredService<IRegions>()));
        services.AddPlanningRooms();
        services.AddTile<Pages.OwnTile>(TilePlace.Own, SuppliesPermissions.Own, 50);
        services.AddNavigation(
            new NavigationEntry("supplies.title", "/supplies", SuppliesPermissions.Read, 500, "supplies.nav.group"),
            new NavigationEntry("supplies.needs.title", "/supplies/needs", SuppliesPermissions.Read, 510, "supplies.nav.group"),
            new NavigationEntry("supplies.facilities.title", "/supplies/facilities", SuppliesPermissions.Read, 520, "supplies.nav.group"),
            new NavigationEntry("supplies.items.title", "/supplies/items", SuppliesPermissions.Read, 530, "supplies.nav.group"),
            new NavigationEntry("supplies.own.title", "/supplies/own", SuppliesPermissions.Own, 540, "supplies.nav.group"),
            new NavigationEntry("supplies.carry.title", "/supplies/carry", SuppliesPermissions.Carry, 550, "supplies.nav.group"));
        services.AddMarketRooms();
        services.AddDispatchRooms();
        return services.AddModule(Schema);
    }

    public static void MapSupplies(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapOwnForms();
        endpoints.MapStaffForms();
        Producers.SetMinimumLot.Map(endpoints);
        endpoints.MapSuppliesApi();
        endpoints.MapMarketRooms();
        endpoints.MapPlanningRooms();
        endpoints.MapDispatchRooms();
    }
}
