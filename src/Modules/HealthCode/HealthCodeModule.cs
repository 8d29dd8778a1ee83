using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.HealthCode;
using Rongtong.HealthCode.Appeals;
using Rongtong.HealthCode.CheckIn;
using Rongtong.HealthCode.Checkpoint;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Demo;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.Interfaces;
using Rongtong.HealthCode.Messages;
using Rongtong.HealthCode.Pages;
using Rongtong.HealthCode.Passes;
using Rongtong.HealthCode.People;
using Rongtong.HealthCode.Travel;
using Rongtong.HealthCode.Venues;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Jobs;
using Rongtong.Web.Shell;

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
        services.AddSingleton<Sunset>();
        services.AddSingleton<RefreshColours>();
        services.AddSingleton<ColourBook>();
        services.AddHostedService(provider => provider.GetRequiredService<ColourBook>());
        services.AddSingleton<IEventSubscriber, FollowTiers>();
        services.AddSingleton<RuleVersions>();
        services.AddSingleton<ExplainColour>();
        services.AddSingleton<Holders>();
        services.AddHostedService(provider => provider.GetRequiredService<Holders>());
        services.AddSingleton<SignInPerson>();
        services.AddSingleton<RecordCheckIn>();
        services.AddSingleton<FactBatches>();
        services.AddSingleton<IImportKind, ImportFacts>();
        services.AddSingleton<Appeals.Appeals>();
        services.AddSingleton<IJob, TurnTheClock>();
        services.AddSingleton<IJob, DeleteExpired>();
        services.AddSingleton<DemoResidents>();
        services.AddSingleton<IDemoData>(provider => provider.GetRequiredService<DemoResidents>());
        services.AddSingleton<PassKeys>();
        services.AddSingleton<IssuePass>();
        services.AddSingleton<Revocations>();
        services.AddSingleton<CheckPass>();
        services.AddSingleton<SignedRequest>();
        services.AddSingleton<Delegations>();
        services.AddSingleton<IJob, EndDelegations>();
        services.AddSingleton<RecogniseRegion>();
        services.AddSingleton<TestCertificate>();
        services.AddVenues();
        services.AddSingleton<IHeadCounts, HeadCounts>();
        services.AddNavigation(
            new NavigationEntry("health.title", "/health", null, 300, "health.nav.group"),
            new NavigationEntry("health.rules.title", "/health/rules", null, 310, "health.nav.group"),
            new NavigationEntry("health.transparency.title", "/health/transparency", null, 320, "health.nav.group"),
            new NavigationEntry("health.regions.title", "/health/regions", null, 325, "health.nav.group"),
            new NavigationEntry("health.family.title", "/health/family", HealthCodePermissions.Family, 342, "health.nav.group"),
            new NavigationEntry("health.batches.title", "/health/batches", HealthCodePermissions.Record, 330, "health.nav.group"),
            new NavigationEntry("health.appeals.title", "/health/appeals", HealthCodePermissions.Appeal, 340, "health.nav.group"));
        services.AddCheckpoint();
        services.AddTravel();
        services.AddMessages();
        return services.AddModule(Schema);
    }

    public static void MapHealthCode(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPersonForms();
        endpoints.MapStaffForms();
        endpoints.MapFamily();
        endpoints.MapRegions();
        endpoints.MapVenues();
        endpoints.MapPasses();
        endpoints.MapHealthInterfaces();
        endpoints.MapCheckpoint();
        endpoints.MapTravel();
        endpoints.MapMessages();
    }
}
