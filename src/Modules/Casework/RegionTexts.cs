using Rongtong.Contracts.Registry;
using Rongtong.Platform.Localisation;

namespace Rongtong.Casework;

/// <summary>Regions as tables show and find them.</summary>
internal static class RegionTexts
{
    /// <summary>The region's name in the reader's language; the code itself for one that is not known.</summary>
    public static string NameOf(this IRegions regions, string code) => regions.Current.Find(new(code))?.NameIn(Texts.Language) ?? code;

    /// <summary>Codes of the regions whose name, in either language, contains the text, and of those inside them.</summary>
    public static string[] CodesNamed(this IRegions regions, string text)
    {
        string[] named = [.. regions.Current.All.Where(r => r.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || r.EnglishName?.Contains(text, StringComparison.OrdinalIgnoreCase) == true).Select(r => r.Code.Value)];
        return [.. regions.Current.All.Select(r => r.Code.Value).Where(code => named.Any(n => n.Length > 0 && code.StartsWith(n, StringComparison.Ordinal)))];
    }
}
