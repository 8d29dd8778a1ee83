using Rongtong.Outbreak.Cases;

namespace Rongtong.Outbreak.Warnings;

/// <summary>How a method would have done on the loaded history.</summary>
/// <param name="Method">The method.</param>
/// <param name="Outbreaks">Outbreaks in the history.</param>
/// <param name="Detected">Of them with a signal before or within <see cref="BackTest.DetectWithinDays"/> days of onset.</param>
/// <param name="MeanDelayDays">Mean days from onset to the first signal, over the detected; negative is early.</param>
/// <param name="FalseAlarms">Signals on days without an outbreak near.</param>
/// <param name="QuietDays">Days without an outbreak near, over all regions.</param>
public sealed record BackTestResult(string Method, int Outbreaks, int Detected, double MeanDelayDays, int FalseAlarms, int QuietDays)
{
    /// <summary>False when no region has the history that the method compares with: nothing is known of it, which is not zero.</summary>
    public bool IsJudged => Outbreaks + QuietDays > 0;

    /// <summary>False alarms per 100 quiet region-days.</summary>
    public double FalseAlarmRate => QuietDays == 0 ? 0 : 100.0 * FalseAlarms / QuietDays;
}

/// <summary>
/// Runs every method over the history as it is known now. What counts as an outbreak is a convention, stated and fixed: it begins on the
/// first day on which a region's last seven days have at least <see cref="OnsetCases"/> new cases, and ends when seven days pass without one.
/// A signal from <see cref="LeadDays"/> days before the onset on until the end belongs to it; every other one is a false alarm.
/// </summary>
public static class BackTest
{
    /// <summary>New cases in seven days that make an outbreak.</summary>
    public const int OnsetCases = 5;

    /// <summary>Days before the onset from which a signal is early instead of false.</summary>
    public const int LeadDays = 7;

    /// <summary>Days after the onset within which a signal still counts as detection.</summary>
    public const int DetectWithinDays = 7;

    /// <summary>One result per method.</summary>
    public static IReadOnlyList<BackTestResult> Run(IEnumerable<CaseSeries> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        var runs = series.Select(s => (Series: s, Outbreaks: OutbreaksOf(s.NewPerDay(CaseKind.Confirmed)), Signals: DetectSignals.Of(s).ToLookup(x => x.Method, x => s.IndexOf(x.Day)))).ToArray();
        return [.. DetectSignals.Methods.Select(method =>
        {
            var (outbreaks, detected, falseAlarms, quiet) = (0, 0, 0, 0);
            var delays = 0.0;
            var history = DetectSignals.HistoryDays(method);
            foreach (var (own, every, signals) in runs)
            {
                // A method is judged on the days on which it could speak.
                var periods = every.Where(p => p.Onset >= history).ToArray();
                int[] days = [.. signals[method].Order()];
                outbreaks += periods.Length;
                foreach (var (onset, _) in periods)
                {
                    var hit = Array.FindIndex(days, d => d >= onset - LeadDays && d <= onset + DetectWithinDays);
                    if (hit < 0) continue;
                    detected++;
                    delays += days[hit] - onset;
                }
                bool Near(int day) => periods.Any(p => day >= p.Onset - LeadDays && day <= p.End);
                falseAlarms += days.Count(d => !Near(d));
                for (var day = history; day < own.Length; day++) quiet += Near(day) ? 0 : 1;
            }
            return new BackTestResult(method, outbreaks, detected, detected == 0 ? 0 : delays / detected, falseAlarms, quiet);
        })];
    }

    internal static List<(int Onset, int End)> OutbreaksOf(int[] cases)
    {
        var periods = new List<(int, int)>();
        var week = Map.MapEndpoints.Week(cases);
        for (var day = 0; day < cases.Length; day++)
        {
            if (week[day] < OnsetCases) continue;
            var onset = day;
            while (day + 1 < cases.Length && week[day + 1] > 0) day++;
            periods.Add((onset, day));
        }
        return periods;
    }
}
