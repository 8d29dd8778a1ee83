using System.Globalization;
using System.IO.Compression;
using Rongtong.Testing;

namespace Rongtong.Surveillance.Tests;

/// <summary>Reads the golden tables that R wrote.</summary>
internal static class Golden
{
    public static IReadOnlyList<Dictionary<string, string>> Rows(string name)
    {
        var path = SharedData.PathOf("golden/surveillance/" + name);
        using Stream stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress) : File.OpenRead(path);
        using var reader = new StreamReader(stream);
        var header = reader.ReadLine()!.Split(',');
        var rows = new List<Dictionary<string, string>>();
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split(',');
            rows.Add(header.Zip(fields).ToDictionary(f => f.First, f => f.Second));
        }
        return rows;
    }

    public static double Number(this Dictionary<string, string> row, string column) =>
        row[column] is "NA" or "NaN" ? double.NaN : double.Parse(row[column], CultureInfo.InvariantCulture);

    public static double[] Column(string name, string column) => [.. Rows(name).Select(r => r.Number(column))];

    public static void ShouldAgree(double actual, double expected, double tolerance, string where)
    {
        if (double.IsNaN(expected)) double.IsNaN(actual).ShouldBeTrue(where);
        else Math.Abs(actual - expected).ShouldBeLessThanOrEqualTo(tolerance, $"{where}: {actual:R} against {expected:R}");
    }
}
