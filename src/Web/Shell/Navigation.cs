using Microsoft.Extensions.DependencyInjection;

namespace Rongtong.Web.Shell;

/// <summary>One line of the side navigation.</summary>
/// <param name="TextKey">What it says.</param>
/// <param name="Href">Where it leads, with a leading slash.</param>
/// <param name="Permission">Who sees it; null is everybody.</param>
/// <param name="Order">Position; entries of one group stand together.</param>
/// <param name="GroupKey">Heading above the group's first entry.</param>
public sealed record NavigationEntry(string TextKey, string Href, string? Permission, int Order, string GroupKey);

public static class NavigationRegistration
{
    /// <summary>Adds a line to the side navigation.</summary>
    public static IServiceCollection AddNavigation(this IServiceCollection services, params IEnumerable<NavigationEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        foreach (var entry in entries) services.AddSingleton(entry);
        return services;
    }
}
