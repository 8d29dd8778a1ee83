using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Rongtong.Contracts.Observations;
using Rongtong.Contracts.Registry;
using Rongtong.Platform.Access;
using Rongtong.Registry.Enterprises.Demo;

namespace Rongtong.Host.Commands;

/// <summary><c>rongtong enterprises …</c>: a whole province of invented enterprises, for trying the product at its size.</summary>
internal static class EnterpriseCommands
{
    private const int CountMax = 1_000_000;

    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "How many in all.", DefaultValueFactory = _ => 300_000 };
        var province = new Option<string>("--province") { Description = "GB/T 2260 code of the province, two digits: the one chosen for the demo.", DefaultValueFactory = _ => "33" };
        var isWithoutPower = new Option<bool>("--no-electricity") { Description = "Leave out their electricity since last December, some 120 million values." };
        var demo = new Command("demo", "Grow the demo to the enterprises of a whole province, with a year of their daily electricity, and count every rate.") { count, province, isWithoutPower };
        demo.SetAction((parsed, cancel) => CommandHost.RunAsync(async services =>
        {
            if (!await services.GetRequiredService<Settings>().IsDemoAsync()) throw new CommandException("this installation is not in demo mode: invented enterprises are never put beside real ones. Choose demo data at the first visit of an empty installation.");
            var (wanted, place) = (parsed.GetValue(count), parsed.GetValue(province)!);
            if (wanted is < 1 or > CountMax) throw new CommandException(string.Create(CultureInfo.InvariantCulture, $"--count: a number between 1 and {CountMax:N0} is expected."));
            if (services.GetRequiredService<IRegions>().Current.Find(new(place)) is not { Level: RegionLevel.Province }) throw new CommandException($"--province: '{place}' is no province; two digits of GB/T 2260 are expected, such as 33.");
            var watch = Stopwatch.StartNew();
            var held = await services.GetRequiredService<DemoEnterprises>().GrowAsync(place, wanted, cancel);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{held:N0} enterprises after {watch.Elapsed.TotalSeconds:N0} s."));
            if (parsed.GetValue(isWithoutPower)) return 0;
            var written = await services.GetRequiredService<IDemoElectricity>().MakeForNewAsync(new Progress<long>(n => Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\robservations {n:N0}"))), cancel);
            Console.Error.WriteLine();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{written:N0} observations, every rate counted, after {watch.Elapsed.TotalSeconds:N0} s."));
            return 0;
        }, cancel));
        return new Command("enterprises", "Enterprises for trying out.") { demo };
    }
}
