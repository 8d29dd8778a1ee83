using Rongtong.Contracts.Registry;

namespace Rongtong.Outbreak.Cases;

/// <summary>The kinds of counts a series holds. All are cumulative in the source.</summary>
public enum CaseKind
{
    Confirmed,
    Suspected,
    Cured,
    Dead,
    Imported,
}

/// <summary>
/// One region's cumulative counts, one element per day from <see cref="FirstDay"/> without gaps; null where nothing was reported.
/// Before its first row a region has reported nothing and counts as having no case: sources list a region from its first case on.
/// </summary>
/// <param name="Region">Whose counts.</param>
/// <param name="FirstDay">The day of element 0.</param>
/// <param name="Counts">Cumulative counts by kind, all of one length; persons.</param>
public sealed record CaseSeries(RegionCode Region, DateOnly FirstDay, IReadOnlyDictionary<CaseKind, int?[]> Counts)
{
    /// <summary>Days covered.</summary>
    public int Length => Counts[CaseKind.Confirmed].Length;

    /// <summary>The last day covered.</summary>
    public DateOnly LastDay => FirstDay.AddDays(Length - 1);

    /// <summary>Position of a day, negative before the first and beyond the length after the last.</summary>
    public int IndexOf(DateOnly day) => day.DayNumber - FirstDay.DayNumber;

    /// <summary>The cumulative count on a day: a missing day repeats the last reported one; 0 before the first report; the last value after the end.</summary>
    public int CumulativeOn(CaseKind kind, DateOnly day)
    {
        var counts = Counts[kind];
        for (var i = Math.Min(IndexOf(day), counts.Length - 1); i >= 0; i--)
        {
            if (counts[i] is { } value) return value;
        }
        return 0;
    }

    /// <summary>The cumulative counts with missing days filled by the last report, as an array of <see cref="Length"/>.</summary>
    public int[] Carried(CaseKind kind)
    {
        var counts = Counts[kind];
        var carried = new int[counts.Length];
        var last = 0;
        for (var i = 0; i < counts.Length; i++) carried[i] = last = counts[i] ?? last;
        return carried;
    }

    /// <summary>The carried cumulative counts of any run of days: 0 before the first report, the last one after the last.</summary>
    public int[] CumulativeOver(CaseKind kind, DateOnly first, int days)
    {
        var counts = new int[days];
        var carried = Carried(kind);
        var shift = IndexOf(first);
        for (var i = Math.Max(0, -shift); i < days; i++) counts[i] = carried[Math.Min(i + shift, carried.Length - 1)];
        return counts;
    }

    /// <summary>
    /// New persons per day as the statistics take them: the rise of the carried cumulative count, 0 where it fell.
    /// A fall is a correction of earlier days that the source did not date; <see cref="SeriesFlag"/> marks it and nothing is subtracted.
    /// </summary>
    public int[] NewPerDay(CaseKind kind)
    {
        var carried = Carried(kind);
        var rise = new int[carried.Length];
        for (var i = 0; i < carried.Length; i++) rise[i] = Math.Max(0, carried[i] - (i == 0 ? 0 : carried[i - 1]));
        return rise;
    }

    /// <summary>The same series cut after a day; null when nothing of it is left.</summary>
    public CaseSeries? Until(DateOnly day)
    {
        var length = Math.Min(Length, IndexOf(day) + 1);
        return length <= 0 ? null : length == Length ? this : this with { Counts = Counts.ToDictionary(c => c.Key, c => c.Value[..length]) };
    }

    /// <summary>Builds a gapless series from dated rows of one region.</summary>
    public static CaseSeries From(RegionCode region, IReadOnlyList<CaseCount> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var first = rows.Min(r => r.Day);
        var length = rows.Max(r => r.Day).DayNumber - first.DayNumber + 1;
        var counts = Enum.GetValues<CaseKind>().ToDictionary(kind => kind, _ => new int?[length]);
        foreach (var row in rows)
        {
            var i = row.Day.DayNumber - first.DayNumber;
            counts[CaseKind.Confirmed][i] = row.Confirmed;
            counts[CaseKind.Suspected][i] = row.Suspected;
            counts[CaseKind.Cured][i] = row.Cured;
            counts[CaseKind.Dead][i] = row.Dead;
            counts[CaseKind.Imported][i] = row.Imported;
        }
        return new CaseSeries(region, first, counts);
    }
}

/// <summary>One region and day as reported: cumulative persons, null where not reported.</summary>
public sealed record CaseCount
{
    public string RegionCode { get; init; } = "";
    public DateOnly Day { get; init; }
    public int? Confirmed { get; init; }
    public int? Suspected { get; init; }
    public int? Cured { get; init; }
    public int? Dead { get; init; }
    public int? Imported { get; init; }
}
