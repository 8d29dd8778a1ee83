using System.Runtime.CompilerServices;

namespace Rongtong.Allocation;

/// <content>The first tree: estimated prices, then whoever would lose most by a wrong choice chooses first.</content>
internal sealed unsafe partial class NetworkSimplex<T>
{
    /// <summary>Rounds of estimating prices: one for so many nodes.</summary>
    private const int NodesWorthARound = 500, EstimateRoundsMax = 8;

    private const double EstimateStepShrinks = 0.75;

    /// <summary>Every assignment exhausts the supply or the demand; the exhausted node becomes a child of the other, a node left over a child of the root.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void StartTree(ReadOnlySpan<(int Supply, int Demand, int Lane)> preferred, T* price, T* cost, int* source)
    {
        // Until a node has a parent, Flow holds what it still has to give or to get.
        foreach (var (supply, demand, lane) in preferred)
        {
            if (_nodes[supply].Parent == None && _nodes[_supplies + demand].Parent == None) Assign(supply, _supplies + demand, lane);
        }
        // While the tree is begun, the price of a supplier says too whether it still has anything: what is shut is dearer than every lane.
        var shut = T.MaxValue >> 1;
        if (preferred.IsEmpty) EstimatePrices(price, cost, source);
        var order = GreedyOrder(price, cost, source);
        for (var s = 0; s < _supplies; s++)
        {
            if (_nodes[s].Parent != None || _nodes[s].Flow == 0) price[s] = shut;
        }
        foreach (var d in order)
        {
            var node = _supplies + d;
            while (_nodes[node].Parent == None)
            {
                var least = shut;
                var best = RowSearch.Minimum(cost, source, price, _rowStart[_firstRow + d], _rowStart[_firstRow + d + 1], ref least);
                if (best < 0) break;
                var supplier = source[best];
                Assign(supplier, node, best);
                if (_nodes[supplier].Parent != None || _nodes[supplier].Flow == 0) price[supplier] = shut;
            }
        }
        for (var v = 0; v < _root; v++)
        {
            if (_nodes[v].Parent == None) _nodes[v].Parent = _root;
        }
    }

    /// <summary>
    /// Most urgent tier first, in a tier by what a wrong choice would cost: (second cheapest lane - cheapest) x quantity. Vogel's idea in one
    /// pass; against the order of rows it saves 15 to 40% of the pivots.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int[] GreedyOrder(T* price, T* cost, int* source)
    {
        var (order, key, penalties) = (new int[_demands], new double[_demands], new SortedSet<T>(_penalty));
        var count = 0;
        foreach (var penalty in penalties.Reverse())
        {
            var start = count;
            for (var d = 0; d < _demands; d++)
            {
                if (_penalty[d] != penalty) continue;
                order[count] = d;
                key[count++] = Regret(d, price, cost, source);
            }
            Array.Sort(key, order, start, count - start);
        }
        return order;
    }

    /// <summary>Negative, the greatest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Regret(int demand, T* price, T* cost, int* source)
    {
        var (least, second) = RowSearch.TwoLeast(cost, source, price, _rowStart[_firstRow + demand], _rowStart[_firstRow + demand + 1]);
        return (double.CreateTruncating(least) - double.CreateTruncating(second)) * _nodes[_supplies + demand].Flow;
    }

    /// <summary>
    /// What suppliers are worth, roughly: everybody chooses the cheapest, whoever is asked for more than it has becomes dearer, and again, in steps
    /// that shrink. The greedy tree at these prices saves a third of the pivots where supply is tight.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EstimatePrices(T* price, T* cost, int* source)
    {
        // A round passes over all lanes; what it saves are pivots, and those are dear in large trees.
        var rounds = Math.Min(EstimateRoundsMax, _root / NodesWorthARound);
        var (asked, step) = (new double[_supplies], 0.0);
        for (var round = 0; round < rounds; round++)
        {
            Array.Clear(asked);
            var sum = 0.0;
            for (var d = 0; d < _demands; d++)
            {
                var least = T.MaxValue >> 1;
                var best = RowSearch.Minimum(cost, source, price, _rowStart[_firstRow + d], _rowStart[_firstRow + d + 1], ref least);
                if (best < 0) continue;
                asked[source[best]] += _nodes[_supplies + d].Flow;
                sum += double.CreateTruncating(least);
            }
            step = round == 0 ? sum / _demands : step * EstimateStepShrinks;
            for (var s = 0; s < _supplies; s++)
            {
                double has = _nodes[s].Flow + 1;
                price[s] = T.CreateTruncating(Math.Max(0, double.CreateTruncating(price[s]) + (step * Math.Clamp((asked[s] - has) / has, -1, 1))));
            }
        }
    }

    private void Assign(int supplier, int demand, int lane)
    {
        ref var from = ref _nodes[supplier];
        ref var to = ref _nodes[demand];
        if (from.Flow >= to.Flow)
        {
            from.Flow -= to.Flow;
            (to.Lane, to.Parent) = (lane, supplier);
        }
        else
        {
            to.Flow -= from.Flow;
            (from.Lane, from.Parent) = (lane, demand);
        }
    }
}
