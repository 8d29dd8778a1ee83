using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Rongtong.Testing;

namespace Rongtong.ReturnPlanning.Tests;

/// <summary>The same problem written down as an integer program, by another hand than the planner's, and solved by GLPK.</summary>
public sealed partial class PeerTests
{
    [ProgramFact("glpsol")]
    public async Task Glpk_s_optimum_lies_between_the_plan_and_its_bound_and_the_plan_is_within_a_hundredth_of_it()
    {
        foreach (var (coaches, rooms, work) in new[] { (2, 40, 400), (3, 15, 400), (1, 60, 400), (3, 60, 110) })
        {
            var problem = new ReturnProblem
            {
                Groups = [new("a", Journey.Near, 60, 0, 0), new("b", Journey.Near, 35, 1, 7), new("c", Journey.Far, 52, 0, 0), new("d", Journey.Near, 18, 3, 7), new("e", Journey.Local, 30, 0, 2), new("f", Journey.Far, 26, 2, 4)],
                Dormitories = [new("A", 40, 1500)],
                IsolationRooms = rooms,
                CanteenSeats = 200,
                WorkPlaces = work,
                CoachesPerDay = coaches,
                HorizonDays = 18,
            };
            var plan = ReturnPlanner.Plan(problem, explain: false);
            var optimum = await OptimumAsync(problem);
            plan.Bound.ShouldBeGreaterThanOrEqualTo(optimum);
            plan.WorkingDays.ShouldBeInRange((long)(optimum * 0.99), optimum);
        }
    }

    private static async Task<long> OptimumAsync(ReturnProblem problem)
    {
        var folder = Directory.CreateTempSubdirectory("rongtong-peer-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "plan.lp"), Program(problem));
            using var glpk = Process.Start(new ProcessStartInfo("glpsol", ["--lp", Path.Combine(folder, "plan.lp"), "-o", Path.Combine(folder, "out.txt"), "--cuts", "--tmlim", "60"]) { RedirectStandardOutput = true })!;
            await glpk.StandardOutput.ReadToEndAsync();
            await glpk.WaitForExitAsync();
            var answer = await File.ReadAllTextAsync(Path.Combine(folder, "out.txt"));
            answer.ShouldContain("INTEGER OPTIMAL");
            return long.Parse(Objective().Match(answer).Groups[1].Value, CultureInfo.InvariantCulture);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Program(ReturnProblem problem)
    {
        var (aim, rows, whole) = (new StringBuilder("Maximize\n aim:"), new StringBuilder("Subject To\n"), new StringBuilder("General\n"));
        var (coach, room) = (new StringBuilder[problem.HorizonDays], new StringBuilder[problem.HorizonDays]);
        for (var d = 0; d < problem.HorizonDays; d++) (coach[d], room[d]) = (new(), new());
        var (beds, work) = (new StringBuilder(), new StringBuilder());
        for (var g = 0; g < problem.Groups.Count; g++)
        {
            var group = problem.Groups[g];
            var (travels, days) = (group.Journey is Journey.Near or Journey.Far, group.Journey is Journey.Far ? 2 : 1);
            var all = new StringBuilder();
            for (var t = group.EarliestDay; t < problem.HorizonDays; t++)
            {
                var first = t + (travels ? days : 0) + group.IsolationDays;
                if (first >= problem.HorizonDays) break;
                var x = $"x{g}d{t}";
                aim.Append(CultureInfo.InvariantCulture, $" + {problem.HorizonDays - first} {x}\n");
                all.Append(CultureInfo.InvariantCulture, $" + {x}");
                work.Append(CultureInfo.InvariantCulture, $" + {x}\n");
                whole.Append(CultureInfo.InvariantCulture, $" {x}\n");
                if (group.Journey is not Journey.Local) beds.Append(CultureInfo.InvariantCulture, $" + {x}\n");
                if (!travels) continue;
                whole.Append(CultureInfo.InvariantCulture, $" k{g}d{t}\n");
                rows.Append(CultureInfo.InvariantCulture, $" {x} - {problem.CoachLoad} k{g}d{t} <= 0\n");
                for (var d = t; d < t + days; d++) coach[d].Append(CultureInfo.InvariantCulture, $" + k{g}d{t}\n");
                for (var d = t + days - 1; group.IsolationDays > 0 && d < first; d++) room[d].Append(CultureInfo.InvariantCulture, $" + {x}\n");
            }
            if (all.Length > 0) rows.Append(CultureInfo.InvariantCulture, $"{all} <= {group.Count}\n");
        }
        for (var d = 0; d < problem.HorizonDays; d++)
        {
            if (coach[d].Length > 0) rows.Append(CultureInfo.InvariantCulture, $"{coach[d]} <= {problem.CoachesPerDay}\n");
            if (room[d].Length > 0) rows.Append(CultureInfo.InvariantCulture, $"{room[d]} <= {problem.IsolationPlaces}\n");
        }
        rows.Append(CultureInfo.InvariantCulture, $"{beds} <= {problem.Beds}\n{work} <= {problem.WorkLimit}\n");
        return $"{aim}\n{rows}{whole}End\n";
    }

    [GeneratedRegex(@"Objective:\s+aim = (\d+)")]
    private static partial Regex Objective();
}
