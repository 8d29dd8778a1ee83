using MathNet.Numerics;

namespace Rongtong.Surveillance;

/// <summary>
/// The improved Farrington method (Noufaily et al. 2013) as R's <c>surveillance::farringtonFlexible</c> 1.20.3 computes it.
/// <code>
/// week k ─> same weeks of b past years ± w (and blocks of the rest of each year)        reference data
///        ─> log mu = block + trend * t, quasi-Poisson                                    QuasiPoissonFit
///        ─> outbreaks of the past lose weight by their Anscombe residuals, fit again
///        ─> trend kept if significant, b >= 3 and not beyond what was ever seen
///        ─> predict week k ─> bound, score, p-value
/// </code>
/// Two peculiarities of the package are kept because published bounds have them: the standard error of the prediction and the p-value of the
/// trend use the outbreak weights in place of the working weights; and the score of the quantile methods mixes the log fit with counts.
/// Cost: about 180 reference weeks x 5 iterations x 2 to 4 fits, one exponential each; no allocation per week beyond the workspace.
/// </summary>
public static class FarringtonFlexible
{
    /// <summary>Evaluates weeks of a series whose observations are simply numbered.</summary>
    /// <param name="counts">Cases per week in order; NaN marks a missing past week.</param>
    /// <param name="first">Index of the first week evaluated.</param>
    /// <param name="options">The settings.</param>
    /// <param name="population">Persons per week for an offset, or empty for none.</param>
    /// <exception cref="SeriesException">Too short for the years asked, negative counts, or settings out of range.</exception>
    public static FarringtonResult[] Evaluate(ReadOnlySpan<double> counts, int first, FarringtonOptions options, ReadOnlySpan<double> population = default) =>
        Evaluate(counts, default, first, options, population);

    /// <summary>Evaluates weeks of a dated series; past years are found by the calendar, on the same weekday.</summary>
    /// <param name="counts">Cases per week in order; NaN marks a missing past week.</param>
    /// <param name="dates">Date of each week, or empty for numbered weeks.</param>
    /// <param name="first">Index of the first week evaluated.</param>
    /// <param name="options">The settings.</param>
    /// <param name="population">Persons per week for an offset, or empty for none.</param>
    /// <exception cref="SeriesException">Too short for the years asked, negative counts, or settings out of range.</exception>
    public static FarringtonResult[] Evaluate(
        ReadOnlySpan<double> counts, ReadOnlySpan<DateOnly> dates, int first, FarringtonOptions options, ReadOnlySpan<double> population = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(counts, dates, first, options, population);
        var results = new FarringtonResult[counts.Length - first];
        var reference = new ReferenceWeeks(counts.Length, options);
        var fit = new QuasiPoissonFit(counts.Length);
        for (var k = first; k < counts.Length; k++) results[k - first] = EvaluateOne(counts, dates, population, k, options, reference, fit);
        return results;
    }

    private static FarringtonResult EvaluateOne(
        ReadOnlySpan<double> counts, ReadOnlySpan<DateOnly> dates, ReadOnlySpan<double> population, int k, FarringtonOptions options, ReferenceWeeks reference, QuasiPoissonFit fit)
    {
        reference.Choose(k, dates, options);
        fit.Clear();
        var origin = -1;
        var highest = 0.0;
        for (var i = 0; i < counts.Length; i++)
        {
            if (reference.Block[i] == 0 || (i >= k - (options.PastWeeksNotIncluded ?? options.HalfWindow) && i <= k)) continue;
            if (origin < 0) origin = i;
            if (double.IsNaN(counts[i])) continue;
            fit.Add(counts[i], TimeOf(i, origin, dates), reference.Block[i] - 1, population.IsEmpty ? 0 : Math.Log(population[i]));
            highest = Math.Max(highest, counts[i]);
        }
        var now = dates.IsEmpty ? k + 1.0 : TimeOf(k, origin, dates);
        var offset = population.IsEmpty ? 0 : Math.Log(population[k]);
        var group = options.Periods - 1;

        var hasTrend = options.Trend;
        if (!fit.Run(hasTrend, options))
        {
            hasTrend = false;
            if (!options.Trend || !fit.Run(false, options))
                return NotFitted(k, counts[k]);
        }
        if (hasTrend && fit.HasTrend)
        {
            var keep = options.Years >= 3 && fit.TrendPValue < options.TrendPThreshold && QuasiPoissonFit.Mean(fit.Predict(now, group, offset).Eta) <= highest;
            if (!keep)
            {
                hasTrend = false;
                if (!fit.Run(false, options))
                    return NotFitted(k, counts[k]);
            }
        }
        else hasTrend = false;

        var (eta, se) = fit.Predict(now, group, offset);
        var (bound, score, p) = options.Threshold is FarringtonThreshold.Delta
            ? DeltaBound(counts[k], QuasiPoissonFit.Mean(eta), se * QuasiPoissonFit.Mean(eta), fit.Phi, options)
            : QuantileBound(counts[k], eta, se, fit.Phi, options);

        var recent = 0.0;
        for (var i = Math.Max(0, k - options.LimitPeriod + 1); i <= k; i++) recent += counts[i];
        var enough = recent >= options.LimitCases;
        var alarm = enough && score > 1 && counts[k] != 0;
        return new(k, counts[k], enough ? bound : double.NaN, alarm, enough && !double.IsNaN(bound) ? options.Threshold is FarringtonThreshold.Delta ? QuasiPoissonFit.Mean(eta) : Math.Exp(eta) : double.NaN, fit.Phi, score, p, hasTrend ? fit.Slope : double.NaN);
    }

    /// <summary>No model converged, as when all weeks of comparison are silent: R leaves the expectation at 0 and everything else undefined.</summary>
    private static FarringtonResult NotFitted(int k, double count) => new(k, count, double.NaN, false, 0, double.NaN, double.NaN, double.NaN, double.NaN);

    private static (double Bound, double Score, double P) DeltaBound(double y, double mu, double seMu, double phi, FarringtonOptions options)
    {
        var tau = phi + seMu * seMu / mu;
        var (se, power) = options.Power switch
        {
            PowerTransform.TwoThirds => (Math.Sqrt(4.0 / 9 * Math.Pow(mu, 1.0 / 3) * tau), 2.0 / 3),
            PowerTransform.SquareRoot => (Math.Sqrt(0.25 * tau), 0.5),
            _ => (Math.Sqrt(mu * tau), 1.0),
        };
        var centre = Math.Pow(mu, power);
        var z = NormalQuantile(1 - options.Alpha);
        var upper = Math.Pow(centre + z * se, 1 / power);
        var p = 0.5 * SpecialFunctions.Erfc((Math.Pow(y, power) - centre) / se / Constants.Sqrt2);
        return (upper, (y - mu) / (upper - mu), p);
    }

    private static (double Bound, double Score, double P) QuantileBound(double y, double eta, double se, double phi, FarringtonOptions options)
    {
        var mu = options.Threshold is FarringtonThreshold.NbPlugin ? Math.Exp(eta) : Math.Exp(eta + NormalQuantile(1 - options.Alpha) * se);
        if (double.IsInfinity(mu)) return (double.NaN, double.NaN, double.NaN);
        double upper = CountDistributions.Quantile(1 - options.Alpha, mu, phi);
        return (upper, (y - eta) / (upper - eta), CountDistributions.AtLeast(y, mu, phi));
    }

    private static double TimeOf(int i, int origin, ReadOnlySpan<DateOnly> dates) =>
        dates.IsEmpty ? i + 1 : (dates[i].DayNumber - dates[origin].DayNumber) / (double)(dates[1].DayNumber - dates[0].DayNumber);

    private static double NormalQuantile(double p) => -Constants.Sqrt2 * SpecialFunctions.ErfcInv(2 * p);

    private static void Check(ReadOnlySpan<double> counts, ReadOnlySpan<DateOnly> dates, int first, FarringtonOptions options, ReadOnlySpan<double> population)
    {
        if (options.Years < 1 || options.HalfWindow < 0 || options.Periods < 1 || options.Frequency < 1)
            throw new SeriesException("Years, periods and frequency must be at least 1 and the half window not negative.");
        if (options.Alpha is not (> 0 and < 1)) throw new SeriesException($"Alpha is {options.Alpha}; it must lie between 0 and 1.");
        if (!(options.LimitCases >= 0) || options.LimitPeriod <= 0) throw new SeriesException("The limit needs cases >= 0 and a period of at least 1 week.");
        if (!dates.IsEmpty && dates.Length != counts.Length) throw new ArgumentException("There must be one date per count.", nameof(dates));
        if (!population.IsEmpty && population.Length != counts.Length) throw new ArgumentException("There must be one population per count.", nameof(population));
        SeriesCheck.CountsOrMissing(counts);
        if (options.Frequency == 52) SeriesCheck.Weekly(dates);
        else if (options.Frequency == 365) SeriesCheck.Daily(dates);
        else SeriesCheck.Rising(dates);
        var needed = options.Years * options.Frequency + options.HalfWindow;
        if (dates.IsEmpty && (first < needed || first >= counts.Length))
            throw new SeriesException($"The series has {counts.Length} values and the first one to evaluate is number {first + 1}; {options.Years} years of {options.Frequency} with a half window of {options.HalfWindow} need at least {needed} values before it.");
        if (first < 0 || first >= counts.Length) throw new SeriesException($"The first week to evaluate is number {first + 1}; the series has {counts.Length}.");
    }
}
