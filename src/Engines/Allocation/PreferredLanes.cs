using System.Numerics;

namespace Rongtong.Allocation;

/// <summary>The spanning tree of an earlier plan in the numbers of a changed problem. Places are matched by name, so rows may come, go and change their order.</summary>
internal static class PreferredLanes
{
    public static (int Supply, int Demand, int Lane)[][] Of<T>(AllocationPlan previous, ItemLayout<T> layout) where T : unmanaged, IBinaryInteger<T>
    {
        var (before, now) = (previous.Problem, layout.Problem);
        var supplies = new Dictionary<(string, string), int>();
        for (var s = 0; s < now.Supplies.Count; s++) supplies[(now.Supplies[s].Supplier, now.Supplies[s].Item)] = s;
        var demands = new Dictionary<(string, string), int>();
        for (var d = 0; d < now.Demands.Count; d++) demands[(now.Demands[d].Receiver, now.Demands[d].Item)] = d;
        int[] supplyNow = [.. before.Supplies.Select(s => supplies.GetValueOrDefault((s.Supplier, s.Item), -1))];
        int[] demandNow = [.. before.Demands.Select(d => demands.GetValueOrDefault((d.Receiver, d.Item), -1))];

        var preferred = new List<(int, int, int)>[now.Items.Count];
        for (var item = 0; item < preferred.Length; item++) preferred[item] = [];
        foreach (var lane in previous.TreeLanes)
        {
            var (supply, demand) = (supplyNow[before.LaneSupply[lane]], demandNow[before.LaneDemand[lane]]);
            if (supply < 0 || demand < 0 || layout.PositionOfDemand[demand] is not (>= 0 and var position)) continue;
            var (source, best) = (layout.LocalSupply[supply], -1);
            for (var k = layout.RowStart[position]; k < layout.RowStart[position + 1]; k++)
            {
                if (layout.Source[k] == source && (best < 0 || layout.Cost[k] < layout.Cost[best])) best = k;
            }
            var item = now.ItemOfDemand[demand];
            if (best >= 0) preferred[item].Add((source, position - layout.DemandStart[item], best));
        }
        return [.. preferred.Select(lanes => lanes.ToArray())];
    }
}
