namespace Rongtong.Contracts.Registry;

/// <summary>An officer said where a place belongs that no list knew; rows kept under the area made for it move there.</summary>
/// <param name="Area">Code of the statistical area that was made for the unknown name.</param>
/// <param name="Region">Code of the region it is, or lies in.</param>
public sealed record PlaceAssigned(string Area, string Region)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "registry.place-assigned";
}
