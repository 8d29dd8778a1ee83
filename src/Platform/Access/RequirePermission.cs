using Microsoft.AspNetCore.Builder;

namespace Rongtong.Platform.Access;

/// <summary>Says which permission a page or endpoint needs; without any, it is open to everybody.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class RequirePermissionAttribute(string permission) : Attribute
{
    /// <summary>The permission, as <c>module.verb</c>.</summary>
    public string Permission { get; } = permission;
}

/// <summary>The same for endpoints.</summary>
public static class RequirePermissionExtensions
{
    /// <summary>Refuses actors without the permission.</summary>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, string permission) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new RequirePermissionAttribute(permission));
}
