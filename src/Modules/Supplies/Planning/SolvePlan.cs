using System.Globalization;
using System.Text.Json;
using Rongtong.Allocation;
using Rongtong.Allocation.Certificates;
using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Planning;

/// <summary>Units of a supply for a need.</summary>
internal readonly record struct SolvedLine(int Supply, int Demand, long Quantity);

/// <summary>A solution as it is stored; the same snapshot and pins give the same bytes.</summary>
/// <param name="Lines">Supply, need, units; pinned ones too.</param>
/// <param name="Missed">For each need the units missed.</param>
/// <param name="SupplyPrices">Tier and cost for each supply: the certificate. Empty where trucks, packs or lots couple goods, which no prices prove.</param>
/// <param name="Gap">Where goods are coupled: how much better a plan could be at most, as a share.</param>
internal sealed record PlanResult(
    string Engine, string SnapshotSha256, IReadOnlyList<Pin> Pins, IReadOnlyList<long[]> Lines, IReadOnlyList<long> Missed,
    IReadOnlyList<decimal[]> SupplyPrices, IReadOnlyList<decimal[]> DemandPrices, decimal Cost, decimal? Gap)
{
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web);

    public static PlanResult FromJson(byte[] json) => JsonSerializer.Deserialize<PlanResult>(json, JsonSerializerOptions.Web) ?? throw new JsonException("The stored result is empty.");
}

/// <summary>A solution with what explains it.</summary>
/// <param name="Rest">What was solved: the problem without the pinned lines, and without what they take from supply and need.</param>
/// <param name="Plan">The optimal plan of the rest, or null where goods are coupled.</param>
internal sealed record SolvedPlan(PlanSnapshot Snapshot, AllocationProblem Whole, AllocationProblem Rest, AllocationPlan? Plan, PlanResult Result)
{
    /// <summary>Answers from the prices; null where goods are coupled and there are none.</summary>
    public PlanExplanation? Explanation => field ??= Plan is null ? null : new(Plan);

    public IEnumerable<SolvedLine> Lines => Result.Lines.Select(l => new SolvedLine((int)l[0], (int)l[1], l[2]));
}

/// <summary>
/// Snapshot and pins to a plan; pure. The first solution of a snapshot starts cold, every later one from that first: so a solution does not depend on
/// which ones came between, and can be computed again alone.
/// </summary>
internal static class SolvePlan
{
    /// <summary>Engine and the way its problem is made; changes when either may answer differently.</summary>
    public const string EngineVersion = "allocation-1";

    /// <summary>A missed unit of a tier weighs so many of the next where trucks or packs forbid a strict order.</summary>
    private const long TierFactor = 8;

    public static SolvedPlan First(PlanSnapshot snapshot, string digest) => Solve(snapshot, digest, [], null);

    public static SolvedPlan Solve(PlanSnapshot snapshot, string digest, IReadOnlyList<Pin> pins, SolvedPlan? first)
    {
        Pin[] ordered = [.. pins.OrderBy(p => p.Demand).ThenBy(p => p.Supply)];
        var whole = first is null ? PlanProblem.Build(snapshot, ordered) : PlanProblem.With(first.Whole, snapshot, ordered);
        var rest = Without(whole, ordered);
        return snapshot.Settings.IsCoupled ? Coupled(snapshot, digest, ordered, whole, rest) : Free(snapshot, digest, ordered, whole, rest, first);
    }

    private static SolvedPlan Free(PlanSnapshot snapshot, string digest, Pin[] pins, AllocationProblem whole, AllocationProblem rest, SolvedPlan? first)
    {
        var plan = Allocator.Solve(rest, new(Fairness: snapshot.Settings.IsFair ? Fairness.WholeUnits : Fairness.None, Previous: first?.Plan));
        var lines = Together(plan.Lines, rest, pins);
        return new(snapshot, whole, rest, plan, new(EngineVersion, digest, pins, lines, plan.Unmet, [.. plan.SupplyPrices.Select(Price)], [.. plan.DemandPrices.Select(Price)], CostOf(snapshot, lines), null));
    }

    private static SolvedPlan Coupled(PlanSnapshot snapshot, string digest, Pin[] pins, AllocationProblem whole, AllocationProblem rest)
    {
        var dearest = Enumerable.Range(0, rest.LaneCount).Select(l => rest.Lane(l).Cost).DefaultIfEmpty().Max() + 1;
        long[] penalties = [.. Enumerable.Range(1, PlanSnapshot.EstimateTier).Select(tier => dearest * (long)Math.Pow(TierFactor, PlanSnapshot.EstimateTier - tier))];
        var items = rest.Items.ToDictionary(i => i, i => (long)(ItemCatalogue.Current.Find(i)?.UnitsPerPack ?? 1));
        var settings = snapshot.Settings;
        var plan = CoupledAllocator.Solve(rest, new CoupledLimits(
            settings.KeepsToTrucks ? TrucksLeft(snapshot, pins) : null, null, settings.IsInPacks ? items : null,
            settings.MinimumLot > 0 ? items.ToDictionary(i => i.Key, _ => settings.MinimumLot) : null)
        { LotOfSupply = snapshot.Lots is null ? null : LotsOf(snapshot) }, penalties);
        var lines = Together(plan.Lines, rest, pins);
        return new(snapshot, whole, rest, null, new(EngineVersion, digest, pins, lines, plan.Unmet, [], [], CostOf(snapshot, lines), Math.Round((decimal)plan.Gap, 9)));
    }

    private static long[] LotsOf(PlanSnapshot snapshot)
    {
        var lots = snapshot.Lots!.ToDictionary(l => (l.Place, l.Item), l => l.Units);
        return [.. snapshot.Supplies.Select(s => lots.GetValueOrDefault((s.Place, s.Item)))];
    }

    private static Dictionary<string, long> TrucksLeft(PlanSnapshot snapshot, Pin[] pins)
    {
        var taken = pins.GroupBy(p => snapshot.Supplies[p.Supply].Place).ToDictionary(g => g.Key, g => g.Sum(p => p.Quantity));
        return snapshot.Trucks.ToDictionary(t => snapshot.Places[t.Place].Code, t => Math.Clamp(t.Units - taken.GetValueOrDefault(t.Place), 0, CoupledAllocator.TruckCapacityMax));
    }

    /// <summary>The problem around the pinned lines: their lanes are closed, their units taken from both ends.</summary>
    private static AllocationProblem Without(AllocationProblem whole, IReadOnlyList<Pin> pins)
    {
        if (pins.Count == 0) return whole;
        var closed = pins.Select(p => (p.Supply, p.Demand)).ToHashSet();
        var (supplies, demands) = (whole.Supplies.ToArray(), whole.Demands.ToArray());
        foreach (var pin in pins)
        {
            supplies[pin.Supply] = supplies[pin.Supply] with { Quantity = supplies[pin.Supply].Quantity - pin.Quantity };
            demands[pin.Demand] = demands[pin.Demand] with { Quantity = demands[pin.Demand].Quantity - pin.Quantity };
        }
        var open = Enumerable.Range(0, whole.LaneCount).Select(whole.Lane).Where(l => !closed.Contains((l.Supply, l.Demand))).ToArray();
        return new(supplies, demands, [.. open.Select(l => l.Supply)], [.. open.Select(l => l.Demand)], [.. open.Select(l => l.Cost)]);
    }

    private static long[][] Together(IReadOnlyList<PlanLine> lines, AllocationProblem rest, Pin[] pins) =>
    [
        .. lines.Select(l => (Lane: rest.Lane(l.Lane), l.Quantity)).Select(l => new[] { l.Lane.Supply, l.Lane.Demand, l.Quantity })
            .Concat(pins.Where(p => p.Quantity > 0).Select(p => new[] { p.Supply, p.Demand, p.Quantity })).OrderBy(l => l[1]).ThenBy(l => l[0]),
    ];

    private static decimal CostOf(PlanSnapshot snapshot, long[][] lines) =>
        lines.Sum(l => (decimal)l[2] * LaneCosts.Of(snapshot, snapshot.Supplies[(int)l[0]], snapshot.Needs[(int)l[1]])!.Value.Cost);

    private static decimal[] Price(PlacePrice price) => [price.Tier, (decimal)price.Cost];
}

/// <summary>
/// Proves a stored solution from what is stored: quantities against the snapshot, and optimality from the prices, by the certificate, which shares
/// no code with the solver.
/// </summary>
internal static class CheckPlan
{
    /// <summary>Why it is not proven; empty when it is.</summary>
    public static IReadOnlyList<string> Problems(PlanSnapshot snapshot, PlanResult result) => Problems(snapshot, result, null);

    /// <summary>The same for a solution just made, whose problem is at hand; null to make the problem from the snapshot.</summary>
    internal static IReadOnlyList<string> Problems(PlanSnapshot snapshot, PlanResult result, AllocationProblem? made)
    {
        var problems = Infeasible(snapshot, result);
        if (problems.Count > 0 || snapshot.Settings.IsCoupled) return problems;
        var whole = made ?? PlanProblem.Build(snapshot, result.Pins);
        var closed = result.Pins.Select(p => (p.Supply, p.Demand)).ToHashSet();
        var (takenFrom, givenTo) = (result.Pins.ToLookup(p => p.Supply, p => p.Quantity), result.Pins.ToLookup(p => p.Demand, p => p.Quantity));
        var files = new CertificateFiles(
            whole.Supplies.Select((s, i) => new SuppliedRow(s.Supplier, s.Item, s.Quantity - takenFrom[i].Sum())),
            whole.Demands.Select((d, i) => new NeededRow(d.Receiver, d.Item, d.Quantity - givenTo[i].Sum(), d.Priority, d.Weight)),
            Enumerable.Range(0, whole.LaneCount).Select(whole.Lane).Where(l => !closed.Contains((l.Supply, l.Demand))).Select(l => new LaneRow(whole.Supplies[l.Supply].Supplier, whole.Demands[l.Demand].Receiver, whole.Demands[l.Demand].Item, l.Cost)),
            result.Lines.Where(l => !closed.Contains(((int)l[0], (int)l[1]))).Select(l => new SentRow(whole.Supplies[(int)l[0]].Supplier, whole.Demands[(int)l[1]].Receiver, whole.Demands[(int)l[1]].Item, l[2])),
            result.Missed.Select((m, d) => (m, d)).Where(p => p.m > 0).Select(p => new MissedRow(whole.Demands[p.d].Receiver, whole.Demands[p.d].Item, whole.Demands[p.d].Priority, p.m)),
            result.SupplyPrices.Select((p, s) => new PriceRow(true, whole.Supplies[s].Supplier, whole.Supplies[s].Item, (int)p[0], p[1]))
                .Concat(result.DemandPrices.Select((p, d) => new PriceRow(false, whole.Demands[d].Receiver, whole.Demands[d].Item, (int)p[0], p[1]))));
        return PlanCertificate.Check(files, snapshot.Settings.IsFair).Problems;
    }

    private static List<string> Infeasible(PlanSnapshot snapshot, PlanResult result)
    {
        var (left, missing, problems) = (snapshot.Supplies.Select(s => (Int128)s.Quantity).ToArray(), snapshot.Needs.Select(n => (Int128)n.Quantity).ToArray(), new List<string>());
        var lots = (snapshot.Lots ?? []).ToDictionary(l => (l.Place, l.Item), l => l.Units);
        var fixedByHand = result.Pins.Select(p => (p.Supply, p.Demand)).ToHashSet();
        foreach (var line in result.Lines)
        {
            var from = snapshot.Supplies[(int)line[0]];
            if (lots.GetValueOrDefault((from.Place, from.Item)) > line[2] && !fixedByHand.Contains(((int)line[0], (int)line[1]))) problems.Add(string.Create(CultureInfo.InvariantCulture, $"Line of {line[2]} from supply {line[0]} to need {line[1]}: less than the supplier's minimum lot."));
            if (line[2] <= 0 || LaneCosts.Of(snapshot, snapshot.Supplies[(int)line[0]], snapshot.Needs[(int)line[1]]) is null) problems.Add(string.Create(CultureInfo.InvariantCulture, $"Line of {line[2]} from supply {line[0]} to need {line[1]}: not allowed."));
            left[line[0]] -= line[2];
            missing[line[1]] -= line[2];
        }
        for (var s = 0; s < left.Length; s++)
        {
            if (left[s] < 0) problems.Add(string.Create(CultureInfo.InvariantCulture, $"Supply {s} sends {-left[s]} more than it has."));
        }
        for (var d = 0; d < missing.Length; d++)
        {
            if (missing[d] != result.Missed[d]) problems.Add(string.Create(CultureInfo.InvariantCulture, $"Need {d} misses {missing[d]}, not {result.Missed[d]}."));
        }
        return [.. problems.Take(PlanCertificate.ProblemsMax)];
    }
}
