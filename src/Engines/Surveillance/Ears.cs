using MathNet.Numerics;

namespace Rongtong.Surveillance;

/// <summary>The methods of the Early Aberration Reporting System (Hutwagner et al. 2003; Fricker et al. 2008).</summary>
public enum EarsMethod
{
    /// <summary>Baseline directly before the day.</summary>
    C1,

    /// <summary>Baseline with a gap of two days before the day, so that a slow rise does not raise its own bound.</summary>
    C2,

    /// <summary>C3 as R's <c>surveillance::earsC</c> computes it: an upper bound from the C2 statistics of the two days before.</summary>
    C3,

    /// <summary>C3 as Hutwagner defined it: the sum of the C2 excesses over one of the day and the two before, alarm above two.</summary>
    C3Textbook,
}

/// <summary>Settings of <see cref="Ears"/>.</summary>
/// <param name="Method">Which statistic.</param>
/// <param name="Baseline">Length of the baseline, days or weeks; at least 2, since a standard deviation needs two values.</param>
/// <param name="Alpha">Probability of a false alarm under normality; null takes the method's usual value (0.001; 0.025 for C3).</param>
/// <param name="MinSigma">
/// Lower limit of the standard deviation, cases. 0 agrees with R and makes any case after a baseline of zeros an alarm;
/// <see cref="RecommendedMinSigma"/> avoids that.
/// </param>
public sealed record EarsOptions(EarsMethod Method, int Baseline = 7, double? Alpha = null, double MinSigma = 0)
{
    /// <summary>One case: below that the normal approximation says nothing.</summary>
    public const double RecommendedMinSigma = 1.0;

    /// <summary>The false-alarm probability in force.</summary>
    public double EffectiveAlpha => Alpha ?? (Method is EarsMethod.C3 ? 0.025 : 0.001);

    /// <summary>Index of the first value that has everything before it that the method needs.</summary>
    public int FirstIndex => Method switch
    {
        EarsMethod.C1 => Baseline,
        EarsMethod.C2 => Baseline + 2,
        _ => Baseline + 4,
    };
}

/// <summary>
/// EARS C1, C2, C3 over one series.
/// <code>
/// C1: baseline t-7 .. t-1      C2: baseline t-9 .. t-3      z = qnorm(1 - alpha)
/// U(C1, C2) = mean + z * max(sd, minSigma)                  alarm when y > U
/// C3 (R):   U = max(0, y + max(sd, minSigma) * (z - sum over t-1, t-2 of max(0, C2 - 1)))
/// C3 (textbook): sum over t-2 .. t of max(0, C2 - 1),       alarm when > 2
/// </code>
/// Where a baseline has no spread, C2 is 0/0 or x/0; R lets the NaN through and so do we, so that both agree cell by cell.
/// Cost: whole counts take running sums, four additions per value; others a pass over each baseline. 300 series x 293 weeks are 88,000 values.
/// </summary>
public static class Ears
{
    /// <summary>Days a C2 baseline ends before the day.</summary>
    private const int C2Lag = 2;

    /// <summary>Upper bounds of a series.</summary>
    /// <param name="counts">Cases per day or week in order, without gaps; not negative. NaN is a missing count.</param>
    /// <param name="options">The settings.</param>
    /// <param name="bounds">
    /// One element per count: the upper bound (for the textbook C3 the statistic itself, whose alarm level is 2), in cases;
    /// NaN before <see cref="EarsOptions.FirstIndex"/>, where a count that the statistic needs is missing, and where it is not defined.
    /// </param>
    /// <exception cref="SeriesException">The series is too short, negative, or a setting is out of range.</exception>
    public static void Bounds(ReadOnlySpan<double> counts, EarsOptions options, Span<double> bounds)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(counts, options);
        if (bounds.Length != counts.Length) throw new ArgumentException("The bounds need one element per count.", nameof(bounds));
        var z = NormalQuantile(1 - options.EffectiveAlpha);
        var first = options.FirstIndex;
        bounds[..Math.Min(first, counts.Length)].Fill(double.NaN);
        switch (options.Method)
        {
            case EarsMethod.C1 or EarsMethod.C2:
                var lag = options.Method is EarsMethod.C2 ? C2Lag : 0;
                if (AreExact(counts, options.Baseline))
                {
                    Slide(counts, lag, z, options, bounds);
                    break;
                }
                for (var t = first; t < counts.Length; t++)
                {
                    var (mean, sd) = Moments(counts.Slice(t - lag - options.Baseline, options.Baseline), options.MinSigma);
                    bounds[t] = mean + z * sd;
                }
                break;
            case EarsMethod.C3 when AreExact(counts, options.Baseline):
                Slide(counts, C2Lag, z, options, bounds);
                break;
            case EarsMethod.C3:
                var (two, one) = (Excess(counts, first - 2, options), Excess(counts, first - 1, options));
                for (var t = first; t < counts.Length; t++)
                {
                    var (mean, sd) = Moments(counts.Slice(t - C2Lag - options.Baseline, options.Baseline), options.MinSigma);
                    bounds[t] = Math.Max(0, counts[t] + sd * (z - (two + one)));
                    (two, one) = (one, Math.Max(0, (counts[t] - mean) / sd - 1));
                }
                break;
            case EarsMethod.C3Textbook:
                for (var t = first; t < counts.Length; t++)
                    bounds[t] = Excess(counts, t - 2, options) + Excess(counts, t - 1, options) + Excess(counts, t, options);
                break;
        }
    }

    /// <summary>Whether a count is an alarm; null where it is missing or the bound is not defined.</summary>
    /// <param name="count">Cases.</param>
    /// <param name="bound">What <see cref="Bounds"/> gave for it.</param>
    /// <param name="method">The method that gave it.</param>
    public static bool? IsAlarm(double count, double bound, EarsMethod method) =>
        double.IsNaN(bound) || double.IsNaN(count) ? null : method is EarsMethod.C3Textbook ? bound > 2 : count > bound;

    /// <summary>True when sums of counts and of their squares over a baseline are exact in double: integers whose squares times the baseline stay below 2^53.</summary>
    private static bool AreExact(ReadOnlySpan<double> counts, int baseline)
    {
        var limit = Math.Sqrt(9e15) / baseline;
        foreach (var y in counts)
            if (y > limit || y != Math.Floor(y)) return false;
        return true;
    }

    /// <summary>
    /// The bounds of C1, C2 and C3 with running sums: n S2 - S1² is an exact integer, so that nothing cancels and a flat baseline has a spread of
    /// exactly 0. Two additions and two subtractions per value instead of a pass over its baseline.
    /// </summary>
    private static void Slide(ReadOnlySpan<double> counts, int lag, double z, EarsOptions options, Span<double> bounds)
    {
        var n = options.Baseline;
        var isC3 = options.Method is EarsMethod.C3;
        var (sum, squares, two, one) = (0.0, 0.0, 0.0, 0.0);
        for (var i = 0; i < n; i++) (sum, squares) = (sum + counts[i], squares + counts[i] * counts[i]);
        var (perMean, perVariance) = (1.0 / n, 1.0 / ((double)n * (n - 1)));
        for (var t = n + lag; t < counts.Length; t++)
        {
            var sd = Math.Max(Math.Sqrt((n * squares - sum * sum) * perVariance), options.MinSigma);
            if (isC3)
            {
                if (t >= options.FirstIndex) bounds[t] = Math.Max(0, counts[t] + sd * (z - (two + one)));
                (two, one) = (one, Math.Max(0, (counts[t] - sum * perMean) / sd - 1));
            }
            else bounds[t] = sum * perMean + z * sd;
            var (enters, leaves) = (counts[t - lag], counts[t - lag - n]);
            sum += enters - leaves;
            squares += enters * enters - leaves * leaves;
        }
    }

    private static double Excess(ReadOnlySpan<double> counts, int t, EarsOptions options)
    {
        var (mean, sd) = Moments(counts.Slice(t - C2Lag - options.Baseline, options.Baseline), options.MinSigma);
        return Math.Max(0, (counts[t] - mean) / sd - 1);
    }

    /// <summary>Mean and standard deviation with n-1, the latter at least <paramref name="minSigma"/>.</summary>
    private static (double Mean, double Sd) Moments(ReadOnlySpan<double> window, double minSigma)
    {
        var sum = 0.0;
        foreach (var y in window) sum += y;
        var mean = sum / window.Length;
        var squares = 0.0;
        foreach (var y in window) squares += (y - mean) * (y - mean);
        return (mean, Math.Max(Math.Sqrt(squares / (window.Length - 1)), minSigma));
    }

    private static double NormalQuantile(double p) => -Constants.Sqrt2 * SpecialFunctions.ErfcInv(2 * p);

    private static void Check(ReadOnlySpan<double> counts, EarsOptions options)
    {
        if (options.Baseline < 2) throw new SeriesException($"The baseline is {options.Baseline}; it must be at least 2, because a standard deviation needs two values.");
        if (options.EffectiveAlpha is not (> 0 and < 1)) throw new SeriesException($"Alpha is {options.EffectiveAlpha}; it must lie between 0 and 1.");
        if (!(options.MinSigma >= 0)) throw new SeriesException($"The least standard deviation is {options.MinSigma}; it must not be negative.");
        SeriesCheck.CountsOrMissing(counts);
        if (counts.Length <= options.FirstIndex)
            throw new SeriesException($"The series has {counts.Length} values; {options.Method} with a baseline of {options.Baseline} needs at least {options.FirstIndex + 1}.");
    }
}
