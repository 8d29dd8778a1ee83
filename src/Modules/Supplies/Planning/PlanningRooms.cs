using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;
using Rongtong.Supplies.Planning.Audit;
using Rongtong.Supplies.Planning.Board;
using Rongtong.Supplies.Planning.Pages;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Planning;

/// <summary>
/// Planning, its board and its audit.
/// <code>
/// needs, stock, output ──TakeSnapshot──> PlanSnapshot ──PlanProblem──> Rongtong.Allocation ──> version 1, proven by CheckPlan
/// dispatcher's pins ──EditPlan──> solved anew ──> version 2, 3, ...          SendPlan ──> Reservations,  EscalateUnmet ──> the level above
/// lapsed, declined, lost, received short ──WhenPoolChanged──> SolveAnew, with CarryPins ──> the proposal that replaces the draft
/// </code>
/// </summary>
internal static class PlanningRooms
{
    public static IServiceCollection AddPlanningRooms(this IServiceCollection services)
    {
        services.AddSingleton<Places>();
        services.AddSingleton<StoredPlans>();
        services.AddSingleton<ReadBoard>();
        services.AddSingleton<IJob, AuditFillRates>();
        services.AddTile<BoardTile>(TilePlace.Screen, SuppliesPermissions.Read, 30);
        services.AddSingleton<IJob, ProvePlans>();
        services.AddSingleton<IEventSubscriber, WhenPoolChanged>();
        services.AddSingleton(provider => PlansTable.Create(provider.GetRequiredService<IRegions>()));
        return services.AddNavigation(
            new NavigationEntry("supplies.board.title", "/supplies/board", SuppliesPermissions.Read, 502, "supplies.nav.group"),
            new NavigationEntry("supplies.plan.title", "/supplies/plans", SuppliesPermissions.Read, 505, "supplies.nav.group"),
            new NavigationEntry("supplies.audit.title", "/supplies/audit", null, 560, "supplies.nav.group"));
    }

    public static void MapPlanningRooms(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPlanForms();
        endpoints.MapPlanApi();
        endpoints.MapBoard();
    }
}
