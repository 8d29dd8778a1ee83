using System.Collections.Concurrent;
using System.Text.Json;
using Rongtong.Contracts.Registry;

namespace Rongtong.HealthCode.Travel;

/// <summary>
/// Whether two regions lie side by side, by the outlines of the map: they do when some of their border points lie within about ten kilometres of each other,
/// which is how far a cell of the one reaches into the other. Regions of one city always do; a region without an outline has no known neighbour.
/// </summary>
public sealed class OutlineNeighbours(IRegions regions)
{
    /// <summary>Side of the squares that border points are sorted into, degrees.</summary>
    private const double CellDegrees = 0.1;

    private const int ColumnFactor = 10_000;

    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, HashSet<int>>> _cellsOfProvince = new();

    /// <summary>True for two different regions that touch.</summary>
    public bool Are(string a, string b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a == b || a.Length < 4 || b.Length < 4) return false;
        if (a[..4] == b[..4]) return true;
        if (CellsOf(a) is not { } ofA || CellsOf(b) is not { } ofB) return false;
        foreach (var cell in ofA)
        {
            for (var dx = -1; dx <= 1; dx++)
            {
                for (var dy = -1; dy <= 1; dy++)
                {
                    if (ofB.Contains(cell + dx * ColumnFactor + dy)) return true;
                }
            }
        }
        return false;
    }

    private HashSet<int>? CellsOf(string code)
    {
        var outlines = _cellsOfProvince.GetOrAdd(code[..2], province => Read(regions.OutlinesOf(new(province))));
        // The map of a province draws its cities, that of a municipality its districts.
        return outlines.GetValueOrDefault(code) ?? outlines.GetValueOrDefault(code[..4]);
    }

    private static IReadOnlyDictionary<string, HashSet<int>> Read(ReadOnlyMemory<byte>? geoJson)
    {
        var cells = new Dictionary<string, HashSet<int>>();
        if (geoJson is not { } bytes) return cells;
        using var document = JsonDocument.Parse(bytes);
        foreach (var feature in document.RootElement.GetProperty("features").EnumerateArray())
        {
            if (!feature.GetProperty("properties").TryGetProperty("code", out var code) || code.GetString() is not { } key) continue;
            if (!cells.TryGetValue(key, out var set)) cells[key] = set = [];
            Add(feature.GetProperty("geometry").GetProperty("coordinates"), set);
        }
        return cells;
    }

    private static void Add(JsonElement coordinates, HashSet<int> cells)
    {
        if (coordinates.GetArrayLength() == 0) return;
        if (coordinates[0].ValueKind is JsonValueKind.Number)
            cells.Add((int)Math.Floor(coordinates[0].GetDouble() / CellDegrees) * ColumnFactor + (int)Math.Floor(coordinates[1].GetDouble() / CellDegrees));
        else
            foreach (var part in coordinates.EnumerateArray()) Add(part, cells);
    }
}
