using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Platform.Events;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Jobs;
using Rongtong.Supplies.Households;
using Rongtong.Supplies.Necessities;
using Rongtong.Supplies.Prices;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies;

/// <summary>What the rooms of the market let people do.</summary>
public static class MarketPermissions
{
    /// <summary>Keep reference prices and outlets, see reports by shop.</summary>
    public const string Market = "supplies.market";

    /// <summary>See stock of one's regions.</summary>
    public const string Read = "supplies.read";

    /// <summary>Report for the shop that is the account's organisation, pack its orders.</summary>
    public const string Own = "supplies.own";

    /// <summary>Deliver to households of one's regions.</summary>
    public const string Deliver = "supplies.deliver";
}

/// <summary>
/// The rooms of the market: prices, daily necessities, households.
/// <code>
/// price seen ──> RecordPriceReport ──PriceRules──> verdict ──breach──> one case per shop and good;  ──> price_day: quartiles without shops
/// outlet's day ──> ReportNecessities ──RollNecessities──> necessity_day: stock days, price, completeness; low ──> case
/// household's code ──> PlaceOrder ──> slot with capacity ──> shop packs ──> worker's Routes ──> left at the door ──> hand-over code
/// </code>
/// </summary>
internal static class MarketRooms
{
    public static IServiceCollection AddMarketRooms(this IServiceCollection services)
    {
        services.AddSingleton<IImportKind, ImportPriceList>();
        services.AddSingleton<IImportKind, ImportOutlets>();
        services.AddSingleton<IImportKind, ImportHouseholds>();
        services.AddSingleton<IEventSubscriber, WhenPriceCaseClosed>();
        services.AddSingleton<IJob, DeleteSalts>();
        services.AddSingleton<IJob, RollNecessities>();
        services.AddSingleton<IDemoData, DemoMarket>();
        services.AddSingleton(provider => PricesTable.Create(provider.GetRequiredService<IRegions>()));
        services.AddSingleton(provider => PricesTable.CreateReports(provider.GetRequiredService<IRegions>()));
        services.AddSingleton(provider => NecessitiesTable.Create(provider.GetRequiredService<IRegions>()));
        services.AddNavigation(
            new NavigationEntry("supplies.prices.title", "/supplies/prices", null, 570, "supplies.prices.nav"),
            new NavigationEntry("supplies.prices.reports.title", "/supplies/prices/reports", MarketPermissions.Market, 572, "supplies.prices.nav"),
            new NavigationEntry("supplies.necessities.title", "/supplies/necessities", null, 575, "supplies.prices.nav"),
            new NavigationEntry("supplies.necessities.mine.title", "/supplies/necessities/mine", MarketPermissions.Own, 576, "supplies.prices.nav"),
            new NavigationEntry("supplies.households.title", "/supplies/households", MarketPermissions.Deliver, 580, "supplies.prices.nav"),
            new NavigationEntry("supplies.households.order.title", "/supplies/households/order", null, 581, "supplies.prices.nav"),
            new NavigationEntry("supplies.households.shop.title", "/supplies/households/shop", MarketPermissions.Own, 582, "supplies.prices.nav"));
        return services;
    }

    public static void MapMarketRooms(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPrices();
        endpoints.MapNecessities();
        endpoints.MapHouseholds();
    }
}
