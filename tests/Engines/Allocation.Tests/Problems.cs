using Rongtong.Allocation.Certificates;
using Rongtong.Allocation.Files;
using Rongtong.Testing;

namespace Rongtong.Allocation.Tests;

/// <summary>Problems and what is asked of their plans.</summary>
internal static class Problems
{
    /// <summary>A problem drawn from a seed: some lanes missing, some places without lanes, some needs of nothing, ties in cost.</summary>
    public static AllocationProblem Draw(int seed, int supplies = 4, int demands = 6, int items = 2, int quantityMost = 12, int costMost = 9)
    {
        var random = new Random(seed);
        var (supplied, needed, from, to, cost) = (new List<Supply>(), new List<Demand>(), new List<int>(), new List<int>(), new List<long>());
        for (var item = 0; item < items; item++)
        {
            var (firstSupply, firstDemand) = (supplied.Count, needed.Count);
            for (var s = 0; s < random.Next(0, supplies + 1); s++) supplied.Add(new($"S{s}", $"I{item}", random.Next(0, quantityMost + 1), random.Next(4) == 0 ? 1 : 0));
            for (var d = 0; d < random.Next(0, demands + 1); d++) needed.Add(new($"D{d}", $"I{item}", random.Next(0, quantityMost + 1), random.Next(1, 5), random.Next(1, 4)));
            for (var s = firstSupply; s < supplied.Count; s++)
            {
                for (var d = firstDemand; d < needed.Count; d++)
                {
                    if (random.Next(3) == 0) continue;
                    from.Add(s);
                    to.Add(d);
                    cost.Add(random.Next(0, costMost + 1));
                }
            }
        }
        return new(supplied, needed, [.. from], [.. to], [.. cost]);
    }

    /// <summary>One item, one cost for each pair; null where there is no lane.</summary>
    public static AllocationProblem Of(long[] supply, (long Quantity, int Priority)[] demand, long?[,] cost)
    {
        var lanes = Enumerable.Range(0, supply.Length).SelectMany(s => Enumerable.Range(0, demand.Length).Select(d => (s, d))).Where(l => cost[l.s, l.d] is not null).ToArray();
        return new([.. supply.Select((q, s) => new Supply($"S{s}", "mask", q))], [.. demand.Select((q, d) => new Demand($"D{d}", "mask", q.Quantity, q.Priority))],
            [.. lanes.Select(l => l.s)], [.. lanes.Select(l => l.d)], [.. lanes.Select(l => cost[l.s, l.d]!.Value)]);
    }

    public static AllocationProblem Golden(string name)
    {
        Stream Open(string file) => File.OpenRead(SharedData.PathOf($"golden/allocation/{name}/{file}.csv"));
        using var supplies = Open("supplies");
        using var demands = Open("demands");
        using var lanes = Open("lanes");
        return ProblemFiles.Read(supplies, demands, lanes).Problem;
    }

    public static (Int128[] Unmet, Int128 Cost) Objective(this AllocationPlan plan) => ([.. plan.UnmetByPriority().Values], plan.Cost);

    /// <summary>What the plan's files would hold, for the certificate.</summary>
    public static CertificateFiles Files(this AllocationPlan plan)
    {
        var problem = plan.Problem;
        decimal Units(long parts) => (decimal)parts / plan.UnitParts;
        return new(
            problem.Supplies.Select(s => new SuppliedRow(s.Supplier, s.Item, s.Available)),
            problem.Demands.Select(d => new NeededRow(d.Receiver, d.Item, d.Quantity, d.Priority, d.Weight)),
            Enumerable.Range(0, problem.LaneCount).Select(problem.Lane).Select(l => new LaneRow(problem.Supplies[l.Supply].Supplier, problem.Demands[l.Demand].Receiver, problem.Demands[l.Demand].Item, l.Cost)),
            plan.Lines.Select(l => (Lane: problem.Lane(l.Lane), l.Quantity)).Select(l => new SentRow(problem.Supplies[l.Lane.Supply].Supplier, problem.Demands[l.Lane.Demand].Receiver, problem.Demands[l.Lane.Demand].Item, Units(l.Quantity))),
            plan.Unmet.Select((q, d) => (q, d: problem.Demands[d])).Where(m => m.q > 0).Select(m => new MissedRow(m.d.Receiver, m.d.Item, m.d.Priority, Units(m.q))),
            plan.SupplyPrices.Select((p, s) => new PriceRow(true, problem.Supplies[s].Supplier, problem.Supplies[s].Item, p.Tier, (decimal)p.Cost))
                .Concat(plan.DemandPrices.Select((p, d) => new PriceRow(false, problem.Demands[d].Receiver, problem.Demands[d].Item, p.Tier, (decimal)p.Cost))));
    }
}
