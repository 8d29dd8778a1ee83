using System.Text.Json;
using Rongtong.Rules;

namespace Rongtong.Supplies.Prices;

/// <summary>A good whose price is watched.</summary>
/// <param name="Code">Code in files and addresses.</param>
/// <param name="Group">medical (against the epidemic) or necessity (of daily life).</param>
/// <param name="Title">What people read.</param>
/// <param name="Unit">What a price and a stock are per.</param>
/// <param name="WarnBelowDays">Days of stock below which a county is warned; null for goods whose stock is not followed by county.</param>
internal sealed record Good(string Code, string Group, Bilingual Title, Bilingual Unit, int? WarnBelowDays = null)
{
    public bool IsMedical => Group == "medical";
}

/// <summary>The goods of goods.json.</summary>
internal static class Goods
{
    public static IReadOnlyList<Good> All { get; } = JsonSerializer.Deserialize<Good[]>(Resource("Prices/goods.json"), JsonSerializerOptions.Web)!;

    /// <summary>Goods of daily life, whose stock is followed.</summary>
    public static IReadOnlyList<Good> Necessities { get; } = [.. All.Where(g => g.WarnBelowDays is not null)];

    public static Good? Find(string? code) => All.FirstOrDefault(g => g.Code == code);

    /// <summary>A good by its code or by its name in either language, as files have it.</summary>
    public static Good? Named(string text) => All.FirstOrDefault(g => string.Equals(g.Code, text, StringComparison.OrdinalIgnoreCase) || g.Title.Chinese == text || string.Equals(g.Title.English, text, StringComparison.OrdinalIgnoreCase));

    public static string NameOf(string code, string language) => Find(code)?.Title.In(language) ?? code;

    internal static string Resource(string name)
    {
        using var stream = typeof(Goods).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
