using Rongtong.Supplies.Items;

namespace Rongtong.Supplies.Planning;

/// <summary>One change by hand: a quantity fixes the line, 0 forbids it, null lets it go.</summary>
internal readonly record struct PinChange(int Supply, int Demand, long? Quantity);

/// <summary>How a change by hand ends, before anything is solved.</summary>
internal abstract record EditOutcome
{
    /// <summary>These lines are fixed now.</summary>
    public sealed record Accepted(IReadOnlyList<Pin> Pins) : EditOutcome;

    /// <summary>Somebody else changed the plan since the editor read it.</summary>
    public sealed record Stale(int Version) : EditOutcome;

    /// <summary>The plan was sent; what is left over is planned anew.</summary>
    public sealed record AlreadySent : EditOutcome;

    /// <summary>It cannot be. Reason is line, exchange, supply or need; Most is what could be fixed at most.</summary>
    public sealed record Refused(string Reason, PinChange Change, long Most) : EditOutcome;
}

/// <summary>What of a plan decides whether a change may be made.</summary>
internal sealed record PlanStanding(PlanSnapshot Snapshot, string State, int Version, IReadOnlyList<Pin> Pins);

/// <summary>Decides on changes by hand; pure. All of them or none.</summary>
internal static class EditPlan
{
    /// <summary>Changes in one go.</summary>
    public const int ChangesMax = 1_000;

    public static EditOutcome Decide(PlanStanding plan, int expectedVersion, IReadOnlyList<PinChange> changes)
    {
        if (plan.State != "draft") return new EditOutcome.AlreadySent();
        if (plan.Version != expectedVersion) return new EditOutcome.Stale(plan.Version);
        var snapshot = plan.Snapshot;
        var pins = plan.Pins.ToDictionary(p => (p.Supply, p.Demand), p => p.Quantity);
        foreach (var change in changes)
        {
            if ((uint)change.Supply >= (uint)snapshot.Supplies.Count || (uint)change.Demand >= (uint)snapshot.Needs.Count || change.Quantity is < 0) return new EditOutcome.Refused("line", change, 0);
            var (supply, need) = (snapshot.Supplies[change.Supply], snapshot.Needs[change.Demand]);
            if (LaneCosts.Of(snapshot, supply, need) is null || (snapshot.Settings.IsInPacks && supply.Item != need.Item) || Unit(supply.Item) != Unit(need.Item)) return new EditOutcome.Refused("exchange", change, 0);
            if (change.Quantity is { } quantity) pins[(change.Supply, change.Demand)] = quantity;
            else pins.Remove((change.Supply, change.Demand));
        }
        foreach (var change in changes.Where(c => c.Quantity > 0))
        {
            var mine = pins[(change.Supply, change.Demand)];
            var atSupply = snapshot.Supplies[change.Supply].Quantity - pins.Where(p => p.Key.Supply == change.Supply).Sum(p => p.Value) + mine;
            var atNeed = snapshot.Needs[change.Demand].Quantity - pins.Where(p => p.Key.Demand == change.Demand).Sum(p => p.Value) + mine;
            if (mine > atSupply) return new EditOutcome.Refused("supply", change, Math.Max(0, atSupply));
            if (mine > atNeed) return new EditOutcome.Refused("need", change, Math.Max(0, atNeed));
        }
        return new EditOutcome.Accepted([.. pins.Select(p => new Pin(p.Key.Supply, p.Key.Demand, p.Value)).OrderBy(p => p.Demand).ThenBy(p => p.Supply)]);
    }

    private static string? Unit(string item) => ItemCatalogue.Current.Find(item)?.UnitEn;
}
