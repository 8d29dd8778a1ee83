namespace Rongtong.Surveillance;

/// <summary>
/// Counts with mean mu and variance phi * mu: negative binomial with size mu / (phi - 1) and probability 1 / phi, Poisson for phi = 1.
/// </summary>
internal static class CountDistributions
{
    /// <summary>The fuzz with which R rounds a probability down before it searches, so that an exact multiple is not missed.</summary>
    private const double Fuzz = 64 * 2.220446049250313e-16;

    private const double LastDigits = 1e-15;
    private const double ExpansionFrom = 1e9;
    private const double ExpansionMeansPerDispersion = 1e6;

    /// <summary>P(Y &gt;= y).</summary>
    public static double AtLeast(double y, double mu, double phi)
    {
        if (y <= 0) return 1;
        return phi > 1 ? BetaFunctions.Regularized(y, mu / (phi - 1), 1 - 1 / phi) : GammaFunctions.Cdf(y, mu);
    }

    /// <summary>The least y with P(Y &lt;= y) &gt;= p.</summary>
    public static double Quantile(double p, double mu, double phi)
    {
        if (mu == 0) return 0;
        var wanted = p * (1 - Fuzz);
        var z = -MathNet.Numerics.Constants.Sqrt2 * MathNet.Numerics.SpecialFunctions.ErfcInv(2 * p);
        var sigma = Math.Sqrt(mu * phi);
        var skewness = (2 * phi - 1) / sigma;
        var y = Math.Max(0, Math.Floor(mu + sigma * (z + skewness * (z * z - 1) / 6) + 0.5));
        // So far out the expansion is right to 1e-9 of y, while the distribution's continued fraction no longer converges.
        if (y > ExpansionFrom && mu / phi > ExpansionMeansPerDispersion) return y;
        double step = Math.Max(1, Math.Floor(y * 0.001));
        while (true)
        {
            if (AtMost(y, mu, phi) >= wanted)
            {
                while (y > 0 && AtMost(Math.Max(0, y - step), mu, phi) >= wanted) y = Math.Max(0, y - step);
            }
            else
            {
                while (AtMost(y, mu, phi) < wanted) y += step;
            }
            // Beyond 2^53 a step of one no longer moves y; R, too, is content with its last digits there.
            if (step <= 1 || step <= y * LastDigits) return y;
            step = Math.Max(1, Math.Floor(step / 100));
        }
    }

    private static double AtMost(double y, double mu, double phi) => 1 - AtLeast(y + 1, mu, phi);
}

/// <summary>The regularised incomplete beta function by Lentz's continued fraction, its front factor in Loader's saddle-point form.</summary>
internal static class BetaFunctions
{
    /// <summary>I_x(a, b).</summary>
    public static double Regularized(double a, double b, double x)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        return x < (a + 1) / (a + b + 2) ? Front(a, b, x) * Fraction(a, b, x) / a : 1 - Front(b, a, 1 - x) * Fraction(b, a, 1 - x) / b;
    }

    /// <summary>x^a (1-x)^b / B(a, b).</summary>
    private static double Front(double a, double b, double x)
    {
        var n = a + b;
        return a * b / n * Math.Exp(GammaFunctions.StirlingError(n) - GammaFunctions.StirlingError(a) - GammaFunctions.StirlingError(b)
            - GammaFunctions.Deviance(a, n * x) - GammaFunctions.Deviance(b, n * (1 - x))) * Math.Sqrt(n / (2 * Math.PI * a * b));
    }

    private static double Fraction(double a, double b, double x)
    {
        const double Tiny = 1e-300;
        var c = 1.0;
        var d = 1 - (a + b) * x / (a + 1);
        if (Math.Abs(d) < Tiny) d = Tiny;
        d = 1 / d;
        var h = d;
        for (var m = 1; m < 100_000; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 + even * d;
            c = 1 + even / c;
            if (Math.Abs(d) < Tiny) d = Tiny;
            if (Math.Abs(c) < Tiny) c = Tiny;
            d = 1 / d;
            h *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 + odd * d;
            c = 1 + odd / c;
            if (Math.Abs(d) < Tiny) d = Tiny;
            if (Math.Abs(c) < Tiny) c = Tiny;
            d = 1 / d;
            var delta = d * c;
            h *= delta;
            if (Math.Abs(delta - 1) < 1e-15 || double.IsNaN(delta)) break;
        }
        return h;
    }
}
