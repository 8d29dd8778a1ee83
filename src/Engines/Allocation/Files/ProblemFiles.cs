namespace Rongtong.Allocation.Files;

/// <summary>A cell, row or column of an input file is not what it must be.</summary>
/// <param name="File">supplies.csv, demands.csv or lanes.csv.</param>
/// <param name="Row">Row in the file; the header is row 1.</param>
/// <param name="Column">Name of the column.</param>
/// <param name="Found">What stands there.</param>
/// <param name="Expected">What was expected.</param>
public sealed record FileProblem(string File, long Row, string Column, string Found, string Expected)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}, row {Row}, column '{Column}': found '{Found}'; expected {Expected}.";
}

/// <summary>The files are no problem that can be solved; every finding is listed up to <see cref="ProblemFiles.ProblemsMax"/>.</summary>
public sealed class ProblemFileException(IReadOnlyList<FileProblem> problems) : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>What was found.</summary>
    public IReadOnlyList<FileProblem> Problems { get; } = problems;
}

/// <summary>What was read.</summary>
/// <param name="Problem">The problem.</param>
/// <param name="LanesWithoutUse">Lanes left out, because their supplier has none of the item or their receiver needs none of it.</param>
public sealed record ProblemRead(AllocationProblem Problem, int LanesWithoutUse);

/// <summary>
/// Reads a problem from supplies.csv (supplier, item, quantity, optionally reserve), demands.csv (receiver, item, quantity, priority, optionally
/// weight) and lanes.csv (supplier, receiver, item, cost). Columns are found by name. Takes streams, for an engine opens no files.
/// </summary>
public static class ProblemFiles
{
    /// <summary>How many findings are listed before reading stops.</summary>
    public const int ProblemsMax = 20;

    /// <summary>Reads and checks the three files.</summary>
    /// <exception cref="ProblemFileException">A row is wrong; the findings name file, row, column and what was expected.</exception>
    public static ProblemRead Read(Stream supplies, Stream demands, Stream lanes)
    {
        ArgumentNullException.ThrowIfNull(supplies);
        ArgumentNullException.ThrowIfNull(demands);
        ArgumentNullException.ThrowIfNull(lanes);
        var reading = new Reading();
        reading.ReadSupplies(new("supplies.csv", supplies, ["supplier", "item", "quantity"], ["reserve"]));
        reading.ReadDemands(new("demands.csv", demands, ["receiver", "item", "quantity", "priority"], ["weight"]));
        reading.Check();
        return reading.ReadLanes(new("lanes.csv", lanes, ["supplier", "receiver", "item", "cost"], []));
    }

    private sealed class Reading
    {
        private readonly NameTable _suppliers = new(), _receivers = new(), _items = new();
        private readonly List<Supply> _supplies = [];
        private readonly List<Demand> _demands = [];
        private readonly Dictionary<(int, int), int> _supplyOf = [], _demandOf = [];
        private readonly List<FileProblem> _problems = [];

        public void ReadSupplies(InputTable table)
        {
            while (table.Advance())
            {
                var (supplier, item) = (Name(table, 0, _suppliers), Name(table, 1, _items));
                var quantity = Number(table, 2, 0, AllocationLimits.Quantity);
                var reserve = table.Cell(3).IsEmpty ? 0 : Number(table, 3, 0, AllocationLimits.Quantity);
                if (supplier < 0 || item < 0) continue;
                if (!_supplyOf.TryAdd((supplier, item), _supplies.Count)) Add(table.Wrong(0, "one row for each supplier and item; add the quantities up"));
                else _supplies.Add(new(_suppliers[supplier], _items[item], quantity, reserve));
            }
        }

        public void ReadDemands(InputTable table)
        {
            while (table.Advance())
            {
                var (receiver, item) = (Name(table, 0, _receivers), Name(table, 1, _items));
                var quantity = Number(table, 2, 0, AllocationLimits.Quantity);
                var priority = Number(table, 3, 1, AllocationLimits.Priorities);
                var weight = table.Cell(4).IsEmpty ? 1 : Number(table, 4, 1, AllocationLimits.Weight);
                if (receiver < 0 || item < 0) continue;
                if (!_demandOf.TryAdd((receiver, item), _demands.Count)) Add(table.Wrong(0, "one row for each receiver and item; add the quantities up"));
                else _demands.Add(new(_receivers[receiver], _items[item], quantity, (int)priority, (int)weight));
            }
        }

        public ProblemRead ReadLanes(InputTable table)
        {
            var (supply, demand, cost, count, unused) = (new int[1 << 16], new int[1 << 16], new long[1 << 16], 0, 0);
            while (table.Advance())
            {
                var (supplier, receiver, item) = (_suppliers.Find(table.Cell(0)), _receivers.Find(table.Cell(1)), _items.Find(table.Cell(2)));
                if (supplier < 0) Add(table.Wrong(0, "a supplier of supplies.csv"));
                if (receiver < 0) Add(table.Wrong(1, "a receiver of demands.csv"));
                if (item < 0) Add(table.Wrong(2, "an item of supplies.csv or demands.csv"));
                var price = Number(table, 3, 0, AllocationLimits.Cost);
                if (!_supplyOf.TryGetValue((supplier, item), out var from) || !_demandOf.TryGetValue((receiver, item), out var to))
                {
                    unused++;
                    continue;
                }
                if (count == supply.Length)
                {
                    if (count >= AllocationLimits.Lanes) throw new ProblemFileException([table.Wrong(0, $"at most {AllocationLimits.Lanes} lanes")]);
                    var room = (int)Math.Min(AllocationLimits.Lanes, count * 2L);
                    Array.Resize(ref supply, room);
                    Array.Resize(ref demand, room);
                    Array.Resize(ref cost, room);
                }
                (supply[count], demand[count], cost[count++]) = (from, to, price);
            }
            Check();
            Array.Resize(ref supply, count);
            Array.Resize(ref demand, count);
            Array.Resize(ref cost, count);
            try
            {
                return new(new AllocationProblem(_supplies, _demands, supply, demand, cost), unused);
            }
            catch (ArgumentException e)
            {
                throw new ProblemFileException([new("supplies.csv and demands.csv", 1, "quantity", e.Message, $"at most {AllocationLimits.ItemQuantity} units of an item")]);
            }
        }

        public void Check()
        {
            if (_problems.Count > 0) throw new ProblemFileException(_problems);
        }

        private void Add(FileProblem problem)
        {
            _problems.Add(problem);
            if (_problems.Count == ProblemsMax) Check();
        }

        private int Name(InputTable table, int column, NameTable names)
        {
            if (!table.Cell(column).IsEmpty) return names.Add(table.Cell(column));
            Add(table.Wrong(column, "a name"));
            return -1;
        }

        private long Number(InputTable table, int column, long least, long most)
        {
            if (table.Number(column, least, most) is { } value) return value;
            Add(table.Wrong(column, $"a whole number from {least} to {most}"));
            return least;
        }
    }
}
