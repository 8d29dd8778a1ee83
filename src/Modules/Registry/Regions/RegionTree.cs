using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Rongtong.Contracts.Registry;

namespace Rongtong.Registry.Regions;

/// <summary>An alias of a place within a province.</summary>
internal sealed record RegionAlias(string ProvinceCode, string Name, string Code);

/// <summary>
/// All regions in memory (some 3,400 records, under 2 MB) with the indexes that finding by code and by name need.
/// <code>
/// code ──> exact, also 6 digits with trailing zeros ──> Code
/// name ──> officer's alias, shipped alias ──> Alias
///      ──> full name, short form (prefecture before county) within the province ──> Name
///      ──> abroad | not yet known | visitors | prison | directly administered ──> Rule: one statistical area each per province
///      ──> anything else ──> Unknown: a statistical area named as the file names it, never dropped
/// </code>
/// </summary>
internal sealed class RegionTree : IRegionTree
{
    /// <summary>Words that name a group of people or an unknown place rather than a region; the first that matches decides.</summary>
    private static readonly (string[] Words, string Letter, string Name, string English)[] s_rules =
    [
        (["境外", "外籍", "国外"], "A", "境外输入", "Imported from abroad"),
        (["监狱", "戒毒", "看守所"], "C", "监狱系统", "Prisons"),
        (["省直辖", "直辖县"], "D", "省直辖县级地区", "Directly administered counties"),
        (["外地", "外省", "来京", "来沪", "来津", "来渝"], "B", "外地来人员", "Visitors from elsewhere"),
        (["待明确", "待确认", "未公布", "未明确", "不明", "未知", "待定", "其他", "其它"], "X", "待明确地区", "Place not yet known"),
    ];

    private readonly FrozenDictionary<string, Region> _byCode;
    private readonly FrozenDictionary<string, Region[]> _children;
    private readonly FrozenDictionary<string, Region> _provincesByName;
    private readonly FrozenDictionary<(string Province, string Name), Region> _placesByName;
    private readonly FrozenDictionary<(string Province, string Name), Region> _aliases;
    private readonly FrozenDictionary<string, long> _population;

    public RegionTree(IReadOnlyCollection<Region> regions, IEnumerable<RegionAlias> aliases, IReadOnlyDictionary<string, long> population)
    {
        All = regions;
        _population = population.ToFrozenDictionary();
        _byCode = regions.ToFrozenDictionary(r => r.Code.Value);
        _children = regions.Where(r => r.Level != RegionLevel.Nation && r.ValidTo is null).GroupBy(r => r.Parent.Value)
            .ToFrozenDictionary(g => g.Key, g => g.OrderBy(r => r.IsStatistical).ThenBy(r => r.Code.Value, StringComparer.Ordinal).ToArray());

        var provinces = new Dictionary<string, Region>();
        var places = new Dictionary<(string, string), Region>();
        foreach (var region in regions.Where(r => r.Level == RegionLevel.Province))
        {
            provinces.TryAdd(RegionNames.Normalise(region.Name), region);
            foreach (var shorter in ProvinceShortForms(region.Name)) provinces.TryAdd(RegionNames.Normalise(shorter), region);
            if (region.EnglishName is not null) provinces.TryAdd(RegionNames.Normalise(region.EnglishName), region);
        }
        // Full names of all come before short forms of any, prefectures before counties, codes in force before retired ones:
        // 吉林 in Jilin is the city, and a short form never hides somebody's full name.
        var byRank = regions.Where(r => r.Level > RegionLevel.Province).OrderBy(r => r.IsStatistical).ThenBy(r => r.ValidTo is not null).ThenBy(r => r.Level).ToArray();
        foreach (var region in byRank) places.TryAdd((region.Code.Value[..2], RegionNames.Normalise(region.Name)), region);
        foreach (var region in byRank.Where(r => !r.IsStatistical))
        {
            foreach (var shorter in RegionNames.ShortForms(region.Name)) places.TryAdd((region.Code.Value[..2], RegionNames.Normalise(shorter)), region);
        }
        _provincesByName = provinces.ToFrozenDictionary();
        _placesByName = places.ToFrozenDictionary();
        _aliases = aliases.Where(a => _byCode.ContainsKey(a.Code)).GroupBy(a => (a.ProvinceCode, RegionNames.Normalise(a.Name)))
            .ToFrozenDictionary(g => g.Key, g => _byCode[g.First().Code]);
    }

    public IReadOnlyCollection<Region> All { get; }

    public Region? Find(RegionCode code) => _byCode.GetValueOrDefault(code.Value);

    public IReadOnlyList<Region> ChildrenOf(RegionCode code) => _children.GetValueOrDefault(code.Value) ?? [];

    public long? PopulationOf(RegionCode code) => _population.TryGetValue(code.Value, out var persons) ? persons : null;

    public RegionResolution? Resolve(string? province, string? provinceCode, string? place, string? placeCode)
    {
        var above = FindProvince(province, provinceCode);
        if (above is null) return null;
        if (string.IsNullOrWhiteSpace(place) && string.IsNullOrWhiteSpace(placeCode)) return new(above, RegionMatch.Code);

        if (ShortCode(placeCode) is { } code && _byCode.TryGetValue(code, out var coded) && coded.Code.IsWithin(above.Code)) return new(coded, RegionMatch.Code);
        if (string.IsNullOrWhiteSpace(place)) return new(AreaOf(above, "X", "待明确地区", "Place not yet known"), RegionMatch.Rule);
        var name = RegionNames.Normalise(place);
        var key = (above.Code.Value, name);
        if (_aliases.TryGetValue(key, out var alias)) return new(alias, RegionMatch.Alias);
        if (_placesByName.TryGetValue(key, out var named)) return new(named, named.ValidTo is null ? RegionMatch.Name : RegionMatch.Alias);
        if (_provincesByName.TryGetValue(name, out var same) && same == above) return new(above, RegionMatch.Name);
        foreach (var (words, letter, area, english) in s_rules)
        {
            if (words.Any(word => name.Contains(word, StringComparison.Ordinal))) return new(AreaOf(above, letter, area, english), RegionMatch.Rule);
        }
        var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..5];
        return new(AreaOf(above, "U" + digest, place.Trim(), null), RegionMatch.Unknown);
    }

    /// <summary>A statistical area made by a rule, named as the rule names it today; any other region as it is.</summary>
    public static Region Named(Region region)
    {
        if (!region.IsStatistical) return region;
        foreach (var (_, letter, name, english) in s_rules)
        {
            if (region.Code.Value[2..] == letter) return region with { Name = name, EnglishName = english };
        }
        return region;
    }

    private Region AreaOf(Region province, string letters, string name, string? english) =>
        _byCode.GetValueOrDefault(province.Code.Value + letters)
        ?? new Region(new(province.Code.Value + letters), name, english, RegionLevel.County, province.Code, IsStatistical: true, null, null, null);

    private Region? FindProvince(string? name, string? code)
    {
        if (ShortCode(code) is { Length: >= 2 } digits && _byCode.TryGetValue(digits[..2], out var coded)) return coded;
        return string.IsNullOrWhiteSpace(name) ? null : _provincesByName.GetValueOrDefault(RegionNames.Normalise(name));
    }

    private static IEnumerable<string> ProvinceShortForms(string name) => name switch
    {
        "内蒙古自治区" => ["内蒙古", "内蒙"],
        "广西壮族自治区" => ["广西"],
        "西藏自治区" => ["西藏"],
        "宁夏回族自治区" => ["宁夏"],
        "新疆维吾尔自治区" => ["新疆"],
        _ => RegionNames.ShortForms(name),
    };

    /// <summary>420000 → 42, 420100 → 4201, 420106 stays; null for anything that is not two, four or six digits.</summary>
    private static string? ShortCode(string? code)
    {
        code = code?.Trim();
        if (code is not { Length: 2 or 4 or 6 } || !code.All(char.IsAsciiDigit)) return null;
        while (code.Length > 2 && code.EndsWith("00", StringComparison.Ordinal)) code = code[..^2];
        return code;
    }
}
