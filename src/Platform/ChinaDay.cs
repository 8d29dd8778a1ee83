namespace Rongtong.Platform;

/// <summary>The calendar day in China, the whole of which keeps one time (UTC+8, no summer time since 1991).</summary>
public static class ChinaDay
{
    private static readonly TimeSpan s_offset = TimeSpan.FromHours(8);

    /// <summary>The day in which the instant lies.</summary>
    public static DateOnly Of(DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(s_offset).DateTime);

    /// <summary>The instant at which the day begins.</summary>
    public static DateTimeOffset Start(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), s_offset);
}
