using System.Numerics;

namespace Rongtong.Allocation.Tests;

/// <summary>
/// The textbook's way, as an oracle: every needed unit along the cheapest path of the residual network, found by Bellman and Ford. A missed unit
/// of tier t comes from a place of shortage at the cost (10^20)^(10 - t), so that the order of tiers needs no argument. Nothing like a simplex.
/// </summary>
internal sealed class SuccessivePaths
{
    private static readonly BigInteger s_large = BigInteger.Pow(10, 20);

    private readonly List<(int From, int To, BigInteger Cost)> _arcs = [];
    private readonly long[] _flow;
    private readonly AllocationProblem _problem;
    private readonly int _shortage;

    private SuccessivePaths(AllocationProblem problem)
    {
        (_problem, _shortage) = (problem, problem.Supplies.Count + problem.Demands.Count);
        for (var l = 0; l < problem.LaneCount; l++) _arcs.Add((problem.Lane(l).Supply, problem.Supplies.Count + problem.Lane(l).Demand, problem.Lane(l).Cost));
        for (var d = 0; d < problem.Demands.Count; d++) _arcs.Add((_shortage, problem.Supplies.Count + d, BigInteger.Pow(s_large, 10 - problem.Demands[d].Priority)));
        _flow = new long[_arcs.Count];
    }

    public static (Int128[] Unmet, Int128 Cost) Solve(AllocationProblem problem)
    {
        var paths = new SuccessivePaths(problem);
        var left = problem.Supplies.Select(s => s.Available).Append(long.MaxValue).ToArray();
        for (var d = 0; d < problem.Demands.Count; d++)
        {
            for (var unit = 0L; unit < problem.Demands[d].Quantity; unit++) paths.SendTo(d, left);
        }
        var (unmet, cost) = (new Int128[4], Int128.Zero);
        for (var a = 0; a < paths._flow.Length; a++)
        {
            if (a < problem.LaneCount) cost += paths._flow[a] * (Int128)problem.Lane(a).Cost;
            else unmet[problem.Demands[a - problem.LaneCount].Priority - 1] += paths._flow[a];
        }
        return (unmet, cost);
    }

    private void SendTo(int demand, long[] left)
    {
        var (distance, via) = (new BigInteger?[_shortage + 1], new (int Arc, int Sign)?[_shortage + 1]);
        for (var s = 0; s < _problem.Supplies.Count; s++) distance[s] = left[s] > 0 ? 0 : null;
        distance[_shortage] = 0;
        for (var changed = true; changed;)
        {
            changed = false;
            for (var a = 0; a < _arcs.Count; a++)
            {
                var (from, to, cost) = _arcs[a];
                changed |= Relax(from, to, cost, (a, 1));
                if (_flow[a] > 0) changed |= Relax(to, from, -cost, (a, -1));
            }
        }
        var node = _problem.Supplies.Count + demand;
        while (via[node] is var (arc, sign))
        {
            _flow[arc] += sign;
            node = sign > 0 ? _arcs[arc].From : _arcs[arc].To;
        }
        if (node < _shortage) left[node]--;

        bool Relax(int from, int to, BigInteger cost, (int, int) step)
        {
            if (distance[from] is not { } at || (distance[to] is { } old && old <= at + cost)) return false;
            (distance[to], via[to]) = (at + cost, step);
            return true;
        }
    }
}
