using Rongtong.Contracts.Outbreak;
using Rongtong.HealthCode.CheckIn;
using Rongtong.Rules;

namespace Rongtong.HealthCode.Colour;

/// <summary>The colour of a code.</summary>
public enum Colour
{
    /// <summary>No declaration yet: there is no code to show.</summary>
    Undeclared,
    /// <summary>Nothing known restricts.</summary>
    Green,
    /// <summary>Seven days.</summary>
    Yellow,
    /// <summary>Fourteen days, or until released.</summary>
    Red,
}

/// <summary>
/// The one way to a colour: a pure function of a person's history, the tiers, the rules, the day and the instant of knowledge. Nothing else makes or
/// sets one; what is stored of it is a copy that may be thrown away.
/// </summary>
/// <param name="rules">The table in force on the day.</param>
/// <param name="tiers">Tiers as known at the instant.</param>
/// <param name="areNeighbours">Whether a cell of the one region can be heard in the other, as <see cref="Travel.OutlineNeighbours"/> knows it.</param>
public sealed class ColourOf(DecisionTable rules, IRiskTierHistory tiers, Func<string, string, bool> areNeighbours)
{
    /// <summary>Days looked ahead for the day on which a colour changes; beyond, it is said to have no end.</summary>
    public const int LookAheadDays = 60;

    private readonly Value[] _slots = new Value[ColourFacts.Slots];

    /// <summary>The rules used.</summary>
    public DecisionTable Rules { get; } = rules;

    /// <summary>The colour on a day as known at an instant.</summary>
    public Colour Of(PersonHistory person, DateOnly day, DateTimeOffset known)
    {
        ColourFacts.On(day, known, person, tiers, areNeighbours).Fill(_slots);
        return Parse(Rules.Decide(_slots));
    }

    /// <summary>The trace of the decision.</summary>
    public Trace Explain(PersonHistory person, DateOnly day, DateTimeOffset known) => Rules.Explain(ColourFacts.On(day, known, person, tiers, areNeighbours).Named());

    /// <summary>
    /// The first day on which the colour differs when nothing new is recorded, at most <see cref="LookAheadDays"/> ahead; that bound itself where it stays.
    /// </summary>
    public DateOnly ChangesOn(PersonHistory person, DateOnly day, DateTimeOffset known)
    {
        ArgumentNullException.ThrowIfNull(person);
        var facts = ColourFacts.On(day, known, person, tiers, areNeighbours);
        facts.Fill(_slots);
        var now = Parse(Rules.Decide(_slots));
        // Without a ground only a fact that begins or ends can change anything: most people have one declaration, and two days are looked at, not sixty.
        var days = facts.HasGrounds ? Enumerable.Range(1, LookAheadDays - 1).Select(day.AddDays) : TurningDays(person, day);
        foreach (var then in days)
        {
            if (Of(person, then, known) != now) return then;
        }
        return day.AddDays(LookAheadDays);
    }

    /// <summary>The way to green: the first day that is green if the person checks in normally every day from today on, and how many check-ins that takes. Null when none within the look-ahead is.</summary>
    public (DateOnly Day, int CheckIns)? WayToGreen(PersonHistory person, DateOnly day, DateTimeOffset known)
    {
        ArgumentNullException.ThrowIfNull(person);
        // What was said later is not hoped for: a replay must not know it.
        var hoped = person.CheckIns.Where(c => c.RecordedAt <= known).ToList();
        var added = 0;
        for (var ahead = 0; ahead < LookAheadDays; ahead++)
        {
            var then = day.AddDays(ahead);
            if (Of(person with { CheckIns = hoped }, then, known) is Colour.Green) return (then, added);
            if (hoped.Any(c => c.Day == then && c.IsNormal)) continue;
            hoped.Add(new DailyCheckIn(then, 365, Symptoms.None, known));
            added++;
            if (Of(person with { CheckIns = hoped }, then, known) is Colour.Green) return (then, added);
        }
        return null;
    }

    private static IEnumerable<DateOnly> TurningDays(PersonHistory person, DateOnly day)
    {
        var last = day.AddDays(LookAheadDays);
        var days = new SortedSet<DateOnly>();
        foreach (var fact in person.Facts)
        {
            foreach (var then in (DateOnly[])[fact.FromDay, fact.ToDay.AddDays(1), fact.ExpiresOn.AddDays(1)])
            {
                if (then > day && then < last) days.Add(then);
            }
        }
        return days;
    }

    /// <summary>The colour of an outcome's name; anything else than one of ours fails closed, as red.</summary>
    public static Colour Parse(Decision decision) => decision is not Decision.Decided decided ? Colour.Red : decided.Outcome switch
    {
        "green" => Colour.Green,
        "yellow" => Colour.Yellow,
        "undeclared" => Colour.Undeclared,
        _ => Colour.Red,
    };
}
