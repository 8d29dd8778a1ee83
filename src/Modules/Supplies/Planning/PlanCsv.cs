using System.Globalization;
using System.Text;

namespace Rongtong.Supplies.Planning;

/// <summary>A plan's lines as a file: codes for machines, names for people.</summary>
internal static class PlanCsv
{
    public static string Write(SolvedPlan plan)
    {
        var snapshot = plan.Snapshot;
        var pinned = plan.Result.Pins.Select(p => (p.Supply, p.Demand)).ToHashSet();
        var text = new StringBuilder("from,from_name,to,to_name,asked_item,item,source,tier,quantity,pinned,km_per_unit,arrives\n");
        foreach (var line in plan.Lines)
        {
            var (supply, need) = (snapshot.Supplies[line.Supply], snapshot.Needs[line.Demand]);
            var (from, to, lane) = (snapshot.Places[supply.Place], snapshot.Places[need.Place], LaneCosts.Of(snapshot, supply, need)!.Value);
            text.Append(CultureInfo.InvariantCulture, $"{Cell(from.Code)},{Cell(from.Name)},{Cell(to.Code)},{Cell(to.Name)},{need.Item},{supply.Item},{supply.Source},{need.Tier},{line.Quantity},{(pinned.Contains((line.Supply, line.Demand)) ? 1 : 0)},{lane.Cost},{lane.ArrivesOn:yyyy-MM-dd}\n");
        }
        return text.ToString();
    }

    /// <summary>Quoted where needed; a name that a spreadsheet would take for a formula gets an apostrophe before it.</summary>
    private static string Cell(string text)
    {
        var plain = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' ? "'" + text : text;
        return plain.AsSpan().IndexOfAny(",\"\r\n") < 0 ? plain : $"\"{plain.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
