using System.Numerics;
using System.Runtime.CompilerServices;

namespace Rongtong.Allocation;

/// <summary>
/// Primal network simplex for one item: suppliers send to demands, what stays at a supplier goes to the root, what a demand misses comes
/// from the root at the penalty of its tier. Uncapacitated and bipartite, which buys three things over the general method:
/// <code>
///              root            a supplier's tree arc always points up, a demand's always down: no direction is stored;
///            /   |   \         a lane outside the tree carries nothing: no state is stored;
///          s1    d7   s4       flow belongs to the tree arc of a node: none is stored for a lane.
///         / \     |
///       d1  d2   s2
/// </code>
/// Steps: greedy first tree (each assignment exhausts one end, so the tree is strongly feasible: an arc without flow points to the root);
/// price rows of demands in blocks; of the arcs that block the cycle take the last one in its orientation (Cunningham 1976: no cycling);
/// hang the cut branch on the entering lane and shift its prices. A branch is walked by child and sibling links.
/// The loops are compiled fully at their first call: most processes solve once, and would solve it in the runtime's first, slow code.
/// Prices fit in T: the caller chooses a type in which (tiers + 3) x bound does not overflow.
/// </summary>
internal sealed unsafe partial class NetworkSimplex<T> where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>No lane: the arc to or from the root.</summary>
    public const int RootArc = -1;

    private const int None = -1;

    /// <summary>Lanes priced before the best of them enters, at least; above that the square root of all.</summary>
    private const int BlockLanesMin = 20;

    private readonly int _supplies, _demands, _root;
    private readonly Node[] _nodes;
    private readonly int[] _thread;
    private readonly T[] _price;
    private readonly T[] _penalty;
    private readonly int[] _source;
    private readonly T[] _cost;
    private readonly int[] _rowStart;
    private readonly int _firstRow;

    /// <summary>Lanes of demand j are rowStart[firstRow + j] to rowStart[firstRow + j + 1]; the penalty is the cost of a unit missed, for each demand.</summary>
    public NetworkSimplex(ReadOnlySpan<long> supply, ReadOnlySpan<long> demand, T[] penalty, int[] rowStart, int firstRow, int[] source, T[] cost)
    {
        (_supplies, _demands, _root) = (supply.Length, demand.Length, supply.Length + demand.Length);
        (_penalty, _rowStart, _firstRow, _source, _cost) = (penalty, rowStart, firstRow, source, cost);
        _nodes = new Node[_root + 1];
        _thread = new int[_root + 1];
        _price = new T[_root + 1];
        for (var s = 0; s < _supplies; s++) _nodes[s].Flow = supply[s];
        for (var d = 0; d < _demands; d++) _nodes[_supplies + d].Flow = demand[d];
        for (var v = 0; v <= _root; v++) (_nodes[v].Parent, _nodes[v].Lane) = (None, RootArc);
    }

    public long Pivots { get; private set; }

    public T Price(int node) => _price[node];

    public int Parent(int node) => _nodes[node].Parent;

    /// <summary>All nodes but the root, every one after its parent.</summary>
    public int[] FromTheRootDown()
    {
        var order = new int[_root];
        for (var (i, v) = (0, _thread[_root]); v != _root; v = _thread[v]) order[i++] = v;
        return order;
    }

    /// <summary>Flow on the arc between the node and its parent.</summary>
    public long Flow(int node) => _nodes[node].Flow;

    /// <summary>Position of the lane between the node and its parent, or <see cref="RootArc"/>.</summary>
    public int Lane(int node) => _nodes[node].Lane;

    /// <param name="preferred">Tree arcs of an earlier solution, leaves first, as (supply, demand, lane position); empty for a cold start.</param>
    public void Solve(ReadOnlySpan<(int Supply, int Demand, int Lane)> preferred)
    {
        fixed (Node* nodes = _nodes)
        fixed (T* price = _price, cost = _cost)
        fixed (int* source = _source, thread = _thread)
        {
            StartTree(preferred, price, cost, source);
            ThreadAndPrice(nodes, thread, price, cost);
            Improve(nodes, thread, price, cost, source);
        }
    }

    /// <summary>Threads the nodes in preorder, a branch contiguous, and prices them from the root down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ThreadAndPrice(Node* nodes, int* thread, T* price, T* cost)
    {
        var (firstChild, sibling) = (new int[_root + 1], new int[_root + 1]);
        Array.Fill(firstChild, None);
        for (var v = 0; v < _root; v++) (sibling[v], firstChild[nodes[v].Parent]) = (firstChild[nodes[v].Parent], v);
        var (last, at) = (_root, firstChild[_root]);
        sibling[_root] = None;
        while (at != None)
        {
            (thread[last], nodes[at].Back, last) = (at, last, at);
            ref var node = ref nodes[at];
            // Reduced cost of a tree arc u -> v is cost + price(u) - price(v) = 0.
            price[at] = at < _supplies
                ? (node.Lane == RootArc ? T.Zero : price[node.Parent] - cost[node.Lane])
                : node.Lane == RootArc ? _penalty[at - _supplies] : price[node.Parent] + cost[node.Lane];
            if (firstChild[at] != None)
            {
                at = firstChild[at];
                continue;
            }
            while (at != _root && sibling[at] == None) at = nodes[at].Parent;
            if (at != _root) at = sibling[at];
            else break;
        }
        (thread[last], nodes[_root].Back) = (_root, last);
        for (var v = 0; v <= _root; v++) nodes[v].Size = 1;
        for (var v = last; v != _root; v = nodes[v].Back) nodes[nodes[v].Parent].Size += nodes[v].Size;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Improve(Node* nodes, int* thread, T* price, T* cost, int* source)
    {
        unchecked
        {
            var block = Math.Max(BlockLanesMin, (int)Math.Sqrt(_rowStart[_firstRow + _demands] - _rowStart[_firstRow]));
            var row = 0;
            while (true)
            {
                // The rows are the demands and, after them, one row of all suppliers against the root.
                var (best, bestRow, bestLane, bestSupplier) = (T.Zero, None, RootArc, None);
                var budget = block;
                for (var scanned = 0; scanned <= _demands; scanned++)
                {
                    if (row < _demands)
                    {
                        var at = price[_supplies + row];
                        var threshold = best + at;
                        var (start, end) = (_rowStart[_firstRow + row], _rowStart[_firstRow + row + 1]);
                        var k = RowSearch.Minimum(cost, source, price, start, end, ref threshold);
                        if (k >= 0) (best, bestRow, bestLane, bestSupplier) = (threshold - at, row, k, source[k]);
                        if (_penalty[row] - at < best) (best, bestRow, bestLane, bestSupplier) = (_penalty[row] - at, row, RootArc, _root);
                        budget -= end - start;
                    }
                    else
                    {
                        for (var s = 0; s < _supplies; s++)
                        {
                            if (price[s] < best) (best, bestRow, bestLane, bestSupplier) = (price[s], None, RootArc, s);
                        }
                        budget -= _supplies;
                    }
                    if (++row > _demands) row = 0;
                    if (budget <= 0)
                    {
                        if (best < T.Zero) break;
                        budget = block;
                    }
                }
                if (best >= T.Zero) return;
                Pivots++;
                Pivot(nodes, thread, price, bestSupplier, bestRow == None ? _root : _supplies + bestRow, bestLane, best);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pivot(Node* nodes, int* thread, T* price, int supplier, int demand, int lane, T reduced)
    {
        unchecked
        {
            // Flow is pushed supplier -> demand -> up to the join -> down to the supplier. It falls on arcs of suppliers below the join on the
            // supplier's side and on arcs of demands on the demand's side; the last of the least in that order leaves. A branch is smaller than
            // the branch it belongs to, so the end with the smaller branch goes up.
            var (u, v) = (supplier, demand);
            var (leaving, leavesOnDemandSide, delta) = (None, false, long.MaxValue);
            while (u != v)
            {
                var (sizeU, sizeV) = (nodes[u].Size, nodes[v].Size);
                if (sizeU <= sizeV)
                {
                    if (u < _supplies && nodes[u].Flow < delta) (delta, leaving, leavesOnDemandSide) = (nodes[u].Flow, u, false);
                    u = nodes[u].Parent;
                }
                if (sizeV <= sizeU)
                {
                    if (v >= _supplies && nodes[v].Flow <= delta) (delta, leaving, leavesOnDemandSide) = (nodes[v].Flow, v, true);
                    v = nodes[v].Parent;
                }
            }
            var join = u;
            if (delta != 0)
            {
                for (var w = supplier; w != join; w = nodes[w].Parent) nodes[w].Flow += w < _supplies ? -delta : delta;
                for (var w = demand; w != join; w = nodes[w].Parent) nodes[w].Flow += w < _supplies ? delta : -delta;
            }
            var (top, newParent, shift) = leavesOnDemandSide ? (demand, supplier, reduced) : (supplier, demand, -reduced);
            var size = nodes[leaving].Size;
            for (var w = nodes[leaving].Parent; w != join; w = nodes[w].Parent) nodes[w].Size -= size;
            for (var w = newParent; w != join; w = nodes[w].Parent) nodes[w].Size += size;

            // Turn the branch round: every node from the entering lane's end up to the leaving arc becomes the parent of its parent. In preorder
            // its own nodes follow those of the node before; each node's stretch is taken out of the thread and hung behind the last.
            var (node, above, newLane, newFlow, taken, tail) = (top, newParent, lane, delta, 0, None);
            while (true)
            {
                ref var n = ref nodes[node];
                var (oldParent, oldLane, oldFlow, oldSize) = (n.Parent, n.Lane, n.Flow, n.Size);
                (n.Parent, n.Lane, n.Flow, n.Size) = (above, newLane, newFlow, size - taken);
                var end = node;
                price[end] += shift;
                for (var left = oldSize - taken - 1; left > 0; left--)
                {
                    end = thread[end];
                    price[end] += shift;
                }
                var (before, after) = (n.Back, thread[end]);
                (thread[before], nodes[after].Back) = (after, before);
                if (tail != None) (thread[tail], n.Back) = (node, tail);
                tail = end;
                if (node == leaving) break;
                (above, newLane, newFlow, taken, node) = (node, oldLane, oldFlow, oldSize, oldParent);
            }
            var next = thread[newParent];
            (thread[newParent], nodes[top].Back, thread[tail], nodes[next].Back) = (top, newParent, next, tail);
        }
    }

    /// <summary>32 bytes, so that a step up the tree touches one cache line.</summary>
    private struct Node
    {
        public int Parent, Lane;

        /// <summary>Nodes of the branch, this one among them.</summary>
        public int Size;

        /// <summary>The node before it in preorder; the thread leads the other way.</summary>
        public int Back;

        /// <summary>Units on the arc between the node and its parent.</summary>
        public long Flow;
    }
}
