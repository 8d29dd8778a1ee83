using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;
using Rongtong.Supplies.Dispatch;
using Rongtong.Supplies.Dispatch.Pages;
using Rongtong.Supplies.Donations;
using Rongtong.Supplies.Purchases;
using Rongtong.Supplies.Recycling;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies;

/// <summary>
/// The table of contents of what happens between a plan and the door, and after it.
/// <code>
/// Reservations ──> consignment: reserved ──confirm──> confirmed ──IssueOrder──> on a truck ──ship──> shipped ──arrive──> arrived ──receive──> received
///                      └── lapse | decline | cancel ──> PoolChanged: planning solves anew                    └── lose ──> lost
/// TakeStep ──> Transition (pure) ──> state, ledger, need, public sums, deadline: one transaction
/// TakeOffer, TakeDonation ──> voluntary: consignments and lots with records of their own
/// OfferGift ──> accepted ──> TakeDonation;   AskForQuotations ──> Quote (an offer) ──> OrderOf ──> TakeOffer
/// EscalateRemainder ──> a case for the region above;   Collect ──> used ──> recovered ──> destroyed | on hand
/// </code>
/// </summary>
internal static class DispatchRooms
{
    public static IServiceCollection AddDispatchRooms(this IServiceCollection services)
    {
        services.AddSingleton<DispatchKeys>();
        services.AddSingleton<IJob, LapseReservations>();
        services.AddSingleton<IJob, ForgetDonors>();
        services.AddSingleton<IEventSubscriber, WhenTruckIsLate>();
        services.AddSingleton(provider => ShipmentsTable.Create(provider.GetRequiredService<IRegions>()));
        services.AddSingleton(provider => ShipmentsTable.CreateEscalations(provider.GetRequiredService<IRegions>()));
        services.AddSingleton(provider => ShipmentsTable.CreateReturns(provider.GetRequiredService<IRegions>()));
        return services.AddNavigation(
            new NavigationEntry("supplies.donate.title", "/supplies/donate", null, 514, "supplies.nav.group"),
            new NavigationEntry("supplies.dispatch.title", "/supplies/shipments", SuppliesPermissions.Read, 515, "supplies.nav.group"),
            new NavigationEntry("supplies.donations.voluntary", "/supplies/voluntary", SuppliesPermissions.Plan, 516, "supplies.nav.group"),
            new NavigationEntry("supplies.purchases.title", "/supplies/purchases", SuppliesPermissions.Plan, 516, "supplies.nav.group"),
            new NavigationEntry("supplies.purchases.quotations", "/supplies/quotations", SuppliesPermissions.Own, 546, "supplies.nav.group"),
            new NavigationEntry("supplies.recycling.title", "/supplies/recycling", SuppliesPermissions.Read, 517, "supplies.nav.group"),
            new NavigationEntry("supplies.dispatch.mine", "/supplies/own/shipments", SuppliesPermissions.Own, 545, "supplies.nav.group"),
            new NavigationEntry("supplies.recycling.mine", "/supplies/own/recycling", SuppliesPermissions.Own, 547, "supplies.nav.group"),
            new NavigationEntry("supplies.dispatch.mine", "/supplies/carry/shipments", SuppliesPermissions.Carry, 555, "supplies.nav.group"),
            new NavigationEntry("supplies.recycling.mine", "/supplies/carry/recycling", SuppliesPermissions.Carry, 556, "supplies.nav.group"));
    }

    public static void MapDispatchRooms(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapDispatchApi();
        endpoints.MapDispatchForms();
        endpoints.MapScanApp();
        endpoints.MapDonations();
        endpoints.MapPurchases();
        endpoints.MapRecycling();
    }
}
