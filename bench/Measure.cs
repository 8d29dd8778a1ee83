using System.Diagnostics;

namespace Rongtong.Bench;

/// <summary>Timing and peers, the same way for every bench.</summary>
internal static class Measure
{
    /// <summary>Median seconds of several runs after two to warm up.</summary>
    public static double Seconds(Action work, int runs = 7)
    {
        work();
        work();
        var times = new double[runs];
        for (var i = 0; i < runs; i++)
        {
            var watch = Stopwatch.StartNew();
            work();
            times[i] = watch.Elapsed.TotalSeconds;
        }
        Array.Sort(times);
        return times[runs / 2];
    }

    /// <summary>What a program printed, or null where it is not installed or failed.</summary>
    public static async Task<string?> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            await errors;
            return process.ExitCode == 0 ? await output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>A deterministic count series set: seasonal negative-binomial-like counts, the same on every machine.</summary>
    public static double[][] Series(int count, int length, double level)
    {
        var random = new Random(20200220);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, length).Select(t =>
        {
            var mean = level * (1 + 0.5 * Math.Sin(t * 2 * Math.PI / 52)) * (0.5 + random.NextDouble());
            var (limit, product, k) = (Math.Exp(-Math.Min(mean, 600)), 1.0, -1);
            do
            {
                product *= random.NextDouble();
                k++;
            }
            while (product > limit);
            return (double)k;
        }).ToArray())];
    }
}
