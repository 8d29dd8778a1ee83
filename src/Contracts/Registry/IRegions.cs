namespace Rongtong.Contracts.Registry;

/// <summary>Where a region stands in the tree.</summary>
public enum RegionLevel
{
    /// <summary>The whole country.</summary>
    Nation,
    /// <summary>Province, autonomous region, municipality, special administrative region.</summary>
    Province,
    /// <summary>Prefecture-level city, prefecture, league.</summary>
    Prefecture,
    /// <summary>County, district, county-level city, banner.</summary>
    County,
}

/// <summary>A region of the GB/T 2260 tree, or a statistical area that case reports name but GB/T 2260 does not know.</summary>
/// <param name="Code">Short code; a statistical area has its province's digits, then a letter.</param>
/// <param name="Name">Full Chinese name.</param>
/// <param name="EnglishName">English name where one is in common use, else null.</param>
/// <param name="Level">Level in the tree.</param>
/// <param name="Parent">The region above as people see it: districts of a municipality hang under the municipality itself.</param>
/// <param name="IsStatistical">True for "imported from abroad", "place not yet known", farms, zones and prisons without a code of their own.</param>
/// <param name="ValidFrom">First day of the code, or null when it is older than the records here.</param>
/// <param name="ValidTo">Last day of the code, or null while it is in force.</param>
/// <param name="Successor">The code that took over a retired one.</param>
public sealed record Region(
    RegionCode Code, string Name, string? EnglishName, RegionLevel Level, RegionCode Parent, bool IsStatistical,
    DateOnly? ValidFrom, DateOnly? ValidTo, RegionCode? Successor)
{
    /// <summary>The name in a language of the product ("zh-CN" or "en").</summary>
    public string NameIn(string language) => language == "en" ? EnglishName ?? Name : Name;

    /// <summary>False for people whom reports place nowhere in the province: imported from abroad, visitors, place not yet known.</summary>
    public bool IsPlace => !IsStatistical || Code.Value[2..] is not ("A" or "B" or "X");

    /// <summary>True when the code was in force on the day.</summary>
    public bool IsValidOn(DateOnly day) => (ValidFrom is null || ValidFrom <= day) && (ValidTo is null || day <= ValidTo);
}

/// <summary>How a name or code found in a file was understood.</summary>
public enum RegionMatch
{
    /// <summary>By its code.</summary>
    Code,
    /// <summary>By its full or usual short name.</summary>
    Name,
    /// <summary>By a recorded alias or a retired code.</summary>
    Alias,
    /// <summary>By a rule for places that are no region: abroad, not yet known, visitors.</summary>
    Rule,
    /// <summary>Nothing fits: kept as a statistical area of its own until somebody says where it belongs.</summary>
    Unknown,
}

/// <summary>A region and how it was found.</summary>
public readonly record struct RegionResolution(Region Region, RegionMatch Match);

/// <summary>The regions as of now; immutable, so that one page sees one tree. Ask <see cref="IRegions.Current"/> again for the next.</summary>
public interface IRegionTree
{
    /// <summary>The region of a code, or null.</summary>
    Region? Find(RegionCode code);

    /// <summary>Regions directly below, GB codes first, each group by code; retired ones are left out.</summary>
    IReadOnlyList<Region> ChildrenOf(RegionCode code);

    /// <summary>Every region.</summary>
    IReadOnlyCollection<Region> All { get; }

    /// <summary>Persons, by the latest year imported, or null where nothing was.</summary>
    long? PopulationOf(RegionCode code);

    /// <summary>
    /// Finds what a file means by a province (name and/or code in any of the usual forms) and, when given, a place in it.
    /// Never fails for a known province; null only when the province itself cannot be told.
    /// </summary>
    RegionResolution? Resolve(string? province, string? provinceCode, string? place, string? placeCode);
}

/// <summary>The doorway of the region registry to other modules.</summary>
public interface IRegions
{
    /// <summary>The tree as it is now.</summary>
    IRegionTree Current { get; }

    /// <summary>Keeps statistical areas that <see cref="IRegionTree.Resolve"/> made for unknown names; existing ones are left as they are.</summary>
    Task KeepAsync(IReadOnlyCollection<Region> statisticalAreas, CancellationToken cancel = default);

    /// <summary>
    /// Outlines of the regions directly below one, as GeoJSON (WGS 84 degrees, properties "code" and "name"), or null where none are known.
    /// </summary>
    ReadOnlyMemory<byte>? OutlinesOf(RegionCode code);
}
