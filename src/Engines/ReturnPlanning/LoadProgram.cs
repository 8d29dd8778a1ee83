namespace Rongtong.ReturnPlanning;

/// <summary>Coaches of equal load under equal terms; for people without a coach, single persons.</summary>
internal readonly record struct LoadType(Terms Terms, int EarliestDay, int People, int Count);

/// <summary>
/// The linear program whose optimum no plan can beat, and its prices.
/// <code>
/// max  sum people(j) (H - firstWorkDay(j,t)) y(j,t)        y(j,t) >= 0: loads of type j that set out on day t
/// sum over coaches on the road on d  y            &lt;= coaches        every day d
/// sum over isolated on d  people y                &lt;= places         every day d
/// sum over those with a bed  people y             &lt;= beds
/// sum over all  people y                          &lt;= work limit
/// sum over t  y(j,t)                              &lt;= count(j)       every type j
/// </code>
/// A group of n people and a coach load of c gives floor(n/c) full loads and one of n mod c. This is a relaxation of every whole plan, also of one
/// with half-empty coaches: with f(s) = min(s/r, (c-s)/(c-r)), r = n mod c, a coach with s people is a part f(s) of the partial load and the rest of a full
/// one; f is concave with f(0) = f(c) = 0 and f(r) = 1, so the parts of coaches that carry n people together add up to at least the one that is needed
/// (the mixed-integer rounding inequality). It is much tighter than counting seats.
/// Solved by the revised simplex method with an explicit inverse from the slack basis; right-hand sides are perturbed against cycling. Nothing is
/// trusted to floating point: <see cref="Bound"/> takes the prices as they are, rounds them to whole numbers and computes the Lagrangian bound exactly,
/// which holds for any prices that are not negative. Size: rows m = 2 H + 2 + types, columns types x H; a step costs m^2 + columns.
/// </summary>
internal sealed class LoadProgram
{
    private const int StepsMax = 20_000;
    private const double Epsilon = 1e-9;
    private const int PriceBits = 24;

    private readonly ReturnProblem _problem;
    private readonly LoadType[] _types;
    private readonly int _horizon;
    private readonly int _rows;
    private readonly double[] _right;
    private readonly double[] _inverse;
    private readonly double[] _prices;
    private readonly double[] _basic;
    private readonly int[] _basis;

    public LoadProgram(ReturnProblem problem)
    {
        _problem = problem;
        _horizon = problem.HorizonDays;
        _types = [.. TypesOf(problem)];
        _rows = (2 * _horizon) + 2 + _types.Length;
        _right = new double[_rows];
        for (var row = 0; row < _rows; row++) _right[row] = RightSide(row) + (1e-6 * (1 + (row * 31 % 97)));
        _basic = [.. _right];
        _prices = new double[_rows];
        _inverse = new double[_rows * _rows];
        for (var row = 0; row < _rows; row++) _inverse[(row * _rows) + row] = 1;
        // A basic variable below zero is the slack of a row; otherwise a column, type * horizon + day.
        _basis = [.. Enumerable.Range(0, _rows).Select(row => -1 - row)];
        Solve();
    }

    /// <summary>Loads by type and day; fractions as the program gives them.</summary>
    public IEnumerable<(LoadType Type, int Day, double Loads)> Loads =>
        _basis.Select((b, row) => (b, row)).Where(p => p.b >= 0 && _basic[p.row] > 1e-7).Select(p => (_types[p.b / _horizon], p.b % _horizon, _basic[p.row]));

    /// <summary>What a load that sets out on the day is worth beyond the price of what it takes; people without a coach may be priced one by one.</summary>
    public double Worth(Terms terms, int day, int people)
    {
        var first = terms.FirstWorkDay(day);
        if (first >= _horizon) return double.NegativeInfinity;
        var worth = (double)people * (_horizon - first - _prices[^(_types.Length + 1)] - (terms.NeedsBed ? _prices[^(_types.Length + 2)] : 0));
        for (var d = day; d < Math.Min(_horizon, day + terms.CoachDays); d++) worth -= _prices[d];
        for (var d = terms.Arrival(day); d < Math.Min(_horizon, terms.Arrival(day) + terms.RoomDays); d++) worth -= people * _prices[_horizon + d];
        return worth;
    }

    /// <summary>Working days that no plan exceeds, in exact arithmetic.</summary>
    public long Bound()
    {
        var coupling = (2 * _horizon) + 2;
        var prices = new long[coupling];
        for (var row = 0; row < coupling; row++) prices[row] = (long)Math.Round(Math.Clamp(_prices[row], 0, 1e9) * (1L << PriceBits));
        var total = Int128.Zero;
        for (var row = 0; row < coupling; row++) total += (Int128)prices[row] * RightSide(row);
        foreach (var type in _types)
        {
            var best = Int128.Zero;
            for (var day = type.EarliestDay; day < _horizon; day++)
            {
                var terms = type.Terms;
                var first = terms.FirstWorkDay(day);
                if (first >= _horizon) break;
                var worth = (Int128)type.People * (((Int128)(_horizon - first) << PriceBits) - prices[coupling - 1] - (terms.NeedsBed ? prices[coupling - 2] : 0));
                for (var d = day; d < day + terms.CoachDays; d++) worth -= prices[d];
                for (var d = terms.Arrival(day); d < terms.Arrival(day) + terms.RoomDays; d++) worth -= (Int128)type.People * prices[_horizon + d];
                if (worth > best) best = worth;
            }
            total += best * type.Count;
        }
        return (long)(total >> PriceBits);
    }

    private static IEnumerable<LoadType> TypesOf(ReturnProblem problem)
    {
        var load = problem.CoachLoad;
        return problem.Groups.Where(g => g.Count > 0 && g.EarliestDay < problem.HorizonDays).SelectMany(g =>
            Terms.Of(g) is { NeedsCoach: true } terms
                ? load == 0 ? Array.Empty<LoadType>() : [new(terms, g.EarliestDay, load, g.Count / load), new(terms, g.EarliestDay, g.Count % load, g.Count % load == 0 ? 0 : 1)]
                : [new LoadType(Terms.Of(g), g.EarliestDay, 1, g.Count)])
            .Where(t => t.Count > 0).GroupBy(t => t with { Count = 0 }).Select(same => same.Key with { Count = same.Sum(t => t.Count) });
    }

    private int RightSide(int row) =>
        row < _horizon ? _problem.CoachesPerDay
        : row < 2 * _horizon ? _problem.IsolationPlaces
        : row == 2 * _horizon ? _problem.Beds
        : row == (2 * _horizon) + 1 ? _problem.WorkLimit
        : _types[row - (2 * _horizon) - 2].Count;

    private void Solve()
    {
        var column = new double[_rows];
        for (var step = 0; step < StepsMax; step++)
        {
            var (entering, isSlack) = Enter();
            if (entering < 0) return;
            Column(entering, isSlack, column);
            var leaving = -1;
            var least = double.MaxValue;
            for (var row = 0; row < _rows; row++)
            {
                if (column[row] > Epsilon && _basic[row] / column[row] < least) (least, leaving) = (_basic[row] / column[row], row);
            }
            // Every variable is bounded by a row of its own, so a direction without end is rounding alone: the prices so far stand.
            if (leaving < 0) return;
            Pivot(leaving, column, least, ReducedCost(entering, isSlack));
            _basis[leaving] = isSlack ? -1 - entering : entering;
        }
    }

    /// <summary>The variable with the largest gain; -1 when none gains.</summary>
    private (int Index, bool IsSlack) Enter()
    {
        var (best, index, isSlack) = (1e-7, -1, false);
        for (var type = 0; type < _types.Length; type++)
        {
            for (var day = _types[type].EarliestDay; day < _horizon && _types[type].Terms.FirstWorkDay(day) < _horizon; day++)
            {
                var gain = Worth(_types[type].Terms, day, _types[type].People) - _prices[(2 * _horizon) + 2 + type];
                if (gain > best) (best, index) = (gain, (type * _horizon) + day);
            }
        }
        for (var row = 0; row < _rows; row++)
        {
            if (-_prices[row] > best) (best, index, isSlack) = (-_prices[row], row, true);
        }
        return (index, isSlack);
    }

    private double ReducedCost(int index, bool isSlack) => isSlack ? -_prices[index]
        : Worth(_types[index / _horizon].Terms, index % _horizon, _types[index / _horizon].People) - _prices[(2 * _horizon) + 2 + (index / _horizon)];

    /// <summary>The entering column in terms of the basis: inverse times column.</summary>
    private void Column(int index, bool isSlack, double[] into)
    {
        Array.Clear(into);
        if (isSlack)
        {
            Add(index, 1);
            return;
        }
        var (type, day) = (_types[index / _horizon], index % _horizon);
        var terms = type.Terms;
        for (var d = day; d < Math.Min(_horizon, day + terms.CoachDays); d++) Add(d, 1);
        for (var d = terms.Arrival(day); d < Math.Min(_horizon, terms.Arrival(day) + terms.RoomDays); d++) Add(_horizon + d, type.People);
        if (terms.NeedsBed) Add(2 * _horizon, type.People);
        Add((2 * _horizon) + 1, type.People);
        Add((2 * _horizon) + 2 + (index / _horizon), 1);

        // The inverse is kept by columns: a column of the program touches few of them, each one run of memory.
        void Add(int row, double factor)
        {
            var part = _inverse.AsSpan(row * _rows, _rows);
            for (var i = 0; i < part.Length; i++) into[i] += factor * part[i];
        }
    }

    private void Pivot(int leaving, double[] column, double amount, double gain)
    {
        for (var row = 0; row < _rows; row++) _basic[row] = row == leaving ? amount : Math.Max(0, _basic[row] - (amount * column[row]));
        for (var k = 0; k < _rows; k++)
        {
            var part = _inverse.AsSpan(k * _rows, _rows);
            if (part[leaving] == 0) continue;
            var factor = part[leaving] / column[leaving];
            _prices[k] += gain * factor;
            for (var row = 0; row < part.Length; row++) part[row] -= factor * column[row];
            part[leaving] = factor;
        }
    }
}
