using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;
using Rongtong.Web.Shell;

namespace Rongtong.Supplies.Planning.Board;

/// <summary>The line that live boards hold.</summary>
internal static class BoardEndpoints
{
    public static void MapBoard(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapLiveEvents("/supplies/board/events", SuppliesModule.Topic).RequirePermission(SuppliesPermissions.Read);
}
