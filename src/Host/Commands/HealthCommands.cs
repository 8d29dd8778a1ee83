using System.CommandLine;
using System.Globalization;
using Rongtong.Contracts.Registry;
using Rongtong.HealthCode;
using Rongtong.HealthCode.Colour;
using Rongtong.HealthCode.Demo;
using Rongtong.Platform.Access;

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
        var residents = new Option<int>("--residents") { Description = "How many.", DefaultValueFactory = _ => 1_000_000 };
        var province = new Option<string>("--province") { Description = "GB/T 2260 code of the province, two digits.", DefaultValueFactory = _ => "33" };
        var demo = new Command("demo", "Fill a demo installation with invented residents of a whole city, and compute their colours.") { residents, province };
        demo.SetAction((parsed, cancel) => CommandHost.RunAsync(async services =>
        {
            if (!await services.GetRequiredService<Settings>().IsDemoAsync()) throw new CommandException("this installation is not in demo mode: invented residents are never put beside real ones. Choose demo data at the first visit of an empty installation.");
            var (count, place) = (parsed.GetValue(residents), parsed.GetValue(province)!);
            if (count is < 1 or > 20_000_000) throw new CommandException("--residents: a number between 1 and 20,000,000 is expected.");
            if (services.GetRequiredService<IRegions>().Current.Find(new(place)) is not { Level: RegionLevel.Province }) throw new CommandException($"--province: '{place}' is no province; two digits of GB/T 2260 are expected, such as 33.");
            await services.GetRequiredService<DemoResidents>().MakeAsync(place, count, new Progress<int>(n => Console.Error.Write($"\rresidents {n:N0}")), cancel);
            Console.Error.WriteLine();
            var (people, _) = await services.GetRequiredService<RefreshColours>().OfEverybodyAsync(null, cancel);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{people:N0} residents, all colours computed."));
            return 0;
        }, cancel));
        return new Command("health", "Health code: when it ends; residents for trying it out.") { sunset, demo };
    }
}
