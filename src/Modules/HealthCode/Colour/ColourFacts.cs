using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.CheckIn;
using Rongtong.HealthCode.Facts;
using Rongtong.HealthCode.Travel;
using Rongtong.Rules;

namespace Rongtong.HealthCode.Colour;

/// <summary>An appeal, as far as it decides whether a fact has effect.</summary>
public sealed record AppealState(long FactId, DateTimeOffset FiledAt, DateTimeOffset DueAt, DateTimeOffset DecidedAt, bool IsUpheld);

/// <summary>Everything about one person that a colour depends on; later knowledge is in it, and left out by the instant asked for.</summary>
public sealed record PersonHistory(IReadOnlyList<PersonalFact> Facts, IReadOnlyList<DailyCheckIn> CheckIns, IReadOnlyList<AppealState> Appeals)
{
    /// <summary>Nothing known.</summary>
    public static PersonHistory Empty { get; } = new([], [], []);
}

/// <summary>
/// The facts that the colour rules read of one person on one day, as known at one instant. Pure.
/// <code>
/// facts ──> admissible: recorded, approved, not withdrawn, not expired, not lost by appeal
///   ──> grounds: the last day of each kind of danger, with the fact that proves it
///   ──> days since, and days with a normal check-in since
/// </code>
/// A scan of a venue is no ground for anything, and a telephone's stay is a ground of its own kind only: neither can be made stricter by the rules'
/// text, because the rules never see it as anything else.
/// </summary>
public sealed class ColourFacts
{
    /// <summary>Hours in a place below which a person passed through.</summary>
    public const int StayHoursMin = 4;

    /// <summary>Stays less certain than this prove nothing.</summary>
    public const float ConfidenceMin = 0.5f;

    private const int Grounds = 5;
    private const int Contact = 0, HighRisk = 1, MediumRisk = 2, LocationRisk = 3, Symptomatic = 4;

    private readonly Ground[] _grounds = new Ground[Grounds];

    private ColourFacts() { }

    /// <summary>The fact behind each truth, 0 for none: declaration, confirmed, suspected, positive test, isolation, negative test.</summary>
    private long _declared, _confirmed, _suspected, _positive, _isolated, _negative;

    /// <summary>Reads the history.</summary>
    public static ColourFacts On(DateOnly day, DateTimeOffset known, PersonHistory person, IRiskTierHistory tiers, Func<string, string, bool> areNeighbours)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(tiers);
        var facts = new ColourFacts();
        var released = DateOnly.MinValue;
        var (negativeDay, symptomDay) = (DateOnly.MinValue, DateOnly.MinValue);
        foreach (var fact in person.Facts)
        {
            if (fact.Kind is FactKind.Release && fact.FromDay <= day && fact.FromDay > released && IsAdmissible(fact, day, known, person.Appeals)) released = fact.FromDay;
        }
        foreach (var fact in person.Facts)
        {
            if (fact.FromDay > day || !IsAdmissible(fact, day, known, person.Appeals)) continue;
            var isReleased = released >= fact.FromDay;
            switch (fact.Kind)
            {
                case FactKind.SelfReport:
                    facts._declared = fact.Id;
                    if (fact.Detail.KnowsContact == true) facts.Raise(Contact, fact.FromDay, fact.Id);
                    if (fact.Detail.Symptoms is > 0) facts.Raise(Symptomatic, fact.FromDay, fact.Id);
                    break;
                case FactKind.Diagnosis when !isReleased:
                    if (fact.Detail.Confirmed == true) facts._confirmed = fact.Id;
                    else facts._suspected = fact.Id;
                    break;
                case FactKind.TestResult when fact.Detail.Positive == true:
                    if (!isReleased) facts._positive = fact.Id;
                    break;
                case FactKind.TestResult:
                    if (fact.FromDay >= negativeDay) (negativeDay, facts._negative) = (fact.FromDay, fact.Id);
                    break;
                case FactKind.IsolationOrder when !isReleased && fact.ToDay >= day:
                    facts._isolated = fact.Id;
                    break;
                case FactKind.Exposure:
                    facts.Raise(Contact, fact.ToDay < day ? fact.ToDay : day, fact.Id);
                    break;
                case FactKind.Trip or FactKind.Stay when !fact.IsDisputedAway && fact.Confidence >= ConfidenceMin && fact.Detail.Hours is null or >= StayHoursMin:
                    if (fact.IsLocationDerived && TelephoneFlicker.Around(fact, [.. person.Facts.Where(f => IsAdmissible(f, day, known, person.Appeals) && !f.IsDisputedAway)], areNeighbours) is not null) break;
                    facts.AddPlace(fact, fact.RegionCode, day, tiers);
                    if (fact.Detail.From is { Length: > 0 } from) facts.AddPlace(fact, from, day, tiers);
                    break;
            }
        }
        foreach (var checkIn in person.CheckIns)
        {
            if (checkIn.Day > day || checkIn.RecordedAt > known) continue;
            if (!checkIn.IsNormal && !IsOverruled(checkIn, person.CheckIns, known)) facts.Raise(Symptomatic, checkIn.Day, 0);
        }
        symptomDay = facts._grounds[Symptomatic].Day;
        if (negativeDay < symptomDay || symptomDay == default) facts._negative = 0;
        for (var ground = 0; ground < Grounds; ground++) facts.CountCheckIns(ground, day, known, person.CheckIns);
        facts._day = day;
        return facts;
    }

    private DateOnly _day;

    /// <summary>True when some ground is there, so that the mere passing of days may change the colour.</summary>
    public bool HasGrounds
    {
        get
        {
            foreach (var ground in _grounds)
            {
                if (ground.Day != default) return true;
            }
            return false;
        }
    }

    /// <summary>Values in the order of the shipped table's declarations; the fast way.</summary>
    public void Fill(Value[] slots)
    {
        ArgumentNullException.ThrowIfNull(slots);
        slots[0] = Value.Of(_declared != 0);
        slots[1] = Value.Of(_confirmed != 0);
        slots[2] = Value.Of(_suspected != 0);
        slots[3] = Value.Of(_positive != 0);
        slots[4] = Value.Of(_isolated != 0);
        for (var i = 0; i < Grounds; i++)
        {
            slots[5 + i * 2] = Value.Of(_grounds[i].DaysSince(_day));
            slots[6 + i * 2] = Value.Of(_grounds[i].CheckIns);
        }
        slots[15] = Value.Of(_negative != 0);
    }

    /// <summary>Number of values that <see cref="Fill"/> writes.</summary>
    public const int Slots = 16;

    /// <summary>Values by name with the ids of the facts behind them, for an explanation.</summary>
    public IReadOnlyDictionary<string, Fact> Named()
    {
        var named = new Dictionary<string, Fact>
        {
            ["declared"] = Truth(_declared),
            ["confirmedCase"] = Truth(_confirmed),
            ["suspectedCase"] = Truth(_suspected),
            ["positiveTest"] = Truth(_positive),
            ["isolationOrder"] = Truth(_isolated),
        };
        string[] names = ["Contact", "HighRisk", "MediumRisk", "LocationRisk", "Symptoms"];
        for (var i = 0; i < Grounds; i++)
        {
            string[] sources = _grounds[i].FactId == 0 ? [] : [SourceOf(_grounds[i].FactId)];
            named["daysSince" + names[i]] = Fact.Of(_grounds[i].DaysSince(_day), sources);
            named["checkInsSince" + names[i]] = Fact.Of(_grounds[i].CheckIns);
        }
        named["negativeTestSinceSymptoms"] = Truth(_negative);
        return named;
    }

    /// <summary>How a fact is named as the source of a value.</summary>
    public static string SourceOf(long factId) => "fact:" + factId.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether a fact may speak on the day, by what was known at the instant.</summary>
    public static bool IsAdmissible(PersonalFact fact, DateOnly day, DateTimeOffset known, IReadOnlyList<AppealState> appeals)
    {
        ArgumentNullException.ThrowIfNull(fact);
        ArgumentNullException.ThrowIfNull(appeals);
        if (fact.RecordedAt > known || fact.WithdrawnAt <= known || fact.ApprovedAt > known || fact.ExpiresOn < day) return false;
        foreach (var appeal in appeals)
        {
            if (appeal.FactId != fact.Id || appeal.FiledAt > known) continue;
            // Decided: as decided. Not decided when it was due: the unproven fact yields until somebody decides.
            if (appeal.DecidedAt <= known ? appeal.IsUpheld : appeal.DueAt <= known) return false;
        }
        return true;
    }

    private void AddPlace(PersonalFact fact, string region, DateOnly day, IRiskTierHistory tiers)
    {
        // The tier on the last day there decides, or today's when it rose afterwards while the person's fortnight runs.
        var last = fact.ToDay < day ? fact.ToDay : day;
        var (then, now) = (tiers.On(new RegionCode(region), last), tiers.On(new RegionCode(region), day));
        var tier = then > now ? then : now;
        if (tier < RiskTier.Medium) return;
        Raise(fact.IsLocationDerived ? LocationRisk : tier is RiskTier.High ? HighRisk : MediumRisk, last, fact.Id);
    }

    /// <summary>A later check-in of the same day takes an earlier one's place.</summary>
    private static bool IsOverruled(DailyCheckIn checkIn, IReadOnlyList<DailyCheckIn> all, DateTimeOffset known)
    {
        foreach (var other in all)
        {
            if (other.Day == checkIn.Day && other.RecordedAt > checkIn.RecordedAt && other.RecordedAt <= known) return true;
        }
        return false;
    }

    private void Raise(int ground, DateOnly day, long factId)
    {
        if (day >= _grounds[ground].Day) _grounds[ground] = new(day, factId, 0);
    }

    private void CountCheckIns(int ground, DateOnly day, DateTimeOffset known, IReadOnlyList<DailyCheckIn> checkIns)
    {
        if (_grounds[ground].Day == default) return;
        var counted = 0;
        foreach (var checkIn in checkIns)
        {
            // The day of the ground itself does not count, nor does one whose last word was not normal.
            if (checkIn.Day > _grounds[ground].Day && checkIn.Day <= day && checkIn.RecordedAt <= known && checkIn.IsNormal && !IsOverruled(checkIn, checkIns, known)) counted++;
        }
        _grounds[ground] = _grounds[ground] with { CheckIns = counted };
    }

    private static Fact Truth(long factId) => Fact.Of(factId != 0, factId == 0 ? [] : [SourceOf(factId)]);

    private readonly record struct Ground(DateOnly Day, long FactId, int CheckIns)
    {
        public int DaysSince(DateOnly day) => Day == default ? -1 : day.DayNumber - Day.DayNumber;
    }
}
