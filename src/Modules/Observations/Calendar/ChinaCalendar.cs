using System.Globalization;

namespace Rongtong.Observations.Calendar;

/// <summary>
/// Lunar days, public holidays and the days of last year that a day is compared with.
/// Holidays by the State Council's notices: 国办发明电〔2018〕15号 (2019) and 国办发明电〔2019〕3号 (May Day 2019), 国办发明电〔2019〕16号 (2020) and
/// 国办发明电〔2020〕1号 (Spring Festival of 2020 extended to 2 February), 国办发明电〔2020〕27号 (2021).
/// Outside these years only weekends are known.
/// </summary>
internal static class ChinaCalendar
{
    /// <summary>Days around New Year within which the lunar calendar moves production: from a month before to two months after.</summary>
    private const int DaysBeforeNewYear = 30;
    private const int DaysAfterNewYear = 60;

    private static readonly ChineseLunisolarCalendar s_lunar = new();

    private static readonly (DateOnly First, DateOnly Last)[] s_off =
    [
        (new(2018, 12, 30), new(2019, 1, 1)), (new(2019, 2, 4), new(2019, 2, 10)), (new(2019, 4, 5), new(2019, 4, 5)), (new(2019, 5, 1), new(2019, 5, 4)), (new(2019, 6, 7), new(2019, 6, 7)),
        (new(2019, 9, 13), new(2019, 9, 13)), (new(2019, 10, 1), new(2019, 10, 7)),
        (new(2020, 1, 1), new(2020, 1, 1)), (new(2020, 1, 24), new(2020, 2, 2)), (new(2020, 4, 4), new(2020, 4, 6)), (new(2020, 5, 1), new(2020, 5, 5)), (new(2020, 6, 25), new(2020, 6, 27)),
        (new(2020, 10, 1), new(2020, 10, 8)),
        (new(2021, 1, 1), new(2021, 1, 3)), (new(2021, 2, 11), new(2021, 2, 17)), (new(2021, 4, 3), new(2021, 4, 5)), (new(2021, 5, 1), new(2021, 5, 5)), (new(2021, 6, 12), new(2021, 6, 14)),
        (new(2021, 9, 19), new(2021, 9, 21)), (new(2021, 10, 1), new(2021, 10, 7)),
    ];

    /// <summary>Weekend days on which was worked.</summary>
    private static readonly DateOnly[] s_worked =
    [
        new(2018, 12, 29), new(2019, 2, 2), new(2019, 2, 3), new(2019, 4, 28), new(2019, 5, 5), new(2019, 9, 29), new(2019, 10, 12),
        new(2020, 1, 19), new(2020, 4, 26), new(2020, 5, 9), new(2020, 6, 28), new(2020, 9, 27), new(2020, 10, 10),
        new(2021, 2, 7), new(2021, 2, 20), new(2021, 4, 25), new(2021, 5, 8), new(2021, 9, 18), new(2021, 9, 26), new(2021, 10, 9),
    ];

    public static bool IsOff(DateOnly day) =>
        Array.Exists(s_off, p => day >= p.First && day <= p.Last) || day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday && !s_worked.Contains(day);

    /// <summary>First day of the lunar year that begins in the calendar year.</summary>
    public static DateOnly NewYear(int year) => DateOnly.FromDateTime(s_lunar.ToDateTime(year, 1, 1, 0, 0, 0, 0));

    /// <summary>
    /// The day of the year before that a day is compared with: around New Year the same lunar day, so that festival stands beside festival;
    /// else the same weekday 52 weeks before.
    /// </summary>
    public static DateOnly Counterpart(DateOnly day)
    {
        var distance = day.DayNumber - NewYear(day.Year).DayNumber;
        return distance is >= -DaysBeforeNewYear and <= DaysAfterNewYear ? NewYear(day.Year - 1).AddDays(distance) : day.AddDays(-364);
    }
}
