using Rongtong.Platform.Data;
using Rongtong.Platform.Imports;
using Rongtong.Supplies.Facilities;
using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Imports;

/// <summary>The facilities and items that rows of our own files name, by code or by their one full name.</summary>
internal sealed class FileFacilities
{
    private Dictionary<string, Facility>? _byName;
    private ItemNames _items = ItemNames.Shipped;

    /// <summary>The facility of the field, where the actor may write for it; the row is rejected where there is none.</summary>
    public async Task<Facility?> FindAsync(Session session, ImportRow row, string column, string role, CancellationToken cancel)
    {
        if (_byName is null)
        {
            var all = await session.QueryAsync<Facility>($"SELECT {Facility.Columns} FROM supplies.facility WHERE supplies.acts_for(region_code, code)", cancel: cancel);
            // A name that two facilities share means neither; their codes do.
            _byName = all.GroupBy(f => f.Name, StringComparer.Ordinal).Where(g => g.Count() == 1).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
            foreach (var facility in all) _byName[facility.Code] = facility;
            _items = await ItemNames.LoadAsync(session, cancel);
        }
        if (_byName.GetValueOrDefault(row.Text(column)) is { } found && (role.Length == 0 || found.Role == role)) return found;
        row.Reject(column, "supplies.import.expected.facility");
        return null;
    }

    /// <summary>The item's code, or null where the name means none; call after <see cref="FindAsync"/>.</summary>
    public string? Item(string name) => _items.Find(name);
}
