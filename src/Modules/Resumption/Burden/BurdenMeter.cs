using Rongtong.Contracts.Registry;
using Rongtong.Platform;
using Rongtong.Platform.Data;

namespace Rongtong.Resumption.Burden;

/// <summary>The forms that this module ships.</summary>
internal static class ShippedForms
{
    public const string Opening = "opening";
    public const string DailyReport = "daily-report";
    public const string SelfCheck = "self-check";
    public const string PlanTerms = "plan-terms";

    public static IReadOnlyList<string> All { get; } = [Opening, DailyReport, SelfCheck, PlanTerms];
}

/// <summary>Counts what people type. A field that was shown with its value and left alone is confirmed, not typed.</summary>
internal static class BurdenMeter
{
    public static Task CountAsync(Session session, Enterprise enterprise, string form, IReadOnlyList<(string Shown, string Sent)> fields, CancellationToken cancel)
    {
        var typed = fields.Count(f => f.Sent.Length > 0 && f.Sent != f.Shown);
        return session.ExecuteAsync("""
            INSERT INTO resumption.burden (enterprise_code, region_code, form, week, typed, confirmed, recorded_at) VALUES (@Code, @region, @form, @week, @typed, @confirmed, @now)
            """, new { enterprise.Code, region = enterprise.Region.Value, form, week = WeekOf(ChinaDay.Of(session.Now)), typed = (short)typed, confirmed = (short)(fields.Count - typed), now = session.Now }, cancel);
    }

    /// <summary>Monday of the day's week.</summary>
    public static DateOnly WeekOf(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
}
