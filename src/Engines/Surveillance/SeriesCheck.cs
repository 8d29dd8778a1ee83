namespace Rongtong.Surveillance;

/// <summary>What every method asks of its input, said in words a person can act on.</summary>
public static class SeriesCheck
{
    /// <summary>Counts must be finite and not negative.</summary>
    public static void Counts(ReadOnlySpan<double> counts)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            if (double.IsNaN(counts[i]))
                throw new SeriesException($"Value {i + 1} is missing. Fill the gap or cut the series there: a missing count is not zero.");
        }
        CountsOrMissing(counts);
    }

    /// <summary>Counts must be finite and not negative; NaN stands for a missing one.</summary>
    public static void CountsOrMissing(ReadOnlySpan<double> counts)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            if (double.IsInfinity(counts[i])) throw new SeriesException($"Value {i + 1} is infinite; a count was expected.");
            if (counts[i] < 0)
                throw new SeriesException($"Value {i + 1} is {counts[i]}; counts must not be negative. A cumulative series that falls must be corrected before its differences are taken.");
        }
    }

    /// <summary>Days must follow each other; a step of seven throughout is a weekly series given as a daily one.</summary>
    public static void Daily(ReadOnlySpan<DateOnly> days)
    {
        if (days.Length > 2 && Steps(days, 7))
            throw new SeriesException("The dates are seven days apart: this is a weekly series, and the method needs daily counts.");
        Follow(days, 1);
    }

    /// <summary>Weeks must follow each other; a step of one day throughout is a daily series given as a weekly one.</summary>
    public static void Weekly(ReadOnlySpan<DateOnly> weeks)
    {
        if (weeks.Length > 2 && Steps(weeks, 1))
            throw new SeriesException("The dates are one day apart: this is a daily series, and the method needs weekly counts. Add up seven days each.");
        Follow(weeks, 7);
    }

    /// <summary>Days or weeks, whichever the dates are, must follow each other without a gap.</summary>
    public static void Regular(ReadOnlySpan<DateOnly> dates)
    {
        var least = int.MaxValue;
        for (var i = 1; i < dates.Length; i++) least = Math.Min(least, dates[i].DayNumber - dates[i - 1].DayNumber);
        Follow(dates, least == 7 ? 7 : 1);
    }

    /// <summary>Each date must stand after a smaller one.</summary>
    public static void Rising(ReadOnlySpan<DateOnly> dates)
    {
        for (var i = 1; i < dates.Length; i++)
            if (dates[i] <= dates[i - 1]) throw new SeriesException($"The dates do not rise: {dates[i]:yyyy-MM-dd} stands after {dates[i - 1]:yyyy-MM-dd} (value {i + 1}).");
    }

    private static void Follow(ReadOnlySpan<DateOnly> dates, int step)
    {
        Rising(dates);
        for (var i = 1; i < dates.Length; i++)
        {
            if (dates[i].DayNumber - dates[i - 1].DayNumber == step) continue;
            throw new SeriesException($"{(step == 7 ? "Weeks" : "Days")} are missing between {dates[i - 1]:yyyy-MM-dd} and {dates[i]:yyyy-MM-dd} (value {i + 1}). Add rows for them: 0 where nobody was reported.");
        }
    }

    private static bool Steps(ReadOnlySpan<DateOnly> days, int step)
    {
        for (var i = 1; i < days.Length; i++)
            if (days[i].DayNumber - days[i - 1].DayNumber != step) return false;
        return true;
    }
}
