using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Casework.Calendar;
using Rongtong.Casework.Cases;
using Rongtong.Casework.Deadlines;
using Rongtong.Casework.Demo;
using Rongtong.Casework.Liaison;
using Rongtong.Casework.Messages;
using Rongtong.Casework.Statistics;
using Rongtong.Contracts.Casework;
using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Jobs;
using Rongtong.Web.Controls.Tables;
using Rongtong.Web.Shell;

namespace Rongtong.Casework;

/// <summary>The table of contents of the module.</summary>
public static class CaseworkModule
{
    /// <summary>The module's schema.</summary>
    public static ModuleSchema Schema { get; } = new("casework", typeof(CaseworkModule).Assembly);

    public static IServiceCollection AddCasework(this IServiceCollection services)
    {
        services.AddSingleton<WorkCalendar>();
        services.AddSingleton<IWorkCalendar>(provider => provider.GetRequiredService<WorkCalendar>());
        services.AddHostedService(provider => provider.GetRequiredService<WorkCalendar>());

        services.AddSingleton<IEventSubscriber, WhenDeadlineSet>();
        services.AddSingleton<IEventSubscriber, WhenDeadlineMet>();
        services.AddSingleton<IJob, FireDeadlines>();
        services.AddSingleton<ITable>(provider => DeadlinesTable.Create(provider.GetRequiredService<IRegions>(), provider.GetRequiredService<TimeProvider>()));

        services.AddSingleton<CaseDesk>();
        services.AddSingleton<ITable>(provider => CasesTable.Create(provider.GetRequiredService<IRegions>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ITable>(provider => CasesTable.CreateOwn(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IEventSubscriber, WhenCaseWanted>();
        services.AddSingleton<IEventSubscriber, WhenCaseNoLongerWanted>();
        services.AddSingleton<IEventSubscriber, WhenCaseDeadlinePassed>();

        services.AddSingleton<EnterpriseFacts>();
        services.AddSingleton<Officers>();
        services.AddSingleton<ITable>(provider => LiaisonTable.Create(provider.GetRequiredService<IRegions>()));
        services.AddSingleton<IEventSubscriber, WhenEnterprisesChanged>();
        services.AddSingleton<IEventSubscriber, WhenEnterpriseMerged>();
        services.AddSingleton<IEventSubscriber, WhenEnterpriseUnmerged>();

        services.AddSingleton<MessageSecrets>();
        services.AddSingleton<IMessageProvider, LocalSink>();
        services.AddSingleton<IMessageProvider, WebhookProvider>();
        services.AddSingleton<IMessageProvider, SmtpProvider>();
        services.AddSingleton<IEventSubscriber, WhenMessageWanted>();
        services.AddSingleton<SendMessages>();
        services.AddHostedService(provider => provider.GetRequiredService<SendMessages>());
        services.AddSingleton<IJob, SweepMessages>();

        services.AddSingleton<IDemoData, DemoCases>();
        services.AddTile<Pages.OwnTile>(TilePlace.Own, CaseworkPermissions.Own, 40);
        services.AddNavigation(
            new NavigationEntry("casework.today", "/casework/today", CaseworkPermissions.Work, 500, "casework.nav.group"),
            new NavigationEntry("casework.mine", "/casework/mine", CaseworkPermissions.Own, 505, "casework.nav.group"),
            new NavigationEntry("casework.cases", "/casework/cases", CaseworkPermissions.Read, 510, "casework.nav.group"),
            new NavigationEntry("casework.liaison", "/casework/liaison", CaseworkPermissions.Read, 520, "casework.nav.group"),
            new NavigationEntry("casework.deadlines", "/deadlines", CaseworkPermissions.Read, 530, "casework.nav.group"),
            new NavigationEntry("casework.statistics", "/casework/statistics", CaseworkPermissions.Read, 540, "casework.nav.group"),
            new NavigationEntry("casework.calendar", "/casework/calendar", null, 550, "casework.nav.group"));
        return services.AddModule(Schema);
    }

    public static void MapCasework(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapCalendar();
        endpoints.MapCaseForms();
        endpoints.MapCaseApi();
        endpoints.MapLiaison();
        endpoints.MapStatistics();
    }
}
