using Rongtong.Contracts.Registry;

namespace Rongtong.Supplies.Imports;

/// <summary>Where a file says something is: by province and place as people write them, or by a place name alone.</summary>
internal sealed class FilePlaces(IRegionTree tree, Oddities odd)
{
    /// <summary>Names of cities as files of January 2020 were called.</summary>
    private static readonly Dictionary<string, string> s_cityFiles = new(StringComparer.OrdinalIgnoreCase) { ["wuhanshi"] = "4201", ["huanggangshi"] = "4211" };

    /// <summary>The city of a file's own name, as <c>wuhanshi</c>, or of a code or name; null where it means none.</summary>
    public string? City(string name) =>
        s_cityFiles.TryGetValue(name, out var code) ? code : tree.Find(new(name)) is { Code.Value.Length: > 0 } region ? region.Code.Value : Anywhere(name);

    /// <summary>A place within a city, or the city where the place is not known in it.</summary>
    public string Within(string city, string place, long line)
    {
        if (place.Length == 0) return city;
        var found = tree.Resolve(null, city[..2], place, null);
        if (found is { Region.IsStatistical: false } resolution && resolution.Region.Code.IsWithin(new(city))) return resolution.Region.Code.Value;
        odd.Add("supplies.import.odd.place", line, place);
        return city;
    }

    /// <summary>
    /// A place in a province. Where the province does not have it and one other does, the place is believed, and the contradiction is told: a city is
    /// the more exact of the two. Null where the province itself cannot be told.
    /// </summary>
    public string? InProvince(string province, string place, long line)
    {
        if (tree.Resolve(province, null, "", null) is not { Region.IsStatistical: false } found) return null;
        var code = found.Region.Code.Value;
        if (place.Length == 0 || place == province) return code;
        if (tree.Resolve(province, null, place, null) is { Region.IsStatistical: false } exact) return exact.Region.Code.Value;
        var elsewhere = Anywhere(place);
        odd.Add(elsewhere is null ? "supplies.import.odd.place" : "supplies.import.odd.contradiction", line, $"{province} {place}");
        return elsewhere ?? code;
    }

    /// <summary>The one province, city or county of the name in the country; null where there is none or more than one of the highest level.</summary>
    public string? Anywhere(string name)
    {
        if (name.Length == 0) return null;
        var named = tree.All.Where(r => !r.IsStatistical && r.ValidTo is null && r.Code.Value.Length > 0 && (r.Name == name || r.Name == name + "市" || r.Name == name + "省" || r.Name == name + "县" || r.Name == name + "区")).ToArray();
        var highest = named.Where(r => r.Level == named.Min(n => n.Level)).ToArray();
        return highest is [var one] ? one.Code.Value : tree.Resolve(name, null, "", null) is { Region.IsStatistical: false } province ? province.Region.Code.Value : null;
    }
}
