using System.Text;
using Rongtong.Platform.Data;

namespace Rongtong.Supplies.Items;

/// <summary>
/// What names in files mean: a table of names, shipped ones and those that people decided. No pattern guesses; what is not in the table is kept
/// under its own name until somebody says what it is.
/// </summary>
internal sealed class ItemNames
{
    private readonly Dictionary<string, string> _codes = new(StringComparer.Ordinal);

    private ItemNames()
    {
        foreach (var item in ItemCatalogue.Current.All)
        {
            foreach (var name in item.Aliases.Concat([item.Code, item.Zh, item.En]).Concat(item.Standards.Count == 1 ? item.Standards : [])) _codes.TryAdd(Normalise(name), item.Code);
        }
    }

    /// <summary>The table as of now.</summary>
    public static async Task<ItemNames> LoadAsync(Session session, CancellationToken cancel)
    {
        var names = new ItemNames();
        foreach (var (name, code) in await session.QueryAsync<(string, string)>("SELECT name, item_code FROM supplies.item_alias", cancel: cancel)) names._codes[name] = code;
        return names;
    }

    /// <summary>The shipped table alone.</summary>
    public static ItemNames Shipped { get; } = new();

    /// <summary>The item's code, or null where the name is not in the table.</summary>
    public string? Find(string name) => _codes.GetValueOrDefault(Normalise(name));

    /// <summary>One spelling for width, case, spaces and brackets.</summary>
    public static string Normalise(string name) =>
        string.Concat(name.Normalize(NormalizationForm.FormKC).Where(c => !char.IsWhiteSpace(c) && c is not ('_' or '-' or '"' or '“' or '”'))).ToUpperInvariant();
}
