using System.Diagnostics;
using Rongtong.ReturnPlanning;

namespace Rongtong.Bench;

/// <summary>10,000 staff of 100 origins over 60 days, with coaches, isolation rooms, beds and work places all short in turn; medians of five.</summary>
internal static class ReturnPlanBenches
{
    private const int Runs = 5;

    public static Task<IReadOnlyList<BenchResult>> PlanAsync()
    {
        var results = new List<BenchResult>();
        foreach (var (name, rooms, coaches, work) in new[] { ("coaches short", 4_000, 8, 8_000), ("isolation short", 150, 30, 8_000), ("all short", 500, 12, 3_500) })
        {
            var problem = Problem(rooms, coaches, work);
            var plan = ReturnPlanner.Plan(problem, explain: false);
            results.Add(new($"return plan, 10,000 staff, 100 origins, 60 days, {name}", Median(() => ReturnPlanner.Plan(problem, explain: false)), "ms"));
            results.Add(new($"return plan, {name}, gap to the proven bound", plan.Gap * 100, "%"));
            // What happens when the tier of ten origins changes: their people are isolated for 14 days, and the plan is made again with its explanation.
            var changed = problem with { Groups = [.. problem.Groups.Select((g, i) => i % 10 == 3 ? g with { IsolationDays = 14 } : g)] };
            results.Add(new($"return plan, {name}, again after tiers changed, with what limits it", Median(() => ReturnPlanner.Plan(changed)), "ms"));
        }
        return Task.FromResult<IReadOnlyList<BenchResult>>(results);
    }

    private static double Median(Action work)
    {
        var times = new double[Runs];
        for (var run = 0; run < Runs; run++)
        {
            var watch = Stopwatch.StartNew();
            work();
            times[run] = watch.Elapsed.TotalMilliseconds;
        }
        Array.Sort(times);
        return times[Runs / 2];
    }

    private static ReturnProblem Problem(int rooms, int coaches, int work) => new()
    {
        Groups = [.. Enumerable.Range(0, 100).Select(i => new StaffGroup($"O{i}", i % 5 == 0 ? Journey.Far : Journey.Near, 40 + (i * 37 % 121), i % 7 * 2, (i % 10) switch { 0 => 14, 1 or 2 => 7, _ => 0 }))],
        Dormitories = [.. Enumerable.Range(0, 20).Select(d => new Dormitory($"D{d}", 90, 1400 + (d * 50)))],
        IsolationRooms = rooms,
        CanteenSeats = 1_000,
        WorkPlaces = work / 2,
        Shifts = 2,
        CoachesPerDay = coaches,
        HorizonDays = 60,
    };
}
