using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rongtong.Contracts.Registry;

namespace Rongtong.Registry.Regions;

/// <summary>
/// Outlines of provinces and of the regions inside each, from the shipped map files, decoded once and kept as GeoJSON bytes.
/// The files are compressed: each coordinate is a pair of characters, zig-zag coded differences in 1/1024 degree from the offset given
/// beside the ring (ECharts' map encoding); features carry names, which are resolved to codes here.
/// </summary>
internal sealed class RegionOutlines
{
    private static readonly Dictionary<string, string> s_files = new()
    {
        ["11"] = "beijing",
        ["12"] = "tianjin",
        ["13"] = "hebei",
        ["14"] = "shanxi",
        ["15"] = "neimenggu",
        ["21"] = "liaoning",
        ["22"] = "jilin",
        ["23"] = "heilongjiang",
        ["31"] = "shanghai",
        ["32"] = "jiangsu",
        ["33"] = "zhejiang",
        ["34"] = "anhui",
        ["35"] = "fujian",
        ["36"] = "jiangxi",
        ["37"] = "shandong",
        ["41"] = "henan",
        ["42"] = "hubei",
        ["43"] = "hunan",
        ["44"] = "guangdong",
        ["45"] = "guangxi",
        ["46"] = "hainan",
        ["50"] = "chongqing",
        ["51"] = "sichuan",
        ["52"] = "guizhou",
        ["53"] = "yunnan",
        ["54"] = "xizang",
        ["61"] = "shanxi1",
        ["62"] = "gansu",
        ["63"] = "qinghai",
        ["64"] = "ningxia",
        ["65"] = "xinjiang",
        ["71"] = "taiwan",
        ["81"] = "xianggang",
        ["82"] = "aomen",
        [""] = "china",
    };

    private readonly ConcurrentDictionary<string, byte[]> _decoded = new();

    public ReadOnlyMemory<byte>? Of(RegionCode code, IRegionTree tree) =>
        s_files.TryGetValue(code.Value, out var file) ? _decoded.GetOrAdd(code.Value, _ => Decode(file, code, tree)) : null;

    private static byte[] Decode(string file, RegionCode above, IRegionTree tree)
    {
        using var stream = typeof(RegionOutlines).Assembly.GetManifestResourceStream($"Outlines/{file}.json")
            ?? throw new InvalidOperationException($"The outline '{file}' is missing from the build.");
        using var json = JsonDocument.Parse(stream);
        var isEncoded = json.RootElement.TryGetProperty("UTF8Encoding", out var flag) && flag.ValueKind == JsonValueKind.True;
        var features = new JsonArray();
        foreach (var feature in json.RootElement.GetProperty("features").EnumerateArray())
        {
            // A feature without an outline cannot be drawn; its region still stands in every table.
            if (feature.GetProperty("geometry").GetProperty("coordinates").GetArrayLength() == 0) continue;
            var name = feature.GetProperty("properties").GetProperty("name").GetString()!;
            var region = above == RegionCode.Nation ? tree.Resolve(name, null, null, null)?.Region : tree.Resolve(null, above.Value, name, null)?.Region;
            // A retired area is drawn where it lay and coloured by what took it over.
            if (region?.Successor is { } successor) region = tree.Find(successor) ?? region;
            features.Add(new JsonObject
            {
                ["type"] = "Feature",
                ["properties"] = new JsonObject { ["code"] = region is { IsStatistical: false } && region.Code != above ? region.Code.Value : null, ["name"] = name },
                ["geometry"] = DecodeGeometry(feature.GetProperty("geometry"), isEncoded),
            });
        }
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["type"] = "FeatureCollection", ["features"] = features });
    }

    private static JsonObject DecodeGeometry(JsonElement geometry, bool isEncoded)
    {
        var coordinates = geometry.GetProperty("coordinates");
        // One file says that it is not compressed and carries offsets all the same: the flag counts.
        if (!isEncoded || !geometry.TryGetProperty("encodeOffsets", out var offsets)) return (JsonObject)JsonNode.Parse(geometry.GetRawText())!;
        JsonArray Polygon(JsonElement rings, JsonElement ringOffsets) =>
            new([.. rings.EnumerateArray().Zip(ringOffsets.EnumerateArray(), (ring, offset) => DecodeRing(ring.GetString()!, offset[0].GetInt32(), offset[1].GetInt32()))]);
        var isOne = geometry.GetProperty("type").GetString() == "Polygon";
        var decoded = isOne
            ? Polygon(coordinates, offsets)
            : new JsonArray([.. coordinates.EnumerateArray().Zip(offsets.EnumerateArray(), Polygon)]);
        return new JsonObject { ["type"] = isOne ? "Polygon" : "MultiPolygon", ["coordinates"] = decoded };
    }

    private static JsonArray DecodeRing(string encoded, int x, int y)
    {
        var ring = new JsonArray();
        for (var i = 0; i + 1 < encoded.Length; i += 2)
        {
            x += Difference(encoded[i]);
            y += Difference(encoded[i + 1]);
            ring.Add(new JsonArray(Math.Round(x / 1024.0, 4), Math.Round(y / 1024.0, 4)));
        }
        return ring;
    }

    private static int Difference(char c)
    {
        var value = c - 64;
        return (value >> 1) ^ -(value & 1);
    }
}
