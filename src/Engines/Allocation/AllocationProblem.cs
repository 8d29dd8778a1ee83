namespace Rongtong.Allocation;

/// <summary>What a supplier has of an item.</summary>
/// <param name="Supplier">Name or code of the supplier.</param>
/// <param name="Item">Name or code of the item.</param>
/// <param name="Quantity">Whole units, 0 or more.</param>
/// <param name="Reserve">Units of the quantity the supplier keeps for itself; never allocated. 0 when it keeps nothing.</param>
public readonly record struct Supply(string Supplier, string Item, long Quantity, long Reserve = 0)
{
    /// <summary>Units that may be allocated.</summary>
    public long Available => Math.Max(0, Quantity - Reserve);
}

/// <summary>What a receiver needs of an item.</summary>
/// <param name="Receiver">Name or code of the receiver.</param>
/// <param name="Item">Name or code of the item.</param>
/// <param name="Quantity">Whole units, 0 or more.</param>
/// <param name="Priority">Tier, 1 is served first; 1 to <see cref="AllocationLimits.Priorities"/>.</param>
/// <param name="Weight">Used by fair shares only: a demand of weight 2 fills twice as fast as one of weight 1. 1 to <see cref="AllocationLimits.Weight"/>.</param>
public readonly record struct Demand(string Receiver, string Item, long Quantity, int Priority, int Weight = 1);

/// <summary>How large a problem may be; beyond these a problem is refused, never computed wrongly.</summary>
public static class AllocationLimits
{
    /// <summary>Tiers of priority.</summary>
    public const int Priorities = 9;

    /// <summary>Units in one supply or demand.</summary>
    public const long Quantity = 1_000_000_000_000_000;

    /// <summary>Units of one item over all supplies, and over all demands: leaves room for sums of flows in 64 bits.</summary>
    public const long ItemQuantity = 2_000_000_000_000_000_000;

    /// <summary>Cost of one unit on one lane.</summary>
    public const long Cost = 1_000_000_000_000_000;

    /// <summary>Weight of a demand in fair shares.</summary>
    public const int Weight = 1_000_000;

    /// <summary>Supplies, and demands, in one problem.</summary>
    public const int Nodes = 20_000_000;

    /// <summary>Lanes in one problem.</summary>
    public const int Lanes = 100_000_000;
}

/// <summary>Supplies, demands and the lanes between them. Lanes are held as three columns (16 bytes a lane), because there are millions.</summary>
public sealed class AllocationProblem
{
    /// <summary>Takes a problem. The arrays are kept, not copied.</summary>
    /// <param name="supplies">One entry for each supplier and item.</param>
    /// <param name="demands">One entry for each receiver and item.</param>
    /// <param name="laneSupply">For each lane the index of its supply.</param>
    /// <param name="laneDemand">For each lane the index of its demand, of the same item.</param>
    /// <param name="laneCost">For each lane the cost of one unit, 0 or more.</param>
    /// <exception cref="ArgumentException">The columns differ in length, an index is out of range, a lane joins different items or a value is beyond its limit.</exception>
    public AllocationProblem(IReadOnlyList<Supply> supplies, IReadOnlyList<Demand> demands, int[] laneSupply, int[] laneDemand, long[] laneCost)
    {
        ArgumentNullException.ThrowIfNull(supplies);
        ArgumentNullException.ThrowIfNull(demands);
        ArgumentNullException.ThrowIfNull(laneSupply);
        ArgumentNullException.ThrowIfNull(laneDemand);
        ArgumentNullException.ThrowIfNull(laneCost);
        Supplies = supplies as Supply[] ?? [.. supplies];
        Demands = demands as Demand[] ?? [.. demands];
        (LaneSupply, LaneDemand, LaneCost) = (laneSupply, laneDemand, laneCost);
        (Items, ItemOfSupply, ItemOfDemand) = Index();
        Check();
    }

    /// <summary>One entry for each supplier and item.</summary>
    public IReadOnlyList<Supply> Supplies { get; }

    /// <summary>One entry for each receiver and item.</summary>
    public IReadOnlyList<Demand> Demands { get; }

    /// <summary>Number of lanes.</summary>
    public int LaneCount => LaneCost.Length;

    /// <summary>The items in the order of their names, so that results do not depend on the order of rows.</summary>
    public IReadOnlyList<string> Items { get; }

    internal int[] LaneSupply { get; }

    internal int[] LaneDemand { get; }

    internal long[] LaneCost { get; }

    internal int[] ItemOfSupply { get; }

    internal int[] ItemOfDemand { get; }

    /// <summary>The ends and the cost of one lane.</summary>
    public (int Supply, int Demand, long Cost) Lane(int lane) => (LaneSupply[lane], LaneDemand[lane], LaneCost[lane]);

    private (string[] Items, int[] OfSupply, int[] OfDemand) Index()
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var supply in Supplies) ids.TryAdd(supply.Item, 0);
        foreach (var demand in Demands) ids.TryAdd(demand.Item, 0);
        string[] items = [.. ids.Keys.Order(StringComparer.Ordinal)];
        for (var i = 0; i < items.Length; i++) ids[items[i]] = i;
        return (items, [.. Supplies.Select(s => ids[s.Item])], [.. Demands.Select(d => ids[d.Item])]);
    }

    private void Check()
    {
        if (LaneSupply.Length != LaneCost.Length || LaneDemand.Length != LaneCost.Length)
            throw new ArgumentException($"the columns of lanes differ in length: {LaneSupply.Length} supplies, {LaneDemand.Length} demands, {LaneCost.Length} costs.");
        if (LaneCost.Length > AllocationLimits.Lanes || Supplies.Count > AllocationLimits.Nodes || Demands.Count > AllocationLimits.Nodes)
            throw new ArgumentException($"{LaneCost.Length} lanes, {Supplies.Count} supplies, {Demands.Count} demands; at most {AllocationLimits.Lanes} lanes and {AllocationLimits.Nodes} of each other are taken.");
        var (supplied, demanded) = (new Int128[Items.Count], new Int128[Items.Count]);
        for (var s = 0; s < Supplies.Count; s++)
        {
            var supply = Supplies[s];
            if (supply.Quantity is < 0 or > AllocationLimits.Quantity || supply.Reserve < 0)
                throw new ArgumentException($"supply of {supply.Item} at {supply.Supplier}: quantity {supply.Quantity}, reserve {supply.Reserve}; expected 0 to {AllocationLimits.Quantity}.");
            supplied[ItemOfSupply[s]] += supply.Quantity;
        }
        for (var d = 0; d < Demands.Count; d++)
        {
            var demand = Demands[d];
            if (demand.Quantity is < 0 or > AllocationLimits.Quantity || demand.Priority is < 1 or > AllocationLimits.Priorities || demand.Weight is < 1 or > AllocationLimits.Weight)
            {
                throw new ArgumentException($"demand for {demand.Item} at {demand.Receiver}: quantity {demand.Quantity}, priority {demand.Priority}, weight {demand.Weight}; "
                    + $"expected 0 to {AllocationLimits.Quantity}, 1 to {AllocationLimits.Priorities}, 1 to {AllocationLimits.Weight}.");
            }
            demanded[ItemOfDemand[d]] += demand.Quantity;
        }
        for (var i = 0; i < Items.Count; i++)
        {
            if (supplied[i] > AllocationLimits.ItemQuantity || demanded[i] > AllocationLimits.ItemQuantity)
                throw new ArgumentException($"item {Items[i]}: {supplied[i]} units supplied and {demanded[i]} demanded; at most {AllocationLimits.ItemQuantity} can be added up. Use a larger unit.");
        }
        for (var lane = 0; lane < LaneCost.Length; lane++)
        {
            var (supply, demand) = (LaneSupply[lane], LaneDemand[lane]);
            if ((uint)supply >= (uint)ItemOfSupply.Length || (uint)demand >= (uint)ItemOfDemand.Length || ItemOfSupply[supply] != ItemOfDemand[demand])
                throw new ArgumentException($"lane {lane} joins supply {supply} and demand {demand}, which are not both there or not of one item.");
            if (LaneCost[lane] is < 0 or > AllocationLimits.Cost)
                throw new ArgumentException($"lane {lane} costs {LaneCost[lane]}; expected 0 to {AllocationLimits.Cost}.");
        }
    }
}
