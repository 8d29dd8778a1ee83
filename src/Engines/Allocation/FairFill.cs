using System.Numerics;

namespace Rongtong.Allocation;

/// <summary>
/// Fair shares: in each tier the fill ratios sent / (weight x needed) are as equal as the lanes allow; none can rise without a smaller or equal
/// one of its tier falling. What each tier receives in total stays the most possible, because what can be received is a polymatroid, whose
/// fairest point is one of its largest (Fujishige 1980).
/// <para>
/// Decomposition (Groenevelt 1991): share what the places can receive together in proportion; if the lanes cannot carry that, a minimum cut names
/// the places that ask too much and the suppliers they have; both sides are shared on their own. Each cut comes from the prices of a simplex run
/// with costs of zero, so k different ratios take 2k - 1 runs on ever smaller networks.
/// </para>
/// </summary>
internal static class FairFill
{
    /// <summary>Shares are found in millionths of a unit, unless quantities are so large that sums would not fit.</summary>
    private const int FinestDigits = 6;

    /// <summary>The finest parts of a unit in which all sums of this problem fit.</summary>
    public static long UnitParts(AllocationProblem problem)
    {
        var most = Math.Max(
            problem.Supplies.Select((s, i) => (s.Quantity, Item: problem.ItemOfSupply[i])).GroupBy(x => x.Item).Select(g => g.Sum(x => x.Quantity)).DefaultIfEmpty().Max(),
            problem.Demands.Select((d, i) => (d.Quantity, Item: problem.ItemOfDemand[i])).GroupBy(x => x.Item).Select(g => g.Sum(x => x.Quantity)).DefaultIfEmpty().Max());
        var parts = 1L;
        for (var digit = 0; digit < FinestDigits && most <= AllocationLimits.ItemQuantity / (parts * 10); digit++) parts *= 10;
        return parts;
    }

    /// <summary>For each demand what it receives, in parts of a unit.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="unitParts">Parts of a unit in which ratios are found.</param>
    /// <param name="wholeUnits">True to give whole units: the share rounded down, and the remainder one unit at a time.</param>
    /// <param name="threads">Items side by side.</param>
    public static long[] Shares(AllocationProblem problem, long unitParts, bool wholeUnits, int threads)
    {
        long[] needed = [.. problem.Demands.Select(d => d.Quantity)];
        using var layout = new ItemLayout<int>(problem, needed, threads);
        var shares = new long[needed.Length];
        Parallel.For(0, problem.Items.Count, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) }, item =>
        {
            var shared = new SharedItem(layout, item, unitParts);
            shared.Fill(wholeUnits ? unitParts : 1);
            for (var d = 0; d < shared.Given.Length; d++) shares[layout.DemandAt[layout.DemandStart[item] + d]] = shared.Given[d];
        });
        return shares;
    }

    /// <summary>Part of an item's network: places and the lanes among them, renumbered.</summary>
    private sealed record Network(int[] Supplies, int[] Demands, int[] RowStart, int[] Source);

    private sealed class SharedItem
    {
        private readonly Network _all;
        private readonly long[] _supply, _need, _target;
        private readonly int[] _weight, _tier;

        /// <summary>What a tier treated earlier has been given and what the current one has been given so far.</summary>
        public long[] Given { get; }

        public SharedItem(ItemLayout<int> layout, int item, long unitParts)
        {
            var (firstSupply, firstRow) = (layout.SupplyStart[item], layout.DemandStart[item]);
            var (supplies, demands) = (layout.SupplyStart[item + 1] - firstSupply, layout.DemandStart[item + 1] - firstRow);
            var (start, end) = (layout.RowStart[firstRow], layout.RowStart[firstRow + demands]);
            _supply = new long[supplies];
            for (var s = 0; s < supplies; s++) _supply[s] = layout.Problem.Supplies[layout.SupplyAt[firstSupply + s]].Available * unitParts;
            (_need, _target, Given, _weight, _tier) = (new long[demands], new long[demands], new long[demands], new int[demands], new int[demands]);
            var rows = new int[demands + 1];
            for (var d = 0; d < demands; d++)
            {
                var demand = layout.Problem.Demands[layout.DemandAt[firstRow + d]];
                (_need[d], _weight[d], _tier[d]) = (demand.Quantity * unitParts, demand.Weight, demand.Priority);
                rows[d + 1] = layout.RowStart[firstRow + d + 1] - start;
            }
            _all = new([.. Enumerable.Range(0, supplies)], [.. Enumerable.Range(0, demands)], rows, layout.Source[start..end]);
        }

        public void Fill(long grain)
        {
            foreach (var tier in _tier.Distinct().Order())
            {
                var network = Part(_all, d => _tier[d] <= tier, _ => true);
                foreach (var d in network.Demands) _target[d] = _tier[d] == tier ? _need[d] : Given[d];
                var (most, _) = Run(network, _target);
                Share(network, tier, most, grain);
            }
        }

        private void Share(Network network, int tier, BigInteger most, long grain)
        {
            int[] active = [.. network.Demands.Where(d => _tier[d] == tier).OrderByDescending(d => _weight[d]).ThenBy(d => d)];
            if (active.Length == 0) return;
            var rest = most - network.Demands.Where(d => _tier[d] != tier).Aggregate(BigInteger.Zero, (sum, d) => sum + Given[d]);
            var weights = active.Aggregate(BigInteger.Zero, (sum, d) => sum + ((BigInteger)_weight[d] * _need[d]));
            foreach (var d in active)
            {
                // The ratio is rest / weights; whoever that would fill beyond its need is full, the heaviest first.
                if (rest * _weight[d] >= weights)
                {
                    _target[d] = _need[d];
                    rest -= _need[d];
                    weights -= (BigInteger)_weight[d] * _need[d];
                }
                else _target[d] = (long)(rest * _weight[d] * _need[d] / weights);
            }
            foreach (var d in network.Demands.Where(d => _tier[d] != tier)) _target[d] = Given[d];

            var (met, asksTooMuch) = Run(network, _target);
            if (met == network.Demands.Aggregate(BigInteger.Zero, (sum, d) => sum + _target[d]))
            {
                foreach (var d in active) Given[d] = _target[d] - (_target[d] % grain);
                GiveRemainder(network, tier, grain);
                return;
            }
            var (tight, loose) = (Part(network, asksTooMuch.Demands.Contains, asksTooMuch.Supplies.Contains), Part(network, d => !asksTooMuch.Demands.Contains(d), s => !asksTooMuch.Supplies.Contains(s)));
            var tightMost = tight.Supplies.Aggregate(BigInteger.Zero, (sum, s) => sum + _supply[s]);
            Share(tight, tier, tightMost, grain);
            Share(loose, tier, most - tightMost, grain);
        }

        /// <summary>
        /// Shares rounded down leave less than a grain for each place; one run gives one grain more to as many as can have it. It stays among the
        /// places that share one ratio: their total is whole, and a grain given across would let a fuller place take from a needier one.
        /// </summary>
        private void GiveRemainder(Network network, int tier, long grain)
        {
            int[] open = [.. Enumerable.Range(0, network.Demands.Length).Where(i => _tier[network.Demands[i]] == tier && Given[network.Demands[i]] < _need[network.Demands[i]])];
            if (open.Length == 0) return;
            long[] demand = [.. network.Demands.Select(d => Given[d]), .. open.Select(i => Math.Min(grain, _need[network.Demands[i]] - Given[network.Demands[i]]))];
            int[] penalty = [.. network.Demands.Select(_ => 2), .. open.Select(_ => 1)];
            int[] kept = [.. Enumerable.Range(0, demand.Length).Where(i => demand[i] > 0)];
            var (rowStart, source) = (new int[kept.Length + 1], new List<int>());
            for (var k = 0; k < kept.Length; k++)
            {
                var row = kept[k] < network.Demands.Length ? kept[k] : open[kept[k] - network.Demands.Length];
                source.AddRange(network.Source.AsSpan(network.RowStart[row]..network.RowStart[row + 1]));
                rowStart[k + 1] = source.Count;
            }
            long[] supplied = [.. network.Supplies.Select(s => _supply[s])];
            var simplex = new NetworkSimplex<int>(supplied, [.. kept.Select(k => demand[k])], [.. kept.Select(k => penalty[k])], rowStart, 0, [.. source], new int[source.Count]);
            simplex.Solve([]);
            for (var k = 0; k < kept.Length; k++)
            {
                if (kept[k] < network.Demands.Length) continue;
                Given[network.Demands[open[kept[k] - network.Demands.Length]]] += demand[kept[k]] - Missed(simplex, supplied.Length + k);
            }
        }

        private static long Missed(NetworkSimplex<int> simplex, int node) => simplex.Lane(node) == NetworkSimplex<int>.RootArc ? simplex.Flow(node) : 0;

        /// <summary>What is received in all when each place asks its target, and the side of the minimum cut that asks too much.</summary>
        private (BigInteger Met, (HashSet<int> Demands, HashSet<int> Supplies) AsksTooMuch) Run(Network network, long[] target)
        {
            int[] asking = [.. Enumerable.Range(0, network.Demands.Length).Where(i => target[network.Demands[i]] > 0)];
            var (rowStart, source) = (new int[asking.Length + 1], new List<int>(network.Source.Length));
            for (var i = 0; i < asking.Length; i++)
            {
                source.AddRange(network.Source.AsSpan(network.RowStart[asking[i]]..network.RowStart[asking[i] + 1]));
                rowStart[i + 1] = source.Count;
            }
            long[] supplied = [.. network.Supplies.Select(s => _supply[s])];
            int[] penalty = [.. asking.Select(_ => 1)];
            var simplex = new NetworkSimplex<int>(supplied, [.. asking.Select(i => target[network.Demands[i]])], penalty, rowStart, 0, [.. source], new int[source.Count]);
            simplex.Solve([]);
            var met = BigInteger.Zero;
            var (demands, supplies) = (new HashSet<int>(), new HashSet<int>());
            for (var i = 0; i < asking.Length; i++)
            {
                var (node, d) = (supplied.Length + i, network.Demands[asking[i]]);
                met += target[d] - Missed(simplex, node);
                if (simplex.Price(node) > 0) demands.Add(d);
            }
            for (var s = 0; s < supplied.Length; s++)
            {
                if (simplex.Price(s) > 0) supplies.Add(network.Supplies[s]);
            }
            return (met, (demands, supplies));
        }

        private static Network Part(Network network, Func<int, bool> hasDemand, Func<int, bool> hasSupply)
        {
            var renumbered = new int[network.Supplies.Length];
            var (supplies, demands, rows, source) = (new List<int>(), new List<int>(), new List<int> { 0 }, new List<int>());
            for (var s = 0; s < renumbered.Length; s++)
            {
                renumbered[s] = hasSupply(network.Supplies[s]) ? supplies.Count : -1;
                if (renumbered[s] >= 0) supplies.Add(network.Supplies[s]);
            }
            for (var d = 0; d < network.Demands.Length; d++)
            {
                if (!hasDemand(network.Demands[d])) continue;
                demands.Add(network.Demands[d]);
                for (var k = network.RowStart[d]; k < network.RowStart[d + 1]; k++)
                {
                    if (renumbered[network.Source[k]] >= 0) source.Add(renumbered[network.Source[k]]);
                }
                rows.Add(source.Count);
            }
            return new([.. supplies], [.. demands], [.. rows], [.. source]);
        }
    }
}
