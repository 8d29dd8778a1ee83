using System.Diagnostics;
using System.Globalization;
using Rongtong.Testing;

namespace Rongtong.Surveillance.Tests.Peers;

/// <summary>A test against a package of R; skips by name where R or the package is absent.</summary>
public sealed class RPackageFactAttribute : FactAttribute
{
    public RPackageFactAttribute(string package)
    {
        if (!R.Has(package)) Skip = $"Needs Rscript with the package '{package}' (Debian: apt-get install r-cran-{package.ToLowerInvariant()}).";
    }
}

/// <summary>R as the peer: series and settings go out as files, its tables come back.</summary>
internal static class R
{
    /// <summary>Seed of the random series; another one may be tried by the environment variable RONGTONG_PEER_SEED.</summary>
    public static int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("RONGTONG_PEER_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 20200220;

    public static bool Has(string package) =>
        Programs.Find("Rscript") is not null && Run("-e", $"quit(status = !nzchar(system.file(package = '{package}')))").Code == 0;

    /// <summary>Rows of what R says: series and setting from 0, then its columns.</summary>
    public static async Task<IReadOnlyList<(int Series, int Setting, string[] Cells)>> AskAsync(string what, IEnumerable<double[]> series, string header, IEnumerable<string> settings)
    {
        var folder = Directory.CreateTempSubdirectory("rongtong-peer-").FullName;
        try
        {
            await File.WriteAllLinesAsync(Path.Combine(folder, "series.csv"), series.Select(s => string.Join(',', s.Select(y => y.ToString(CultureInfo.InvariantCulture)))));
            await File.WriteAllLinesAsync(Path.Combine(folder, "settings.csv"), settings.Prepend(header));
            var (code, errors) = Run(Path.Combine(AppContext.BaseDirectory, "Peers", "surveillance.R"), what, folder);
            code.ShouldBe(0, errors);
            return [.. (await File.ReadAllLinesAsync(Path.Combine(folder, "out.csv"))).Select(line => line.Split(',')).Select(cells => (Index(cells[0]), Index(cells[1]), cells[2..]))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    /// <summary>Not defined in the same cells, else equal within the tolerance of the larger one or of <paramref name="floor"/>.</summary>
    public static string? Difference(string what, double ours, double theirs, double tolerance, double floor) =>
        double.IsNaN(ours) == double.IsNaN(theirs) && (double.IsNaN(ours) || ours.Equals(theirs) || Math.Abs(ours - theirs) <= tolerance * Math.Max(floor, Math.Max(Math.Abs(ours), Math.Abs(theirs))))
            ? null : $"{what} {ours:R} against R's {theirs:R}";

    private static int Index(string cell) => int.Parse(cell, CultureInfo.InvariantCulture) - 1;

    private static (int Code, string Errors) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("Rscript", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        output.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
