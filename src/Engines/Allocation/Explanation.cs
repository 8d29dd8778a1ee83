namespace Rongtong.Allocation;

/// <summary>Why a need is met as far as it is, in facts to be put into words elsewhere.</summary>
public enum UnmetReason
{
    /// <summary>All of it is met.</summary>
    None,

    /// <summary>No lane leads there for this item.</summary>
    NoLane,

    /// <summary>All supply within reach goes to needs that are at least as urgent; see the tier of the price.</summary>
    SupplyExhausted,
}

/// <summary>Another way to serve a receiver.</summary>
/// <param name="Lane">Index of the lane.</param>
/// <param name="UnitCost">Cost of a unit on it.</param>
/// <param name="ExtraTier">0 when using it would cost money only; else the tier that would lose a unit for each unit sent here.</param>
/// <param name="ExtraCost">What the plan's cost would rise by for each unit moved to this lane, all knock-on changes counted.</param>
public readonly record struct AlternativeLane(int Lane, long UnitCost, int ExtraTier, Int128 ExtraCost);

/// <summary>Why a line is in the plan.</summary>
/// <param name="Line">The line.</param>
/// <param name="UnitCost">Cost of a unit on its lane.</param>
/// <param name="IsSupplierExhausted">The supplier has nothing left: a unit here is a unit less elsewhere.</param>
/// <param name="SupplierPrice">What one more unit at the supplier would bring.</param>
/// <param name="NextBest">The best other lane of the receiver, or null where this is the only one: the answer to "why from there".</param>
/// <param name="CheapestDirect">The lane of least unit cost into the receiver, with what choosing it would do to the whole plan.</param>
public sealed record LineExplanation(PlanLine Line, long UnitCost, bool IsSupplierExhausted, PlacePrice SupplierPrice, AlternativeLane? NextBest, AlternativeLane CheapestDirect);

/// <summary>Who holds the supply a need is waiting for.</summary>
/// <param name="Demand">Index of the demand that receives it.</param>
/// <param name="Supply">Index of the supply.</param>
/// <param name="Priority">Tier of that demand.</param>
/// <param name="Quantity">Units it receives from there, in parts of a unit.</param>
public readonly record struct SupplyHolder(int Demand, int Supply, int Priority, long Quantity);

/// <summary>Why a need is met to this degree and what would change it.</summary>
/// <param name="Demand">Index of the demand.</param>
/// <param name="FillRatio">Received by needed; 1 for a need of nothing.</param>
/// <param name="Reason">Why not more.</param>
/// <param name="Price">What one more unit brought here would save.</param>
/// <param name="ReachableSupplies">Supplies with a lane to it, all exhausted when something is missing: more at any of them would serve it.</param>
/// <param name="Holders">Who receives from those supplies, least urgent first, at most <see cref="PlanExplanation.HoldersMax"/>.</param>
/// <param name="CheapestRemedy">The supply where one more unit serves this need at the least cost, or null where no lane leads there.</param>
/// <param name="RemedyUnitCost">What that unit would add to the cost.</param>
public sealed record NeedExplanation(
    int Demand, double FillRatio, UnmetReason Reason, PlacePrice Price, IReadOnlyList<int> ReachableSupplies, IReadOnlyList<SupplyHolder> Holders, int? CheapestRemedy, long RemedyUnitCost);

/// <summary>
/// Explains a plan from its prices and binding limits. Built once for a plan (one pass over the lanes), then each question costs the lanes of one receiver.
/// </summary>
public sealed class PlanExplanation
{
    /// <summary>Holders named for one need.</summary>
    public const int HoldersMax = 20;

    private readonly AllocationPlan _plan;
    private readonly int[] _rowStart, _laneAt;
    private readonly ILookup<int, PlanLine> _linesOfSupply;

    /// <summary>Prepares the answers for a plan.</summary>
    public PlanExplanation(AllocationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _plan = plan;
        var problem = plan.Problem;
        _rowStart = new int[problem.Demands.Count + 1];
        foreach (var demand in problem.LaneDemand) _rowStart[demand + 1]++;
        for (var d = 0; d < problem.Demands.Count; d++) _rowStart[d + 1] += _rowStart[d];
        _laneAt = new int[problem.LaneCount];
        var next = _rowStart.AsSpan(0, problem.Demands.Count).ToArray();
        for (var lane = 0; lane < problem.LaneCount; lane++) _laneAt[next[problem.LaneDemand[lane]]++] = lane;
        _linesOfSupply = plan.Lines.ToLookup(l => problem.LaneSupply[l.Lane]);
    }

    /// <summary>Why this line: what the supplier's goods are worth, and what the alternatives would have cost the whole.</summary>
    public LineExplanation Line(PlanLine line)
    {
        var (supply, demand, cost) = _plan.Problem.Lane(line.Lane);
        var alternatives = LanesOf(demand).ToArray().Select(lane => Alternative(lane, demand)).ToList();
        AlternativeLane? next = alternatives.Any(a => a.Lane != line.Lane)
            ? alternatives.Where(a => a.Lane != line.Lane).MinBy(a => (LevelOf(a.ExtraTier), a.ExtraCost, a.UnitCost, a.Lane))
            : null;
        return new(line, cost, _plan.Unused[supply] == 0, _plan.SupplyPrices[supply], next, alternatives.MinBy(a => (a.UnitCost, a.Lane)));
    }

    /// <summary>Why this need is met as far as it is.</summary>
    public NeedExplanation Need(int demand)
    {
        var problem = _plan.Problem;
        var needed = problem.Demands[demand].Quantity;
        var missed = _plan.Unmet[demand];
        var lanes = LanesOf(demand).ToArray();
        var reason = missed == 0 ? UnmetReason.None : lanes.Length == 0 ? UnmetReason.NoLane : UnmetReason.SupplyExhausted;
        int[] supplies = [.. lanes.Select(l => problem.LaneSupply[l]).Distinct().Order()];
        SupplyHolder[] holders = reason != UnmetReason.SupplyExhausted ? [] :
        [
            .. supplies.SelectMany(s => _linesOfSupply[s].Select(l => new SupplyHolder(problem.LaneDemand[l.Lane], s, problem.Demands[problem.LaneDemand[l.Lane]].Priority, l.Quantity)))
                .Where(h => h.Demand != demand).OrderByDescending(h => h.Priority).ThenByDescending(h => h.Quantity).ThenBy(h => h.Demand).ThenBy(h => h.Supply).Take(HoldersMax),
        ];
        var remedy = lanes.Length == 0 ? -1 : lanes.MinBy(l => (problem.LaneCost[l], l));
        return new(demand, needed == 0 ? 1 : 1 - (double)missed / ((double)needed * _plan.UnitParts), reason, _plan.DemandPrices[demand], supplies, holders,
            remedy < 0 ? null : problem.LaneSupply[remedy], remedy < 0 ? 0 : problem.LaneCost[remedy]);
    }

    private ReadOnlySpan<int> LanesOf(int demand) => _laneAt.AsSpan(_rowStart[demand].._rowStart[demand + 1]);

    private static int LevelOf(int tier) => new PlacePrice(tier, 0).Level;

    /// <summary>The reduced cost of a lane: price of the supplier + cost - price of the receiver.</summary>
    private AlternativeLane Alternative(int lane, int demand)
    {
        var (from, to) = (_plan.SupplyPrices[_plan.Problem.LaneSupply[lane]], _plan.DemandPrices[demand]);
        var cost = _plan.Problem.LaneCost[lane];
        // A supplier whose goods serve a more urgent tier than this receiver's price: each unit taken is missed there.
        return new(lane, cost, from.Tier == to.Tier ? 0 : from.Tier, from.Cost + cost - to.Cost);
    }
}
