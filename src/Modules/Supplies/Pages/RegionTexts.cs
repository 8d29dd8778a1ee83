using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Localisation;

namespace Rongtong.Supplies.Pages;

/// <summary>Regions and numbers as the module's pages show them.</summary>
internal static class RegionTexts
{
    public static string NameOf(this IRegions regions, string code) => regions.Current.Find(new(code))?.NameIn(Texts.Language) ?? code;

    /// <summary>Codes of the regions whose name contains the text, and of those inside them.</summary>
    public static string[] CodesNamed(this IRegions regions, string text)
    {
        string[] named = [.. regions.Current.All.Where(r => r.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || r.EnglishName?.Contains(text, StringComparison.OrdinalIgnoreCase) == true).Select(r => r.Code.Value)];
        return [.. regions.Current.All.Select(r => r.Code.Value).Where(code => named.Any(n => n.Length > 0 && code.StartsWith(n, StringComparison.Ordinal)))];
    }

    public static string Number(decimal? value) => value is { } number ? number.ToString("#,0.#", CultureInfo.CurrentCulture) : "–";

    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
