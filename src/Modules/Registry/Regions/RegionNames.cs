using System.Text;

namespace Rongtong.Registry.Regions;

/// <summary>
/// The forms in which people write a region's name: 恩施土家族苗族自治州 is also 恩施州 and 恩施, 大兴安岭地区 also 大兴安岭.
/// </summary>
internal static class RegionNames
{
    private static readonly string[] s_peoples =
    [
        "蒙古族", "蒙古", "回族", "藏族", "维吾尔族", "维吾尔", "苗族", "彝族", "壮族", "布依族", "朝鲜族", "满族", "侗族", "瑶族", "白族", "土家族",
        "哈尼族", "哈萨克族", "哈萨克", "傣族", "黎族", "傈僳族", "佤族", "畲族", "拉祜族", "水族", "东乡族", "纳西族", "景颇族", "柯尔克孜族",
        "柯尔克孜", "土族", "达斡尔族", "仫佬族", "羌族", "布朗族", "撒拉族", "毛南族", "仡佬族", "锡伯族", "锡伯", "普米族", "塔吉克族", "塔吉克",
        "怒族", "鄂温克族", "德昂族", "保安族", "裕固族", "独龙族", "鄂伦春族", "各族",
    ];

    private static readonly string[] s_suffixes = ["特别行政区", "自治区", "地区", "林区", "新区", "矿区", "省", "市", "盟", "县", "区", "旗", "州"];

    /// <summary>Width, spaces and letter case do not distinguish names.</summary>
    public static string Normalise(string name) =>
        string.Concat(name.Normalize(NormalizationForm.FormKC).Where(c => !char.IsWhiteSpace(c))).ToUpperInvariant();

    /// <summary>The usual short forms of a full name, longest first, without the full name itself.</summary>
    public static IEnumerable<string> ShortForms(string fullName)
    {
        foreach (var (autonomous, letter) in new[] { ("自治州", "州"), ("自治县", "县"), ("自治旗", "旗"), ("自治区", "") })
        {
            if (!fullName.EndsWith(autonomous, StringComparison.Ordinal)) continue;
            var stem = WithoutPeoples(fullName[..^autonomous.Length]);
            if (stem.Length < 2) yield break;
            if (letter.Length > 0) yield return stem + letter;
            yield return stem;
            yield break;
        }
        foreach (var suffix in s_suffixes)
        {
            // Two characters must remain: 东区 and 城区 are names of their own.
            if (!fullName.EndsWith(suffix, StringComparison.Ordinal) || fullName.Length - suffix.Length < 2) continue;
            yield return fullName[..^suffix.Length];
            yield break;
        }
    }

    private static string WithoutPeoples(string stem)
    {
        while (s_peoples.FirstOrDefault(people => stem.EndsWith(people, StringComparison.Ordinal) && stem.Length > people.Length) is { } last)
            stem = stem[..^last.Length];
        return stem;
    }
}
