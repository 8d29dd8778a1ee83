using MathNet.Numerics.Distributions;

namespace Rongtong.Surveillance;

/// <summary>Exponential growth over a window.</summary>
/// <param name="RatePerDay">Growth rate of the log counts per day; negative when cases fall.</param>
/// <param name="RateLow">Lower end of its confidence interval.</param>
/// <param name="RateHigh">Upper end.</param>
public readonly record struct Growth(double RatePerDay, double RateLow, double RateHigh)
{
    /// <summary>Days in which cases double; negative is the halving time; infinite when the rate is 0.</summary>
    public double DoublingDays => Math.Log(2) / RatePerDay;

    /// <summary>Shortest doubling time that the interval allows, days.</summary>
    public double DoublingDaysLow => Math.Log(2) / RateHigh;

    /// <summary>Longest, days; beyond a rate of 0 the interval wraps through infinity and the low rate's halving time is given.</summary>
    public double DoublingDaysHigh => Math.Log(2) / RateLow;

    /// <summary>True when the interval excludes a rate of 0, so that a doubling or halving time means something.</summary>
    public bool IsCertain => RateLow > 0 || RateHigh < 0;
}

/// <summary>Doubling time by least squares of the log counts on the day; days without cases count as half a case.</summary>
public static class DoublingTime
{
    /// <summary>Growth over the series given; null when fewer than three days have cases.</summary>
    /// <param name="cases">New cases per day, without gaps.</param>
    /// <param name="confidence">Confidence of the interval.</param>
    public static Growth? Estimate(ReadOnlySpan<double> cases, double confidence = 0.95)
    {
        SeriesCheck.Counts(cases);
        var (n, positive) = (cases.Length, 0);
        foreach (var y in cases) positive += y > 0 ? 1 : 0;
        if (positive < 3) return null;
        var meanX = (n - 1) / 2.0;
        var meanY = 0.0;
        foreach (var y in cases) meanY += Math.Log(Math.Max(y, 0.5)) / n;
        var (sxx, sxy) = (0.0, 0.0);
        for (var i = 0; i < n; i++)
        {
            sxx += (i - meanX) * (i - meanX);
            sxy += (i - meanX) * (Math.Log(Math.Max(cases[i], 0.5)) - meanY);
        }
        var rate = sxy / sxx;
        var residuals = 0.0;
        for (var i = 0; i < n; i++)
        {
            var r = Math.Log(Math.Max(cases[i], 0.5)) - meanY - rate * (i - meanX);
            residuals += r * r;
        }
        var margin = StudentT.InvCDF(0, 1, n - 2, 0.5 + confidence / 2) * Math.Sqrt(residuals / (n - 2) / sxx);
        return new(rate, rate - margin, rate + margin);
    }
}
