using Rongtong.Contracts.Registry;

namespace Rongtong.HealthCode.Travel;

/// <summary>Places as people say them: with the regions above.</summary>
internal static class PlaceNames
{
    /// <summary>"浙江省杭州市西湖区", "Zhejiang, Hangzhou, Xihu"; the code itself for one that is not known.</summary>
    public static string Full(IRegionTree tree, string code, string language)
    {
        var names = new List<string>();
        for (var region = tree.Find(new(code)); region is not null && region.Code != RegionCode.Nation; region = tree.Find(region.Parent))
        {
            names.Add(region.NameIn(language));
            if (region.Parent == region.Code) break;
        }
        if (names.Count == 0) return code;
        names.Reverse();
        return string.Join(language == "en" ? ", " : "", names);
    }
}
