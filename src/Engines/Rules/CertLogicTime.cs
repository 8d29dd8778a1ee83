using System.Globalization;
using System.Text.RegularExpressions;

namespace Rongtong.Rules;

/// <summary>Dates as CertLogic 1.3 reads and shifts them: in UTC, milliseconds at most, overflowing days as JavaScript's Date does.</summary>
internal static partial class CertLogicTime
{
    /// <summary>A date, or a date and time; without a zone it is UTC, fractions beyond milliseconds are cut off.</summary>
    public static DateTimeOffset Parse(string text)
    {
        if (FullForm().Match(text) is { Success: true } full)
        {
            var fraction = full.Groups["f"].Value;
            var milliseconds = fraction.Length == 0 ? 0 : int.Parse(fraction.PadRight(3, '0')[..3], CultureInfo.InvariantCulture);
            var local = Exact(text, full.Groups["d"].Value + "T" + full.Groups["t"].Value, "yyyy-MM-ddTHH:mm:ss").AddMilliseconds(milliseconds);
            var sign = full.Groups["s"].Value == "-" ? -1 : 1;
            var hours = full.Groups["h"].Success ? int.Parse(full.Groups["h"].Value, CultureInfo.InvariantCulture) : 0;
            var minutes = full.Groups["m"].Success ? int.Parse(full.Groups["m"].Value, CultureInfo.InvariantCulture) : 0;
            if (hours > 23 || minutes > 59) throw new RuleException($"'{text}' names an offset from UTC that does not exist.");
            return local.AddMinutes(-sign * (hours * 60 + minutes));
        }
        return DateForm().IsMatch(text) ? Exact(text, text, "yyyy-MM-dd") : throw new RuleException($"'{text}' is not a date or date-time, such as 2020-02-13 or 2020-02-13T08:00:00Z.");
    }

    /// <summary>What plusTime takes: also a year or a month, which stands for its last day.</summary>
    public static DateTimeOffset ParseOrRoundUp(string text) => YearForm().IsMatch(text) || MonthForm().IsMatch(text) ? ParseBirth(text) : Parse(text);

    /// <summary>A date of birth: a year or a month stands for its last day, since the person may have been born on it.</summary>
    public static DateTimeOffset ParseBirth(string text)
    {
        if (YearForm().IsMatch(text)) return Exact(text, text + "-12-31", "yyyy-MM-dd");
        if (MonthForm().IsMatch(text)) return Exact(text, text + "-01", "yyyy-MM-dd").AddMonths(1).AddDays(-1);
        return DateForm().IsMatch(text) ? Exact(text, text, "yyyy-MM-dd") : throw new RuleException($"'{text}' is not a date of birth, such as 1990, 1990-05 or 1990-05-17.");
    }

    /// <summary>Shifts an instant; a day that the target month does not have runs over into the next one.</summary>
    public static DateTimeOffset Plus(DateTimeOffset instant, int amount, string unit)
    {
        try
        {
            return unit switch
            {
                "day" => instant.AddDays(amount),
                "hour" => instant.AddHours(amount),
                "month" => Overflow(instant, amount),
                "year" => Overflow(instant, checked(amount * 12)),
                _ => throw new RuleException($"The unit of plusTime is '{unit}'; expected year, month, day or hour."),
            };
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new RuleException($"plusTime by {amount} {unit} leaves the calendar.");
        }
    }

    private static DateTimeOffset Overflow(DateTimeOffset instant, int months)
    {
        var first = new DateTimeOffset(instant.Year, instant.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(months);
        return first.AddDays(instant.Day - 1) + instant.TimeOfDay;
    }

    private static DateTimeOffset Exact(string original, string text, string format) =>
        DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant
        : throw new RuleException($"'{original}' names a day or time that does not exist.");

    [GeneratedRegex(@"^(?<d>\d{4}-\d{2}-\d{2})T(?<t>\d{2}:\d{2}:\d{2})(\.(?<f>\d+))?(Z|(?<s>[+-])(?<h>\d{1,2}):?(?<m>\d{2})?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex FullForm();

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex DateForm();

    [GeneratedRegex(@"^\d{4}-\d{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex MonthForm();

    [GeneratedRegex(@"^\d{4}$", RegexOptions.CultureInvariant)]
    private static partial Regex YearForm();
}
