using Microsoft.Extensions.DependencyInjection;

namespace Rongtong.Web.Shell;

/// <summary>Pages on which modules stand side by side.</summary>
public enum TilePlace
{
    /// <summary>The duty leader's big screen, beside the outbreak.</summary>
    Screen,

    /// <summary>The first page of an enterprise: what is to be done today, and how it stands.</summary>
    Own,
}

/// <summary>What a module shows on a page that belongs to all: one component that reads what it shows itself.</summary>
/// <param name="Component">Drawn for those who may see it.</param>
/// <param name="Permission">Who sees it; null is everybody.</param>
/// <param name="Order">Among the tiles of the place.</param>
public sealed record Tile(TilePlace Place, Type Component, string? Permission, int Order);

/// <summary>How a module registers its tiles.</summary>
public static class TileRegistration
{
    /// <summary>Shows the component at the place.</summary>
    public static IServiceCollection AddTile<TComponent>(this IServiceCollection services, TilePlace place, string? permission, int order) =>
        services.AddSingleton(new Tile(place, typeof(TComponent), permission, order));
}
