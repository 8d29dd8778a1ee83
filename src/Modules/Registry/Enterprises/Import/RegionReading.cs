using Rongtong.Contracts.Registry;

namespace Rongtong.Registry.Enterprises.Import;

/// <summary>The region that a file, form or machine means by a code or name on a day.</summary>
internal static class RegionReading
{
    private const int ChainMax = 10;

    /// <summary>A region of GB/T 2260, or null. A code that was retired by the day gives the one that took over.</summary>
    /// <param name="province">Name or code of the province; empty where <paramref name="place"/> is a code or tells it.</param>
    /// <param name="place">Code or name.</param>
    public static Region? Read(IRegionTree tree, string province, string place, DateOnly day)
    {
        var isCode = place.Length is 2 or 4 or 6 && place.All(char.IsAsciiDigit);
        var provinceCode = isCode ? place[..2] : province.Length is 2 or 6 && province.All(char.IsAsciiDigit) ? province[..2] : null;
        var found = isCode ? tree.Resolve(null, provinceCode, null, place) : tree.Resolve(province.Length > 0 ? province : place, provinceCode, province.Length > 0 || provinceCode is not null ? place : null, null);
        if (found is not { Region: { IsStatistical: false } region } || (isCode && region.Code.Value.Length < place.TrimEnd('0').Length)) return null;
        for (var step = 0; step < ChainMax && region.ValidTo < day && region.Successor is { } successor && tree.Find(successor) is { } next; step++) region = next;
        return region;
    }
}
