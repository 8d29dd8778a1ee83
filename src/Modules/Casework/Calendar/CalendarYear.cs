using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Rongtong.Casework.Calendar;

/// <summary>A day that is not what its place in the week says.</summary>
/// <param name="Day">The day.</param>
/// <param name="IsWorking">True for a weekend on which offices work, false for a holiday.</param>
/// <param name="Name">The holiday it belongs to.</param>
internal sealed record SpecialDay(DateOnly Day, bool IsWorking, string Name);

/// <summary>The special days that the notices for a year name; some lie in the December before.</summary>
internal sealed record CalendarYear(int Year, IReadOnlyList<string> Citations, IReadOnlyList<SpecialDay> Days)
{
    /// <summary>The years that come with the product, from the State Council's notices.</summary>
    public static IReadOnlyList<CalendarYear> Shipped { get; } = ReadShipped();

    private static CalendarYear[] ReadShipped()
    {
        using var stream = typeof(CalendarYear).Assembly.GetManifestResourceStream("public-holidays.json")!;
        return [.. JsonSerializer.Deserialize<ShippedYear[]>(stream, JsonSerializerOptions.Web)!.Select(y => new CalendarYear(y.Year, y.Citations, [.. y.Periods.SelectMany(DaysOf).OrderBy(d => d.Day)]))];
    }

    private static IEnumerable<SpecialDay> DaysOf(Period period)
    {
        for (var day = period.From; day <= period.To; day = day.AddDays(1)) yield return new(day, IsWorking: false, period.Name);
        foreach (var day in period.Working) yield return new(day, IsWorking: true, period.Name);
    }

    private sealed record ShippedYear(int Year, string[] Citations, Period[] Periods);

    private sealed record Period(string Name, DateOnly From, DateOnly To, DateOnly[] Working);
}

/// <summary>What an administrator typed for a year, understood or not.</summary>
internal abstract record CalendarEntry
{
    /// <summary>Days that a year's notice may name; the longest known one names 36.</summary>
    public const int DaysMax = 80;

    /// <summary>Longest name of a holiday, characters.</summary>
    public const int NameLengthMax = 40;

    /// <summary>Longest citation, characters.</summary>
    public const int CitationLengthMax = 500;

    private CalendarEntry() { }

    public sealed record Understood(CalendarYear Year) : CalendarEntry;

    /// <summary>Not understood.</summary>
    /// <param name="Line">Line of the list, from 1; 0 for the fields around it.</param>
    /// <param name="Problem">year, citation, empty, too-many, format, outside or twice.</param>
    public sealed record Wrong(int Line, string Problem) : CalendarEntry;

    /// <summary>Reads lines such as <c>2022-01-29 work 春节</c> and <c>2022-01-31 off 春节</c>.</summary>
    public static CalendarEntry Parse(string year, string citation, string lines)
    {
        if (!int.TryParse(year, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 2000 or > 2100) return new Wrong(0, "year");
        citation = citation.Trim();
        if (citation.Length is 0 or > CitationLengthMax) return new Wrong(0, "citation");
        var days = new Dictionary<DateOnly, SpecialDay>();
        var line = 0;
        foreach (var text in lines.Split('\n'))
        {
            line++;
            if (string.IsNullOrWhiteSpace(text)) continue;
            if (text.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [var date, "off" or "work", { Length: <= NameLengthMax }] parts
                || !DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return new Wrong(line, "format");
            // The working weekends of New Year lie in December before.
            if (day.Year != number && (day.Year != number - 1 || day.Month != 12)) return new Wrong(line, "outside");
            if (!days.TryAdd(day, new(day, parts[1] == "work", parts[2]))) return new Wrong(line, "twice");
            if (days.Count > DaysMax) return new Wrong(line, "too-many");
        }
        return days.Count == 0 ? new Wrong(0, "empty") : new Understood(new(number, [citation], [.. days.Values.OrderBy(d => d.Day)]));
    }
}

/// <summary>Working days, computed from the special days of some years; the weekend is free in all others. Unchangeable.</summary>
internal sealed class WorkingDays(IEnumerable<CalendarYear> years)
{
    private readonly FrozenDictionary<int, CalendarYear> _years = years.GroupBy(y => y.Year).ToFrozenDictionary(g => g.Key, g => g.Last());
    private readonly FrozenDictionary<DateOnly, SpecialDay> _special = years.GroupBy(y => y.Year).Select(g => g.Last()).OrderBy(y => y.Year).SelectMany(y => y.Days)
        .GroupBy(d => d.Day).ToFrozenDictionary(g => g.Key, g => g.Last());

    /// <summary>Years of which holidays are known; in others weekends alone are free.</summary>
    public IReadOnlyList<CalendarYear> Years => [.. _years.Values.OrderBy(y => y.Year)];

    public bool Covers(int year) => _years.ContainsKey(year);

    public SpecialDay? SpecialOn(DateOnly day) => _special.GetValueOrDefault(day);

    public bool IsWorkingDay(DateOnly day) => _special.TryGetValue(day, out var special) ? special.IsWorking : day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);

    /// <summary>The n-th working day after the day.</summary>
    public DateOnly After(DateOnly day, int days)
    {
        while (days > 0)
        {
            day = day.AddDays(1);
            if (IsWorkingDay(day)) days--;
        }
        return day;
    }

    /// <summary>Working days from the first (not counted) to the second (counted); negative backwards.</summary>
    public int Between(DateOnly from, DateOnly to)
    {
        if (to < from) return -Between(to, from);
        var count = 0;
        for (var day = from.AddDays(1); day <= to; day = day.AddDays(1))
        {
            if (IsWorkingDay(day)) count++;
        }
        return count;
    }
}
