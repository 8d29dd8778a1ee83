namespace Rongtong.Surveillance;

/// <summary>
/// The moving percentile method of China's automated alert system CIDARS (Yang et al. 2011): the week is compared with a percentile of the
/// same week and its neighbours in past years.
/// <code>week t: values t-w .. t+w of each of b past years, (2w+1) b in all; alarm when y &gt; P(x)</code>
/// </summary>
public static class MovingPercentile
{
    /// <summary>Upper bounds of a weekly series.</summary>
    /// <param name="counts">Cases per week in order; not negative.</param>
    /// <param name="percentile">Which percentile, between 0 and 1; CIDARS uses 0.75 to 0.90 by disease.</param>
    /// <param name="years">Years back.</param>
    /// <param name="halfWindow">Weeks before and after the same week.</param>
    /// <param name="frequency">Weeks per year.</param>
    /// <returns>One bound per count, in cases; NaN where the history is too short.</returns>
    /// <exception cref="SeriesException">Negative counts or a percentile outside 0 to 1.</exception>
    public static double[] Bounds(ReadOnlySpan<double> counts, double percentile, int years = 5, int halfWindow = 2, int frequency = 52)
    {
        if (percentile is not (> 0 and < 1)) throw new SeriesException($"The percentile is {percentile}; it must lie between 0 and 1.");
        if (years < 1 || halfWindow < 0 || frequency < 1) throw new SeriesException("Years and frequency must be at least 1 and the half window not negative.");
        SeriesCheck.Counts(counts);
        var bounds = new double[counts.Length];
        var past = new double[years * (2 * halfWindow + 1)];
        for (var t = 0; t < counts.Length; t++)
        {
            if (t - years * frequency - halfWindow < 0)
            {
                bounds[t] = double.NaN;
                continue;
            }
            var n = 0;
            for (var year = 1; year <= years; year++)
                for (var i = t - year * frequency - halfWindow; i <= t - year * frequency + halfWindow; i++) past[n++] = counts[i];
            Array.Sort(past);
            // Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996).
            var position = (n - 1) * percentile;
            var below = (int)position;
            bounds[t] = below + 1 < n ? past[below] + (position - below) * (past[below + 1] - past[below]) : past[below];
        }
        return bounds;
    }
}

/// <summary>The fixed threshold: so many cases are an alarm, whatever was usual. For diseases of which one case is an event.</summary>
public static class FixedThreshold
{
    /// <summary>True when the count reaches the threshold.</summary>
    public static bool IsAlarm(double count, double threshold = 1) => count >= threshold;
}
