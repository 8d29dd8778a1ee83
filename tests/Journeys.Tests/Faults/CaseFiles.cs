using System.Globalization;

namespace Rongtong.Journeys.Tests.Faults;

/// <summary>Files of counts as an office would send them, small or as large as a fault needs.</summary>
internal static class CaseFiles
{
    /// <summary>Ten days of the nation, 100 more persons each day.</summary>
    public static Task WriteSmallAsync(string path, int from = 1000) =>
        File.WriteAllTextAsync(path, "date,confirmed\n" + string.Concat(Enumerable.Range(0, 10).Select(i => $"{Day(i)},{from + 100 * i}\n")));

    /// <summary>Some 45 bytes a row; the same days again and again, so that only what is put aside on the way is large.</summary>
    public static async Task WriteLargeAsync(string path, int rows)
    {
        await using var file = new StreamWriter(path);
        await file.WriteAsync("date,province,city,confirmed\n");
        for (var i = 0; i < rows; i++) await file.WriteAsync($"{Day(i % 60)},湖北省,武汉市,{(i % 60) * 11}\n");
    }

    private static string Day(int i) => new DateOnly(2020, 1, 20).AddDays(i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
