using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Localisation;
using Rongtong.Web.Account;
using Rongtong.Web.Api;
using Rongtong.Web.Controls.Tables;
using Rongtong.Web.Operations;
using Rongtong.Web.Shell;
using Rongtong.Web.Working;

namespace Rongtong.Web;

/// <summary>The shell in the composition root: one Add, one Use, one Map.</summary>
public static class WebRegistration
{
    /// <summary>Pages, languages and the shared controls.</summary>
    public static IServiceCollection AddWeb(this IServiceCollection services)
    {
        services.AddRazorComponents();
        // Chinese stands in the page as itself, not as numeric references six times as long.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddHttpContextAccessor();
        services.AddModuleAssembly(typeof(WebRegistration).Assembly);
        services.AddNavigation(
            new NavigationEntry("access.title", "/access", Roles.ManageAccess, 900, "access.nav.group"),
            new NavigationEntry("audit.title", "/audit", Roles.ReadAudit, 910, "access.nav.group"),
            new NavigationEntry("operations.title", "/operations", Roles.ManageAccess, 920, "access.nav.group"));
        services.AddSingleton(AuditTable.Create());
        services.TryAddSingleton(new LongWorkPatience(TimeSpan.FromMilliseconds(1_500)));
        services.AddSingleton<LongWork>();
        services.AddSingleton<ImportForm>();
        services.Configure<RequestLocalizationOptions>(options =>
        {
            var languages = TextCatalogue.Languages.ToArray();
            options.SetDefaultCulture(languages[0]).AddSupportedCultures(languages).AddSupportedUICultures(languages);
            options.ApplyCurrentCultureToResponseHeaders = true;
        });
        return services;
    }

    /// <summary>Maps every page of every module.</summary>
    public static void MapWeb(this IEndpointRouteBuilder endpoints)
    {
        var modules = endpoints.ServiceProvider.GetServices<ModuleAssembly>().Select(m => m.Assembly)
            .Where(a => a != typeof(App).Assembly).Distinct().ToArray();
        endpoints.MapBundle();
        endpoints.MapPreferences();
        endpoints.MapAccount();
        endpoints.MapTables();
        endpoints.MapOperations();
        endpoints.MapImportApi();
        endpoints.MapLiveEvents("/working/events", LongWork.Topic);
        endpoints.MapRazorComponents<App>().AddAdditionalAssemblies(modules);
    }
}
