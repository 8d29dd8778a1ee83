using System.Globalization;
using Rongtong.Allocation;
using Rongtong.Platform.Localisation;
using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Planning;

/// <summary>A sentence by its text key and facts.</summary>
internal sealed record Because(string TextKey, params object[] Facts)
{
    public string In(Texts texts) => texts[TextKey, Facts];
}

/// <summary>
/// Why the plan is as it is, from the prices that prove it: why from there, why this much, what would change it. Pure; the words are in the texts.
/// </summary>
internal static class ExplainPlan
{
    /// <summary>Others named who receive what a need waits for.</summary>
    private const int HoldersShown = 5;

    public static IReadOnlyList<Because> Line(SolvedPlan plan, SolvedLine line)
    {
        var snapshot = plan.Snapshot;
        var (supply, need) = (snapshot.Supplies[line.Supply], snapshot.Needs[line.Demand]);
        var facts = LaneCosts.Of(snapshot, supply, need)!.Value;
        var because = new List<Because> { new("supplies.plan.why.lane", Name(snapshot, supply.Place), facts.Kilometres, Day(facts.ArrivesOn), facts.Cost) };
        if (facts.DaysLate > 0) because.Add(new("supplies.plan.why.late", facts.DaysLate));
        if (supply.Item != need.Item) because.Add(new("supplies.plan.why.substitute", ItemCatalogue.Current.NameOf(supply.Item), ItemCatalogue.Current.NameOf(need.Item), ItemCatalogue.Current.MayReplace(need.Item, supply.Item, need.FrontLine)!.Why));
        if (supply.Source != "on_hand") because.Add(new("supplies.plan.why." + supply.Source, Day(supply.From)));
        if (snapshot.LotOf(supply) is > 0 and var lot) because.Add(new(line.Quantity >= lot ? "supplies.plan.why.lot" : "supplies.plan.why.lot.less", Name(snapshot, supply.Place), lot));
        if (plan.Result.Pins.Any(p => p.Supply == line.Supply && p.Demand == line.Demand))
        {
            because.Add(new(line.Quantity == 0 ? "supplies.plan.why.forbidden" : "supplies.plan.why.pinned", line.Quantity));
            return because;
        }
        if (plan.Explanation is not { } explanation || LaneOf(plan.Rest, line) is not { } lane)
        {
            because.Add(new("supplies.plan.why.coupled", Percent(plan.Result.Gap ?? 0)));
            return because;
        }
        var why = explanation.Line(new(lane, line.Quantity));
        if (why.NextBest is not { } next) because.Add(new("supplies.plan.why.only"));
        else
        {
            var other = Name(snapshot, snapshot.Supplies[plan.Rest.Lane(next.Lane).Supply].Place);
            because.Add(next.ExtraTier > 0 ? new("supplies.plan.why.next.tier", other, next.ExtraTier) : new("supplies.plan.why.next", other, (decimal)next.ExtraCost));
        }
        because.Add(plan.Result.Missed[line.Demand] > 0 ? new("supplies.plan.why.share", plan.Result.Missed[line.Demand]) : new("supplies.plan.why.whole"));
        because.Add(!why.IsSupplierExhausted ? new("supplies.plan.why.change.none", plan.Plan!.Unused[line.Supply])
            : why.SupplierPrice.Tier > 0 ? new("supplies.plan.why.change.tier", Name(snapshot, supply.Place), why.SupplierPrice.Tier)
            : new("supplies.plan.why.change.cost", Name(snapshot, supply.Place), (decimal)why.SupplierPrice.Cost));
        return because;
    }

    public static IReadOnlyList<Because> Need(SolvedPlan plan, int demand)
    {
        var snapshot = plan.Snapshot;
        var need = snapshot.Needs[demand];
        var missed = plan.Result.Missed[demand];
        var because = new List<Because> { new("supplies.plan.need.filled", need.Quantity - missed, need.Quantity, need.Tier) };
        if (need.AmountKind is not "known") because.Add(new("supplies.plan.basis." + need.Basis, need.Quantity, need.High is { } high ? high : "…"));
        if (missed == 0) return because;
        if (plan.Explanation is not { } explanation)
        {
            int[] lanes = [.. Enumerable.Range(0, plan.Rest.LaneCount).Where(l => plan.Rest.Lane(l).Demand == demand)];
            // Suppliers that could reach it and do not open a lot for what it still misses.
            foreach (var supply in lanes.Select(l => snapshot.Supplies[plan.Rest.Lane(l).Supply]).Where(s => snapshot.LotOf(s) > missed).DistinctBy(s => s.Place).Take(HoldersShown)) because.Add(new("supplies.plan.need.lot", Name(snapshot, supply.Place), snapshot.LotOf(supply), missed));
            because.Add(lanes.Length == 0 ? new("supplies.plan.need.no-lane") : new("supplies.plan.need.coupled", Percent(plan.Result.Gap ?? 0)));
            return because;
        }
        var why = explanation.Need(demand);
        if (why.Reason is UnmetReason.NoLane)
        {
            because.Add(new(plan.Result.Pins.Any(p => p.Demand == demand) ? "supplies.plan.need.pins" : "supplies.plan.need.no-lane"));
            return because;
        }
        because.Add(new("supplies.plan.need.exhausted", why.ReachableSupplies.Count));
        foreach (var holder in why.Holders.Take(HoldersShown))
        {
            because.Add(new(holder.Priority < need.Tier ? "supplies.plan.need.holder.before" : "supplies.plan.need.holder.same", Name(snapshot, snapshot.Needs[holder.Demand].Place), holder.Quantity, holder.Priority, Name(snapshot, snapshot.Supplies[holder.Supply].Place)));
        }
        if (why.CheapestRemedy is { } remedy) because.Add(new("supplies.plan.need.remedy", Name(snapshot, snapshot.Supplies[remedy].Place), missed, why.RemedyUnitCost));
        return because;
    }

    public static string Name(PlanSnapshot snapshot, int place) => snapshot.Places[place] is { Name.Length: > 0 } known ? known.Name : snapshot.Places[place].Code;

    private static int? LaneOf(AllocationProblem problem, SolvedLine line)
    {
        for (var lane = 0; lane < problem.LaneCount; lane++)
        {
            var (supply, demand, _) = problem.Lane(lane);
            if (supply == line.Supply && demand == line.Demand) return lane;
        }
        return null;
    }

    private static string Percent(decimal share) => share.ToString("0.###%", CultureInfo.InvariantCulture);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
