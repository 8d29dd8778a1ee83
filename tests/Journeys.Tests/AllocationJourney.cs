using System.Diagnostics;
using Rongtong.Testing;

namespace Rongtong.Journeys.Tests;

/// <summary>People with files only: a plan, its proof, and what happens to somebody who changes either.</summary>
public sealed class AllocationJourney : IDisposable
{
    private readonly string _out = Directory.CreateTempSubdirectory("rongtong-allocate-").FullName;

    public void Dispose() => Directory.Delete(_out, recursive: true);

    [SharedTheory("golden/allocation")]
    [InlineData("small", "{\"unmet_by_priority\":{\"1\":0,\"2\":0,\"3\":731,\"4\":870},\"cost\":7402306,\"seconds\":")]
    [InlineData("medium", "{\"unmet_by_priority\":{\"1\":0,\"2\":0,\"3\":7666,\"4\":70309},\"cost\":34350090,\"seconds\":")]
    public async Task A_plan_from_files_is_optimal_proven_and_the_same_again(string name, string last)
    {
        var (input, again) = (SharedData.PathOf("golden/allocation/" + name), Path.Combine(_out, "again"));
        var (code, text) = await RunAsync("allocate", input, "--out", _out, "--json");
        code.ShouldBe(0, text);
        text.TrimEnd().Split('\n')[^1].ShouldStartWith(last);
        (await RunAsync("verify", "allocation", _out)).Code.ShouldBe(0);
        (await RunAsync("verify", "allocation", input, "--out", _out)).Code.ShouldBe(0);

        await RunAsync("allocate", input, "--out", again, "--threads", "1");
        foreach (var file in new[] { "plan.csv", "unmet.csv", "prices.csv" })
            (await File.ReadAllBytesAsync(Path.Combine(again, file))).ShouldBe(await File.ReadAllBytesAsync(Path.Combine(_out, file)), file);

        var lines = await File.ReadAllLinesAsync(Path.Combine(_out, "plan.csv"));
        await File.WriteAllLinesAsync(Path.Combine(_out, "plan.csv"), [.. lines[..5], .. lines[6..]]);
        (await RunAsync("verify", "allocation", _out)).Code.ShouldBe(1);
    }

    [SharedFact("golden/allocation")]
    public async Task A_fair_plan_is_proven_fair_and_a_cheap_one_is_not()
    {
        var input = SharedData.PathOf("golden/allocation/small");
        (await RunAsync("allocate", input, "--out", _out, "--fair", "--json")).Code.ShouldBe(0);
        (await RunAsync("verify", "allocation", _out)).Code.ShouldBe(0);
        (await RunAsync("allocate", input, "--out", _out, "--json")).Code.ShouldBe(0);
        File.Delete(Path.Combine(_out, "run.json"));
        var (code, text) = await RunAsync("verify", "allocation", input, "--out", _out, "--fair");
        code.ShouldBe(1);
        text.ShouldContain("of the same tier within reach");
    }

    private static async Task<(int Code, string Text)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "rongtong.dll"), .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var (errors, output) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
