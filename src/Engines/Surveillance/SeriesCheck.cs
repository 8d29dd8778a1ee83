namespace Rongtong.Surveillance;

/// <summary>What every method asks of its input, said in words a person can act on.</summary>
public static class SeriesCheck
{
    /// <summary>Counts must be finite and not negative.</summary>
    public static void Counts(ReadOnlySpan<double> counts)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            if (double.IsNaN(counts[i]) || double.IsInfinity(counts[i]))
                throw new SeriesException($"Value {i + 1} is missing. Fill the gap or cut the series there: a missing count is not zero.");
            if (counts[i] < 0)
                throw new SeriesException($"Value {i + 1} is {counts[i]}; counts must not be negative. A cumulative series that falls must be corrected before its differences are taken.");
        }
    }

    /// <summary>Days must follow each other; a step of seven throughout is a weekly series given as a daily one.</summary>
    public static void Daily(ReadOnlySpan<DateOnly> days)
    {
        if (days.Length > 2 && Steps(days, 7))
            throw new SeriesException("The dates are seven days apart: this is a weekly series, and the method needs daily counts.");
        for (var i = 1; i < days.Length; i++)
        {
            var step = days[i].DayNumber - days[i - 1].DayNumber;
            if (step != 1)
            {
                throw new SeriesException(step <= 0
                    ? $"The dates do not rise: {days[i]:yyyy-MM-dd} stands after {days[i - 1]:yyyy-MM-dd} (value {i + 1})."
                    : $"Days are missing between {days[i - 1]:yyyy-MM-dd} and {days[i]:yyyy-MM-dd} (value {i + 1}). Add rows for them: 0 where nobody was reported.");
            }
        }
    }

    private static bool Steps(ReadOnlySpan<DateOnly> days, int step)
    {
        for (var i = 1; i < days.Length; i++)
            if (days[i].DayNumber - days[i - 1].DayNumber != step) return false;
        return true;
    }
}
