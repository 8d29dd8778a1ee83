namespace Rongtong.Supplies.Households;

/// <summary>What a wanted step is to an order.</summary>
internal enum StepKind
{
    /// <summary>It may be taken.</summary>
    Taken,
    /// <summary>It has been taken: a second scan, a second tap. Nothing changes.</summary>
    Already,
    /// <summary>It does not follow.</summary>
    Refused,
}

/// <summary>
/// The way of an order.
/// <code>
/// ordered ──> packed ──> out ──> left ──> collected
///    │         │  ^        │       │
///    └─> cancelled <─┘     └─> returned <─┘
///                 └── again, in another window ──┘   the goods stay packed: they are counted once
/// </code>
/// </summary>
internal static class OrderSteps
{
    public static readonly string[] All = ["ordered", "packed", "out", "left", "collected", "returned", "cancelled"];

    private static readonly string[] s_way = ["ordered", "packed", "out", "left", "collected"];

    public static StepKind Of(string state, string wanted)
    {
        if (state == wanted) return StepKind.Already;
        var (from, to) = (Array.IndexOf(s_way, state), Array.IndexOf(s_way, wanted));
        if (from >= 0 && to >= 0) return to == from + 1 ? StepKind.Taken : to < from ? StepKind.Already : StepKind.Refused;
        return (state, wanted) is ("ordered" or "packed", "cancelled") or ("out" or "left", "returned") ? StepKind.Taken : StepKind.Refused;
    }
}
