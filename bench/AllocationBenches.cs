using System.Diagnostics;
using System.Globalization;
using Rongtong.Allocation;

namespace Rongtong.Bench;

/// <summary>
/// Allocation against LEMON's NetworkSimplex in the same run, from a problem in memory to a solution. LEMON gets the faster of one graph for each item
/// and one for all, and of graphs without shortage where everything can be met; its driver is bench/peers/lemon.cpp, built by g++ at the start. Figures
/// are medians of 15 runs on both sides.
/// </summary>
internal static class AllocationBenches
{
    private const int Runs = 15;
    private static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(700);

    public static async Task<IReadOnlyList<BenchResult>> SingleTierAsync()
    {
        var results = new List<BenchResult>();
        foreach (var ratio in new[] { 1.5, 1.2, 1.05, 0.9 })
        {
            foreach (var (name, instance) in new (string, AllocationInstance)[]
            {
                ("50 x 300 x 20, all lanes", new(50, 300, 20, 50, ratio)),
                ("200 x 1,000 x 5, 50 nearest", new(200, 1000, 5, 50, ratio)),
                ("500 x 3,000 x 5, 40 nearest", new(500, 3000, 5, 40, ratio)),
            }) results.AddRange(await AgainstLemonAsync(string.Create(CultureInfo.InvariantCulture, $"{name}, supply {ratio}"), instance));
        }
        return results;
    }

    public static async Task<IReadOnlyList<BenchResult>> LexicographicAsync() =>
        await AgainstLemonAsync("lexicographic, four tiers, 200 x 1,000 x 20, 298,000 lanes", new(200, 1000, 20, 15, 0.8, 4));

    /// <summary>CLP solves the tiers and the cost as five programs one after another; its time is that of the program with reading and writing files. Trucks: one program.</summary>
    public static async Task<IReadOnlyList<BenchResult>> ClpAsync()
    {
        var results = new List<BenchResult>();
        foreach (var (name, instance) in new (string, AllocationInstance)[] { ("50 x 300 x 20, 15 nearest", new(50, 300, 20, 15, 0.8, 4)), ("200 x 1,000 x 5, 15 nearest", new(200, 1000, 5, 15, 0.8, 4)) })
        {
            var problem = instance.Draw();
            var cost = Int128.Zero;
            var ours = Median(() => cost = Allocator.Solve(problem).Cost);
            var clp = await AllocationPrograms.LexicographicAsync(problem);
            if (clp is { } solved && Math.Abs(solved.Cost - (double)cost) > 0.5) throw new InvalidOperationException($"{name}: our cost is {cost}, CLP's {solved.Cost}; one of them is wrong.");
            results.Add(new($"allocation, lexicographic, four tiers, {name}, two threads", ours, "s", clp is null ? "CLP is not installed (apt-get install coinor-clp)" : "CLP, five programs", clp?.Seconds, clp?.Seconds / ours));
        }
        long[] penalties = [100_000, 30_000, 10_000, 3_000];
        foreach (var instance in new AllocationInstance[] { new(50, 300, 5, 15, 1.1, 4), new(100, 500, 5, 20, 1.1, 4) })
        {
            var problem = instance.Draw();
            var sizes = problem.Items.Select((item, i) => (item, i)).ToDictionary(x => x.item, x => x.i + 1L);
            var trucks = problem.Supplies.GroupBy(s => s.Supplier).ToDictionary(g => g.Key, g => g.Sum(s => s.Available * sizes[s.Item]) * 6 / 10);
            var limits = new CoupledLimits(trucks, sizes);
            var watch = Stopwatch.StartNew();
            var plan = CoupledAllocator.Solve(problem, limits, penalties);
            var seconds = watch.Elapsed.TotalSeconds;
            var least = await AllocationPrograms.WithinLimitsAsync(problem, limits, penalties);
            var name = string.Create(CultureInfo.InvariantCulture, $"allocation, trucks, {instance.Suppliers} x {instance.Receivers} x {instance.Items}");
            results.Add(new($"{name}, two threads", seconds, "s"));
            results.Add(new($"{name}, proven gap", plan.Gap * 100, "%", least is null ? "CLP is not installed (apt-get install coinor-clp)" : "above CLP's optimum", ((double)plan.Objective - least) / least * 100));
        }
        return results;
    }

    public static Task<IReadOnlyList<BenchResult>> WarmAsync()
    {
        var problem = new AllocationInstance(200, 1000, 20, 15, 0.8, 4).Draw();
        var plan = Allocator.Solve(problem);
        var demands = problem.Demands.ToArray();
        for (var d = 0; d < demands.Length; d += 1000) demands[d] = demands[d] with { Quantity = demands[d].Quantity + 25 };
        var lanes = Enumerable.Range(0, problem.LaneCount).Select(problem.Lane).ToArray();
        var changed = new AllocationProblem(problem.Supplies, demands, [.. lanes.Select(l => l.Supply)], [.. lanes.Select(l => l.Demand)], [.. lanes.Select(l => l.Cost)]);
        var (cold, warm) = (Median(() => Allocator.Solve(changed)), Median(() => Allocator.Solve(changed, new(Previous: plan))));
        IReadOnlyList<BenchResult> results = [new("allocation, re-solved after 20 changed needs, 300,000 lanes, two threads", warm * 1000, "ms", "the same from nothing", cold * 1000, cold / warm)];
        return Task.FromResult(results);
    }

    public static Task<IReadOnlyList<BenchResult>> FairAsync()
    {
        var problem = new AllocationInstance(200, 1000, 5, 50, 0.8).Draw();
        var seconds = Median(() => Allocator.Solve(problem, new(Fairness: Fairness.Exact)));
        IReadOnlyList<BenchResult> results = [new("allocation, fair shares, 200 x 1,000 x 5, two threads", seconds, "s")];
        return Task.FromResult(results);
    }

    /// <summary>From 100,000 to 10 million lanes. Memory is the growth of the process's peak, the problem itself counted in.</summary>
    public static Task<IReadOnlyList<BenchResult>> GrowthAsync()
    {
        var results = new List<BenchResult>();
        foreach (var (instance, lanes) in new[] { (new AllocationInstance(200, 2000, 1, 50, 0.9, 4), "100,000"), (new AllocationInstance(1000, 20_000, 1, 50, 0.9, 4), "1,000,000"), (new AllocationInstance(1000, 20_000, 10, 50, 0.9, 4), "10,000,000") })
        {
            GC.Collect();
            var before = Process.GetCurrentProcess().PeakWorkingSet64;
            var problem = instance.Draw();
            var watch = Stopwatch.StartNew();
            Allocator.Solve(problem);
            var seconds = watch.Elapsed.TotalSeconds;
            var peak = Process.GetCurrentProcess().PeakWorkingSet64;
            results.Add(new($"allocation, {lanes} lanes, two threads", seconds, "s"));
            // Below a million the runtime's own start outweighs the lanes.
            if (problem.LaneCount >= 1_000_000) results.Add(new($"allocation, {lanes} lanes, memory of a lane", (double)(peak - before) / problem.LaneCount, "bytes"));
        }
        return Task.FromResult<IReadOnlyList<BenchResult>>(results);
    }

    private static async Task<IReadOnlyList<BenchResult>> AgainstLemonAsync(string name, AllocationInstance instance)
    {
        var problem = instance.Draw();
        var cost = Int128.Zero;
        var one = Median(() => cost = Allocator.Solve(problem, new(Threads: 1)).Cost);
        var two = Median(() => Allocator.Solve(problem, new(Threads: 2)));
        var lemon = await LemonAsync(problem);
        if (lemon is null) return [.. new[] { ("one thread", one), ("two threads", two) }.Select(t => new BenchResult($"allocation, {name}, {t.Item1}", t.Item2 * 1000, "ms", "LEMON is not installed (apt-get install g++ liblemon-dev)"))];
        if (lemon.Cost != cost) throw new InvalidOperationException($"{name}: our cost is {cost}, LEMON's {lemon.Cost}; one of them is wrong.");
        return
        [
            Result("one thread", one, "LEMON 1.3.1, graph and run", lemon.Whole),
            Result("two threads", two, "LEMON 1.3.1, graph and run", lemon.Whole),
            Result("one thread", one, "LEMON 1.3.1, run alone", lemon.Run),
            Result("two threads", two, "LEMON 1.3.1, run alone", lemon.Run),
        ];

        BenchResult Result(string threads, double ours, string peer, double theirs) => new($"allocation, {name}, {threads}", ours * 1000, "ms", peer, theirs * 1000, theirs / ours);
    }

    private static double Median(Action work)
    {
        var times = new double[Runs];
        // Until the run-time has compiled the loops for good, which it does in the background some hundred milliseconds later; the peer is compiled already.
        for (var warm = Stopwatch.StartNew(); warm.Elapsed < s_warmUp;) work();
        for (var run = 0; run < Runs; run++)
        {
            // A collection of the last run's arrays belongs to the last run.
            GC.Collect();
            var watch = Stopwatch.StartNew();
            work();
            times[run] = watch.Elapsed.TotalSeconds;
        }
        Array.Sort(times);
        return times[Runs / 2];
    }

    private sealed record Lemon(double Run, double Whole, Int128 Cost);

    private static async Task<Lemon?> LemonAsync(AllocationProblem problem)
    {
        var folder = Directory.CreateTempSubdirectory("rongtong-bench-").FullName;
        try
        {
            var driver = Path.Combine(folder, "lemon");
            if (await Measure.RunAsync("g++", "-O3", "-march=native", "-DNDEBUG", "-o", driver, Path.Combine(AppContext.BaseDirectory, "peers", "lemon.cpp")) is null) return null;
            AllocationInstance.Write(problem, folder);
            if (await Measure.RunAsync(driver, folder, Runs.ToString(CultureInfo.InvariantCulture)) is not { } line) return null;
            var cells = line.Trim().Split('\t');
            double Seconds(int cell) => double.Parse(cells[cell], CultureInfo.InvariantCulture);
            return new(Math.Min(Seconds(0), Seconds(2)), Math.Min(Seconds(1), Seconds(3)), Int128.Parse(cells[4], CultureInfo.InvariantCulture));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
