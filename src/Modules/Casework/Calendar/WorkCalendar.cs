using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rongtong.Contracts.Casework;
using Rongtong.Platform;
using Rongtong.Platform.Access;
using Rongtong.Platform.Data;

namespace Rongtong.Casework.Calendar;

/// <summary>
/// The calendar of this host: the shipped years, and over them the years that administrators recorded, read at the start and whenever a host
/// announces a new one. Asking it costs no query.
/// </summary>
internal sealed class WorkCalendar(Database database, LiveFeed feed, ILogger<WorkCalendar> logger) : BackgroundService, IWorkCalendar
{
    /// <summary>Topic of the announcement that a year was recorded.</summary>
    public const string Topic = "casework.calendar";

    /// <summary>Most working days that anybody may be given; a longer term is a mistake.</summary>
    public const int DaysMax = 1_000;

    private volatile WorkingDays _days = new(CalendarYear.Shipped);

    /// <summary>The days as this host knows them now.</summary>
    public WorkingDays Days => _days;

    public bool IsWorkingDay(DateOnly day) => _days.IsWorkingDay(day);

    public DateTimeOffset AfterWorkingDays(DateTimeOffset from, int days)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(days);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(days, DaysMax);
        return ChinaDay.Start(_days.After(ChinaDay.Of(from), days).AddDays(1)).ToUniversalTime();
    }

    public int WorkingDaysBetween(DateOnly from, DateOnly to) => _days.Between(from, to);

    /// <summary>Reads the recorded years anew.</summary>
    public async Task FillAsync(CancellationToken cancel = default)
    {
        await using var session = await database.BeginAsync(Actor.System, cancel);
        var rows = await session.QueryAsync<Row>("SELECT year, days::text AS days, citation FROM casework.calendar_year ORDER BY id", cancel: cancel);
        _days = new([.. CalendarYear.Shipped, .. rows.Select(r => new CalendarYear(r.Year, [r.Citation], JsonSerializer.Deserialize<SpecialDay[]>(r.Days, JsonSerializerOptions.Web)!))]);
    }

    /// <summary>Records a year in the name of the session's actor; it holds on every host from the commit.</summary>
    public static async Task RecordAsync(Session session, CalendarYear year, CancellationToken cancel)
    {
        await session.ExecuteAsync("INSERT INTO casework.calendar_year (year, days, citation, author, recorded_at) VALUES (@Year, @days::jsonb, @citation, @author, @now)",
            new { year.Year, days = JsonSerializer.Serialize(year.Days, JsonSerializerOptions.Web), citation = string.Join(' ', year.Citations), author = session.Actor.Name, now = session.Now }, cancel);
        session.Audit("casework.calendar-recorded", year.Year.ToString(System.Globalization.CultureInfo.InvariantCulture), string.Join(' ', year.Citations));
        await session.AnnounceAsync(Topic, cancel);
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the host answers: a deadline computed from shipped years alone would be wrong by the recorded holidays.
        try
        {
            await FillAsync(cancellationToken);
        }
        catch (NpgsqlException e)
        {
            logger.LogWarning("The recorded calendar years cannot be read now ({Reason}).", e.Message);
        }
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => feed.KeepAsync(Topic, "Reading the recorded calendar years", Timeout.InfiniteTimeSpan, FillAsync, stoppingToken);

    private sealed record Row
    {
        public int Year { get; init; }
        public string Days { get; init; } = "[]";
        public string Citation { get; init; } = "";
    }
}
