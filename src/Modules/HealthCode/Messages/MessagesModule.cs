using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.HealthCode.Messages.Smpp;
using Rongtong.Platform.Access;
using Rongtong.Platform.Jobs;

namespace Rongtong.HealthCode.Messages;

internal static class MessagesModule
{
    public static IServiceCollection AddMessages(this IServiceCollection services)
    {
        services.AddSingleton<QueueSms>();
        services.AddSingleton<ReceiveSms>();
        services.AddSingleton<ISmsGateway, DemoSink>();
        services.AddSingleton<ISmsGateway, WebhookGateway>();
        services.AddSingleton<SmppGateway>();
        services.AddSingleton<ISmsGateway>(provider => provider.GetRequiredService<SmppGateway>());
        services.AddHostedService(provider => provider.GetRequiredService<SmppGateway>());
        services.AddSingleton<SendSms>();
        services.AddHostedService(provider => provider.GetRequiredService<SendSms>());
        services.AddSingleton<IJob, SweepMessages>();
        services.AddSingleton<SmsSimulator>();
        return services;
    }

    public static void MapMessages(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapIncomingWebhook();
        endpoints.MapPost("/health/sms-simulator", async (HttpContext http, IFormCollection form, Settings settings, ReceiveSms receive, CancellationToken cancel) =>
        {
            if (!await settings.IsDemoAsync(cancel)) return Results.NotFound();
            var phone = PhoneNumber.Normalise(form["phone"]);
            if (phone is null) return Results.LocalRedirect("/health/sms-simulator?problem=phone");
            await receive.HandleAsync(phone, form["text"].ToString(), null, cancel);
            return Results.LocalRedirect("/health/sms-simulator?phone=" + Uri.EscapeDataString(phone));
        }).ExcludeFromDescription();
    }
}
