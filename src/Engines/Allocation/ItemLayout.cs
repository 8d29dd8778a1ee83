using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Rongtong.Allocation;

/// <summary>
/// The lanes of a problem sorted into rows: items one after another, in an item its demands one after another, in a demand its lanes.
/// <code>
/// demand position   0        1             2  ...
/// RowStart          0        3             7
/// Source, Cost      s s s    s s s s       s s
/// </code>
/// Demands of nothing are left out, so every demand node has something to receive. Counting sort, two passes over the lanes;
/// 8 bytes a lane and the width of the cost (4, 8 or 16).
/// </summary>
internal sealed class ItemLayout<T> : IDisposable where T : unmanaged, IBinaryInteger<T>
{
    private const int LanesWorthAThread = 50_000;

    /// <summary>Lanes whose columns are lent from the pool: for a board that solves again and again, fresh pages cost more than sorting. Larger ones would be rounded up too far.</summary>
    private const int PooledLanesMax = 1 << 20;

    public ItemLayout(AllocationProblem problem, long[] demand, int threads)
    {
        Problem = problem;
        (SupplyAt, SupplyStart, LocalSupply) = Group(problem.ItemOfSupply, problem.Items.Count, _ => true);
        (DemandAt, DemandStart, var demandLocal) = Group(problem.ItemOfDemand, problem.Items.Count, d => demand[d] > 0);
        PositionOfDemand = demandLocal;
        for (var d = 0; d < demandLocal.Length; d++)
        {
            if (demandLocal[d] >= 0) demandLocal[d] += DemandStart[problem.ItemOfDemand[d]];
        }
        var laneDemand = problem.LaneDemand;
        var parts = laneDemand.Length < LanesWorthAThread ? 1 : threads;
        // Each part of the lanes counts for itself; then it knows where its lanes of each row begin, and the order of lanes is kept.
        var next = new int[parts][];
        RunParts(parts, laneDemand.Length, (part, start, end) => next[part] = Count(start, end));
        RowStart = new int[DemandAt.Length + 1];
        var total = 0;
        for (var position = 0; position < DemandAt.Length; position++)
        {
            foreach (var count in next) (count[position], total) = (total, total + count[position]);
            RowStart[position + 1] = total;
        }
        LaneAt = Rent<int>(total);
        Source = Rent<int>(total);
        Cost = Rent<T>(total);
        RunParts(parts, laneDemand.Length, (part, start, end) => Scatter(start, end, next[part]));
    }

    public AllocationProblem Problem { get; }

    /// <summary>Supply index at each supply position.</summary>
    public int[] SupplyAt { get; }

    /// <summary>First supply position of each item, and the end.</summary>
    public int[] SupplyStart { get; }

    /// <summary>Of each supply its number within the item.</summary>
    public int[] LocalSupply { get; }

    /// <summary>Demand index at each demand position.</summary>
    public int[] DemandAt { get; }

    /// <summary>First demand position of each item, and the end.</summary>
    public int[] DemandStart { get; }

    /// <summary>Of each demand its position, or -1 for a demand of nothing.</summary>
    public int[] PositionOfDemand { get; }

    public int[] RowStart { get; }

    /// <summary>The lane's index in the problem.</summary>
    public int[] LaneAt { get; }

    /// <summary>The lane's supply, numbered within the item.</summary>
    public int[] Source { get; }

    public T[] Cost { get; }

    /// <summary>Gives the columns of lanes back; nothing may read them afterwards.</summary>
    public void Dispose()
    {
        Return(LaneAt);
        Return(Source);
        Return(Cost);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe int[] Count(int start, int end)
    {
        var counts = new int[DemandAt.Length + 1];
        fixed (int* laneDemand = Problem.LaneDemand, positions = PositionOfDemand, count = counts)
        {
            unchecked
            {
                // The problem's constructor has checked every index.
                for (var lane = start; lane < end; lane++)
                {
                    var position = positions[laneDemand[lane]];
                    if (position >= 0) count[position]++;
                }
            }
        }
        return counts;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void Scatter(int start, int end, int[] slots)
    {
        fixed (int* laneDemand = Problem.LaneDemand, laneSupply = Problem.LaneSupply, at = LaneAt, source = Source, local = LocalSupply, positions = PositionOfDemand, next = slots)
        fixed (long* laneCost = Problem.LaneCost)
        fixed (T* cost = Cost)
        {
            unchecked
            {
                for (var lane = start; lane < end; lane++)
                {
                    var position = positions[laneDemand[lane]];
                    if (position < 0) continue;
                    var slot = next[position]++;
                    at[slot] = lane;
                    source[slot] = local[laneSupply[lane]];
                    cost[slot] = T.CreateTruncating(laneCost[lane]);
                }
            }
        }
    }

    private static TValue[] Rent<TValue>(int lanes) => lanes <= PooledLanesMax ? ArrayPool<TValue>.Shared.Rent(lanes) : GC.AllocateUninitializedArray<TValue>(lanes);

    private static void Return<TValue>(TValue[] lanes)
    {
        // The pool gives more than was asked for, up to the next power of two.
        if (lanes.Length <= PooledLanesMax) ArrayPool<TValue>.Shared.Return(lanes);
    }

    private static void RunParts(int parts, int lanes, Action<int, int, int> work)
    {
        if (parts == 1) work(0, 0, lanes);
        else Parallel.For(0, parts, part => work(part, (int)((long)lanes * part / parts), (int)((long)lanes * (part + 1) / parts)));
    }

    private static (int[] At, int[] Start, int[] Local) Group(int[] itemOf, int items, Func<int, bool> keep)
    {
        var start = new int[items + 1];
        var local = new int[itemOf.Length];
        for (var i = 0; i < itemOf.Length; i++) local[i] = keep(i) ? start[itemOf[i] + 1]++ : -1;
        for (var item = 0; item < items; item++) start[item + 1] += start[item];
        var at = new int[start[items]];
        for (var i = 0; i < itemOf.Length; i++)
        {
            if (local[i] >= 0) at[start[itemOf[i]] + local[i]] = i;
        }
        return (at, start, local);
    }
}
