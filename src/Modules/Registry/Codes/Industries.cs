using System.Collections.Frozen;
using System.Text;

namespace Rongtong.Registry.Codes;

/// <summary>An entry of the national classification of industries.</summary>
/// <param name="Code">A letter for a section, two digits for a division, three for a group, four for a class.</param>
/// <param name="Section">Letter of its section.</param>
/// <param name="Name">Official name.</param>
/// <param name="EnglishName">Name in English; sections and divisions have one.</param>
/// <param name="ValidFrom">First day in force.</param>
/// <param name="ValidTo">Last day in force; null while it is.</param>
internal sealed record Industry(string Code, char Section, string Name, string? EnglishName, DateOnly ValidFrom, DateOnly? ValidTo)
{
    public string NameIn(string language) => language == "en" ? EnglishName ?? Name : Name;
}

/// <summary>
/// Industries by GB/T 4754: the edition of 2017 as a whole, and of the edition of 2011 every division that had another name or number.
/// <code>
/// text of a file ── on 2017-10-01 or later ──> code of 2017, or name ──> code of 2017
///                ── before ──> longest beginning among the entries of 2011 that changed ──> its code of 2017
///                          └─> no such entry: the division kept its number; groups and classes were renumbered, so only the division is taken
/// </code>
/// The same two digits can mean different things: 79 was services to households until 2017-09-30 and is land management since.
/// </summary>
internal static class Industries
{
    /// <summary>First day of GB/T 4754-2017.</summary>
    public static readonly DateOnly Edition2017 = new(2017, 10, 1);

    /// <summary>First day of GB/T 4754-2011.</summary>
    public static readonly DateOnly Edition2011 = new(2011, 11, 1);

    private static readonly FrozenDictionary<string, Industry> s_2017 = Read2017().ToFrozenDictionary(i => i.Code);
    private static readonly FrozenDictionary<string, (Industry Industry, string Successor)> s_2011 = Read2011().ToFrozenDictionary(r => r.Industry.Code);
    private static readonly FrozenDictionary<string, string> s_byName = s_2017.Values.Where(i => i.Code.Length > 1)
        .GroupBy(i => NormaliseName(i.Name)).ToFrozenDictionary(g => g.Key, g => Meant(g));

    /// <summary>Every entry of the edition in force.</summary>
    public static IReadOnlyCollection<Industry> All => s_2017.Values;

    /// <summary>Sections A to T.</summary>
    public static IReadOnlyList<Industry> Sections { get; } = [.. s_2017.Values.Where(i => i.Code.Length == 1).OrderBy(i => i.Code, StringComparer.Ordinal)];

    /// <summary>Divisions 01 to 97.</summary>
    public static IReadOnlyList<Industry> Divisions { get; } = [.. s_2017.Values.Where(i => i.Code.Length == 2).OrderBy(i => i.Code, StringComparer.Ordinal)];

    /// <summary>The entry in force; null where there is none.</summary>
    public static Industry? Find(string code) => s_2017.GetValueOrDefault(code);

    /// <summary>What the code meant on the day; null where the editions held here do not know it.</summary>
    public static Industry? FindOn(string code, DateOnly day)
    {
        if (day >= Edition2017) return Find(code);
        if (day < Edition2011) return null;
        if (s_2011.TryGetValue(code, out var old)) return old.Industry;
        // A division whose number meant the same in both; that 97 is new stands in no list of what changed.
        return code.Length == 2 && code != "97" && Find(code) is { } same ? same with { ValidFrom = Edition2011 } : null;
    }

    /// <summary>The code of 2017 for what a file writes: a code, with or without the section's letter, or an official name. Null where it cannot be told.</summary>
    /// <param name="text">What stands in the field.</param>
    /// <param name="day">The day on which it was written: it decides the edition.</param>
    public static string? Resolve(string text, DateOnly day)
    {
        var code = text.Trim();
        if (code.Length > 1 && char.IsAsciiLetter(code[0]) && char.IsAsciiDigit(code[1])) code = code[1..];
        if (code.Length is < 2 or > 4 || !code.All(char.IsAsciiDigit)) return s_byName.GetValueOrDefault(NormaliseName(text));
        if (day >= Edition2017) return s_2017.ContainsKey(code) ? code : null;
        if (day < Edition2011) return null;
        for (var length = code.Length; length >= 2; length--)
        {
            if (s_2011.TryGetValue(code[..length], out var old)) return old.Successor.Length > 0 ? old.Successor : null;
        }
        return FindOn(code[..2], day) is null ? null : code[..2];
    }

    private static string Meant(IEnumerable<Industry> sameName)
    {
        // A group with a single class has the class's name: the class says more. Two different things of one name: what they share.
        var codes = sameName.Select(i => i.Code).OrderByDescending(c => c.Length).ToArray();
        var first = codes[0];
        while (!codes.All(c => c.StartsWith(first, StringComparison.Ordinal) || first.StartsWith(c, StringComparison.Ordinal))) first = first[..^1];
        return first;
    }

    private static string NormaliseName(string name) => string.Concat(name.Normalize(NormalizationForm.FormKC).Where(c => !char.IsWhiteSpace(c)));

    private static IEnumerable<Industry> Read2017()
    {
        var english = CodeLists.Lines("industries-english.csv").Select(l => l.Split(',', 2)).ToDictionary(f => f[0], f => f[1]);
        var section = ' ';
        foreach (var line in CodeLists.Lines("industries-2017.txt"))
        {
            var (code, rest) = (line[..line.IndexOf(' ', StringComparison.Ordinal)], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            if (code.Length == 1) section = code[0];
            var parts = rest.Split(": ");
            yield return new(code, section, parts[0], english.GetValueOrDefault(code), Edition2017, null);
            if (code.Length < 3) continue;
            foreach (var entry in parts.Length > 1 ? parts[1].Split(' ') : ["0" + parts[0]]) yield return new(code + entry[0], section, entry[1..], null, Edition2017, null);
        }
    }

    private static IEnumerable<(Industry Industry, string Successor)> Read2011() => CodeLists.Lines("industries-2011.csv").Skip(1).Select(l => l.Split(','))
        .Select(f => (new Industry(f[0], f[1][0], f[2], null, Edition2011, Edition2017.AddDays(-1)), f[3]));
}
