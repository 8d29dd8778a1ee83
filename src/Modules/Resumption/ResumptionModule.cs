using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Jobs;
using Rongtong.Resumption.Demo;
using Rongtong.Resumption.Held;
using Rongtong.Resumption.Openings;
using Rongtong.Resumption.Pages;
using Rongtong.Resumption.Plans;
using Rongtong.Resumption.Projects;
using Rongtong.Resumption.Reports;
using Rongtong.Resumption.Rules;
using Rongtong.Web.Controls.Tables;
using Rongtong.Web.Shell;

namespace Rongtong.Resumption;

/// <summary>The table of contents of the module.</summary>
public static class ResumptionModule
{
    /// <summary>The module's schema.</summary>
    public static ModuleSchema Schema { get; } = new("resumption", typeof(ResumptionModule).Assembly);

    public static IServiceCollection AddResumption(this IServiceCollection services)
    {
        services.AddSingleton<WhatIsHeld>();
        services.AddSingleton<FileOpening>();
        services.AddSingleton<OfficeBindings>();
        services.AddSingleton<PlanReturn>();
        services.AddSingleton<IEventSubscriber, WhenDeadlinePassed>();
        services.AddSingleton<IEventSubscriber, FollowTiers>();
        services.AddSingleton<IEventSubscriber, WhenEnterpriseMerged>();
        services.AddSingleton<IEventSubscriber, WhenEnterpriseUnmerged>();
        services.AddSingleton<IJob, ExpectReports>();
        services.AddSingleton<IJob, Replan>();
        services.AddSingleton<IImportKind, ImportProjects>();
        services.AddSingleton<IDemoData, DemoResumption>();
        services.AddSingleton<ITable>(provider => ResumptionTables.Openings(provider.GetRequiredService<IRegions>()));
        services.AddSingleton<ITable>(provider => ResumptionTables.Reports(provider.GetRequiredService<IRegions>()));
        services.AddSingleton<ITable>(provider => ResumptionTables.Burden(provider.GetRequiredService<IRegions>()));
        services.AddSingleton<ITable>(provider => ResumptionTables.SetAside(provider.GetRequiredService<IRegions>()));
        services.AddSingleton<ITable>(provider => ResumptionTables.Projects(provider.GetRequiredService<IRegions>()));
        services.AddTile<OwnTile>(TilePlace.Own, ResumptionPermissions.Own, 5);
        services.AddNavigation(
            new NavigationEntry("resumption.own.title", "/resumption/own", ResumptionPermissions.Own, 400, "resumption.nav.group"),
            new NavigationEntry("resumption.plan.title", "/resumption/own/plan", ResumptionPermissions.Own, 405, "resumption.nav.group"),
            new NavigationEntry("resumption.title", "/resumption", ResumptionPermissions.Read, 410, "resumption.nav.group"),
            new NavigationEntry("resumption.reports.title", "/resumption/reports", ResumptionPermissions.Read, 420, "resumption.nav.group"),
            new NavigationEntry("resumption.projects.title", "/resumption/projects", ResumptionPermissions.Read, 430, "resumption.nav.group"),
            new NavigationEntry("resumption.burden.title", "/resumption/burden", ResumptionPermissions.Read, 440, "resumption.nav.group"),
            new NavigationEntry("resumption.rules.title", "/resumption/rules", null, 450, "resumption.nav.group"));
        return services.AddModule(Schema);
    }

    public static void MapResumption(this IEndpointRouteBuilder endpoints)
    {
        // Read before the first request: a fault in an installation's file is said when the host starts, not to an officer.
        endpoints.ServiceProvider.GetRequiredService<OfficeBindings>();
        endpoints.MapOwnForms();
        endpoints.MapOfficerForms();
        endpoints.MapResumptionApi();
        Completeness.MapFigures(endpoints);
    }
}
