using System.Diagnostics;
using System.Globalization;
using Rongtong.Testing;

namespace Rongtong.Journeys.Tests;

/// <summary>People with files only: the program as they start it, its output against R's.</summary>
public sealed class CommandLineJourney : IDisposable
{
    private readonly string _out = Path.Combine(Path.GetTempPath(), $"rongtong-analyse-{Guid.NewGuid():N}.csv");

    public void Dispose() => File.Delete(_out);

    [SharedTheory("golden/surveillance")]
    [InlineData("ears --method C1", "ears_small_input.csv", "ears_small_C1.csv")]
    [InlineData("ears --method C3", "ears_poisson3_input.csv", "ears_poisson3_C3.csv")]
    [InlineData("farrington --preset delta_default --last 26", "farrington_agona_input.csv", "farrington_agona_delta_default.csv")]
    [InlineData("farrington --preset noufaily_muan --last 26", "farrington_agona_input.csv", "farrington_agona_noufaily_muan.csv")]
    [InlineData("rt --mean-si 2.6 --sd-si 1.5", "rt_flu2009_input.csv", "rt_flu2009_weekly_si2.6_1.5.csv")]
    public async Task Analyse_writes_the_table_that_R_wrote(string command, string input, string expected)
    {
        var (code, errors) = await RunAsync([.. ("analyse " + command).Split(' '), SharedData.PathOf("golden/surveillance/" + input), _out]);
        code.ShouldBe(0, errors);
        ShouldAgree(await File.ReadAllLinesAsync(_out), await File.ReadAllLinesAsync(SharedData.PathOf("golden/surveillance/" + expected)), 1e-9, expected);
    }

    [SharedTheory("golden/surveillance/large")]
    [InlineData("ears --method C2", "weekly.csv.gz", "out_earsC_C2.csv.gz", 1e-9)]
    [InlineData("farrington --preset noufaily_nbPlugin --alpha 0.01 --limit54 0 4 --last 52 --start 2015-01-05", "weekly.csv.gz", "out_farringtonFlexible.csv.gz", 1e-6)]
    public async Task Analyse_writes_the_tables_of_three_hundred_series_that_R_wrote(string command, string input, string expected, double tolerance)
    {
        var (code, errors) = await OverAsync(command, string.Join('\n', Unpacked(input)));
        code.ShouldBe(0, errors);
        var theirs = Unpacked(expected);
        // R's table of EARS begins with the same week for every method.
        var keys = theirs.Select(Key).ToHashSet();
        ShouldAgree([.. (await File.ReadAllLinesAsync(_out)).Where(line => keys.Contains(Key(line)))], theirs, tolerance, expected);

        static string Key(string line) => string.Join(',', line.Split(',')[..2]);
    }

    private static string[] Unpacked(string name)
    {
        using var reader = new StreamReader(new System.IO.Compression.GZipStream(File.OpenRead(SharedData.PathOf("golden/surveillance/large/" + name)), System.IO.Compression.CompressionMode.Decompress));
        return reader.ReadToEnd().TrimEnd('\n').Split('\n');
    }

    private static void ShouldAgree(string[] ours, string[] theirs, double tolerance, string expected)
    {
        ours[0].ShouldBe(theirs[0]);
        ours.Length.ShouldBe(theirs.Length);
        for (var row = 1; row < ours.Length; row++)
        {
            foreach (var (a, b) in ours[row].Split(',').Zip(theirs[row].Split(',')))
            {
                if (double.TryParse(b, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number)) double.Parse(a, CultureInfo.InvariantCulture).ShouldBe(number, tolerance * Math.Max(1, Math.Abs(number)), $"row {row} of {expected}");
                else a.ShouldBe(b, $"row {row} of {expected}");
            }
        }
    }

    [Theory]
    [InlineData("ears --method C1", "day,cases\n1,3\n2,many\n", "row 3, column 'cases': 'many' is not a number")]
    [InlineData("ears --method C1", "day,cases\n1,3\n3,4\n", "after 1 comes 3; 2 is missing")]
    [InlineData("ears --method C1", "date,cases\n2020-01-01,3\n2020-01-02,4\n2020-01-05,4\n", "Days are missing between 2020-01-02 and 2020-01-05")]
    [InlineData("ears --method C1", "day,cases\n1,3\n2,4\n", "has 2 values; C1 with a baseline of 7 needs at least 8")]
    [InlineData("ears --method C4", "y\n1\n", "'C4' is not known; expected C1, C2, C3")]
    [InlineData("rt --mean-si 5 --sd-si 3", "cases\n0\n0\n0\n0\n0\n0\n0\n0\n0\n", "All counts are zero")]
    [InlineData("rt --mean-si 5 --sd-si 3", "cases\n1\n2\n-3\n2\n1\n2\n3\n2\n1\n", "Value 3 is -3; counts must not be negative")]
    [InlineData("rt --mean-si 5 --sd-si 3", "date,cases\n2020-01-06,1\n2020-01-13,3\n2020-01-20,3\n", "this is a weekly series")]
    [InlineData("rt --mean-si 5 --sd-si 3", "week,cases\n1,1\n2,3\n", "weekly (column 'week')")]
    [InlineData("farrington --method delta --last 1", "date,y\n2020-01-01,1\n2020-01-02,3\n2020-01-03,3\n", "this is a daily series")]
    [InlineData("farrington --method delta --last 9", "y\n1\n2\n", "--last 9: the series has 2 values")]
    [InlineData("percentile --percentile 2", "y\n1\n2\n", "percentile is 2; it must lie between 0 and 1")]
    [InlineData("nowcast", "onset,report\n2020-01-05,2020-01-04\n", "row 2, column 'report': reported on 2020-01-04, before it happened")]
    public async Task What_cannot_be_analysed_is_named_and_nothing_is_written(string command, string text, string expected)
    {
        var (code, errors) = await OverAsync(command, text);
        code.ShouldBe(2);
        errors.ShouldSatisfyAllConditions(e => e.ShouldContain(expected), e => e.ShouldNotContain("   at "));
        File.Exists(_out).ShouldBeFalse();
    }

    [Theory]
    [InlineData("ears --method C1 --baseline 3", "day,cases\n1,3\n2,3\n3,3\n4,9\n5,NA\n", "t,observed,upperbound,alarm", "5,NA,15.70487872294")]
    [InlineData("percentile --years 1 --half-window 0 --freq 2 --percentile 0.5", "y\n4\n9\n5\n8\n", "t,observed,upperbound,alarm", "4,8,9,FALSE")]
    [InlineData("threshold", "county,day,cases\nA,1,0\nA,2,1\n", "county,day,observed,upperbound,alarm", "A,2,1,1,1")]
    [InlineData("nowcast", "onset,report,count\n2020-01-01,2020-01-01,20\n2020-01-01,2020-01-02,20\n2020-01-02,2020-01-02,20\n", "date,reported,estimate,q025,q975", "2020-01-02,20,40,30,55")]
    public async Task The_other_methods_write_tables_too(string command, string text, string header, string lastRow)
    {
        var (code, errors) = await OverAsync(command, text);
        code.ShouldBe(0, errors);
        var lines = await File.ReadAllLinesAsync(_out);
        lines[0].ShouldBe(header);
        lines[^1].ShouldStartWith(lastRow);
    }

    private async Task<(int Code, string Errors)> OverAsync(string command, string text)
    {
        var input = _out + ".in";
        try
        {
            await File.WriteAllTextAsync(input, text);
            return await RunAsync([.. ("analyse " + command).Split(' '), input, _out]);
        }
        finally
        {
            File.Delete(input);
        }
    }

    private static async Task<(int Code, string Errors)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "rongtong.dll"), .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var (errors, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        await output;
        return (process.ExitCode, await errors);
    }
}
