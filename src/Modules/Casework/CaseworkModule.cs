using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Casework.Calendar;
using Rongtong.Casework.Cases;
using Rongtong.Casework.Deadlines;
using Rongtong.Casework.Liaison;
using Rongtong.Casework.Messages;
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

        services.AddSingleton<IEventSubscriber, WhenCaseWanted>();
        services.AddSingleton<IEventSubscriber, WhenCaseNoLongerWanted>();
        services.AddSingleton<IEventSubscriber, WhenCaseDeadlinePassed>();

        services.AddSingleton<EnterpriseFacts>();
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
        return services.AddModule(Schema);
    }

    public static void MapCasework(this IEndpointRouteBuilder endpoints) => ArgumentNullException.ThrowIfNull(endpoints);
}
