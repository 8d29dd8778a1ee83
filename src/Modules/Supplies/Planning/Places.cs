using System.Text.Json;
using Rongtong.Contracts.Registry;

namespace Rongtong.Supplies.Planning;

/// <summary>Where regions lie: the mean of the corners of a province's or prefecture's outline. A county lies where its prefecture does.</summary>
internal sealed class Places(IRegions regions)
{
    /// <summary>Mean radius of the earth, metres.</summary>
    private const double EarthRadiusM = 6_371_009;

    private readonly Dictionary<string, Dictionary<string, (double Longitude, double Latitude)>> _centres = [];
    private readonly Lock _lock = new();

    /// <summary>Degrees of the region's middle, or null where no map shows it.</summary>
    public (double Longitude, double Latitude)? CentreOf(string region)
    {
        for (var length = Math.Min(4, region.Length); length >= 2; length -= 2)
        {
            var parent = length == 2 ? "" : region[..2];
            if (CentresIn(parent).TryGetValue(region[..length], out var centre)) return centre;
        }
        return null;
    }

    /// <summary>Metres from the centre of the earth, whole; all 0 where nothing is known.</summary>
    public (long X, long Y, long Z) Locate(string region, decimal? longitude, decimal? latitude)
    {
        if (longitude is not { } east || latitude is not { } north)
        {
            if (CentreOf(region) is not { } centre) return (0, 0, 0);
            (east, north) = ((decimal)Math.Round(centre.Longitude, 3), (decimal)Math.Round(centre.Latitude, 3));
        }
        var (lambda, phi) = ((double)east * Math.PI / 180, (double)north * Math.PI / 180);
        return ((long)Math.Round(EarthRadiusM * Math.Cos(phi) * Math.Cos(lambda)), (long)Math.Round(EarthRadiusM * Math.Cos(phi) * Math.Sin(lambda)), (long)Math.Round(EarthRadiusM * Math.Sin(phi)));
    }

    private Dictionary<string, (double, double)> CentresIn(string parent)
    {
        lock (_lock)
        {
            if (_centres.TryGetValue(parent, out var known)) return known;
            var centres = new Dictionary<string, (double, double)>();
            if (regions.OutlinesOf(new(parent)) is { } bytes)
            {
                using var map = JsonDocument.Parse(bytes);
                foreach (var feature in map.RootElement.GetProperty("features").EnumerateArray())
                {
                    var corners = new List<(double East, double North)>();
                    Collect(feature.GetProperty("geometry").GetProperty("coordinates"), corners);
                    if (corners.Count > 0 && feature.GetProperty("properties").TryGetProperty("code", out var code) && code.GetString() is { Length: > 0 } text)
                        centres[text] = (corners.Average(c => c.East), corners.Average(c => c.North));
                }
            }
            return _centres[parent] = centres;
        }
    }

    private static void Collect(JsonElement coordinates, List<(double, double)> corners)
    {
        if (coordinates.GetArrayLength() >= 2 && coordinates[0].ValueKind is JsonValueKind.Number)
        {
            corners.Add((coordinates[0].GetDouble(), coordinates[1].GetDouble()));
            return;
        }
        foreach (var part in coordinates.EnumerateArray()) Collect(part, corners);
    }
}
