using Rongtong.Contracts.Registry;
using Rongtong.Platform.Localisation;
using Rongtong.Registry.Codes;

namespace Rongtong.Registry.Enterprises;

/// <summary>Codes as people read them.</summary>
internal static class EnterpriseTexts
{
    // texts: registry.size.*
    public static string SizeKey(short size) => "registry.size." + ((EnterpriseSize)size).ToString().ToLowerInvariant();

    /// <summary>Code and name of an industry; an empty code says that it is not known.</summary>
    public static string Industry(string code, Texts texts) =>
        code.Length == 0 ? texts["registry.industry.unknown"] : Industries.Find(code) is { } known ? $"{code} {known.NameIn(Texts.Language)}" : code;

    /// <summary>A county with its prefecture before it.</summary>
    public static string Region(IRegionTree tree, string code)
    {
        if (tree.Find(new(code)) is not { } region) return code;
        var above = tree.Find(region.Parent);
        return above is { Level: RegionLevel.Prefecture } ? $"{above.NameIn(Texts.Language)} {region.NameIn(Texts.Language)}" : region.NameIn(Texts.Language);
    }
}
