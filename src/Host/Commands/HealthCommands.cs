using System.CommandLine;
using System.Globalization;
using Rongtong.HealthCode;

namespace Rongtong.Host.Commands;

/// <summary><c>rongtong health …</c>: the day on which the health code ends.</summary>
internal static class HealthCommands
{
    public static Command Create()
    {
        var until = new Option<DateOnly?>("--until") { Description = $"Renew until this day, at most {Sunset.DaysMax} days ahead." };
        var authority = new Option<string>("--authority") { Description = "Who decided it, and by which document; goes on the record.", DefaultValueFactory = _ => "" };
        var sunset = new Command("sunset", "Show or renew the day on which the health code ends.") { until, authority };
        sunset.SetAction((parsed, cancel) => CommandHost.RunAsync(async services =>
        {
            var ends = services.GetRequiredService<Sunset>();
            if (parsed.GetValue(until) is { } day && await ends.RenewAsync(day, parsed.GetValue(authority)!, "command line", cancel) is { IsDone: false, Problem: var problem }) throw new CommandException(problem!);
            Console.WriteLine($"The health code ends after {(await ends.DayAsync(cancel)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.");
            return 0;
        }, cancel));
        return new Command("health", "Health code: when it ends.") { sunset };
    }
}
