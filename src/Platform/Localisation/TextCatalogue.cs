using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Rongtong.Platform.Localisation;

/// <summary>
/// Every sentence the product shows, from the <c>Texts.json</c> resource of each registered assembly:
/// <c>{ "outbreak.map.title": { "zh-CN": "疫情地图", "en": "Epidemic map" } }</c>.
/// Both languages stand side by side so that a change of one without the other is seen in review; tests refuse a missing or unused key.
/// </summary>
public sealed class TextCatalogue
{
    /// <summary>The languages of the product; the first is the default.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["zh-CN", "en"];

    private readonly FrozenDictionary<string, string[]> _texts;

    public TextCatalogue(IEnumerable<Assembly> assemblies)
    {
        ArgumentNullException.ThrowIfNull(assemblies);
        var texts = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var assembly in assemblies)
        {
            foreach (var (key, byLanguage) in Read(assembly))
            {
                var translations = Languages.Select(language => byLanguage.GetValueOrDefault(language)
                    ?? throw new InvalidOperationException($"Text '{key}' of {assembly.GetName().Name} has no '{language}' translation.")).ToArray();
                if (!texts.TryAdd(key, translations))
                    throw new InvalidOperationException($"Text '{key}' stands twice; the second is in {assembly.GetName().Name}.");
            }
        }
        _texts = texts.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>All keys, for the tests that compare them with their uses.</summary>
    public IEnumerable<string> Keys => _texts.Keys;

    /// <summary>The sentence in a language of <see cref="Languages"/>; an unknown key shows itself in brackets rather than taking a page down.</summary>
    public string Find(string key, string language) =>
        _texts.TryGetValue(key, out var translations) ? translations[language == Languages[1] ? 1 : 0] : $"⟦{key}⟧";

    private static Dictionary<string, Dictionary<string, string>> Read(Assembly assembly)
    {
        using var stream = assembly.GetManifestResourceStream("Texts.json");
        return stream is null ? [] : JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(stream)!;
    }
}

/// <summary>The catalogue in the language of the current request: <c>@T["outbreak.map.title"]</c>.</summary>
public sealed class Texts(TextCatalogue catalogue)
{
    /// <summary>"zh-CN" or "en".</summary>
    public static string Language => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en" ? "en" : "zh-CN";

    /// <summary>The sentence of a key.</summary>
    public string this[string key] => catalogue.Find(key, Language);

    /// <summary>The sentence of a key with its {0}, {1} … filled in.</summary>
    public string this[string key, params object?[] args] => string.Format(CultureInfo.CurrentCulture, this[key], args);
}
