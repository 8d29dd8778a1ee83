using Rongtong.HealthCode.Facts;

namespace Rongtong.HealthCode.Travel;

/// <summary>
/// A short stay told by a telephone alone, inside the days of a longer one next door told by it too, is the border and not the person. Neither the
/// travel history nor the colour takes it for a visit.
/// </summary>
internal static class TelephoneFlicker
{
    /// <summary>Most hours that a telephone's stay across a border may last and still be flickering.</summary>
    public const int HoursMax = 12;

    /// <summary>The longer stay next door that explains the fact; null where it stands for itself.</summary>
    public static PersonalFact? Around(PersonalFact fact, IReadOnlyList<PersonalFact> facts, Func<string, string, bool> areNeighbours)
    {
        if (!IsTelephoneAlone(fact) || fact.Detail.Hours is not <= HoursMax) return null;
        PersonalFact? around = null;
        foreach (var other in facts)
        {
            if (ReferenceEquals(other, fact)) continue;
            // Tickets or the person's own word for the place make it a visit.
            if (!IsTelephoneAlone(other) && other.Kind is FactKind.Trip or FactKind.Stay && other.FromDay <= fact.ToDay && fact.FromDay <= other.ToDay && Names(other, fact.RegionCode)) return null;
            if (around is null && IsTelephoneAlone(other) && IsAround(other, fact) && !IsNested(other.RegionCode, fact.RegionCode) && areNeighbours(other.RegionCode, fact.RegionCode)) around = other;
        }
        return around;
    }

    private static bool Names(PersonalFact fact, string region) => IsNested(fact.RegionCode, region) || fact.Detail.From is { Length: >= 2 } from && IsNested(from, region);

    private static bool IsNested(string a, string b) => a.StartsWith(b, StringComparison.Ordinal) || b.StartsWith(a, StringComparison.Ordinal);

    /// <summary>Days around the flicker, and longer: by days, else by hours.</summary>
    private static bool IsAround(PersonalFact around, PersonalFact flicker) =>
        around.FromDay <= flicker.FromDay && flicker.ToDay <= around.ToDay && (around.Detail.Hours ?? int.MaxValue) > flicker.Detail.Hours!.Value;

    private static bool IsTelephoneAlone(PersonalFact fact) => fact.Kind is FactKind.Stay && fact.IsLocationDerived && fact.RegionCode.Length >= 2 && fact.Detail.ConfirmedByPerson is null;
}
