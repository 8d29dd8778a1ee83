namespace Rongtong.Surveillance;

/// <summary>
/// The distribution of the days between a case and those it infects: element k is the probability of k days; element 0 is 0.
/// </summary>
public sealed class SerialInterval
{
    private readonly double[] _weights;

    private SerialInterval(double[] weights)
    {
        _weights = weights;
        for (var k = 0; k < weights.Length; k++) Mean += k * weights[k];
    }

    /// <summary>Probabilities of 0, 1, 2 … days.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>Mean of the discrete distribution, days.</summary>
    public double Mean { get; }

    /// <summary>
    /// A gamma distribution shifted by one day and made discrete, as Cori et al. (2013, web appendix 11) and EpiEstim do:
    /// w(k) = k F(k) + (k-2) F(k-2) - 2(k-1) F(k-1) + a b (2 F1(k-1) - F1(k-2) - F1(k)), F with shape a, F1 with shape a+1, not below 0.
    /// </summary>
    /// <param name="meanDays">Mean, more than one day.</param>
    /// <param name="sdDays">Standard deviation, days.</param>
    /// <param name="days">Largest k.</param>
    public static SerialInterval Gamma(double meanDays, double sdDays, int days)
    {
        if (!(meanDays > 1)) throw new SeriesException($"The mean serial interval is {meanDays} days; it must be more than 1, because nobody infects before the next day here.");
        if (!(sdDays > 0)) throw new SeriesException($"The standard deviation of the serial interval is {sdDays} days; it must be positive.");
        var a = (meanDays - 1) * (meanDays - 1) / (sdDays * sdDays);
        var b = sdDays * sdDays / (meanDays - 1);
        var weights = new double[days + 1];
        var (f, g) = (new double[days + 1], new double[days + 1]);
        for (var k = 1; k <= days; k++) (f[k], g[k]) = (GammaFunctions.Cdf(a, k / b), GammaFunctions.Cdf(a + 1, k / b));
        for (var k = 1; k <= days; k++)
        {
            var (f2, g2) = k >= 2 ? (f[k - 2], g[k - 2]) : (0, 0);
            weights[k] = Math.Max(0, k * f[k] + (k - 2) * f2 - 2 * (k - 1) * f[k - 1] + a * b * (2 * g[k - 1] - g2 - g[k]));
        }
        return new(weights);
    }

    /// <summary>A distribution given by its probabilities; element 0 must be 0 and the sum 1.</summary>
    public static SerialInterval Given(ReadOnlySpan<double> weights)
    {
        if (weights.Length < 2 || weights[0] != 0) throw new SeriesException("The serial interval must begin with probability 0 for 0 days, followed by those of 1, 2, … days.");
        var sum = 0.0;
        foreach (var w in weights)
        {
            if (!(w >= 0)) throw new SeriesException($"The serial interval holds {w}; probabilities must not be negative.");
            sum += w;
        }
        if (Math.Abs(sum - 1) > 0.01) throw new SeriesException($"The probabilities of the serial interval add up to {sum:0.####}; they must add up to 1.");
        return new(weights.ToArray());
    }
}
