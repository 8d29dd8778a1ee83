using Rongtong.Contracts.Registry;

namespace Rongtong.Outbreak.Cases;

/// <summary>What is odd about a series; shown at the day on every curve and in the import report, never smoothed away.</summary>
public enum SeriesOddity
{
    /// <summary>A cumulative count is lower than the day before.</summary>
    Fall,
    /// <summary>A day's rise is out of all proportion to the days around it: a change of definition or a backlog.</summary>
    Jump,
    /// <summary>No report for one or more days inside the series.</summary>
    MissingDays,
    /// <summary>The regions below add up to another number than the region itself reports.</summary>
    SumDiffers,
}

/// <summary>One oddity.</summary>
/// <param name="Region">Where.</param>
/// <param name="Day">On which day, for missing days the first of them.</param>
/// <param name="Kind">In which count.</param>
/// <param name="Oddity">What.</param>
/// <param name="Value">The reported value; for missing days how many.</param>
/// <param name="Expected">What it is compared with: yesterday's count, the usual rise, the sum of the parts; 0 for missing days.</param>
public sealed record SeriesFlag(RegionCode Region, DateOnly Day, CaseKind Kind, SeriesOddity Oddity, int Value, int Expected)
{
    /// <summary>A rise counts as a jump from this many persons on; smaller ones happen in every outbreak.</summary>
    public const int JumpMinimum = 200;

    /// <summary>… and when it is at least this many times the largest rise of the week before.</summary>
    public const int JumpFactor = 4;

    /// <summary>Falls, jumps and missing days of one series, by day.</summary>
    public static IReadOnlyList<SeriesFlag> Find(CaseSeries series)
    {
        ArgumentNullException.ThrowIfNull(series);
        var flags = new List<SeriesFlag>();
        foreach (var kind in new[] { CaseKind.Confirmed, CaseKind.Cured, CaseKind.Dead })
        {
            var counts = series.Counts[kind];
            var carried = series.Carried(kind);
            for (var i = 1; i < counts.Length; i++)
            {
                if (counts[i] is not { } value) continue;
                var rise = value - carried[i - 1];
                if (rise < 0) flags.Add(new(series.Region, series.FirstDay.AddDays(i), kind, SeriesOddity.Fall, value, carried[i - 1]));
                if (rise < JumpMinimum || i < 7) continue;
                var usual = 0;
                for (var j = i - 6; j < i; j++) usual = Math.Max(usual, carried[j] - carried[j - 1]);
                if (rise >= (long)JumpFactor * usual) flags.Add(new(series.Region, series.FirstDay.AddDays(i), kind, SeriesOddity.Jump, rise, usual));
            }
        }
        var confirmed = series.Counts[CaseKind.Confirmed];
        for (var i = 0; i < confirmed.Length; i++)
        {
            if (confirmed[i] is not null) continue;
            var end = i;
            while (end < confirmed.Length && confirmed[end] is null) end++;
            flags.Add(new(series.Region, series.FirstDay.AddDays(i), CaseKind.Confirmed, SeriesOddity.MissingDays, end - i, 0));
            i = end;
        }
        return [.. flags.OrderBy(f => f.Day)];
    }

    /// <summary>Days on which the confirmed cases of the parts do not add up to the whole; runs of equal differences are told once, at their first day.</summary>
    public static IReadOnlyList<SeriesFlag> FindSumDifferences(CaseSeries whole, IReadOnlyCollection<CaseSeries> parts)
    {
        ArgumentNullException.ThrowIfNull(whole);
        ArgumentNullException.ThrowIfNull(parts);
        var flags = new List<SeriesFlag>();
        if (parts.Count == 0) return flags;
        var firstOfParts = parts.Min(p => p.FirstDay);
        var last = 0;
        for (var i = 0; i < whole.Length; i++)
        {
            var day = whole.FirstDay.AddDays(i);
            if (whole.Counts[CaseKind.Confirmed][i] is not { } value || day < firstOfParts) continue;
            var sum = parts.Sum(p => p.CumulativeOn(CaseKind.Confirmed, day));
            if (value - sum != last && value != sum) flags.Add(new(whole.Region, day, CaseKind.Confirmed, SeriesOddity.SumDiffers, value, sum));
            last = value - sum;
        }
        return flags;
    }
}
