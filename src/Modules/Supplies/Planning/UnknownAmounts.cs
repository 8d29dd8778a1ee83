using Rongtong.Supplies.Demand;
using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Planning;

/// <summary>The range an unknown amount lies in, and where that comes from.</summary>
/// <param name="Basis">burn: the facility's own use a day; staff: its staff by the table of consumption; peers: what others asked for; pack: one pack, and nobody knows how much more.</param>
internal readonly record struct AmountRange(long Low, long? High, string Basis);

/// <summary>
/// "Needed, amount unknown" is planned for by the low end of a range, and the high end is shown. The range is the first of: the facility's own use
/// for the days of the plan, and twice that; its staff by the table of consumption; the middle half of what at least five others asked for; one pack.
/// </summary>
internal static class UnknownAmounts
{
    /// <summary>Fewer known amounts say nothing of the others.</summary>
    public const int PeersMin = 5;

    public static AmountRange RangeOf(string item, int days, long? burnPerDay, int? staff, IReadOnlyList<long> sortedPeers)
    {
        if (burnPerDay is > 0 and var burn) return new(Cap(burn, days), Cap(burn, 2L * days), "burn");
        var rows = ConsumptionTable.Current.Rows.Where(r => r.Item == item && r.Per == "staff").ToArray();
        if (staff is > 0 and var people && rows.Sum(r => r.Low) > 0) return new(Cap(rows.Sum(r => r.Low) * people, days), Cap(rows.Sum(r => r.High) * people, days), "staff");
        if (sortedPeers.Count >= PeersMin) return new(sortedPeers[sortedPeers.Count / 4], sortedPeers[sortedPeers.Count * 3 / 4], "peers");
        return new(ItemCatalogue.Current.Find(item)?.UnitsPerPack ?? 1, null, "pack");
    }

    private static long Cap(long perDay, long days) => (long)Int128.Min(Stock.Ledger.QuantityMax, (Int128)perDay * days);
}
