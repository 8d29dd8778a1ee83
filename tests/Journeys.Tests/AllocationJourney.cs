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

    [Fact]
    public async Task A_plan_within_trucks_and_packs_is_feasible_with_its_gap_and_is_not_taken_for_a_proven_optimum()
    {
        var input = Path.Combine(_out, "input");
        Directory.CreateDirectory(input);
        await File.WriteAllTextAsync(Path.Combine(input, "supplies.csv"), "supplier,item,quantity\nS,mask,100\nS,suit,10\n");
        await File.WriteAllTextAsync(Path.Combine(input, "demands.csv"), "receiver,item,quantity,priority\nD,mask,35,1\nD,suit,10,2\n");
        await File.WriteAllTextAsync(Path.Combine(input, "lanes.csv"), "supplier,receiver,item,cost\nS,D,mask,3\nS,D,suit,3\n");
        await File.WriteAllTextAsync(Path.Combine(input, "limits.csv"), "limit,name,value\ntruck_capacity,S,50\nunit_size,suit,5\npack,mask,10\n");
        var (code, text) = await RunAsync("allocate", input, "--out", _out, "--json");
        code.ShouldBe(0, text);
        text.TrimEnd().Split('\n')[^1].ShouldStartWith("{\"unmet_by_priority\":{\"1\":5,\"2\":6,\"3\":0,\"4\":0},\"cost\":102,\"objective\":1782,\"bound\":1782,\"gap\":0,\"seconds\":");
        (await File.ReadAllLinesAsync(Path.Combine(_out, "plan.csv"))).ShouldBe(["supplier,receiver,item,quantity,cost", "S,D,mask,30,3", "S,D,suit,4,3"]);
        var (refused, why) = await RunAsync("verify", "allocation", _out);
        refused.ShouldBe(2);
        why.ShouldContain("its proven gap is 0%");
        (await RunAsync("allocate", input, "--out", _out, "--fair")).Text.ShouldContain("--fair does not go with limits.csv");
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
