using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Rongtong.Allocation.Certificates;
using Rongtong.Platform.Imports;

namespace Rongtong.Host.Commands.Allocate;

/// <summary>
/// <c>rongtong verify allocation</c>: proves a plan optimal from its files and the input. Reads the files with the importer's reader, not the
/// solver's, and calls nothing of the solver.
/// </summary>
internal static class VerifyAllocation
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder with the input and the plan, or with the plan alone when run.json names the input." };
        var output = new Option<string?>("--out") { Description = "Folder of plan.csv, unmet.csv and prices.csv, when DIR is the input." };
        var fair = new Option<bool>("--fair") { Description = "Hold a plan without run.json to fair shares." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON in the last line." };
        var command = new Command("allocation", "Prove a plan optimal from plan.csv, unmet.csv, prices.csv and the input alone.") { folder, output, fair, json };
        command.SetAction(parsed =>
        {
            var code = 1;
            var failed = AllocateCommand.Run(() => code = Verify(parsed.GetValue(folder)!, parsed.GetValue(output), parsed.GetValue(fair), parsed.GetValue(json)));
            return failed == 0 ? code : failed;
        });
        return command;
    }

    private static int Verify(string folder, string? output, bool fair, bool json)
    {
        var plan = output ?? folder;
        var run = AllocationRun.Find(plan);
        if (run?.WithinLimits is { } proof)
            throw new CommandException($"{plan} holds a plan within trucks, packs or lots, which no prices prove; its proven gap is {proof.Gap.ToString("0.####%", CultureInfo.InvariantCulture)} (run.json). Run 'rongtong allocate' on the same input to compute it again.");
        var input = File.Exists(Path.Combine(folder, "supplies.csv")) || run is null ? folder : Path.GetFullPath(Path.Combine(plan, run.Input));
        IEnumerable<Row> Rows(string from, string file, params string[] columns) => Row.Read(Path.Combine(from, file), columns);
        var files = new CertificateFiles(
            Rows(input, "supplies.csv", "supplier", "item", "quantity", "?reserve").Select(r => new SuppliedRow(r[0], r[1], Math.Max(0, r.Number(2) - r.Number(3, 0)))),
            Rows(input, "demands.csv", "receiver", "item", "quantity", "priority", "?weight").Select(r => new NeededRow(r[0], r[1], r.Number(2), (int)r.Number(3), r.Number(4, 1))),
            Rows(input, "lanes.csv", "supplier", "receiver", "item", "cost").Select(r => new LaneRow(r[0], r[1], r[2], r.Number(3))),
            Rows(plan, "plan.csv", "supplier", "receiver", "item", "quantity").Select(r => new SentRow(r[0], r[1], r[2], r.Number(3))),
            Rows(plan, "unmet.csv", "receiver", "item", "priority", "quantity").Select(r => new MissedRow(r[0], r[1], (int)r.Number(2), r.Number(3))),
            Rows(plan, "prices.csv", "side", "place", "item", "tier", "price").Select(r => new PriceRow(r.OneOf(0, "supplier", "receiver") == "supplier", r[1], r[2], (int)r.Number(3, 0), r.Number(4))));
        var result = PlanCertificate.Check(files, run?.IsFair ?? fair, 1m / (run?.UnitParts ?? (fair ? 1_000_000 : 1)));
        var problems = result.Problems.ToList();
        if (run is not null)
        {
            var now = AllocationRun.Digests(input, AllocationRun.InputFiles);
            problems.AddRange(AllocationRun.InputFiles.Where(f => now[f] != run.Sha256.GetValueOrDefault(f)).Select(f => $"{f} is not the file the plan was computed from (run.json)."));
        }

        foreach (var problem in problems) Console.WriteLine(problem);
        var cost = BigInteger.DivRem(result.Cost, 1_000_000, out var rest).ToString(CultureInfo.InvariantCulture) + (rest.IsZero ? "" : "." + ((int)rest).ToString("D6", CultureInfo.InvariantCulture).TrimEnd('0'));
        var unmet = string.Join(',', result.UnmetByPriority.Select(u => $"\"{u.Key}\":{u.Value.ToString("0.######", CultureInfo.InvariantCulture)}"));
        Console.WriteLine(json
            ? $"{{\"optimal\":{(problems.Count == 0 ? "true" : "false")},\"unmet_by_priority\":{{{unmet}}},\"cost\":{cost},\"problems\":{problems.Count}}}"
            : problems.Count == 0 ? $"optimal: proven by {Path.Combine(plan, "prices.csv")}; cost {cost}, unmet {{{unmet}}}" : $"not proven: {problems.Count} problems");
        return problems.Count == 0 ? 0 : 1;
    }

    /// <summary>Cells of a row by the columns asked for; a name beginning with a question mark may be absent.</summary>
    private sealed record Row(string File, long Line, string[] Columns, string[] Cells)
    {
        public string this[int column] => Cells[column];

        public static IEnumerable<Row> Read(string path, string[] columns)
        {
            if (!System.IO.File.Exists(path)) throw new CommandException($"the file '{path}' does not exist.");
            using var text = new StreamReader(path);
            var csv = new CsvRecords(text);
            if (!Advance(csv, path)) throw new CommandException($"{path} is empty; expected a header with {string.Join(", ", columns)}.");
            var at = columns.Select(c => csv.Fields.ToList().FindIndex(f => string.Equals(f.Trim(), c.TrimStart('?'), StringComparison.OrdinalIgnoreCase))).ToArray();
            if (Array.FindIndex(columns, c => c[0] != '?' && at[Array.IndexOf(columns, c)] < 0) is >= 0 and var missing)
                throw new CommandException($"{path}, row 1: there is no column '{columns[missing]}'; expected {string.Join(", ", columns.Where(c => c[0] != '?'))}.");
            while (Advance(csv, path)) yield return new(path, csv.Line, columns, [.. at.Select(i => i >= 0 && i < csv.Fields.Count ? csv.Fields[i].Trim() : "")]);
        }

        public decimal Number(int column, decimal? ifEmpty = null) =>
            Cells[column].Length == 0 && ifEmpty is { } value ? value
            : decimal.TryParse(Cells[column], NumberStyles.Number & ~NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out value) ? value
            : throw Wrong(column, "a number");

        public string OneOf(int column, params string[] values) => values.Contains(Cells[column]) ? Cells[column] : throw Wrong(column, string.Join(" or ", values));

        private CommandException Wrong(int column, string expected) => new($"{File}, row {Line}, column '{Columns[column].TrimStart('?')}': found '{Cells[column]}'; expected {expected}.");

        private static bool Advance(CsvRecords csv, string path)
        {
            try
            {
                return csv.Read();
            }
            catch (ImportFileException)
            {
                throw new CommandException($"{path}, row {csv.Line}: the row is too long, has too many columns or ends inside quotes.");
            }
        }
    }
}
