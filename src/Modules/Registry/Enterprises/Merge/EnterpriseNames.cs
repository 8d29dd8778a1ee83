using System.Text;

namespace Rongtong.Registry.Enterprises.Merge;

/// <summary>
/// What is left of a registered name when the ways of writing it are taken away.
/// <code>
/// 武汉大成机械（集团）有限责任公司 ─ full width ─> 武汉大成机械(集团)有限责任公司 ─ legal form ─> 武汉大成机械(集团)
///                                ─ region, brackets ─> 大成机械集团
/// </code>
/// </summary>
internal static class EnterpriseNames
{
    /// <summary>Legal forms at the end of a name, longest first.</summary>
    private static readonly string[] s_forms = ["股份有限责任公司", "有限责任公司", "股份有限公司", "有限公司", "总公司", "公司"];

    private static readonly char[] s_numerals = [.. "0123456789一二三四五六七八九十百"];

    /// <summary>The core of a name; <paramref name="regionNames"/> are those of its county and everything above, longest first.</summary>
    public static string CoreOf(string name, IReadOnlyList<string> regionNames)
    {
        var text = Normalise(name);
        // A branch is not its company: what stands before 分公司 stays.
        foreach (var form in text.EndsWith("分公司", StringComparison.Ordinal) ? [] : s_forms)
        {
            if (!text.EndsWith(form, StringComparison.Ordinal) || text.Length == form.Length) continue;
            text = text[..^form.Length];
            break;
        }
        var core = StripRegions(text, regionNames);
        return LettersOf(core.Length >= 2 ? core : text);
    }

    /// <summary>An address without the region before it and without punctuation.</summary>
    public static string AddressOf(string address, IReadOnlyList<string> regionNames) =>
        LettersOf(StripRegions(Normalise(address), regionNames));

    /// <summary>The numbers in a core: two shops of a chain differ by nothing else.</summary>
    public static string NumbersOf(string core) => string.Concat(core.Where(s_numerals.Contains));

    /// <summary>Pairs of neighbouring characters, sorted: what two texts are compared by.</summary>
    public static int[] PairsOf(string text)
    {
        if (text.Length < 2) return [];
        var pairs = new int[text.Length - 1];
        for (var i = 0; i < pairs.Length; i++) pairs[i] = (text[i] << 16) | text[i + 1];
        Array.Sort(pairs);
        return pairs;
    }

    /// <summary>Twice the pairs in common by the pairs of both (Dice), in thousandths.</summary>
    public static int Likeness(int[] first, int[] second)
    {
        if (first.Length + second.Length == 0) return 0;
        var (i, j, common) = (0, 0, 0);
        while (i < first.Length && j < second.Length)
        {
            if (first[i] == second[j])
            {
                common++;
                i++;
                j++;
            }
            else if (first[i] < second[j]) i++;
            else j++;
        }
        return 2_000 * common / (first.Length + second.Length);
    }

    private static string StripRegions(string text, IReadOnlyList<string> regionNames)
    {
        var hasBrackets = text.Contains('(', StringComparison.Ordinal);
        foreach (var region in regionNames)
        {
            if (text.StartsWith(region, StringComparison.Ordinal)) text = text[region.Length..];
            if (hasBrackets && text.Contains(region, StringComparison.Ordinal)) text = text.Replace("(" + region + ")", "", StringComparison.Ordinal);
        }
        return text;
    }

    private static string LettersOf(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsLetterOrDigit(c)) return string.Concat(text.Where(char.IsLetterOrDigit));
        }
        return text;
    }

    /// <summary>Compatibility forms, spaces, kinds of brackets and letter case made one. A name of plain characters and figures, as nearly all are, is that already.</summary>
    private static string Normalise(string text)
    {
        foreach (var c in text)
        {
            if (c is not ((>= '\u4E00' and <= '\u9FFF') or (>= '0' and <= '9') or (>= 'A' and <= 'Z') or '(' or ')')) return NormaliseAny(text);
        }
        return text;
    }

    private static string NormaliseAny(string text) =>
        string.Concat(text.Normalize(NormalizationForm.FormKC).Where(c => !char.IsWhiteSpace(c))).Replace('【', '(').Replace('】', ')').Replace('〔', '(').Replace('〕', ')').ToUpperInvariant();
}
