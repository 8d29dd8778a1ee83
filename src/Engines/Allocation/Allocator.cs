using System.Numerics;

namespace Rongtong.Allocation;

/// <summary>Shares inside a tier that cannot all be met.</summary>
public enum Fairness
{
    /// <summary>Whoever is cheapest to serve is served.</summary>
    None,

    /// <summary>The smallest fill ratio is the largest possible, then the next smallest, and so on; in millionths of a unit.</summary>
    Exact,

    /// <summary>The same in whole units: each receives its share rounded down, and the remainder is given out one unit at a time.</summary>
    WholeUnits,
}

/// <summary>How to solve.</summary>
/// <param name="Threads">Threads; items are solved side by side.</param>
/// <param name="Fairness">Whether needs of one tier that cannot all be met are filled in equal shares.</param>
/// <param name="Previous">A plan of a similar problem to begin from; the result has the same unmet needs and cost as without it.</param>
/// <param name="Pinned">Lines a person has fixed: exactly these quantities, in whole units, go on these lanes, and the rest is optimal around them.</param>
public sealed record AllocationOptions(int Threads = 2, Fairness Fairness = Fairness.None, AllocationPlan? Previous = null, IReadOnlyList<PlanLine>? Pinned = null);

/// <summary>
/// Multi-item transportation with priorities: least unmet quantity of tier 1, then of tier 2 and so on, then least cost; exact in integers.
/// <para>
/// Items share nothing, so each is solved alone. The tiers become one cost by linear penalties (number of tiers - rank) x B, where B exceeds
/// the cost of every simple path between two places: min(suppliers, demands) x (dearest - cheapest lane) + dearest + 1. That is enough
/// although penalties are not of different magnitudes, because a cycle that improves a plan passes the source of shortage once, so it
/// exchanges one unit of one tier for one unit of another; if no cycle improves the sum, none improves a tier at the expense of a lower one,
/// and by induction over tiers none improves the order. So B stays small, prices fit in 32 bits where they can, else in 64 or 128.
/// </para>
/// <para>Memory beside the problem's 16 bytes a lane: 12 bytes a lane with 32-bit prices, 16 with 64, 24 with 128. The answer does not depend on the number of threads.</para>
/// </summary>
public static class Allocator
{
    /// <summary>The optimal plan. There always is one: what cannot be met is missed.</summary>
    /// <exception cref="ArgumentException">A pinned line is on no lane, stands there twice, or together they exceed what a supplier has or a receiver needs.</exception>
    public static AllocationPlan Solve(AllocationProblem problem, AllocationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(problem);
        options ??= new();
        if (options.Pinned is { Count: > 0 } pinned) return PinnedLines.Solve(problem, options, pinned);
        long[] available = [.. problem.Supplies.Select(s => s.Available)], needed = [.. problem.Demands.Select(d => d.Quantity)];
        if (options.Fairness == Fairness.None) return Solve(problem, options, available, needed, needed, 1);
        var parts = FairFill.UnitParts(problem);
        var shares = FairFill.Shares(problem, parts, options.Fairness == Fairness.WholeUnits, options.Threads);
        var plan = options.Fairness == Fairness.WholeUnits ? 1 : parts;
        return Solve(problem, options, [.. available.Select(a => a * plan)], [.. shares.Select(s => s / (parts / plan))], [.. needed.Select(n => n * plan)], plan);
    }

    /// <summary>The least sum of costs and of given penalties for missed units, in place of tiers in order: for bounds, where prices come from outside.</summary>
    internal static AllocationPlan SolvePenalised(AllocationProblem problem, long[] available, long[] penalty) =>
        Solve(problem, new(Threads: 1), available, [.. problem.Demands.Select(d => d.Quantity)], [.. problem.Demands.Select(d => d.Quantity)], 1, penalty);

    /// <summary>The narrowest prices that hold this problem.</summary>
    private static AllocationPlan Solve(AllocationProblem problem, AllocationOptions options, long[] available, long[] demand, long[] needed, long unitParts, long[]? penalty = null)
    {
        var most = problem.LaneCost.Length == 0 ? 0 : problem.LaneCost.Max();
        if (penalty is not null) most += penalty.DefaultIfEmpty().Max();
        var range = (Int128)most * (Math.Min(problem.Supplies.Count, problem.Demands.Count) + 2) * (AllocationLimits.Priorities + 3);
        if (range < int.MaxValue) return SolveIn<int>();
        return range < long.MaxValue ? SolveIn<long>() : SolveIn<Int128>();

        AllocationPlan SolveIn<T>() where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            using var run = new Run<T>(problem, options, available, demand, needed, unitParts, penalty);
            return run.Solve();
        }
    }

    private sealed class Run<T>(AllocationProblem problem, AllocationOptions options, long[] available, long[] demand, long[] needed, long unitParts, long[]? given) : IDisposable
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        private readonly ItemLayout<T> _layout = new(problem, demand, options.Threads);
        private readonly PlanLine[][] _lines = new PlanLine[problem.Items.Count][];
        private readonly Int128[] _cost = new Int128[problem.Items.Count];
        private readonly int[][] _tree = new int[problem.Items.Count][];
        private readonly long[] _unmet = [.. needed];
        private readonly long[] _unused = [.. available];
        private readonly PlacePrice[] _supplyPrices = new PlacePrice[available.Length];
        private readonly PlacePrice[] _demandPrices = new PlacePrice[demand.Length];
        private long _pivots;

        public void Dispose() => _layout.Dispose();

        public AllocationPlan Solve()
        {
            var preferred = options.Previous is { } previous ? PreferredLanes.Of(previous, _layout) : null;
            // The largest items first, so that no thread ends with a large one alone.
            int[] order = [.. Enumerable.Range(0, problem.Items.Count).OrderByDescending(Lanes)];
            if (options.Threads <= 1 || order.Length <= 1)
            {
                foreach (var item in order) SolveItem(item, preferred);
            }
            else
            {
                var next = -1;
                Parallel.For(0, Math.Min(options.Threads, order.Length), new ParallelOptions { MaxDegreeOfParallelism = options.Threads }, _ =>
                {
                    for (var i = Interlocked.Increment(ref next); i < order.Length; i = Interlocked.Increment(ref next)) SolveItem(order[i], preferred);
                });
            }

            return new AllocationPlan(problem)
            {
                Lines = _lines.Length == 1 ? _lines[0] : [.. _lines.SelectMany(l => l)],
                Unmet = _unmet,
                Unused = _unused,
                SupplyPrices = _supplyPrices,
                DemandPrices = _demandPrices,
                Cost = _cost.Aggregate(Int128.Zero, (sum, c) => sum + c),
                Pivots = _pivots,
                TreeLanes = [.. _tree.SelectMany(t => t)],
                UnitParts = unitParts,
                IsFair = options.Fairness != Fairness.None,
            };
        }

        private int Lanes(int item) => _layout.RowStart[_layout.DemandStart[item + 1]] - _layout.RowStart[_layout.DemandStart[item]];

        private void SolveItem(int item, (int Supply, int Demand, int Lane)[][]? preferred)
        {
            var (firstSupply, firstRow) = (_layout.SupplyStart[item], _layout.DemandStart[item]);
            var (supplies, demands) = (_layout.SupplyStart[item + 1] - firstSupply, _layout.DemandStart[item + 1] - firstRow);
            var (supplied, demanded) = (new long[supplies], new long[demands]);
            for (var s = 0; s < supplies; s++) supplied[s] = available[_layout.SupplyAt[firstSupply + s]];
            for (var d = 0; d < demands; d++) demanded[d] = demand[_layout.DemandAt[firstRow + d]];
            var (penalty, tierPenalty) = Penalties(item, supplies, demands);

            var simplex = new NetworkSimplex<T>(supplied, demanded, penalty, _layout.RowStart, firstRow, _layout.Source, _layout.Cost);
            simplex.Solve(preferred is null ? [] : preferred[item]);
            Interlocked.Add(ref _pivots, simplex.Pivots);

            _lines[item] = Lines(simplex, firstRow, supplies, demands);
            _cost[item] = Charge(_lines[item]);
            SetPrices(simplex, item, firstSupply, supplies, firstRow, demands, tierPenalty);
        }

        /// <summary>The tree's lanes that carry something, by receiver and supplier in the order of the problem: counted into receivers, and sorted within one, which has few.</summary>
        private PlanLine[] Lines(NetworkSimplex<T> simplex, int firstRow, int supplies, int demands)
        {
            var start = new int[demands + 1];
            for (var v = 0; v < supplies + demands; v++)
            {
                if (simplex.Lane(v) >= 0 && simplex.Flow(v) > 0) start[Receiver(v) + 1]++;
            }
            for (var d = 0; d < demands; d++) start[d + 1] += start[d];
            var (lines, end) = (new PlanLine[start[demands]], start[..demands]);
            for (var v = 0; v < supplies + demands; v++)
            {
                if (simplex.Lane(v) < 0 || simplex.Flow(v) == 0) continue;
                var (d, lane) = (Receiver(v), _layout.LaneAt[simplex.Lane(v)]);
                lines[end[d]++] = new(lane, simplex.Flow(v));
            }
            for (var d = 0; d < demands; d++)
            {
                // A tree has no two arcs between the same places, so suppliers differ and the order does not depend on the sort.
                if (end[d] - start[d] > 1) lines.AsSpan(start[d]..end[d]).Sort(BySupplier);
            }
            return lines;

            int BySupplier(PlanLine a, PlanLine b) => problem.LaneSupply[a.Lane].CompareTo(problem.LaneSupply[b.Lane]);

            int Receiver(int v) => _layout.PositionOfDemand[problem.LaneDemand[_layout.LaneAt[simplex.Lane(v)]]] - firstRow;
        }

        /// <summary>Takes what is sent from what is unmet and unused, which nobody but this item counts.</summary>
        private Int128 Charge(PlanLine[] lines)
        {
            var cost = Int128.Zero;
            foreach (var line in lines)
            {
                // The largest cost times all units of an item is far below what 128 bits hold.
                unchecked
                {
                    cost += Math.BigMul(problem.LaneCost[line.Lane], line.Quantity);
                }
                _unmet[problem.LaneDemand[line.Lane]] -= line.Quantity;
                _unused[problem.LaneSupply[line.Lane]] -= line.Quantity;
            }
            return cost;
        }

        /// <summary>Penalty of a missed unit, for each demand and for each tier that occurs.</summary>
        private (T[] OfDemand, T[] OfTier) Penalties(int item, int supplies, int demands)
        {
            var firstRow = _layout.DemandStart[item];
            var (least, most) = (T.MaxValue, T.Zero);
            foreach (var cost in _layout.Cost.AsSpan(_layout.RowStart[firstRow]..(_layout.RowStart[firstRow + demands])))
            {
                least = T.Min(least, cost);
                most = T.Max(most, cost);
            }
            var step = most + T.One + (most - T.Min(least, most)) * T.CreateTruncating(Math.Min(supplies, demands));
            var (ofDemand, ofTier) = (new T[demands], new T[AllocationLimits.Priorities + 1]);
            Span<bool> occurs = stackalloc bool[AllocationLimits.Priorities + 1];
            for (var d = 0; d < demands; d++) occurs[problem.Demands[_layout.DemandAt[firstRow + d]].Priority] = true;
            var penalty = T.Zero;
            for (var tier = AllocationLimits.Priorities; tier >= 1; tier--)
            {
                if (occurs[tier]) ofTier[tier] = penalty += step;
            }
            for (var d = 0; d < demands; d++)
            {
                var demand = _layout.DemandAt[firstRow + d];
                ofDemand[d] = given is null ? ofTier[problem.Demands[demand].Priority] : T.CreateTruncating(given[demand]);
            }
            return (ofDemand, ofTier);
        }

        /// <summary>A price is the penalty of the tier its branch hangs on and a cost; nodes are taken from the root down, so that a branch passes its tier on.</summary>
        private void SetPrices(NetworkSimplex<T> simplex, int item, int firstSupply, int supplies, int firstRow, int demands, T[] tierPenalty)
        {
            var nodes = supplies + demands;
            var tierOf = new int[nodes];
            var tree = new List<int>(nodes);
            foreach (var v in simplex.FromTheRootDown())
            {
                if (simplex.Lane(v) >= 0)
                {
                    tierOf[v] = tierOf[simplex.Parent(v)];
                    tree.Add(_layout.LaneAt[simplex.Lane(v)]);
                }
                else if (v >= supplies) tierOf[v] = problem.Demands[_layout.DemandAt[firstRow + v - supplies]].Priority;
                var price = new PlacePrice(tierOf[v], Int128.CreateTruncating(simplex.Price(v) - tierPenalty[tierOf[v]]));
                if (v < supplies) _supplyPrices[_layout.SupplyAt[firstSupply + v]] = price;
                else _demandPrices[_layout.DemandAt[firstRow + v - supplies]] = price;
            }
            tree.Reverse();
            _tree[item] = [.. tree];
        }
    }
}
