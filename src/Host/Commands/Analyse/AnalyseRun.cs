using System.CommandLine;
using System.Globalization;
using Rongtong.Surveillance;

namespace Rongtong.Host.Commands.Analyse;

/// <summary>What the statistics commands share: their two files, and faults as sentences with exit code 2.</summary>
internal static class AnalyseRun
{
    public static (Argument<string> Input, Argument<string> Output) Files() =>
        (new Argument<string>("IN") { Description = "CSV of counts: a column y or cases, optionally date, and series or county for several series." },
         new Argument<string>("OUT") { Description = "CSV of results; - is the standard output." });

    public static Option<DateOnly?> DateOption(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            if (DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
            result.AddError($"{name}: '{result.Tokens[0].Value}' is not a date; expected a form like 2020-02-13.");
            return null;
        },
    };

    public static int Run(Action work)
    {
        try
        {
            work();
            return 0;
        }
        catch (Exception e) when (e is CommandException or SeriesException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"rongtong analyse: {e.Message}");
            return 2;
        }
    }

    public static void InSeries(Series series, Action work) => InSeries(series, () =>
    {
        work();
        return true;
    });

    public static T InSeries<T>(Series series, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SeriesException e) when (series.Key is not null)
        {
            throw new CommandException($"series {series.Key}: {e.Message}");
        }
    }

    public static T ParseEnum<T>(string text, string option) where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value
        : throw new CommandException($"{option}: '{text}' is not known; expected {string.Join(", ", Enum.GetNames<T>())}.");
}
