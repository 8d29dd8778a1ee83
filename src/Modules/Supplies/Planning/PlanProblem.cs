using System.Globalization;
using Rongtong.Allocation;
using Rongtong.Supplies.Items;
using Asked = Rongtong.Allocation.Demand;

namespace Rongtong.Supplies.Planning;

/// <summary>A line a person has fixed: exactly this quantity; 0 forbids it.</summary>
internal readonly record struct Pin(int Supply, int Demand, long Quantity);

/// <summary>
/// The snapshot as one integer problem. Goods that may stand in for each other, in the same unit, are one item of the engine (named by the first of
/// their codes), so that a mask given to one is missed by the other. Of all lanes those are kept that make sense: for each need its supplies of
/// least cost and the largest ones.
/// </summary>
internal static class PlanProblem
{
    public static AllocationProblem Build(PlanSnapshot snapshot, IReadOnlyList<Pin> pins)
    {
        var settings = snapshot.Settings;
        var groupOf = Groups(settings.IsInPacks);
        string Group(string item) => groupOf.GetValueOrDefault(item, item);
        // Trucks are told by the supplier's name, so its goods then share one; else each is a name of its own, as certificate and restart need.
        Supply[] supplies = [.. snapshot.Supplies.Select((s, i) => new Supply(settings.IsCoupled ? snapshot.Places[s.Place].Code : SupplyName(i), Group(s.Item), s.Quantity))];
        Asked[] demands = [.. snapshot.Needs.Select((n, i) => new Asked(DemandName(i), Group(n.Item), n.Quantity, n.Tier))];
        var suppliesOf = Enumerable.Range(0, supplies.Length).GroupBy(s => supplies[s].Item, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        var pinned = pins.ToLookup(p => p.Demand, p => p.Supply);
        var bySize = suppliesOf.ToDictionary(g => g.Key, g => g.Value.OrderByDescending(s => snapshot.Supplies[s].Quantity).ThenBy(s => s).ToArray(), StringComparer.Ordinal);
        // Every need looks at every supply of its item, tens of millions of pairs in a province; no need depends on another, so the cores share them.
        var lanes = new (long Cost, int Supply)[demands.Length][];
        Parallel.For(0, demands.Length, () => new List<(long Cost, int Supply)>(), (d, _, candidates) =>
        {
            candidates.Clear();
            foreach (var s in suppliesOf.GetValueOrDefault(demands[d].Item, []))
            {
                if ((!settings.IsInPacks || snapshot.Supplies[s].Item == snapshot.Needs[d].Item) && LaneCosts.Of(snapshot, snapshot.Supplies[s], snapshot.Needs[d]) is { } lane) candidates.Add((lane.Cost, s));
            }
            lanes[d] = Sensible(candidates, settings.Neighbours, bySize.GetValueOrDefault(demands[d].Item, []), pinned[d]);
            return candidates;
        }, _ => { });
        var count = lanes.Sum(l => l.Length);
        var (from, to, cost) = (new int[count], new int[count], new long[count]);
        for (int d = 0, at = 0; d < lanes.Length; d++)
        {
            foreach (var (unit, s) in lanes[d]) (from[at], to[at], cost[at++]) = (s, d, unit);
        }
        return new(supplies, demands, from, to, cost);
    }

    /// <summary>The same problem with the lanes that only a pin brings in; what <see cref="Build"/> gives for these pins, without looking at every pair again.</summary>
    public static AllocationProblem With(AllocationProblem whole, PlanSnapshot snapshot, IReadOnlyList<Pin> pins)
    {
        var lanes = new SortedDictionary<(int Demand, int Supply), long>();
        foreach (var pin in pins)
        {
            if (LaneCosts.Of(snapshot, snapshot.Supplies[pin.Supply], snapshot.Needs[pin.Demand]) is { } lane) lanes[(pin.Demand, pin.Supply)] = lane.Cost;
        }
        for (var l = 0; l < whole.LaneCount && lanes.Count > 0; l++) lanes.Remove((whole.Lane(l).Demand, whole.Lane(l).Supply));
        if (lanes.Count == 0) return whole;
        var all = Enumerable.Range(0, whole.LaneCount).Select(whole.Lane).Select(l => (l.Demand, l.Supply, l.Cost)).Concat(lanes.Select(l => (l.Key.Demand, l.Key.Supply, Cost: l.Value))).Order().ToArray();
        return new(whole.Supplies.ToArray(), whole.Demands.ToArray(), [.. all.Select(l => l.Supply)], [.. all.Select(l => l.Demand)], [.. all.Select(l => l.Cost)]);
    }

    public static string SupplyName(int supply) => string.Create(CultureInfo.InvariantCulture, $"s{supply}");

    public static string DemandName(int demand) => string.Create(CultureInfo.InvariantCulture, $"d{demand}");

    /// <summary>The cheapest and the largest of what can serve a need, and what is pinned, by supply; all where there are few.</summary>
    /// <param name="candidates">By supply.</param>
    /// <param name="bySize">Supplies of the item, the largest first.</param>
    internal static (long Cost, int Supply)[] Sensible(List<(long Cost, int Supply)> candidates, int near, int[] bySize, IEnumerable<int> pinned)
    {
        if (candidates.Count <= near + (near / 4)) return [.. candidates];
        // The dearest of the cheapest so far is on top, and gives way: no need to sort a thousand to take forty.
        var cheapest = new PriorityQueue<int, (long Cost, int Supply)>(near, s_dearestFirst);
        foreach (var candidate in candidates)
        {
            if (cheapest.Count < near) cheapest.Enqueue(candidate.Supply, candidate);
            else if (cheapest.TryPeek(out _, out var dearest) && candidate.CompareTo(dearest) < 0) cheapest.EnqueueDequeue(candidate.Supply, candidate);
        }
        var wanted = new SortedSet<int>(cheapest.UnorderedItems.Select(c => c.Element));
        wanted.UnionWith(pinned.Where(s => At(candidates, s) >= 0));
        wanted.UnionWith(bySize.Where(s => At(candidates, s) >= 0).Take(near / 4));
        return [.. wanted.Select(s => candidates[At(candidates, s)])];
    }

    private static readonly Comparer<(long Cost, int Supply)> s_dearestFirst = Comparer<(long Cost, int Supply)>.Create((a, b) => b.CompareTo(a));

    private static int At(List<(long Cost, int Supply)> candidates, int supply) => candidates.BinarySearch((0, supply), s_bySupply);

    private static readonly Comparer<(long Cost, int Supply)> s_bySupply = Comparer<(long Cost, int Supply)>.Create((a, b) => a.Supply.CompareTo(b.Supply));

    private static Dictionary<string, string> Groups(bool isApart)
    {
        var group = ItemCatalogue.Current.All.ToDictionary(i => i.Code, i => i.Code, StringComparer.Ordinal);
        if (isApart) return group;
        foreach (var exchange in ItemCatalogue.Current.Substitutions)
        {
            if (ItemCatalogue.Current.Find(exchange.Wanted) is not { } wanted || ItemCatalogue.Current.Find(exchange.Given) is not { } given || wanted.UnitEn != given.UnitEn) continue;
            var (a, b) = (group[wanted.Code], group[given.Code]);
            var first = string.CompareOrdinal(a, b) < 0 ? a : b;
            foreach (var item in group.Where(g => g.Value == a || g.Value == b).Select(g => g.Key).ToArray()) group[item] = first;
        }
        return group;
    }
}
