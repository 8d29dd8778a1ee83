using Rongtong.Supplies.Stock;

namespace Rongtong.Supplies.Dispatch;

/// <summary>For whom an actor may speak; planners of a region speak for the places in it.</summary>
[Flags]
internal enum Voices
{
    None = 0,
    Supplier = 1,
    Carrier = 2,
    Receiver = 4,
    Planner = 8,
    /// <summary>The clock.</summary>
    System = 16,
}

/// <summary>What somebody says of a consignment.</summary>
internal abstract record StepInput
{
    /// <summary>The supplier keeps the promise.</summary>
    public sealed record Confirm : StepInput;

    /// <summary>The supplier cannot; no reason is asked for.</summary>
    public sealed record Decline : StepInput;

    /// <summary>The planner takes it back.</summary>
    public sealed record Cancel : StepInput;

    /// <summary>Nobody confirmed in time.</summary>
    public sealed record Lapse : StepInput;

    /// <summary>It is on the truck.</summary>
    public sealed record Ship : StepInput;

    /// <summary>The truck is there.</summary>
    public sealed record Arrive : StepInput;

    /// <summary>The receiver took over so much. Reason is damaged, lost, short or over where it is not what was sent, else null.</summary>
    public sealed record Receive(long Quantity, string? Reason) : StepInput;

    /// <summary>It will not come.</summary>
    public sealed record Lose : StepInput;
}

/// <summary>What follows from a step.</summary>
internal abstract record StepOutcome
{
    /// <summary>The consignment goes on. Loads is true where a receipt shows that it was loaded although nobody told.</summary>
    public sealed record Moved(string State, bool Loads = false) : StepOutcome;

    /// <summary>It has gone further already; the time of what was told late is added, nothing else.</summary>
    public sealed record Noted : StepOutcome;

    /// <summary>That is so already.</summary>
    public sealed record Already : StepOutcome;

    /// <summary>Another told a different end before; this is kept beside it and not applied.</summary>
    public sealed record Contradicts : StepOutcome;

    /// <summary>The reservation ran out before it was confirmed; the goods are free again.</summary>
    public sealed record Expired : StepOutcome;

    /// <summary>Not possible in this state.</summary>
    public sealed record WrongState(string State) : StepOutcome;

    /// <summary>It is on no truck yet.</summary>
    public sealed record NoOrder : StepOutcome;

    /// <summary>Not for this actor to say.</summary>
    public sealed record NotYours : StepOutcome;

    /// <summary>A field is outside its limits, or a difference has no reason.</summary>
    public sealed record Invalid(string Field) : StepOutcome;
}

/// <summary>
/// The rules of a consignment's life, without a database.
/// <code>
///              confirm          ship (on a truck)   arrive        receive
/// reserved ──────────> confirmed ────────> shipped ──────> arrived ──────> received
///    └─ decline, cancel, lapse ┘               └─────────────┴── lose ──> lost
/// </code>
/// Scans come late and in any order: who receives what nobody reported as shipped shows that it was, and the report that comes afterwards adds its
/// time and nothing else. Every order of the same scans ends in the same state.
/// </summary>
internal static class Transition
{
    public static StepOutcome Of(Consignment c, StepInput input, Voices voices, DateTimeOffset now) => Allowed(input, voices) ? Step(c, input, now) : new StepOutcome.NotYours();

    private static bool Allowed(StepInput input, Voices voices) => (voices & (input switch
    {
        StepInput.Confirm or StepInput.Decline => Voices.Supplier,
        StepInput.Cancel => Voices.Planner,
        StepInput.Lapse => Voices.System,
        StepInput.Ship => Voices.Supplier | Voices.Carrier,
        StepInput.Arrive => Voices.Carrier | Voices.Receiver,
        StepInput.Receive => Voices.Receiver,
        _ => Voices.Carrier | Voices.Planner,
    })) != 0;

    private static StepOutcome Step(Consignment c, StepInput input, DateTimeOffset now) => (input, c.State) switch
    {
        (StepInput.Receive receive, _) when Fault(c, receive) is { } field => new StepOutcome.Invalid(field),

        (StepInput.Confirm, "reserved") => c.ReservedUntil <= now ? new StepOutcome.Expired() : new StepOutcome.Moved("confirmed"),
        (StepInput.Confirm, "lapsed") => new StepOutcome.Expired(),
        (StepInput.Confirm, "confirmed" or "shipped" or "arrived" or "received") => new StepOutcome.Already(),
        (StepInput.Decline, "reserved" or "confirmed") => new StepOutcome.Moved("declined"),
        (StepInput.Decline, "declined" or "lapsed") => new StepOutcome.Already(),
        (StepInput.Cancel, "reserved" or "confirmed") => new StepOutcome.Moved("cancelled"),
        (StepInput.Cancel, "cancelled") => new StepOutcome.Already(),
        (StepInput.Lapse, "reserved") => c.ReservedUntil <= now ? new StepOutcome.Moved("lapsed") : new StepOutcome.WrongState("reserved"),

        (StepInput.Ship or StepInput.Arrive or StepInput.Receive, "confirmed") when c.OrderId is null => new StepOutcome.NoOrder(),
        (StepInput.Ship, "confirmed") => new StepOutcome.Moved("shipped", Loads: true),
        (StepInput.Ship, "shipped" or "arrived" or "received" or "lost") => c.ShippedAt is null ? new StepOutcome.Noted() : new StepOutcome.Already(),
        (StepInput.Arrive, "confirmed") => new StepOutcome.Moved("arrived", Loads: true),
        (StepInput.Arrive, "shipped") => new StepOutcome.Moved("arrived"),
        (StepInput.Arrive, "arrived" or "received") => c.ArrivedAt is null ? new StepOutcome.Noted() : new StepOutcome.Already(),
        (StepInput.Arrive, "lost") => new StepOutcome.Contradicts(),
        (StepInput.Receive, "confirmed") => new StepOutcome.Moved("received", Loads: true),
        (StepInput.Receive, "shipped" or "arrived") => new StepOutcome.Moved("received"),
        (StepInput.Receive again, "received") => again.Quantity == c.ReceivedQuantity && again.Reason == c.DifferenceReason ? new StepOutcome.Already() : new StepOutcome.Contradicts(),
        (StepInput.Receive, "lost") => new StepOutcome.Contradicts(),
        (StepInput.Lose, "shipped" or "arrived") => new StepOutcome.Moved("lost"),
        (StepInput.Lose, "lost") => new StepOutcome.Already(),
        (StepInput.Lose, "received") => new StepOutcome.Contradicts(),
        _ => new StepOutcome.WrongState(c.State),
    };

    private static string? Fault(Consignment c, StepInput.Receive receive) =>
        receive.Quantity is < 0 or > Ledger.QuantityMax ? "quantity"
        : receive.Quantity == c.Quantity ? (receive.Reason is null ? null : "reason")
        : receive.Quantity > c.Quantity ? (receive.Reason == "over" ? null : "reason")
        : receive.Reason is "damaged" or "lost" or "short" ? null : "reason";
}
