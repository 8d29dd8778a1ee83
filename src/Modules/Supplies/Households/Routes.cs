namespace Rongtong.Supplies.Households;

/// <summary>A place to walk to, metres east and north of the compound's gate.</summary>
internal readonly record struct Stop(string Name, int EastM, int NorthM);

/// <summary>An order of stops.</summary>
/// <param name="Order">Indices of the stops.</param>
/// <param name="LengthM">Length of the walk from the start through all of them, metres, buildings joined by straight lines.</param>
/// <param name="BoundM">No order is shorter than this.</param>
/// <param name="IsExact">True when no order is shorter than this one.</param>
internal sealed record Route(IReadOnlyList<int> Order, long LengthM, long BoundM, bool IsExact);

/// <summary>
/// The shortest walk from a start through all stops, ending anywhere.
/// <code>
/// up to 12 stops: Held and Karp 1962, dynamic programming over subsets, exact: 2^12 x 12 states of 8 bytes, 400 kB
/// beyond: nearest neighbour, then 2-opt and or-opt until neither helps (first improvement, fixed order: deterministic)
/// bound: 1-tree of Held and Karp 1970 on the closed tour through an added node that joins the end to the start,
///        raised by subgradient steps on node penalties pi; distances are whole metres, so it is rounded up
/// </code>
/// </summary>
internal static class Routes
{
    /// <summary>Most stops solved exactly.</summary>
    public const int ExactStopsMax = 12;

    /// <summary>Most stops of one walk; more are two walks.</summary>
    public const int StopsMax = 500;

    private const int AscentSteps = 100;

    public static Route Plan(Stop start, IReadOnlyList<Stop> stops)
    {
        if (stops.Count > StopsMax) throw new ArgumentException($"{stops.Count} stops were given; a walk has at most {StopsMax}. Split it by time window.", nameof(stops));
        if (stops.Count == 0) return new([], 0, 0, true);
        var d = Distances(start, stops);
        if (stops.Count <= ExactStopsMax)
        {
            var (order, length) = Exact(d);
            return new(order, length, length, true);
        }
        var found = Improve(NearestNeighbour(d), d);
        var walked = LengthOf(found, d);
        var bound = LowerBound(d, walked);
        return new(found, walked, bound, bound == walked);
    }

    /// <summary>Metres between places, straight, rounded up; row 0 is the start, row i + 1 the stop i.</summary>
    internal static long[,] Distances(Stop start, IReadOnlyList<Stop> stops)
    {
        Stop[] all = [start, .. stops];
        var d = new long[all.Length, all.Length];
        for (var i = 0; i < all.Length; i++)
        {
            for (var j = 0; j < all.Length; j++)
            {
                double east = all[i].EastM - all[j].EastM, north = all[i].NorthM - all[j].NorthM;
                d[i, j] = (long)Math.Ceiling(Math.Sqrt(east * east + north * north));
            }
        }
        return d;
    }

    internal static long LengthOf(IReadOnlyList<int> order, long[,] d)
    {
        var (at, length) = (0, 0L);
        foreach (var stop in order)
        {
            length += d[at, stop + 1];
            at = stop + 1;
        }
        return length;
    }

    private static (int[] Order, long Length) Exact(long[,] d)
    {
        var n = d.GetLength(0) - 1;
        var sets = 1 << n;
        // best[S, k]: shortest walk from the start through the stops of S that ends at k in S.
        var best = new long[sets, n];
        var from = new int[sets, n];
        for (var set = 1; set < sets; set++)
        {
            for (var k = 0; k < n; k++)
            {
                best[set, k] = long.MaxValue;
                if ((set & 1 << k) == 0) continue;
                var rest = set & ~(1 << k);
                if (rest == 0) best[set, k] = d[0, k + 1];
                for (var j = 0; j < n; j++)
                {
                    if ((rest & 1 << j) == 0 || best[rest, j] + d[j + 1, k + 1] >= best[set, k]) continue;
                    best[set, k] = best[rest, j] + d[j + 1, k + 1];
                    from[set, k] = j;
                }
            }
        }
        var last = Enumerable.Range(0, n).MinBy(k => best[sets - 1, k]);
        var length = best[sets - 1, last];
        var order = new int[n];
        for (int set = sets - 1, at = n - 1; at >= 0; at--)
        {
            order[at] = last;
            var before = from[set, last];
            set &= ~(1 << last);
            last = before;
        }
        return (order, length);
    }

    private static int[] NearestNeighbour(long[,] d)
    {
        var left = Enumerable.Range(0, d.GetLength(0) - 1).ToList();
        var order = new List<int>();
        for (var at = 0; left.Count > 0;)
        {
            var next = left.MinBy(s => d[at, s + 1]);
            left.Remove(next);
            order.Add(next);
            at = next + 1;
        }
        return [.. order];
    }

    private static int[] Improve(int[] order, long[,] d)
    {
        while (TwoOpt(order, d) || OrOpt(ref order, d)) { }
        return order;
    }

    /// <summary>Turns a stretch round where that shortens the walk; the end may hang free.</summary>
    private static bool TwoOpt(int[] order, long[,] d)
    {
        for (var i = 0; i < order.Length - 1; i++)
        {
            var before = i == 0 ? 0 : order[i - 1] + 1;
            for (var j = i + 1; j < order.Length; j++)
            {
                var now = d[before, order[i] + 1] + (j + 1 < order.Length ? d[order[j] + 1, order[j + 1] + 1] : 0);
                var then = d[before, order[j] + 1] + (j + 1 < order.Length ? d[order[i] + 1, order[j + 1] + 1] : 0);
                if (then >= now) continue;
                Array.Reverse(order, i, j - i + 1);
                return true;
            }
        }
        return false;
    }

    /// <summary>Moves one stop elsewhere where that shortens the walk.</summary>
    private static bool OrOpt(ref int[] order, long[,] d)
    {
        int Place(int[] walk, int index) => index < 0 ? 0 : walk[index] + 1;
        for (var i = 0; i < order.Length; i++)
        {
            var moved = order[i] + 1;
            var without = (int[])[.. order[..i], .. order[(i + 1)..]];
            var saved = d[Place(order, i - 1), moved] + (i + 1 < order.Length ? d[moved, Place(order, i + 1)] - d[Place(order, i - 1), Place(order, i + 1)] : 0);
            for (var j = 0; j <= without.Length; j++)
            {
                var added = d[Place(without, j - 1), moved] + (j < without.Length ? d[moved, Place(without, j)] - d[Place(without, j - 1), Place(without, j)] : 0);
                if (added >= saved) continue;
                order = [.. without[..j], moved - 1, .. without[j..]];
                return true;
            }
        }
        return false;
    }

    /// <summary>
    /// The added node joins the start, at no cost, to whichever stop is last, at no cost: a tour through it is a walk. Any tour is a spanning tree
    /// of the others plus two edges of the added node; with penalties that sum to nothing over a tour's degrees of two, the least such is a bound.
    /// </summary>
    internal static long LowerBound(long[,] d, long upper)
    {
        var n = d.GetLength(0);
        var pi = new double[n];
        var (bound, step) = (0d, 2d);
        for (var round = 0; round < AscentSteps; round++)
        {
            var degree = new int[n];
            var weight = SpanningTree(d, pi, degree);
            // The added node: its edge to the start is in every tour; its other edge goes to the cheapest stop.
            var end = 1;
            for (var i = 2; i < n; i++) if (pi[i] < pi[end]) end = i;
            degree[0]++;
            degree[end]++;
            var now = weight + pi[0] + pi[end] - 2 * pi.Sum();
            if (now > bound) bound = now; else step *= 0.95;
            var off = degree.Sum(g => (g - 2) * (g - 2));
            if (off == 0) break;
            var move = step * Math.Max(upper - now, 1) / off;
            for (var i = 0; i < n; i++) pi[i] += move * (degree[i] - 2);
        }
        // A hair below before rounding up: sums of doubles must not prove a metre too much.
        return (long)Math.Ceiling(bound - 1e-6);
    }

    /// <summary>Prim's algorithm over the start and the stops with distances raised by the penalties of both ends.</summary>
    private static double SpanningTree(long[,] d, double[] pi, int[] degree)
    {
        var n = pi.Length;
        var (nearest, parent, isIn) = (new double[n], new int[n], new bool[n]);
        Array.Fill(nearest, double.PositiveInfinity);
        nearest[0] = 0;
        var weight = 0d;
        for (var round = 0; round < n; round++)
        {
            var next = -1;
            for (var i = 0; i < n; i++) if (!isIn[i] && (next < 0 || nearest[i] < nearest[next])) next = i;
            isIn[next] = true;
            if (round > 0)
            {
                weight += nearest[next];
                degree[next]++;
                degree[parent[next]]++;
            }
            for (var i = 0; i < n; i++)
            {
                var cost = d[next, i] + pi[next] + pi[i];
                if (isIn[i] || cost >= nearest[i]) continue;
                nearest[i] = cost;
                parent[i] = next;
            }
        }
        return weight;
    }
}
