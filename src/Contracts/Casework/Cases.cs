namespace Rongtong.Contracts.Casework;

/// <summary>Working days and the instants that follow from them: weekends, public holidays and the working weekends of the State Council's notices.</summary>
public interface IWorkCalendar
{
    /// <summary>True when offices work on the day.</summary>
    bool IsWorkingDay(DateOnly day);

    /// <summary>
    /// The end (24:00 in China) of the n-th working day after the day in which the instant lies; the day itself does not count, as in Chinese
    /// administrative law (行政许可法 art. 82). Zero days is the end of the day itself.
    /// </summary>
    DateTimeOffset AfterWorkingDays(DateTimeOffset from, int days);

    /// <summary>Working days from the first day (not counted) to the second (counted); negative when the second lies before.</summary>
    int WorkingDaysBetween(DateOnly from, DateOnly to);
}

/// <summary>
/// A module asks that somebody work on something: published as an event in the module's own transaction. A second one of the same key changes
/// nothing while the case is open, and opens it again when it was closed.
/// </summary>
/// <param name="Key">Of the asking module, unique, as <c>observations.alert:123</c>.</param>
/// <param name="Category">labour, materials, money, logistics, rules, alert, supplies, price or health.</param>
/// <param name="Region">Short GB/T 2260 code that decides who works on it.</param>
/// <param name="EnterpriseId">Enterprise it is about; null for none.</param>
/// <param name="TitleZh">One line in Chinese.</param>
/// <param name="TitleEn">One line in English.</param>
/// <param name="Detail">What is known, in the words of whoever raised it; may be empty.</param>
/// <param name="Link">Page of the module on which the facts stand, beginning with a slash.</param>
/// <param name="WorkingDays">Working days within which it must be answered.</param>
public sealed record CaseWanted(string Key, string Category, string Region, int? EnterpriseId, string TitleZh, string TitleEn, string Detail, string Link, int WorkingDays)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "casework.case-wanted";
}

/// <summary>The reason for a case is gone by itself, as an alert whose figure recovered.</summary>
/// <param name="Key">Key of the case.</param>
/// <param name="Reason">What happened.</param>
public sealed record CaseNoLongerWanted(string Key, string Reason)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "casework.case-no-longer-wanted";
}

/// <summary>A case was closed.</summary>
/// <param name="Key">Key the asking module gave it.</param>
/// <param name="Outcome">solved, partly, unsolved or withdrawn.</param>
/// <param name="Note">What was done.</param>
public sealed record CaseClosed(string Key, string Outcome, string Note)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "casework.case-closed";
}

/// <summary>Something must happen by an instant: published as an event in the module's own transaction. A second one of the same key moves the deadline.</summary>
/// <param name="Key">Of the asking module, unique, as <c>resumption.opening:9</c>.</param>
/// <param name="DueAt">When it must have happened.</param>
/// <param name="Region">Short GB/T 2260 code of where.</param>
/// <param name="TitleZh">What is due, in Chinese.</param>
/// <param name="TitleEn">What is due, in English.</param>
/// <param name="Link">Page on which it is done, beginning with a slash.</param>
public sealed record DeadlineSet(string Key, DateTimeOffset DueAt, string Region, string TitleZh, string TitleEn, string Link)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "casework.deadline-set";
}

/// <summary>What was due has happened, or need not happen any more.</summary>
/// <param name="Key">Key of the deadline.</param>
public sealed record DeadlineMet(string Key)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "casework.deadline-met";
}

/// <summary>A deadline passed without what was due: the module applies its rule of silence. Published once per deadline.</summary>
/// <param name="Key">Key of the deadline.</param>
/// <param name="DueAt">When it was due.</param>
public sealed record DeadlinePassed(string Key, DateTimeOffset DueAt)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "casework.deadline-passed";
}

/// <summary>A person or an enterprise is to be told something: published as an event in the module's own transaction; sent by the configured providers.</summary>
/// <param name="Channel">sms or email.</param>
/// <param name="To">Telephone number or address.</param>
/// <param name="Subject">Subject of an e-mail; ignored for SMS.</param>
/// <param name="Text">What to say.</param>
public sealed record MessageWanted(string Channel, string To, string Subject, string Text)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "casework.message-wanted";
}
