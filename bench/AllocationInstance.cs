using System.Globalization;
using Rongtong.Allocation;

namespace Rongtong.Bench;

/// <summary>Places drawn on a square of 1,000 by 1,000, lanes from the nearest suppliers at the cost of the distance; the same on every machine.</summary>
/// <param name="Near">Lanes of a receiver for an item: from so many nearest suppliers.</param>
/// <param name="SupplyRatio">All supply by all need of an item.</param>
/// <param name="Tiers">Priorities are drawn from 1 to this.</param>
internal sealed record AllocationInstance(int Suppliers, int Receivers, int Items, int Near, double SupplyRatio, int Tiers = 1)
{
    public AllocationProblem Draw(int seed = 20200220)
    {
        var random = new Random(seed);
        var places = Enumerable.Range(0, Suppliers + Receivers).Select(_ => (X: random.Next(1000), Y: random.Next(1000))).ToArray();
        var (near, distance) = (new int[Receivers][], new int[Suppliers]);
        var cost = new int[Receivers][];
        for (var r = 0; r < Receivers; r++)
        {
            var (x, y) = places[Suppliers + r];
            for (var s = 0; s < Suppliers; s++) distance[s] = 1 + (int)Math.Sqrt(((places[s].X - x) * (places[s].X - x)) + ((places[s].Y - y) * (places[s].Y - y)));
            near[r] = [.. Enumerable.Range(0, Suppliers)];
            if (Near < Suppliers) near[r] = [.. near[r].OrderBy(s => distance[s]).Take(Near)];
            cost[r] = [.. near[r].Select(s => distance[s])];
        }
        var (supplies, demands) = (new Supply[Suppliers * Items], new Demand[Receivers * Items]);
        var lanes = Receivers * Math.Min(Near, Suppliers) * Items;
        var (from, to, price, lane) = (new int[lanes], new int[lanes], new long[lanes], 0);
        for (var item = 0; item < Items; item++)
        {
            var needed = 0L;
            for (var r = 0; r < Receivers; r++)
            {
                demands[(item * Receivers) + r] = new($"D{r}", $"I{item}", random.Next(1, 500), random.Next(1, Tiers + 1));
                needed += demands[(item * Receivers) + r].Quantity;
                for (var k = 0; k < near[r].Length; k++) (from[lane], to[lane], price[lane++]) = ((item * Suppliers) + near[r][k], (item * Receivers) + r, cost[r][k]);
            }
            var share = Enumerable.Range(0, Suppliers).Select(_ => 0.2 + random.NextDouble()).ToArray();
            for (var s = 0; s < Suppliers; s++) supplies[(item * Suppliers) + s] = new($"S{s}", $"I{item}", (long)(needed * SupplyRatio * share[s] / share.Sum()) + 1);
        }
        return new(supplies, demands, from, to, price);
    }

    /// <summary>Writes a problem as the command reads it.</summary>
    public static void Write(AllocationProblem problem, string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(Path.Combine(folder, "supplies.csv"), problem.Supplies.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Supplier},{s.Item},{s.Quantity}")).Prepend("supplier,item,quantity"));
        File.WriteAllLines(Path.Combine(folder, "demands.csv"), problem.Demands.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Receiver},{d.Item},{d.Quantity},{d.Priority}")).Prepend("receiver,item,quantity,priority"));
        File.WriteAllLines(Path.Combine(folder, "lanes.csv"), Enumerable.Range(0, problem.LaneCount).Select(problem.Lane)
            .Select(l => string.Create(CultureInfo.InvariantCulture, $"{problem.Supplies[l.Supply].Supplier},{problem.Demands[l.Demand].Receiver},{problem.Demands[l.Demand].Item},{l.Cost}")).Prepend("supplier,receiver,item,cost"));
    }
}
