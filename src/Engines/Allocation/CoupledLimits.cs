namespace Rongtong.Allocation;

/// <summary>Limits that tie items or lines together. What is absent from a table is not limited.</summary>
/// <param name="TruckCapacity">For a supplier the size of all its goods together, such as litres.</param>
/// <param name="UnitSize">For an item the size of one unit, 1 or more; 1 where absent.</param>
/// <param name="Pack">For an item the units of a pack; it is sent in whole packs, never more than is needed.</param>
/// <param name="MinimumLot">For an item the least quantity of a line; less is not sent at all.</param>
public sealed record CoupledLimits(
    IReadOnlyDictionary<string, long>? TruckCapacity = null, IReadOnlyDictionary<string, long>? UnitSize = null,
    IReadOnlyDictionary<string, long>? Pack = null, IReadOnlyDictionary<string, long>? MinimumLot = null)
{
    /// <summary>For each supply of the problem the least quantity of a line from it; 0 for any. Where its item has one too, the larger holds.</summary>
    public IReadOnlyList<long>? LotOfSupply { get; init; }
}

/// <summary>A feasible plan and how far from the best it can be at most.</summary>
/// <param name="Lines">What is sent.</param>
/// <param name="Unmet">For each demand what is missed.</param>
/// <param name="Objective">Cost of the plan and the penalties of what it misses.</param>
/// <param name="Bound">No plan within the limits has a smaller objective.</param>
public sealed record BoundedPlan(IReadOnlyList<PlanLine> Lines, IReadOnlyList<long> Unmet, Int128 Objective, Int128 Bound)
{
    /// <summary>How much smaller the objective of the best plan can be, by the bound; 0 when this plan is proven best.</summary>
    public double Gap => Objective <= Bound ? 0 : (double)(Objective - Bound) / Math.Max(1, Math.Abs((double)Bound));
}

/// <summary>
/// Trucks, packs and minimum lots. The problem is no longer a network, so tiers become penalties for a missed unit, and the answer is a feasible
/// plan with a proven bound instead of a proven optimum.
/// <para>
/// Trucks: Lagrangian relaxation (volume algorithm, Barahona and Anbil 2000). A price on the size of each supplier's load splits the problem into
/// items, each solved exactly; every price gives a bound in exact integers. The running average of the loads tells each item its share of the
/// truck; with shares fixed the items are networks again, and going round them once or twice uses up what is left.
/// Packs: quantities are counted in packs from the start. Minimum lots: lanes with less are closed and the rest solved again; the bound stays
/// that of the problem without lots.
/// </para>
/// </summary>
public static class CoupledAllocator
{
    /// <summary>Price changes tried.</summary>
    public const int IterationsMax = 1000;

    /// <summary>A gap at which no better plan is looked for.</summary>
    public const double GapEnough = 0.0005;

    /// <summary>Rounds of closing lanes below the minimum lot.</summary>
    private const int LotRoundsMax = 50;

    /// <summary>Prices of size are whole numbers of 1 / this of a cost unit.</summary>
    private const long PriceParts = 1000;

    /// <summary>Largest price of size, in parts: above any that pays, and small enough for its product with <see cref="SizeMax"/>.</summary>
    private const double PriceMax = 1e8;

    private const long SizeMax = 1_000_000_000;

    /// <summary>Largest size of a truck.</summary>
    public const long TruckCapacityMax = 1_000_000_000_000_000;

    /// <summary>Largest pack, and largest size of a unit.</summary>
    public const long PackMax = 1_000_000;

    /// <summary>Rounds in which items trade room on the trucks at the prices.</summary>
    private const int PricedSweeps = 3;

    /// <summary>A plan within the limits.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="penaltyOfTier">Penalty of a missed unit for tiers 1, 2, ....</param>
    /// <param name="threads">Items side by side.</param>
    /// <exception cref="ArgumentException">A penalty is missing or a number is beyond what products of it can hold.</exception>
    public static BoundedPlan Solve(AllocationProblem problem, CoupledLimits limits, IReadOnlyList<long> penaltyOfTier, int threads = 2)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(penaltyOfTier);
        Check(problem, limits, penaltyOfTier);
        var closed = new HashSet<int>();
        Int128? bound = null;
        for (var round = 0; ; round++)
        {
            var coupled = new Coupled(problem, limits, penaltyOfTier, closed, threads);
            var plan = coupled.Solve();
            bound ??= plan.Bound;
            int[] small = [.. plan.Lines.Where(l => l.Quantity < LeastOf(problem, limits, l.Lane)).Select(l => l.Lane)];
            if (small.Length == 0) return plan with { Bound = bound.Value };
            if (round == LotRoundsMax)
            {
                // What is still too small is not sent.
                var unmet = plan.Unmet.ToArray();
                var objective = plan.Objective;
                foreach (var line in plan.Lines.Where(l => small.Contains(l.Lane)))
                {
                    var demand = problem.LaneDemand[line.Lane];
                    unmet[demand] += line.Quantity;
                    objective += (Int128)line.Quantity * (penaltyOfTier[problem.Demands[demand].Priority - 1] - problem.LaneCost[line.Lane]);
                }
                return new([.. plan.Lines.Where(l => !small.Contains(l.Lane))], unmet, objective, bound.Value);
            }
            closed.UnionWith(small);
        }
    }

    private static long LeastOf(AllocationProblem problem, CoupledLimits limits, int lane) =>
        Math.Max(Of(limits.MinimumLot, problem.Demands[problem.LaneDemand[lane]].Item, 0), limits.LotOfSupply?[problem.LaneSupply[lane]] ?? 0);

    private static void Check(AllocationProblem problem, CoupledLimits limits, IReadOnlyList<long> penaltyOfTier)
    {
        var tiers = problem.Demands.Select(d => d.Priority).DefaultIfEmpty().Max();
        if (penaltyOfTier.Count < tiers || penaltyOfTier.Any(p => p < 0)) throw new ArgumentException($"{penaltyOfTier.Count} penalties; expected one for each of {tiers} tiers, 0 or more.");
        foreach (var (name, table, least, most) in new[] { ("truck capacity", limits.TruckCapacity, 0L, TruckCapacityMax), ("unit size", limits.UnitSize, 1, PackMax), ("pack", limits.Pack, 1, PackMax), ("minimum lot", limits.MinimumLot, 0, AllocationLimits.Quantity) })
        {
            if (table is not null && table.FirstOrDefault(e => e.Value < least || e.Value > most) is { Key: not null } wrong) throw new ArgumentException($"{name} of {wrong.Key}: {wrong.Value}; expected {least} to {most}.");
        }
        if (limits.LotOfSupply is { } lots && (lots.Count != problem.Supplies.Count || lots.Any(l => l is < 0 or > AllocationLimits.Quantity)))
            throw new ArgumentException($"{lots.Count} minimum lots of supplies, {lots.DefaultIfEmpty().Max()} at most; expected one for each of {problem.Supplies.Count} supplies, 0 to {AllocationLimits.Quantity}.");
        // Products that must fit in 64 bits: costs of a pack in parts, and loads of all goods there are.
        var dearest = (Int128)Math.Max(penaltyOfTier.DefaultIfEmpty().Max(), problem.LaneCost.DefaultIfEmpty().Max()) * (limits.Pack?.Values.DefaultIfEmpty(1).Max() ?? 1) * PriceParts;
        if (dearest > AllocationLimits.Cost) throw new ArgumentException($"cost or penalty of a pack: {dearest / PriceParts}; expected at most {AllocationLimits.Cost / PriceParts} with limits that couple items.");
        var load = problem.Supplies.Aggregate(Int128.Zero, (sum, s) => sum + ((Int128)s.Quantity * Of(limits.UnitSize, s.Item, 1)));
        if (load > AllocationLimits.ItemQuantity) throw new ArgumentException($"all goods together have the size {load}; expected at most {AllocationLimits.ItemQuantity}. Use a larger unit of size.");
        if (problem.Items.Any(i => Of(limits.UnitSize, i, 1) * Of(limits.Pack, i, 1) > SizeMax)) throw new ArgumentException($"a pack is larger than {SizeMax}. Use a larger unit of size.");
    }

    private static long Of(IReadOnlyDictionary<string, long>? table, string name, long absent) => table is not null && table.TryGetValue(name, out var value) ? value : absent;

    /// <summary>One item in packs, with its lanes' indices in the whole problem.</summary>
    private sealed record ItemProblem(AllocationProblem Problem, int[] LaneOf, long Pack, long Size, int[] Truck, long[] Penalty);

    private sealed class Coupled
    {
        /// <summary>Weight of the newest solution in the running average: falling by a hundredth each time, so that it follows first and settles later.</summary>
        private const double AverageWeightFirst = 0.2, AverageWeightLeast = 0.02;

        private readonly AllocationProblem _problem;
        private readonly IReadOnlyList<long> _penaltyOfTier;
        private readonly ItemProblem[] _items;
        private readonly long?[] _capacity;
        private readonly int _threads;

        public Coupled(AllocationProblem problem, CoupledLimits limits, IReadOnlyList<long> penaltyOfTier, HashSet<int> closed, int threads)
        {
            (_problem, _penaltyOfTier, _threads) = (problem, penaltyOfTier, threads);
            var trucks = problem.Supplies.Select(s => s.Supplier).Distinct(StringComparer.Ordinal).Select((name, i) => (name, i)).ToDictionary(t => t.name, t => t.i, StringComparer.Ordinal);
            _capacity = [.. trucks.OrderBy(t => t.Value).Select(t => limits.TruckCapacity is { } table && table.TryGetValue(t.Key, out var most) ? most : (long?)null)];
            _items = [.. problem.Items.Select((item, i) => Item(problem, limits, i, closed, trucks))];
        }

        private ItemProblem Item(AllocationProblem problem, CoupledLimits limits, int item, HashSet<int> closed, Dictionary<string, int> trucks)
        {
            var (pack, size) = (Of(limits.Pack, problem.Items[item], 1), Of(limits.UnitSize, problem.Items[item], 1));
            var (supplyAt, demandAt) = (new Dictionary<int, int>(), new Dictionary<int, int>());
            for (var s = 0; s < problem.Supplies.Count; s++) if (problem.ItemOfSupply[s] == item) supplyAt[s] = supplyAt.Count;
            for (var d = 0; d < problem.Demands.Count; d++) if (problem.ItemOfDemand[d] == item) demandAt[d] = demandAt.Count;
            int[] lanes = [.. Enumerable.Range(0, problem.LaneCount).Where(l => problem.ItemOfDemand[problem.LaneDemand[l]] == item && !closed.Contains(l))];
            Supply[] supplies = [.. supplyAt.Keys.Select(s => problem.Supplies[s] with { Quantity = problem.Supplies[s].Available / pack, Reserve = 0 })];
            Demand[] demands = [.. demandAt.Keys.Select(d => problem.Demands[d] with { Quantity = problem.Demands[d].Quantity / pack })];
            // All costs are in parts, so that prices of size can be finer than costs.
            var packed = new AllocationProblem(supplies, demands, [.. lanes.Select(l => supplyAt[problem.LaneSupply[l]])], [.. lanes.Select(l => demandAt[problem.LaneDemand[l]])],
                [.. lanes.Select(l => Math.Min(AllocationLimits.Cost, problem.LaneCost[l] * pack * PriceParts))]);
            return new(packed, lanes, pack, size * pack, [.. supplies.Select(s => trucks[s.Supplier])], [.. demands.Select(d => checked(_penaltyOfTier[d.Priority - 1] * pack * PriceParts))]);
        }

        public BoundedPlan Solve()
        {
            var price = new long[_capacity.Length];
            var first = ForEach((item, _) => Priced(item, price));
            var (bound, average) = (BoundOf(first, price), first.Select(Sent).Select(s => Array.ConvertAll(s, q => (double)q)).ToArray());
            if (IsWithinTrucks([.. first.Select(Sent)])) return Plan(first, bound);
            var best = Repaired(average, price);
            var (bestValue, bestBound, bestPrice, step, stale) = (Value(best), bound, price, 1.0, 0);

            for (var iteration = 1; iteration <= IterationsMax && (double)(bestValue - bestBound) > GapEnough * Math.Abs((double)bestBound); iteration++)
            {
                price = Stepped(bestPrice, average, step * 1.05 * (double)(bestValue - bestBound));
                var plans = ForEach((item, _) => Priced(item, price));
                bound = BoundOf(plans, price);
                var sent = plans.Select(Sent).ToArray();
                for (var i = 0; i < sent.Length; i++)
                {
                    for (var s = 0; s < sent[i].Length; s++) average[i][s] += Math.Max(AverageWeightLeast, AverageWeightFirst * Math.Pow(0.99, iteration)) * (sent[i][s] - average[i][s]);
                }
                if (bound > bestBound) (bestBound, bestPrice, stale, step) = (bound, price, 0, Math.Min(2, step * 1.1));
                else if (++stale % 10 == 0) step = Math.Max(0.001, step * 0.8);
                if (iteration % 10 != 0) continue;
                var repaired = Repaired(average, bestPrice);
                if (Value(repaired) < bestValue) (best, bestValue) = (repaired, Value(repaired));
            }
            return Plan(best, bestBound);
        }

        private T[] ForEach<T>(Func<ItemProblem, int, T> work)
        {
            var results = new T[_items.Length];
            Parallel.For(0, _items.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, _threads) }, i => results[i] = work(_items[i], i));
            return results;
        }

        private static AllocationPlan Priced(ItemProblem item, long[] price, long[]? available = null)
        {
            var (problem, cost) = (item.Problem, new long[item.Problem.LaneCount]);
            for (var l = 0; l < cost.Length; l++) cost[l] = Math.Min(AllocationLimits.Cost, problem.LaneCost[l] + (price[item.Truck[problem.LaneSupply[l]]] * item.Size));
            return Allocator.SolvePenalised(new(problem.Supplies, problem.Demands, problem.LaneSupply, problem.LaneDemand, cost), available ?? [.. problem.Supplies.Select(s => s.Quantity)], item.Penalty);
        }

        /// <summary>Lagrange: the items' least with prices, less the price of all capacity. In parts.</summary>
        private Int128 BoundOf(AllocationPlan[] plans, long[] price)
        {
            var bound = Int128.Zero;
            for (var i = 0; i < plans.Length; i++) bound += plans[i].Cost + Missed(plans[i], _items[i]);
            for (var t = 0; t < price.Length; t++) bound -= (Int128)price[t] * (_capacity[t] ?? 0);
            return bound;
        }

        private static Int128 Missed(AllocationPlan plan, ItemProblem item)
        {
            var missed = Int128.Zero;
            for (var d = 0; d < plan.Unmet.Count; d++) missed += (Int128)plan.Unmet[d] * item.Penalty[d];
            return missed;
        }

        private Int128 Value(AllocationPlan[] plans) => BoundOf(plans, new long[_capacity.Length]);

        private static long[] Sent(AllocationPlan plan) => [.. plan.Unused.Select((unused, s) => plan.Problem.Supplies[s].Quantity - unused)];

        private double[] Load(double[][] sent)
        {
            var load = new double[_capacity.Length];
            for (var i = 0; i < sent.Length; i++)
            {
                for (var s = 0; s < sent[i].Length; s++) load[_items[i].Truck[s]] += sent[i][s] * _items[i].Size;
            }
            return load;
        }

        private bool IsWithinTrucks(long[][] sent)
        {
            var load = new Int128[_capacity.Length];
            for (var i = 0; i < sent.Length; i++)
            {
                for (var s = 0; s < sent[i].Length; s++) load[_items[i].Truck[s]] += (Int128)sent[i][s] * _items[i].Size;
            }
            return load.Select((l, t) => _capacity[t] is not { } most || l <= most).All(fits => fits);
        }

        private long[] Stepped(long[] price, double[][] average, double gap)
        {
            var over = Load(average).Select((load, t) => _capacity[t] is { } most ? load - most : 0).Select((o, t) => o < 0 && price[t] == 0 ? 0 : o).ToArray();
            var norm = over.Sum(o => o * o);
            return norm == 0 ? price : [.. over.Select((o, t) => (long)Math.Clamp(Math.Round(price[t] + (gap / norm * o)), 0, PriceMax))];
        }

        /// <summary>
        /// Shares the trucks by the average loads; then each item in turn, charged the prices, gives back what is worth less to it and takes what
        /// is worth more of what the others leave; last, uncharged, it takes what nobody else wanted.
        /// </summary>
        private AllocationPlan[] Repaired(double[][] average, long[] price)
        {
            var load = Load(average);
            var plans = ForEach((item, i) =>
            {
                var share = new long[item.Truck.Length];
                for (var s = 0; s < share.Length; s++)
                {
                    var scale = _capacity[item.Truck[s]] is { } most && load[item.Truck[s]] > most ? most / load[item.Truck[s]] : 1;
                    share[s] = _capacity[item.Truck[s]] is null ? item.Problem.Supplies[s].Quantity : Math.Min(item.Problem.Supplies[s].Quantity, (long)(average[i][s] * scale * (1 - 1e-12)));
                }
                return Allocator.SolvePenalised(item.Problem, share, item.Penalty);
            });
            var sent = plans.Select((p, i) => Sent(p, _items[i])).ToArray();
            var left = _capacity.ToArray();
            for (var i = 0; i < sent.Length; i++) Take(left, i, sent[i], -1);
            for (var sweep = 0; sweep < PricedSweeps + 1; sweep++)
            {
                for (var i = 0; i < sent.Length; i++)
                {
                    Take(left, i, sent[i], 1);
                    var item = _items[i];
                    long[] most = [.. item.Problem.Supplies.Select((s, at) => left[item.Truck[at]] is { } room ? Math.Min(s.Quantity, Math.Max(0, room) / item.Size) : s.Quantity)];
                    plans[i] = sweep < PricedSweeps ? Priced(item, price, most) : Allocator.SolvePenalised(item.Problem, most, item.Penalty);
                    sent[i] = Sent(plans[i], item);
                    Take(left, i, sent[i], -1);
                }
            }
            return plans;
        }

        private static long[] Sent(AllocationPlan plan, ItemProblem item)
        {
            var sent = new long[item.Truck.Length];
            foreach (var line in plan.Lines) sent[item.Problem.LaneSupply[line.Lane]] += line.Quantity;
            return sent;
        }

        private void Take(long?[] left, int item, long[] sent, int sign)
        {
            for (var s = 0; s < sent.Length; s++) left[_items[item].Truck[s]] += sign * sent[s] * _items[item].Size;
        }

        /// <summary>Back to units of the whole problem; what packs cannot fill exactly is missed in plan and bound alike.</summary>
        private BoundedPlan Plan(AllocationPlan[] plans, Int128 bound)
        {
            PlanLine[] lines = [.. plans.SelectMany((p, i) => p.Lines.Select(l => new PlanLine(_items[i].LaneOf[l.Lane], l.Quantity * _items[i].Pack)))];
            long[] unmet = [.. _problem.Demands.Select(d => d.Quantity)];
            var objective = Int128.Zero;
            foreach (var line in lines)
            {
                unmet[_problem.LaneDemand[line.Lane]] -= line.Quantity;
                objective += (Int128)line.Quantity * _problem.LaneCost[line.Lane];
            }
            var beyondPacks = Int128.Zero;
            for (var d = 0; d < unmet.Length; d++)
            {
                var penalty = (Int128)_penaltyOfTier[_problem.Demands[d].Priority - 1];
                objective += unmet[d] * penalty;
                beyondPacks += _problem.Demands[d].Quantity % _items[_problem.ItemOfDemand[d]].Pack * penalty;
            }
            // A bound in parts is rounded up: objectives are whole.
            var (whole, rest) = Int128.DivRem(bound, PriceParts);
            return new(lines, unmet, objective, beyondPacks + whole + (rest > 0 ? 1 : 0));
        }
    }
}
