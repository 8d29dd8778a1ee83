namespace Rongtong.Supplies.Planning;

/// <summary>A fixed line in the words of any snapshot, and how much of it could be kept.</summary>
internal sealed record CarriedPin(string From, string To, string Item, long Asked, long Kept);

/// <summary>Finds the lines that a person fixed in a newer snapshot; pure. A line whose goods or whose need are gone is not kept; one for which less is left keeps that.</summary>
internal static class CarryPins
{
    public static (IReadOnlyList<PinChange> Kept, IReadOnlyList<CarriedPin> Lessened) Over(PlanSnapshot old, PlanSnapshot now, IReadOnlyList<Pin> pins)
    {
        var (kept, lessened) = (new List<PinChange>(), new List<CarriedPin>());
        if (pins.Count == 0) return (kept, lessened);
        var (supplies, needs) = (Index(now, now.Supplies.Count, SupplyKey), Index(now, now.Needs.Count, NeedKey));
        foreach (var pin in pins)
        {
            var line = Find(old, supplies, needs, pin.Supply, pin.Demand) is { } found ? Fit(now, kept, found with { Quantity = pin.Quantity }) : null;
            if (line is { } fits) kept.Add(fits);
            if (line?.Quantity != pin.Quantity) lessened.Add(new(Code(old, old.Supplies[pin.Supply].Place), Code(old, old.Needs[pin.Demand].Place), old.Supplies[pin.Supply].Item, pin.Quantity, line?.Quantity ?? 0));
        }
        return (kept, lessened);
    }

    /// <summary>A change that was made on one snapshot, as a change of a newer one; null where its goods or its need are gone.</summary>
    public static PinChange? Translate(PlanSnapshot old, PlanSnapshot now, PinChange change) =>
        (uint)change.Supply >= (uint)old.Supplies.Count || (uint)change.Demand >= (uint)old.Needs.Count ? null
        : Find(old, Index(now, now.Supplies.Count, SupplyKey), Index(now, now.Needs.Count, NeedKey), change.Supply, change.Demand) is { } found ? found with { Quantity = change.Quantity } : null;

    private static PinChange? Find(PlanSnapshot old, Dictionary<string, int> supplies, Dictionary<string, int> needs, int supply, int demand) =>
        supplies.TryGetValue(SupplyKey(old, supply), out var s) && needs.TryGetValue(NeedKey(old, demand), out var d) ? new(s, d, null) : null;

    private static PinChange? Fit(PlanSnapshot now, List<PinChange> before, PinChange wanted)
    {
        Pin[] standing = [.. before.Select(p => new Pin(p.Supply, p.Demand, p.Quantity!.Value))];
        var plan = new PlanStanding(now, "draft", 1, standing);
        return EditPlan.Decide(plan, 1, [wanted]) switch
        {
            EditOutcome.Accepted => wanted,
            EditOutcome.Refused { Reason: "supply" or "need", Most: > 0 } less when EditPlan.Decide(plan, 1, [wanted with { Quantity = less.Most }]) is EditOutcome.Accepted => wanted with { Quantity = less.Most },
            _ => null,
        };
    }

    private static Dictionary<string, int> Index(PlanSnapshot snapshot, int count, Func<PlanSnapshot, int, string> key)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++) index.TryAdd(key(snapshot, i), i);
        return index;
    }

    /// <summary>Goods on hand are there today whichever day it is; those to be made are those of one day.</summary>
    private static string SupplyKey(PlanSnapshot snapshot, int supply)
    {
        var s = snapshot.Supplies[supply];
        return FormattableString.Invariant($"{Code(snapshot, s.Place)}|{s.Item}|{s.Source}|{s.Expires:yyyyMMdd}|{(s.Source == "on_hand" ? null : s.From):yyyyMMdd}");
    }

    private static string NeedKey(PlanSnapshot snapshot, int demand)
    {
        var n = snapshot.Needs[demand];
        return n.NeedId is { } id ? FormattableString.Invariant($"{id}") : FormattableString.Invariant($"{Code(snapshot, n.Place)}|{n.Item}");
    }

    private static string Code(PlanSnapshot snapshot, int place) => snapshot.Places[place].Code;
}
