using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Data;
using Rongtong.Registry.Enterprises.Import;

namespace Rongtong.Registry.Enterprises.Own;

/// <summary>Adds a place to an enterprise, or corrects one: the old entry ends and a new one begins, so that yesterday's plan stays readable.</summary>
internal sealed record KeepPlace(PlaceKind Kind, string Name, string RegionCode, string Address, decimal? AreaSquareMetres, int? Capacity, IReadOnlyList<DormitoryRoom> Rooms)
{
    private const int TextLengthMax = 200;
    private const decimal AreaMax = 100_000_000;
    private const int CapacityMax = 1_000_000;

    /// <summary>Most rooms of a dormitory.</summary>
    public const int RoomsMax = 2_000;

    private const int RoomNumberLengthMax = 20;
    private const int RoomBedsMax = 100;
    private const decimal RoomAreaMax = 10_000;

    private static readonly char[] s_between = [',', '，', '\t', ';', '；'];

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
        if (RoomsOf(form["rooms"].ToString()) is not { } rooms || (rooms.Count > 0 && (PlaceKind)kind is not PlaceKind.Dormitory)) return null;
        return new((PlaceKind)kind, name, region.Code.Value, address, area, capacity, rooms);
    }

    /// <summary>Rooms, one a line as "301, 15, 8": number, floor area, beds, the last two empty where unknown; null when a line makes no sense or a number comes twice.</summary>
    internal static IReadOnlyList<DormitoryRoom>? RoomsOf(string text)
    {
        var rooms = new List<DormitoryRoom>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] fields = line.Split(s_between, StringSplitOptions.TrimEntries);
            var (areaText, bedsText) = (fields.Length > 1 ? fields[1] : "", fields.Length > 2 ? fields[2] : "");
            decimal? area = decimal.TryParse(areaText, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var squareMetres) && squareMetres is > 0 and <= RoomAreaMax ? squareMetres : null;
            int? beds = int.TryParse(bedsText, NumberStyles.None, CultureInfo.InvariantCulture, out var counted) && counted <= RoomBedsMax ? counted : null;
            if (fields.Length > 3 || fields[0].Length is 0 or > RoomNumberLengthMax || (area is null && areaText.Length > 0) || (beds is null && bedsText.Length > 0)) return null;
            rooms.Add(new(fields[0], area, beds));
        }
        return rooms.Count <= RoomsMax && rooms.DistinctBy(r => r.Number).Count() == rooms.Count ? rooms : null;
    }

    /// <summary>Rooms as <see cref="RoomsOf"/> reads them.</summary>
    internal static string TextOf(IReadOnlyList<DormitoryRoom>? rooms) =>
        string.Join('\n', (rooms ?? []).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Number}, {r.AreaSquareMetres:0.##}, {r.Beds}")));

    public Task<int> AddAsync(Session session, int enterpriseId, CancellationToken cancel) => session.ExecuteAsync("""
        INSERT INTO registry.place (enterprise_id, kind, name, region_code, address, area_square_metres, capacity, rooms, recorded_at)
        VALUES (@enterpriseId, @kind, @Name, @RegionCode, @Address, @AreaSquareMetres, @Capacity, @rooms::jsonb, @now)
        """, new { enterpriseId, kind = (short)Kind, Name, RegionCode, Address, AreaSquareMetres, Capacity, rooms = Rooms.Count == 0 ? null : JsonSerializer.Serialize(Rooms, JsonSerializerOptions.Web), now = session.Now }, cancel);

    /// <summary>Ends the place; false when the actor may not or it has ended.</summary>
    public static async Task<bool> EndAsync(Session session, int placeId, CancellationToken cancel) =>
        await session.ExecuteAsync("UPDATE registry.place SET ended_at = @now WHERE id = @placeId AND ended_at IS NULL", new { placeId, now = session.Now }, cancel) == 1;
}
