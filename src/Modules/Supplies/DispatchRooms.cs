using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Rongtong.Supplies;

/// <summary>
/// The table of contents of what happens between a plan and the door.
/// <code>
/// Reservations ──> consignment: reserved ──confirm──> confirmed ──order──> on a truck ──ship──> shipped ──arrive──> arrived ──receive──> received
///                      └── lapse | decline | cancel ──> PoolChanged: planning solves anew            └── lose ──> lost
/// </code>
/// </summary>
internal static class DispatchRooms
{
    public static IServiceCollection AddDispatchRooms(this IServiceCollection services) => services;

    public static void MapDispatchRooms(this IEndpointRouteBuilder endpoints) => _ = endpoints;
}
