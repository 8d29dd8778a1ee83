using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rongtong.Architecture.Tests;

/// <summary>Every sentence is in the text files, in both languages, and every sentence there is used.</summary>
public sealed partial class TextTests
{
    private static readonly string s_source = Path.Combine(Root(), "src");

    [Fact]
    public void Every_key_used_exists_and_every_key_that_exists_is_used()
    {
        var (defined, used, prefixes) = Scan();
        used.Except(defined).ShouldBeEmpty("used but not defined");
        defined.Where(key => !used.Contains(key) && !prefixes.Any(p => key.StartsWith(p, StringComparison.Ordinal))).ShouldBeEmpty("defined but never used");
    }

    [Fact]
    public void Both_languages_have_the_same_places_to_fill()
    {
        foreach (var file in Directory.EnumerateFiles(s_source, "Texts.json", SearchOption.AllDirectories).Where(f => !f.Contains("/bin/", StringComparison.Ordinal)))
        {
            foreach (var (key, texts) in JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(File.ReadAllText(file))!)
                Places(texts["zh-CN"]).ShouldBe(Places(texts["en"]), $"{key} in {file}");
        }
    }

    [Fact]
    public void No_page_has_a_sentence_of_its_own()
    {
        foreach (var page in Directory.EnumerateFiles(s_source, "*.razor", SearchOption.AllDirectories))
            SentencesIn(File.ReadAllText(page)).ShouldBeEmpty(page);
    }

    [Theory]
    [InlineData("<p>疫情</p>", true)]
    [InlineData("<p>Two words</p>", true)]
    [InlineData("<input placeholder=\"Your name\">", true)]
    [InlineData("<p>@T[\"x.y\"]</p>", false)]
    [InlineData("<td>@row.Name – @row.Code</td>", false)]
    public void The_scanner_sees_a_planted_sentence(string markup, bool isFound) => (SentencesIn(markup).Count > 0).ShouldBe(isFound);

    private static (HashSet<string> Defined, HashSet<string> Used, HashSet<string> Prefixes) Scan()
    {
        var (defined, used, prefixes) = (new HashSet<string>(), new HashSet<string>(), new HashSet<string>());
        foreach (var file in Directory.EnumerateFiles(s_source, "*.*", SearchOption.AllDirectories))
        {
            if (file.Contains("/bin/", StringComparison.Ordinal) || file.Contains("/obj/", StringComparison.Ordinal)) continue;
            if (Path.GetFileName(file) == "Texts.json") defined.UnionWith(JsonSerializer.Deserialize<Dictionary<string, object>>(File.ReadAllText(file))!.Keys);
            else if (Path.GetExtension(file) is ".cs" or ".razor")
            {
                var text = File.ReadAllText(file);
                foreach (Match dynamic in Declared().Matches(text))
                    prefixes.UnionWith(dynamic.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(p => p.TrimEnd('*')));
                // A key is any literal of the form module.words; those that end with a dot are the beginnings of dynamic ones.
                used.UnionWith(Key().Matches(text).Select(m => m.Groups[1].Value).Where(k => !k.EndsWith('.')));
            }
        }
        var modules = defined.Select(k => k[..k.IndexOf('.', StringComparison.Ordinal)]).ToHashSet();
        // Permissions, audit actions and rule ids look like keys; only what stands where a text is asked for counts as a use that must exist.
        return (defined, [.. used.Where(k => defined.Contains(k) || AskedFor().IsMatch(k) && modules.Contains(k[..k.IndexOf('.', StringComparison.Ordinal)]) && IsAskedFor(k))], prefixes);
    }

    private static bool IsAskedFor(string key) => Directory.EnumerateFiles(s_source, "*.razor", SearchOption.AllDirectories).Any(f => File.ReadAllText(f).Contains($"T[\"{key}\"", StringComparison.Ordinal));

    private static List<string> SentencesIn(string razor)
    {
        var code = razor.IndexOf("@code", StringComparison.Ordinal);
        var markup = Comment().Replace(code < 0 ? razor : razor[..code], "");
        var found = Attribute().Matches(markup).Select(m => m.Groups[1].Value).Concat(TextNode().Matches(markup).Select(m => m.Groups[1].Value));
        return [.. found.Select(t => Expression().Replace(t, "")).Where(t => Chinese().IsMatch(t) || TwoWords().IsMatch(t))];
    }

    private static string Places(string text) => string.Join(',', Place().Matches(text).Select(m => m.Value[..2]).Distinct().Order());

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Rongtong.slnx"))) folder = folder.Parent;
        return folder.FullName;
    }

    [GeneratedRegex("\"((?:[a-z]+)\\.[a-z0-9.-]+)\"")]
    private static partial Regex Key();

    [GeneratedRegex("^[a-z]+\\.")]
    private static partial Regex AskedFor();

    [GeneratedRegex(@"texts: ([a-z0-9.* -]+)")]
    private static partial Regex Declared();

    [GeneratedRegex(@"@\*.*?\*@|<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex("(?:title|placeholder|aria-label|alt)=\"([^\"@]*)\"")]
    private static partial Regex Attribute();

    [GeneratedRegex(@">([^<>{}@;=()]+)<")]
    private static partial Regex TextNode();

    [GeneratedRegex(@"@[\w.\[\]""]+")]
    private static partial Regex Expression();

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}")]
    private static partial Regex Chinese();

    [GeneratedRegex("[A-Za-z]{2,} [A-Za-z]{2,}")]
    private static partial Regex TwoWords();

    [GeneratedRegex(@"\{\d[^}]*\}")]
    private static partial Regex Place();
}
