using System.Collections.Frozen;
using System.Text.Json;
using Rongtong.Platform.Localisation;

namespace Rongtong.Supplies.Items;

/// <summary>A class of items, as the ministry's dispatch platform had seven.</summary>
internal sealed record ItemClass(string Code, string Zh, string En)
{
    public string Name => Texts.Language == "en" ? En : Zh;
}

/// <summary>An item: what is counted, by which standard it is known and in which unit.</summary>
/// <param name="Code">Stable code.</param>
/// <param name="Class">Code of the class.</param>
/// <param name="Standards">Standards that make it what it is; none where there is none.</param>
/// <param name="UnitsPerPack">Units in the usual pack: lots smaller than one are opened packs.</param>
/// <param name="IsReusable">True for what comes back after use.</param>
/// <param name="Aliases">Names in files.</param>
internal sealed record Item(
    string Code, string Class, string Zh, string En, IReadOnlyList<string> Standards, string UnitZh, string UnitEn, int UnitsPerPack, bool IsReusable, IReadOnlyList<string> Aliases)
{
    public string Name => Texts.Language == "en" ? En : Zh;

    public string Unit => Texts.Language == "en" ? UnitEn : UnitZh;
}

/// <summary>That one item may stand in for another.</summary>
/// <param name="Wanted">What was asked for.</param>
/// <param name="Given">What may be given instead.</param>
/// <param name="PenaltyPermille">What the exchange costs in the eyes of a plan, thousandths of a unit's worth.</param>
/// <param name="FrontLineMax">Highest front line level (0 to 3, see the facility) at which it is allowed at all.</param>
internal sealed record Substitution(string Wanted, string Given, int PenaltyPermille, int FrontLineMax, string WhyEn, string WhyZh)
{
    public string Why => Texts.Language == "en" ? WhyEn : WhyZh;
}

/// <summary>
/// The dated code list of items that ships with the product. Codes are never given a second meaning: an item that is changed by a new standard gets
/// a new code, so that old quantities stay what they were.
/// </summary>
internal sealed class ItemCatalogue
{
    private readonly FrozenDictionary<string, Item> _items;
    private readonly FrozenDictionary<(string Wanted, string Given), Substitution> _substitutions;

    private ItemCatalogue(Document document)
    {
        (Version, ValidFrom, Classes, All, Substitutions) = (document.Version, document.ValidFrom, document.Classes, document.Items, document.Substitutions);
        _items = All.ToFrozenDictionary(i => i.Code, StringComparer.Ordinal);
        _substitutions = Substitutions.ToFrozenDictionary(s => (s.Wanted, s.Given));
    }

    /// <summary>The shipped list.</summary>
    public static ItemCatalogue Current { get; } = new(Resource.Read<Document>("Items/items.json"));

    public string Version { get; }

    public DateOnly ValidFrom { get; }

    public IReadOnlyList<ItemClass> Classes { get; }

    public IReadOnlyList<Item> All { get; }

    public IReadOnlyList<Substitution> Substitutions { get; }

    public Item? Find(string? code) => code is null ? null : _items.GetValueOrDefault(code);

    /// <summary>The item's name in the reader's language; the code itself for one that is not known.</summary>
    public string NameOf(string code) => Find(code)?.Name ?? code;

    public ItemClass ClassOf(Item item) => Classes.Single(c => c.Code == item.Class);

    /// <summary>The exchange, or null where it is not allowed at the front line level. An item for itself costs nothing.</summary>
    public Substitution? MayReplace(string wanted, string given, int frontLine) =>
        wanted == given ? new(wanted, given, 0, 3, "", "")
            : _substitutions.GetValueOrDefault((wanted, given)) is { } found && frontLine <= found.FrontLineMax ? found : null;

    private sealed record Document(string Version, DateOnly ValidFrom, string Citation, IReadOnlyList<ItemClass> Classes, IReadOnlyList<Item> Items, IReadOnlyList<Substitution> Substitutions);
}

/// <summary>Tables that ship inside the assembly.</summary>
internal static class Resource
{
    public static T Read<T>(string name)
    {
        using var stream = typeof(Resource).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"The assembly has no resource {name}.");
        return JsonSerializer.Deserialize<T>(stream, JsonSerializerOptions.Web) ?? throw new InvalidOperationException($"The resource {name} is empty.");
    }
}
