namespace Rongtong.Surveillance;

/// <summary>
/// Which past weeks a fit may use and in which seasonal block each lies: 0 is unused, <c>Periods</c> the window around the same week of each
/// year, 1 … Periods-1 the rest of the year cut into blocks of nearly equal length, the longer ones first.
/// </summary>
internal sealed class ReferenceWeeks(int length, FarringtonOptions options)
{
    private readonly int[] _weeks = new int[options.Years + 1];

    public int[] Block { get; } = new int[length];

    public void Choose(int k, ReadOnlySpan<DateOnly> dates, FarringtonOptions options)
    {
        var (w, p) = (options.HalfWindow, options.Periods);
        for (var year = 0; year <= options.Years; year++)
            _weeks[year] = dates.IsEmpty ? k - year * options.Frequency : IndexOf(SameWeek(dates[k], year, options), dates);
        Array.Clear(Block);
        Fill(k - w, k, p);
        for (var year = 1; year <= options.Years; year++)
        {
            var week = _weeks[year];
            if (week - w < -1) throw new SeriesException($"The window around value {week + 1}, {year} years before value {k + 1}, begins before the series. Ask for fewer years or evaluate later weeks.");
            Fill(week - w, week + w, p);
            if (p == 1) continue;
            var rest = _weeks[year - 1] - 2 * w - 1 - week;
            if (rest < p - (2 * w + 1)) throw new SeriesException($"{p} periods are too many for a year of {options.Frequency}.");
            var from = week + w + 1;
            for (var block = 1; block < p; block++)
            {
                var span = rest / (p - 1) + (block <= rest % (p - 1) ? 1 : 0);
                Fill(from, from + span - 1, block);
                from += span;
            }
        }
    }

    private void Fill(int from, int to, int block)
    {
        for (var i = Math.Max(0, from); i <= to; i++) Block[i] = block;
    }

    /// <summary>The day a number of years earlier; for weekly data the nearest day with the same weekday.</summary>
    private static DateOnly SameWeek(DateOnly day, int years, FarringtonOptions options)
    {
        // 29 February of another year is 1 March, as calendar arithmetic in R has it.
        var past = day is { Month: 2, Day: 29 } && !DateTime.IsLeapYear(day.Year - years) ? new DateOnly(day.Year - years, 3, 1) : day.AddYears(-years);
        if (options.Frequency != 52) return past;
        var a = past.AddDays(day.DayOfWeek - past.DayOfWeek);
        var b = a.AddDays(a > past ? -7 : 7);
        return Math.Abs(a.DayNumber - past.DayNumber) > Math.Abs(b.DayNumber - past.DayNumber) ? b : a;
    }

    private static int IndexOf(DateOnly day, ReadOnlySpan<DateOnly> dates)
    {
        var i = dates.BinarySearch(day);
        return i >= 0 ? i : throw new SeriesException($"There is no value for {day:yyyy-MM-dd}, which is needed as the same week of a past year. Ask for fewer years or evaluate later weeks.");
    }
}
