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
        var (ours, theirs) = (await File.ReadAllLinesAsync(_out), await File.ReadAllLinesAsync(SharedData.PathOf("golden/surveillance/" + expected)));
        ours[0].ShouldBe(theirs[0]);
        ours.Length.ShouldBe(theirs.Length);
        for (var row = 1; row < ours.Length; row++)
        {
            foreach (var (a, b) in ours[row].Split(',').Zip(theirs[row].Split(',')))
            {
                if (double.TryParse(b, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number)) double.Parse(a, CultureInfo.InvariantCulture).ShouldBe(number, 1e-9 * Math.Max(1, Math.Abs(number)), $"row {row} of {expected}");
                else a.ShouldBe(b, $"row {row} of {expected}");
            }
        }
    }

    [Fact]
    public async Task A_cell_that_is_no_number_is_named_by_file_row_and_column_and_nothing_is_written()
    {
        var input = _out + ".in";
        await File.WriteAllTextAsync(input, "day,cases\n1,3\n2,many\n");
        var (code, errors) = await RunAsync("analyse", "ears", "--method", "C1", input, _out);
        File.Delete(input);
        code.ShouldBe(2);
        errors.ShouldContain("row 3, column 'cases': 'many' is not a number");
        File.Exists(_out).ShouldBeFalse();
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
