using System.Collections.Concurrent;

namespace Rongtong.Surveillance;

/// <summary>Posterior of the reproduction number over one window of days; NaN throughout where it is not defined yet.</summary>
/// <param name="StartDay">First day of the window, 1 for the first of the series.</param>
/// <param name="EndDay">Last day of the window.</param>
/// <param name="Mean">Posterior mean, infections per case.</param>
/// <param name="Sd">Posterior standard deviation.</param>
/// <param name="Q025">2.5% quantile.</param>
/// <param name="Q05">5% quantile.</param>
/// <param name="Q25">25% quantile.</param>
/// <param name="Median">Median.</param>
/// <param name="Q75">75% quantile.</param>
/// <param name="Q95">95% quantile.</param>
/// <param name="Q975">97.5% quantile.</param>
public readonly record struct ReproductionEstimate(
    int StartDay, int EndDay, double Mean, double Sd, double Q025, double Q05, double Q25, double Median, double Q75, double Q95, double Q975);

/// <summary>Prior of the reproduction number, a gamma distribution.</summary>
/// <param name="Mean">Mean, infections per case.</param>
/// <param name="Sd">Standard deviation.</param>
public sealed record ReproductionPrior(double Mean = 5, double Sd = 5);

/// <summary>
/// The instantaneous reproduction number of Cori, Ferguson, Fraser and Cauchemez (2013), as EpiEstim's estimate_R computes it.
/// <code>
/// Lambda(t) = sum over s = 1 .. t-1 of w(s) I(t-s)                   pressure of infection
/// R | window ~ gamma(shape = a0 + sum I,  scale = 1 / (1/b0 + sum Lambda))
/// </code>
/// The first day's cases are taken as imported. Estimates begin when the window ends later than the mean serial interval.
/// Cost: the pressure is a convolution (n x support of w); the posterior is closed, so what remains is the inverse gamma. Its shape is
/// a0 + a count, hence the same few thousand shapes recur over all series, and <see cref="ReproductionNumber"/> keeps their quantiles.
/// </summary>
public sealed class ReproductionNumber
{
    /// <summary>Shapes kept; 7 doubles each, at most 6 MB.</summary>
    private const int CachedShapesMax = 100_000;

    private static readonly double[] s_probabilities = [0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975];

    private readonly SerialInterval _interval;
    private readonly int _windowDays;
    private readonly double _a0;
    private readonly double _b0;
    private readonly int _support;
    private readonly ConcurrentDictionary<double, double[]> _quantiles = new();

    /// <summary>Prepares the estimation for any number of series; the object may be used from several threads.</summary>
    /// <param name="interval">Serial interval; at least as long as the longest series, shorter ones count as 0 beyond their end.</param>
    /// <param name="windowDays">Length of the sliding window, days.</param>
    /// <param name="prior">Prior; null is mean 5, sd 5.</param>
    public ReproductionNumber(SerialInterval interval, int windowDays = 7, ReproductionPrior? prior = null)
    {
        ArgumentNullException.ThrowIfNull(interval);
        if (windowDays < 1) throw new SeriesException($"The window is {windowDays} days; it must be at least 1.");
        prior ??= new ReproductionPrior();
        if (!(prior.Mean > 0 && prior.Sd > 0)) throw new SeriesException("Mean and standard deviation of the prior must be positive.");
        (_interval, _windowDays) = (interval, windowDays);
        (_a0, _b0) = (prior.Mean * prior.Mean / (prior.Sd * prior.Sd), prior.Sd * prior.Sd / prior.Mean);
        _support = interval.Weights.Length;
        while (_support > 1 && interval.Weights[_support - 1] == 0) _support--;
    }

    /// <summary>Estimates for windows that end on each day from the window length + 1 on, in order.</summary>
    /// <param name="cases">New cases per day, without gaps.</param>
    /// <exception cref="SeriesException">Too short, negative, or all zero.</exception>
    public ReproductionEstimate[] Estimate(ReadOnlySpan<double> cases)
    {
        SeriesCheck.Counts(cases);
        if (cases.Length < _windowDays + 1)
            throw new SeriesException($"The series has {cases.Length} days; a window of {_windowDays} days needs at least {_windowDays + 1}.");
        if (!cases.ContainsAnyExcept(0)) throw new SeriesException("All counts are zero: there is nothing to estimate from.");

        var pressure = Pressure(cases);
        var estimates = new ReproductionEstimate[cases.Length - _windowDays];
        for (var i = 0; i < estimates.Length; i++)
        {
            // Windows start on day 2 (index 1): nothing presses on the first day.
            var (sumCases, sumPressure) = (0.0, 0.0);
            for (var t = i + 1; t < i + 1 + _windowDays; t++) (sumCases, sumPressure) = (sumCases + cases[t], sumPressure + pressure[t]);
            estimates[i] = Posterior(i + 2, i + 1 + _windowDays, _a0 + sumCases, 1 / (1 / _b0 + sumPressure));
        }
        return estimates;
    }

    private ReproductionEstimate Posterior(int start, int end, double shape, double scale)
    {
        if (end <= _interval.Mean)
            return new(start, end, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);
        if (!_quantiles.TryGetValue(shape, out var q))
        {
            q = [.. s_probabilities.Select(p => GammaFunctions.Quantile(shape, p))];
            if (_quantiles.Count < CachedShapesMax) _quantiles.TryAdd(shape, q);
        }
        return new(start, end, shape * scale, Math.Sqrt(shape) * scale, q[0] * scale, q[1] * scale, q[2] * scale, q[3] * scale, q[4] * scale, q[5] * scale, q[6] * scale);
    }

    private double[] Pressure(ReadOnlySpan<double> cases)
    {
        var weights = _interval.Weights;
        var pressure = new double[cases.Length];
        for (var t = 1; t < cases.Length; t++)
        {
            var sum = 0.0;
            var longest = Math.Min(t, _support - 1);
            for (var s = 1; s <= longest; s++) sum += weights[s] * cases[t - s];
            pressure[t] = sum;
        }
        return pressure;
    }
}
