using System.Globalization;
using Microsoft.AspNetCore.Http;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Registry.Enterprises.Import;

namespace Rongtong.Registry.Enterprises.Own;

/// <summary>Adds a place to an enterprise, or corrects one: the old entry ends and a new one begins, so that yesterday's plan stays readable.</summary>
internal sealed record KeepPlace(PlaceKind Kind, string Name, string RegionCode, string Address, decimal? AreaSquareMetres, int? Capacity)
{
    private const int TextLengthMax = 200;
    private const decimal AreaMax = 100_000_000;
    private const int CapacityMax = 1_000_000;

    /// <summary>The place as a form gives it; null when something in it makes no sense.</summary>
    public static KeepPlace? Of(IFormCollection form, IRegionTree tree)
    {
        var (name, address) = (form["name"].ToString().Trim(), form["address"].ToString().Trim());
        if (!int.TryParse(form["kind"], NumberStyles.None, CultureInfo.InvariantCulture, out var kind) || !Enum.IsDefined((PlaceKind)kind)) return null;
        if (name.Length is 0 or > TextLengthMax || address.Length > TextLengthMax) return null;
        if (RegionReading.Read(tree, "", form["region"].ToString().Trim(), DateOnly.MaxValue) is not { Level: RegionLevel.Prefecture or RegionLevel.County } region) return null;
        decimal? area = null;
        if (form["area"].ToString() is { Length: > 0 } areaText)
        {
            if (!decimal.TryParse(areaText, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var parsed) || parsed is <= 0 or > AreaMax) return null;
            area = parsed;
        }
        int? capacity = null;
        if (form["capacity"].ToString() is { Length: > 0 } capacityText)
        {
            if (!int.TryParse(capacityText, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) || parsed > CapacityMax) return null;
            capacity = parsed;
        }
        return new((PlaceKind)kind, name, region.Code.Value, address, area, capacity);
    }

    public Task<int> AddAsync(Session session, int enterpriseId, CancellationToken cancel) => session.ExecuteAsync("""
        INSERT INTO registry.place (enterprise_id, kind, name, region_code, address, area_square_metres, capacity, recorded_at)
        VALUES (@enterpriseId, @kind, @Name, @RegionCode, @Address, @AreaSquareMetres, @Capacity, @now)
        """, new { enterpriseId, kind = (short)Kind, Name, RegionCode, Address, AreaSquareMetres, Capacity, now = session.Now }, cancel);

    /// <summary>Ends the place; false when the actor may not or it has ended.</summary>
    public static async Task<bool> EndAsync(Session session, int placeId, CancellationToken cancel) =>
        await session.ExecuteAsync("UPDATE registry.place SET ended_at = @now WHERE id = @placeId AND ended_at IS NULL", new { placeId, now = session.Now }, cancel) == 1;
}
