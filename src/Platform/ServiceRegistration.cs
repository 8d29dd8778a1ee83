using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rongtong.Platform.Api;
using Rongtong.Platform.Data;
using Rongtong.Platform.Events;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Jobs;
using Rongtong.Platform.Localisation;
using Rongtong.Platform.Queues;

namespace Rongtong.Platform;

/// <summary>An assembly with a <c>Texts.json</c>, and pages if it has any.</summary>
public sealed record ModuleAssembly(Assembly Assembly);

/// <summary>What a module's <c>AddX()</c> calls to be part of the house.</summary>
public static class ServiceRegistration
{
    /// <summary>Registers a module: its schema's migrations, its sentences, its pages.</summary>
    public static IServiceCollection AddModule(this IServiceCollection services, ModuleSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        services.AddSingleton(schema);
        return services.AddModuleAssembly(schema.Assembly);
    }

    /// <summary>Registers an assembly that has sentences or pages but no schema.</summary>
    public static IServiceCollection AddModuleAssembly(this IServiceCollection services, Assembly assembly) =>
        services.AddSingleton(new ModuleAssembly(assembly));

    /// <summary>The platform itself: clock, database access, sentences. The host adds the <c>NpgsqlDataSource</c>.</summary>
    public static IServiceCollection AddPlatform(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddModule(PlatformSchema.Schema);
        services.AddSingleton<Database>();
        services.AddSingleton<Migrator>();
        services.AddSingleton(provider => new TextCatalogue(provider.GetServices<ModuleAssembly>().Select(m => m.Assembly)));
        services.AddSingleton<Texts>();
        services.AddSingleton<ImportService>();
        services.AddSingleton<LiveFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveFeed>());
        services.AddSingleton<ReadCache>();
        services.AddHostedService(provider => provider.GetRequiredService<ReadCache>());
        services.AddSingleton<OutboxDispatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxDispatcher>());
        services.AddSingleton<IJob, SweepPlatform>();
        services.AddSingleton<JobRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<JobRunner>());
        services.AddSingleton<ImportQueueState>();
        services.AddSingleton<TakeMessage>();
        services.AddHostedService<ImportQueueConsumer>();
        services.AddSingleton<Metrics>();
        return services;
    }
}
