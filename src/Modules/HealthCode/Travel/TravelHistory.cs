using Rongtong.Contracts.Outbreak;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Facts;

namespace Rongtong.HealthCode.Travel;

/// <summary>What a visit counts for.</summary>
public enum VisitStanding
{
    /// <summary>The person was there.</summary>
    Visited,
    /// <summary>Less than four hours: passed through.</summary>
    PassedThrough,
    /// <summary>Too uncertain to count for anything.</summary>
    TooUncertain,
    /// <summary>The person says it is wrong.</summary>
    Disputed,
}

/// <summary>Why a place has a star, or none although a risk area is near.</summary>
public enum StarGround
{
    /// <summary>No risk area there.</summary>
    None,
    /// <summary>The place, known to the county or finer, is or lies in a risk area.</summary>
    Overlap,
    /// <summary>Only the city is known; a part of it is a risk area, and nothing says the person was in that part.</summary>
    OnlyCityKnown,
    /// <summary>In a risk area, but it does not count: see the standing.</summary>
    NotCounted,
}

/// <summary>Some days in one place, with everything that says so.</summary>
public sealed record VisitedPlace
{
    public required string RegionCode { get; init; }
    public required DateOnly FromDay { get; init; }
    public required DateOnly ToDay { get; init; }
    public required VisitStanding Standing { get; init; }

    /// <summary>The highest of its sources: agreeing sources are seldom independent.</summary>
    public required float Confidence { get; init; }

    /// <summary>Hours where every source tells them, else null.</summary>
    public int? Hours { get; init; }

    /// <summary>Neighbouring regions the telephone flickered into; they make the place itself uncertain.</summary>
    public IReadOnlyList<string> Flickered { get; init; } = [];

    /// <summary>Where it is known from, each once.</summary>
    public required IReadOnlyList<FactSource> Sources { get; init; }

    /// <summary>The facts it is made of.</summary>
    public required IReadOnlyList<PersonalFact> Facts { get; init; }

    /// <summary>Highest tier of the place, or of a part of it where only the city is known, on a day there or on the day asked for.</summary>
    public RiskTier Tier { get; init; }

    public StarGround Star { get; init; }

    public bool HasStar => Star is StarGround.Overlap;

    public bool IsConfirmed => Facts.Any(f => f.Detail.ConfirmedByPerson == true);

    /// <summary>True when it should be read with care.</summary>
    public bool IsUncertain => Flickered.Count > 0 || (Confidence < TravelHistory.CertainFrom && !IsConfirmed);
}

/// <summary>
/// The places of a person's last fourteen days. Pure.
/// <code>
/// trips: departure on the first day, arrival on the last ─┐
/// stays ──────────────────────────────────────────────────┴─> within the fourteen days
///   ──> disputed │ telephone flickering over a border taken into the longer stay
///   ──> sources of the same place and adjoining days joined; a coarser place whose days finer ones inside it explain is joined to them
///   ──> four hours, confidence ──> standing ──> star where a risk area overlaps at county level or finer
/// </code>
/// </summary>
public sealed record TravelHistory(DateOnly FromDay, DateOnly Day, IReadOnlyList<VisitedPlace> Places)
{
    /// <summary>Days looked back on, the day asked for included.</summary>
    public const int Days = 14;

    /// <summary>Below this a place is shown as uncertain.</summary>
    public const float CertainFrom = 0.8f;

    /// <summary>The places that count.</summary>
    public IEnumerable<VisitedPlace> Visited => Places.Where(p => p.Standing is VisitStanding.Visited);

    /// <summary>The fourteen days until <paramref name="day"/>.</summary>
    /// <param name="facts">Facts in force; see <see cref="InForce"/>.</param>
    /// <param name="day">Last of the days.</param>
    /// <param name="tiers">Risk areas as known.</param>
    /// <param name="regions">Which counties a city has.</param>
    /// <param name="areNeighbours">Whether a cell of the one region can be heard in the other.</param>
    public static TravelHistory Of(IEnumerable<PersonalFact> facts, DateOnly day, IRiskTierHistory tiers, IRegionTree regions, Func<string, string, bool> areNeighbours)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(tiers);
        ArgumentNullException.ThrowIfNull(regions);
        ArgumentNullException.ThrowIfNull(areNeighbours);
        var from = day.AddDays(1 - Days);
        var visits = facts.SelectMany(VisitsOf).Where(v => v.To >= from && v.From <= day)
            .Select(v => v with { From = Later(v.From, from), To = v.To < day ? v.To : day })
            .OrderBy(v => v.From).ThenBy(v => v.To).ThenBy(v => v.Region, StringComparer.Ordinal).ThenBy(v => v.Facts[0].Id).ToList();
        var disputed = visits.Where(v => v.Facts[0].IsDisputedAway).ToList();
        var counted = visits.Except(disputed).ToList();
        TakeFlickerIn(counted, areNeighbours);
        counted = JoinNested(JoinSame(counted));
        return new(from, day, [.. counted.Select(v => ToPlace(v, StandingOf(v), day, tiers, regions))
            .Concat(JoinSame(disputed).Select(v => ToPlace(v, VisitStanding.Disputed, day, tiers, regions)))
            .OrderByDescending(p => p.ToDay).ThenByDescending(p => p.FromDay).ThenBy(p => p.RegionCode, StringComparer.Ordinal).ThenBy(p => p.Standing)]);
    }

    /// <summary>The facts of a history that may speak on the day by what was known at the instant.</summary>
    public static IEnumerable<PersonalFact> InForce(PersonHistory person, DateOnly day, DateTimeOffset known)
    {
        ArgumentNullException.ThrowIfNull(person);
        return person.Facts.Where(f => ColourFacts.IsAdmissible(f, day, known, person.Appeals));
    }

    private static IEnumerable<Visit> VisitsOf(PersonalFact fact)
    {
        if (fact.Kind is not (FactKind.Trip or FactKind.Stay) || fact.RegionCode.Length < 2) yield break;
        if (fact.Kind is FactKind.Trip && fact.Detail.From is { Length: >= 2 } departure)
        {
            yield return new(departure, fact.FromDay, fact.FromDay, fact.Detail.Hours, [fact], []);
            yield return new(fact.RegionCode, fact.ToDay, fact.ToDay, fact.Detail.Hours, [fact], []);
        }
        else
            yield return new(fact.RegionCode, fact.FromDay, fact.ToDay, fact.Detail.Hours, [fact], []);
    }

    /// <summary>Takes what is the border and not the person into the longer stay next door.</summary>
    private static void TakeFlickerIn(List<Visit> visits, Func<string, string, bool> areNeighbours)
    {
        PersonalFact[] facts = [.. visits.Select(v => v.Facts[0]).Distinct()];
        for (var i = visits.Count - 1; i >= 0; i--)
        {
            var flicker = visits[i];
            if (TelephoneFlicker.Around(flicker.Facts[0], facts, areNeighbours) is not { } longer) continue;
            var around = visits.FindIndex(v => v != flicker && v.Facts.Contains(longer));
            visits[around] = visits[around] with { Facts = [.. visits[around].Facts, .. flicker.Facts], Flickered = [.. visits[around].Flickered, flicker.Region, .. flicker.Flickered] };
            visits.RemoveAt(i);
        }
    }

    private static List<Visit> JoinSame(List<Visit> visits)
    {
        var joined = new List<Visit>();
        foreach (var visit in visits)
        {
            var same = joined.FindIndex(j => j.Region == visit.Region && visit.From <= j.To.AddDays(1) && j.From <= visit.To.AddDays(1));
            if (same < 0) joined.Add(visit);
            else joined[same] = Join(joined[same], visit);
        }
        return joined;
    }

    /// <summary>A coarser place disappears where finer ones inside it explain each of its days; its facts go to all of them.</summary>
    private static List<Visit> JoinNested(List<Visit> visits)
    {
        foreach (var named in visits.OrderBy(v => v.Region.Length).ToList())
        {
            // A coarser one may have given it facts meanwhile.
            var coarse = visits.Single(v => (v.Region, v.From, v.To) == (named.Region, named.From, named.To));
            var finer = visits.Where(v => v.Region.Length > coarse.Region.Length && v.Region.StartsWith(coarse.Region, StringComparison.Ordinal)
                && StandingOf(v) is VisitStanding.Visited && v.From <= coarse.To && coarse.From <= v.To).ToList();
            var isExplained = Enumerable.Range(0, coarse.To.DayNumber - coarse.From.DayNumber + 1).Select(coarse.From.AddDays).All(d => finer.Any(f => f.From <= d && d <= f.To));
            if (finer.Count == 0 || !isExplained) continue;
            visits.Remove(coarse);
            foreach (var fine in finer) visits[visits.IndexOf(fine)] = fine with { Facts = [.. fine.Facts, .. coarse.Facts.Except(fine.Facts)], Flickered = [.. fine.Flickered.Union(coarse.Flickered)] };
        }
        return visits;
    }

    private static Visit Join(Visit a, Visit b) => new(a.Region, a.From < b.From ? a.From : b.From, Later(a.To, b.To),
        // Two short stays do not make a long one: four hours are four hours on end.
        a.Hours is { } h && b.Hours is { } k ? Math.Max(h, k) : null,
        [.. a.Facts, .. b.Facts.Except(a.Facts)], [.. a.Flickered.Union(b.Flickered)]);

    private static VisitStanding StandingOf(Visit visit)
    {
        // As for the colour: each fact counts by itself or not at all.
        var isLong = OwnFacts(visit).Where(f => f.Detail.Hours is null or >= ColourFacts.StayHoursMin).ToList();
        return isLong.Count == 0 ? VisitStanding.PassedThrough
            : isLong.All(f => f.Confidence < ColourFacts.ConfidenceMin) ? VisitStanding.TooUncertain
            : VisitStanding.Visited;
    }

    /// <summary>The facts about the place itself, without those of a neighbour that flickered.</summary>
    private static IEnumerable<PersonalFact> OwnFacts(Visit visit) =>
        visit.Facts.Where(f => IsNested(f.RegionCode, visit.Region) || (f.Detail.From is { Length: >= 2 } departure && IsNested(departure, visit.Region)));

    private static VisitedPlace ToPlace(Visit visit, VisitStanding standing, DateOnly day, IRiskTierHistory tiers, IRegionTree regions)
    {
        var code = new RegionCode(visit.Region);
        var counties = regions.ChildrenOf(code).Where(r => !r.IsStatistical).ToList();
        // Some cities have no counties: then the city is as fine as the tree goes.
        var isFine = (visit.Region.Length >= 6 && visit.Region.All(char.IsAsciiDigit)) || (visit.Region.Length == 4 && counties.Count == 0 && regions.Find(code) is { IsStatistical: false });
        var tier = TierOf(code, visit, day, tiers);
        if (!isFine)
        {
            foreach (var county in Below(code, regions))
            {
                var ofCounty = TierOf(county, visit, day, tiers);
                if (ofCounty > tier) tier = ofCounty;
            }
        }
        var star = tier < RiskTier.Medium ? StarGround.None : !isFine ? StarGround.OnlyCityKnown : standing is VisitStanding.Visited ? StarGround.Overlap : StarGround.NotCounted;
        return new()
        {
            RegionCode = visit.Region,
            FromDay = visit.From,
            ToDay = visit.To,
            Standing = standing,
            Confidence = OwnFacts(visit).Max(f => f.Confidence),
            Hours = visit.Hours,
            Flickered = visit.Flickered,
            Sources = [.. visit.Facts.Select(f => f.Source).Distinct().Order()],
            Facts = [.. visit.Facts.OrderBy(f => f.Id)],
            Tier = tier,
            Star = star,
        };
    }

    private static IEnumerable<RegionCode> Below(RegionCode code, IRegionTree regions) =>
        regions.ChildrenOf(code).Where(r => !r.IsStatistical).SelectMany(r => Below(r.Code, regions).Prepend(r.Code));

    private static RiskTier TierOf(RegionCode code, Visit visit, DateOnly day, IRiskTierHistory tiers)
    {
        var highest = tiers.On(code, day);
        for (var d = visit.From; d <= visit.To; d = d.AddDays(1))
        {
            var then = tiers.On(code, d);
            if (then > highest) highest = then;
        }
        return highest;
    }

    private static bool IsNested(string a, string b) => a.StartsWith(b, StringComparison.Ordinal) || b.StartsWith(a, StringComparison.Ordinal);

    private static DateOnly Later(DateOnly a, DateOnly b) => a > b ? a : b;

    private sealed record Visit(string Region, DateOnly From, DateOnly To, int? Hours, IReadOnlyList<PersonalFact> Facts, IReadOnlyList<string> Flickered);
}
