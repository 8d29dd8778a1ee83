using System.Diagnostics;
using System.Globalization;

namespace Rongtong.Bench;

/// <summary>
/// A linear program for COIN-OR CLP (Debian's coinor-clp), the peer of benches and the oracle of tests: least sum of costs over columns of 0 or more.
/// Written as free MPS, solved by the program 'clp', read from its solution file.
/// </summary>
internal sealed class LinearProgram
{
    private readonly List<(double Cost, double Most, List<(int Row, double Value)> Cells)> _columns = [];
    private readonly List<(char Sense, double Right)> _rows = [];

    public int Column(double cost, double most = double.PositiveInfinity)
    {
        _columns.Add((cost, most, []));
        return _columns.Count - 1;
    }

    /// <param name="sense">L for at most, G for at least, E for equal.</param>
    public int Row(char sense, double right)
    {
        _rows.Add((sense, right));
        return _rows.Count - 1;
    }

    public void Set(int row, int column, double value) => _columns[column].Cells.Add((row, value));

    /// <summary>Costs of another objective over the same rows.</summary>
    public void Charge(Func<int, double> cost)
    {
        for (var c = 0; c < _columns.Count; c++) _columns[c] = _columns[c] with { Cost = cost(c) };
    }

    /// <summary>The least objective, the value of each column and the seconds CLP took with reading and writing; null where CLP is not installed.</summary>
    public async Task<(double Objective, double[] Values, double Seconds)?> SolveAsync()
    {
        var folder = Directory.CreateTempSubdirectory("rongtong-clp-").FullName;
        try
        {
            var (input, output) = (Path.Combine(folder, "program.mps"), Path.Combine(folder, "solution.txt"));
            await using (var text = new StreamWriter(input)) Write(text);
            var watch = Stopwatch.StartNew();
            try
            {
                using var process = Process.Start(new ProcessStartInfo("clp", [input, "-solve", "-solution", output]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
                var said = await process.StandardOutput.ReadToEndAsync();
                await process.WaitForExitAsync();
                if (!File.Exists(output)) throw new InvalidOperationException("clp wrote no solution: " + said);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return null;
            }
            var seconds = watch.Elapsed.TotalSeconds;
            return Read(await File.ReadAllLinesAsync(output), seconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Write(TextWriter text)
    {
        text.Write("NAME rongtong\nROWS\n N cost\n");
        for (var r = 0; r < _rows.Count; r++) text.Write($" {_rows[r].Sense} r{r}\n");
        text.Write("COLUMNS\n");
        for (var c = 0; c < _columns.Count; c++)
        {
            text.Write($" c{c} cost {Number(_columns[c].Cost)}\n");
            foreach (var (row, value) in _columns[c].Cells) text.Write($" c{c} r{row} {Number(value)}\n");
        }
        text.Write("RHS\n");
        for (var r = 0; r < _rows.Count; r++) text.Write($" rhs r{r} {Number(_rows[r].Right)}\n");
        text.Write("BOUNDS\n");
        for (var c = 0; c < _columns.Count; c++)
        {
            if (double.IsFinite(_columns[c].Most)) text.Write($" UP bound c{c} {Number(_columns[c].Most)}\n");
        }
        text.Write("ENDATA\n");

        static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>The objective is added up from the columns: the file gives it in fewer digits.</summary>
    private (double Objective, double[] Values, double Seconds) Read(string[] lines, double seconds)
    {
        if (!lines[0].StartsWith("Optimal", StringComparison.OrdinalIgnoreCase)) throw new InvalidOperationException($"clp found no optimum: {lines[0]}");
        var values = new double[_columns.Count];
        foreach (var line in lines)
        {
            // Columns that are not 0: number, name, value, reduced cost. Versions differ in the lines before them.
            var cells = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (cells.Length < 4 || cells[1][0] != 'c') continue;
            values[int.Parse(cells[1][1..], CultureInfo.InvariantCulture)] = double.Parse(cells[2], CultureInfo.InvariantCulture);
        }
        return (values.Select((v, c) => v * _columns[c].Cost).Sum(), values, seconds);
    }
}
