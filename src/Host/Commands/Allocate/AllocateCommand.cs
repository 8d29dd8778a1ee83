using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rongtong.Allocation;
using Rongtong.Allocation.Files;

namespace Rongtong.Host.Commands.Allocate;

/// <summary><c>rongtong allocate</c>: an optimal plan for people with files only. CSV in, CSV out, no database.</summary>
internal static class AllocateCommand
{
    private const string LimitsFileName = "limits.csv";

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder with supplies.csv, demands.csv and lanes.csv, and limits.csv where trucks, packs or minimum lots limit what is sent." };
        var output = new Option<string>("--out") { Description = "Folder for plan.csv, unmet.csv, prices.csv and run.json.", Required = true };
        var fair = new Option<bool>("--fair") { Description = "Fill needs of one tier that cannot all be met in equal shares, to a millionth of a unit." };
        var whole = new Option<bool>("--whole-units") { Description = "With --fair: shares in whole units." };
        var threads = new Option<int>("--threads") { Description = "Threads; the answer does not depend on them.", DefaultValueFactory = _ => Math.Min(2, Environment.ProcessorCount) };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON in the last line." };
        var command = new Command("allocate", "Allocate supplies to demands: least unmet need by priority, then least cost.") { folder, output, fair, whole, threads, json };
        command.SetAction(parsed => Run(() =>
        {
            if (parsed.GetValue(threads) < 1) throw new CommandException($"--threads: {parsed.GetValue(threads)} is not a number of threads; expected 1 or more.");
            var fairness = parsed.GetValue(fair) ? parsed.GetValue(whole) ? Fairness.WholeUnits : Fairness.Exact : Fairness.None;
            if (parsed.GetValue(whole) && fairness == Fairness.None) throw new CommandException("--whole-units goes with --fair; without it plans are in whole units anyway.");
            if (File.Exists(Path.Combine(parsed.GetValue(folder)!, LimitsFileName)))
            {
                if (fairness != Fairness.None) throw new CommandException($"--fair does not go with {LimitsFileName}; take the file away for fair shares without trucks, packs and lots.");
                SolveWithinLimits(parsed.GetValue(folder)!, parsed.GetValue(output)!, parsed.GetValue(threads), parsed.GetValue(json));
                return;
            }
            Solve(parsed.GetValue(folder)!, parsed.GetValue(output)!, new(parsed.GetValue(threads), fairness), parsed.GetValue(json));
        }));
        return command;
    }

    private static void Solve(string folder, string output, AllocationOptions options, bool json)
    {
        var watch = Stopwatch.StartNew();
        var read = Read(folder);
        var plan = Allocator.Solve(read.Problem, options);
        Directory.CreateDirectory(output);
        Write(output, "plan.csv", text => PlanFiles.WriteLines(plan, text));
        Write(output, "unmet.csv", text => PlanFiles.WriteUnmet(plan, text));
        Write(output, "prices.csv", text => PlanFiles.WritePrices(plan, text));
        AllocationRun.Of(folder, output, plan.IsFair, plan.UnitParts, AllocationRun.InputFiles).Save(output);

        Report(read, plan.Lines.Count, plan.UnmetByPriority(), plan.UnitParts, plan.Cost, watch, json, "", "");
    }

    private static void SolveWithinLimits(string folder, string output, int threads, bool json)
    {
        var watch = Stopwatch.StartNew();
        var read = Read(folder);
        BoundedPlan plan;
        using (var file = Open(folder, LimitsFileName))
        {
            var (limits, penalties) = LimitsFile.Read(file, read.Problem);
            try
            {
                plan = CoupledAllocator.Solve(read.Problem, limits, penalties, threads);
            }
            catch (ArgumentException e)
            {
                throw new CommandException($"{LimitsFileName}: {e.Message}");
            }
        }
        Directory.CreateDirectory(output);
        Write(output, "plan.csv", text => PlanFiles.WriteLines(read.Problem, plan.Lines, 1, text));
        Write(output, "unmet.csv", text => PlanFiles.WriteUnmet(read.Problem, plan.Unmet, 1, text));
        // There are no prices that prove such a plan; those of a run before would prove another.
        File.Delete(Path.Combine(output, "prices.csv"));
        AllocationRun.Of(folder, output, isFair: false, 1, [.. AllocationRun.InputFiles, LimitsFileName], new(plan.Objective.ToString(CultureInfo.InvariantCulture), plan.Bound.ToString(CultureInfo.InvariantCulture), plan.Gap)).Save(output);

        var (unmet, cost) = (AllocationPlan.ByPriority(read.Problem, plan.Unmet), Int128.Zero);
        foreach (var line in plan.Lines) cost += (Int128)line.Quantity * read.Problem.Lane(line.Lane).Cost;
        Report(read, plan.Lines.Count, unmet, 1, cost, watch, json,
            string.Create(CultureInfo.InvariantCulture, $",\"objective\":{plan.Objective},\"bound\":{plan.Bound},\"gap\":{plan.Gap:0.########}"),
            string.Create(CultureInfo.InvariantCulture, $"within {LimitsFileName}: cost and penalties {plan.Objective}, no plan is below {plan.Bound}, proven gap {plan.Gap:0.####%}"));
    }

    private static void Report(ProblemRead read, int lines, IReadOnlyDictionary<int, Int128> unmet, long unitParts, Int128 cost, Stopwatch watch, bool json, string moreJson, string moreText)
    {
        var seconds = Math.Round(watch.Elapsed.TotalSeconds, 3).ToString(CultureInfo.InvariantCulture);
        if (read.LanesWithoutUse > 0) Console.WriteLine($"{read.LanesWithoutUse} lanes left out: the supplier has none of the item or the receiver needs none of it.");
        if (json)
        {
            var tiers = string.Join(',', unmet.Select(u => $"\"{u.Key}\":{PlanFiles.Quantity(u.Value, unitParts)}"));
            Console.WriteLine($"{{\"unmet_by_priority\":{{{tiers}}},\"cost\":{PlanFiles.Quantity(cost, unitParts)}{moreJson},\"seconds\":{seconds}}}");
            return;
        }
        Console.WriteLine($"{lines} lines from {read.Problem.LaneCount} lanes, cost {PlanFiles.Quantity(cost, unitParts)}, {seconds} s");
        foreach (var (tier, missed) in unmet) Console.WriteLine($"tier {tier}: {PlanFiles.Quantity(missed, unitParts)} unmet");
        if (moreText.Length > 0) Console.WriteLine(moreText);
    }

    private static ProblemRead Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new CommandException($"the folder '{folder}' does not exist; expected one with supplies.csv, demands.csv and lanes.csv.");
        using var supplies = Open(folder, "supplies.csv");
        using var demands = Open(folder, "demands.csv");
        using var lanes = Open(folder, "lanes.csv");
        return ProblemFiles.Read(supplies, demands, lanes);
    }

    private static FileStream Open(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path)) throw new CommandException($"the file '{path}' does not exist; expected supplies.csv, demands.csv and lanes.csv in one folder.");
        return new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
    }

    /// <summary>A file appears whole or not at all.</summary>
    private static void Write(string folder, string file, Action<TextWriter> write)
    {
        var path = Path.Combine(folder, file);
        using (var text = new StreamWriter(path + ".new", false, new UTF8Encoding(false), 1 << 16)) write(text);
        File.Move(path + ".new", path, overwrite: true);
    }

    internal static int Run(Action work)
    {
        try
        {
            work();
            return 0;
        }
        catch (Exception e) when (e is CommandException or ProblemFileException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"rongtong allocate: {e.Message}");
            return 2;
        }
    }
}
