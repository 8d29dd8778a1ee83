using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rongtong.Platform;
using Rongtong.Platform.Access;

namespace Rongtong.HealthCode;

/// <summary>
/// The day on which the health code ends. It is set when the module is first asked, a year ahead; after it nothing of the module answers until
/// somebody renews it with the authority named, which goes on the record. An emergency measure that nobody renews is over.
/// </summary>
public sealed class Sunset(Settings settings, TimeProvider clock)
{
    /// <summary>Longest time that one renewal gives, days.</summary>
    public const int DaysMax = 366;

    private const string Key = "health.sunset";
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMinutes(1);

    private volatile Known? _known;

    private sealed record Known(DateOnly Day, DateTimeOffset ReadAt);

    /// <summary>The last day.</summary>
    public async ValueTask<DateOnly> DayAsync(CancellationToken cancel = default)
    {
        var now = clock.GetUtcNow();
        if (_known is { } known && now - known.ReadAt < s_lookAgain && now >= known.ReadAt) return known.Day;
        var text = await settings.ReadAsync(Key, cancel);
        if (text is null)
        {
            text = Iso(ChinaDay.Of(now).AddDays(DaysMax - 1));
            await settings.WriteAsync(Key, text, "first use", "set when the health code was first used", cancel);
        }
        _known = new(DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture), now);
        return _known.Day;
    }

    /// <summary>Renews. The second part says why not, in words for who typed it.</summary>
    public async Task<(bool IsDone, string? Problem)> RenewAsync(DateOnly until, string authority, string by, CancellationToken cancel = default)
    {
        var today = ChinaDay.Of(clock.GetUtcNow());
        if (string.IsNullOrWhiteSpace(authority)) return (false, "name the authority and its document, such as \"provincial headquarters, notice 12\".");
        if (until < today || until > today.AddDays(DaysMax)) return (false, $"the day must lie between {Iso(today)} and {Iso(today.AddDays(DaysMax))}.");
        await settings.WriteAsync(Key, Iso(until), by, authority.Trim(), cancel);
        _known = null;
        return (true, null);
    }

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>Closes the module's addresses after its last day.</summary>
public static class SunsetMiddleware
{
    public static void UseSunset(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var sunset = app.Services.GetRequiredService<Sunset>();
        var clock = app.Services.GetRequiredService<TimeProvider>();
        app.Use(async (http, next) =>
        {
            var path = http.Request.Path;
            var isOurs = path.StartsWithSegments("/health", StringComparison.Ordinal, out var rest) && rest != "/live" && rest != "/ready" || path.StartsWithSegments("/api/v1/health", StringComparison.Ordinal);
            if (!isOurs || ChinaDay.Of(clock.GetUtcNow()) <= await sunset.DayAsync(http.RequestAborted))
            {
                await next(http);
                return;
            }
            await Results.Problem(statusCode: StatusCodes.Status410Gone, title: "健康码已到期停用。The health code has ended.",
                detail: "没有新的授权，不再提供查询和核验；已存数据按期限删除。Without renewed authority nothing is asked or shown; stored data are deleted in time.").ExecuteAsync(http);
        });
    }
}
