using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Planning;

/// <summary>One way to serve a need.</summary>
/// <param name="Kilometres">Straight distance; where a place is unknown, by how near the regions' codes are.</param>
/// <param name="ArrivesOn">Day of arrival.</param>
/// <param name="DaysLate">Days after the need's day.</param>
/// <param name="Penalty">Of a substitute, thousandths of a unit's worth.</param>
/// <param name="Cost">All of it in kilometres.</param>
internal readonly record struct LaneFacts(int Kilometres, DateOnly ArrivesOn, int DaysLate, int Penalty, long Cost);

/// <summary>
/// What a unit on a lane costs, in kilometres: distance + 150 a day late + 2 for each thousandth of a unit's worth that a substitute is worse
/// + 50 for goods that are offered and not in the ledger, 100 for goods not made yet. Whole numbers throughout, the same on every machine.
/// </summary>
internal static class LaneCosts
{
    /// <summary>Changes whenever a number of the rule does.</summary>
    public const string Version = "lanes-1";

    public const int LateDayKm = 150;
    public const int PenaltyKm = 2;
    public const int OfferedKm = 50;
    public const int PlannedKm = 100;

    /// <summary>A truck with two drivers, loading and checks on the way.</summary>
    public const int KilometresPerDay = 600;

    /// <summary>Longest way that lots are looked at for: across the country.</summary>
    public const int TransitDaysMax = 10;

    /// <summary>The lane, or null where the substitute is not allowed there or would arrive after its last day of use.</summary>
    public static LaneFacts? Of(PlanSnapshot snapshot, PlannedSupply supply, PlannedNeed need)
    {
        var exchange = supply.Item == need.Item ? 0 : ItemCatalogue.Current.MayReplace(need.Item, supply.Item, need.FrontLine)?.PenaltyPermille ?? -1;
        if (exchange < 0) return null;
        var kilometres = Kilometres(snapshot.Places[supply.Place], snapshot.Places[need.Place]);
        var arrives = (supply.From > snapshot.Today ? supply.From : snapshot.Today).AddDays(Math.Min(TransitDaysMax, kilometres / KilometresPerDay));
        if (supply.Expires is { } last && last < arrives) return null;
        var due = need.By ?? snapshot.Today.AddDays(snapshot.Settings.HorizonDays);
        var late = Math.Max(0, arrives.DayNumber - (due > snapshot.Today ? due : snapshot.Today).DayNumber);
        var source = supply.Source switch { "on_hand" => 0, "offered" => OfferedKm, _ => PlannedKm };
        return new(kilometres, arrives, late, exchange, kilometres + (LateDayKm * (long)late) + (PenaltyKm * exchange) + source);
    }

    /// <summary>Straight through the earth: 0.4% less than along it at 2,000 km.</summary>
    public static int Kilometres(PlannedPlace from, PlannedPlace to)
    {
        if ((from.X, from.Y, from.Z) != (0, 0, 0) && (to.X, to.Y, to.Z) != (0, 0, 0))
        {
            var (x, y, z) = (from.X - to.X, from.Y - to.Y, from.Z - to.Z);
            // A square root is exact to the last bit on every machine, unlike sine and cosine.
            return (int)(Math.Sqrt((x * x) + (y * y) + (z * z)) / 1000);
        }
        var common = from.Region.AsSpan().CommonPrefixLength(to.Region);
        return common >= 6 ? 10 : common >= 4 ? 60 : common >= 2 ? 250 : 1000;
    }
}
