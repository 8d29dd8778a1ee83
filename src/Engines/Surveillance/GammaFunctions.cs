using MathNet.Numerics;

namespace Rongtong.Surveillance;

/// <summary>
/// The gamma distribution with shape a and scale 1, to close to machine precision, also for large shapes.
/// Density in Loader's saddle-point form (2000), so that no large logarithms cancel; distribution by the series below and the continued
/// fraction above a + 1; quantile by Halley steps from Wilson and Hilferty's (1931) approximation.
/// </summary>
internal static class GammaFunctions
{
    private const double HalfLog2Pi = 0.918938533204672741780329736406;
    private const double Epsilon = 1e-16;

    /// <summary>Shape beyond which series and fractions take thousands of terms and the expansions in 1 / shape are exact to 1e-11.</summary>
    private const double ExpansionFrom = 1e6;

    /// <summary>P(X &lt;= x), X gamma with shape a and scale 1.</summary>
    public static double Cdf(double a, double x)
    {
        if (x <= 0) return 0;
        if (a > ExpansionFrom) return Expansion(a, x);
        return x < a + 1 ? LowerSeries(a, x) : 1 - UpperFraction(a, x);
    }

    /// <summary>The x with P(X &lt;= x) = p.</summary>
    public static double Quantile(double a, double p)
    {
        var z = -Constants.Sqrt2 * SpecialFunctions.ErfcInv(2 * p);
        var c = 1 / (9 * a);
        var cube = 1 - c + z * Math.Sqrt(c);
        var x = a * cube * cube * cube;
        if (a > ExpansionFrom) return Refined(a, x, p);
        if (!(x > 0.01 * a) || a < 0.5) x = Math.Exp((Math.Log(p) + LogGamma(a + 1)) / a);
        if (!(x > 0)) return 0;
        for (var step = 0; step < 40; step++)
        {
            // The tail that is smaller is compared with its own probability, so that neither end loses digits.
            var error = x < a + 1 ? LowerSeries(a, x) - p : 1 - p - UpperFraction(a, x);
            var newton = error / Density(a, x);
            var change = newton / (1 - 0.5 * Math.Clamp(newton * ((a - 1) / x - 1), -1, 1));
            var next = x - change;
            x = next > 0 ? next : x / 2;
            if (Math.Abs(change) <= 1e-14 * x) break;
            // Halley converges cubically: a change of 1e-6 leaves an error of the order of 1e-18.
            if (Math.Abs(change) <= 2e-6 * x && step > 0) break;
        }
        return x;
    }

    /// <summary>One Newton step from Wilson and Hilferty's point, which is 1e-11 of x away at most.</summary>
    private static double Refined(double a, double x, double p) => x - (Expansion(a, x) - p) / Density(a, x);

    /// <summary>
    /// P(a, x) by Temme's uniform expansion (1979), its first term: with eta² / 2 = x/a - 1 - ln(x/a),
    /// P = erfc(-eta sqrt(a/2)) / 2 - exp(-a eta²/2) / sqrt(2 pi a) (1 / (x/a - 1) - 1 / eta).
    /// </summary>
    private static double Expansion(double a, double x)
    {
        var exponent = Deviance(a, x);
        var eta = Math.CopySign(Math.Sqrt(2 * exponent / a), x - a);
        // The bracket near eta = 0, where its two terms cancel; farther out the exponential is 0 for shapes this large.
        var bracket = -1.0 / 3 + eta * (1.0 / 12 + eta * (-2.0 / 135 + eta / 864));
        return 0.5 * SpecialFunctions.Erfc(-Math.CopySign(Math.Sqrt(exponent), x - a)) - Math.Exp(-exponent) / Math.Sqrt(2 * Math.PI * a) * bracket;
    }

    /// <summary>Density at x.</summary>
    public static double Density(double a, double x) => a >= 1 ? PoissonTerm(a - 1, x) : PoissonTerm(a, x) * a / x;

    /// <summary>ln Γ(a).</summary>
    public static double LogGamma(double a) => a > 15 ? (a - 0.5) * Math.Log(a) - a + HalfLog2Pi + StirlingError(a) : SpecialFunctions.GammaLn(a);

    /// <summary>x^a e^-x / Γ(a+1).</summary>
    public static double PoissonTerm(double a, double x)
    {
        if (a == 0) return Math.Exp(-x);
        return a < 1e-4 ? Math.Exp(a * Math.Log(x) - x - SpecialFunctions.GammaLn(a + 1)) : Math.Exp(-StirlingError(a) - Deviance(a, x)) / Math.Sqrt(2 * Math.PI * a);
    }

    /// <summary>P(a, x) by its power series; for x &lt; a + 1.</summary>
    private static double LowerSeries(double a, double x)
    {
        var (sum, term) = (1.0, 1.0);
        for (var n = 1; n < 100_000; n++)
        {
            term *= x / (a + n);
            sum += term;
            if (term < sum * Epsilon) break;
        }
        return PoissonTerm(a, x) * sum;
    }

    /// <summary>Q(a, x) by Lentz's continued fraction; for x &gt;= a + 1.</summary>
    private static double UpperFraction(double a, double x)
    {
        const double Tiny = 1e-300;
        var b = x + 1 - a;
        var c = 1 / Tiny;
        var d = 1 / b;
        var h = d;
        for (var n = 1; n < 100_000; n++)
        {
            var numerator = -n * (n - a);
            b += 2;
            d = numerator * d + b;
            if (Math.Abs(d) < Tiny) d = Tiny;
            c = b + numerator / c;
            if (Math.Abs(c) < Tiny) c = Tiny;
            d = 1 / d;
            var delta = d * c;
            h *= delta;
            if (Math.Abs(delta - 1) < Epsilon * 4) break;
        }
        return PoissonTerm(a, x) * a * h;
    }

    /// <summary>ln Γ(a+1) minus Stirling's formula.</summary>
    internal static double StirlingError(double a)
    {
        if (a <= 15) return SpecialFunctions.GammaLn(a + 1) - (a + 0.5) * Math.Log(a) + a - HalfLog2Pi;
        var s = 1 / (a * a);
        return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 * s) * s) * s) * s) / a;
    }

    /// <summary>a ln(a/x) + x - a, without cancellation where x is near a.</summary>
    internal static double Deviance(double a, double x)
    {
        if (Math.Abs(a - x) >= 0.1 * (a + x)) return a * Math.Log(a / x) + x - a;
        var v = (a - x) / (a + x);
        var s = (a - x) * v;
        var odd = 2 * a * v;
        v *= v;
        for (var j = 1; j < 1000; j++)
        {
            odd *= v;
            var next = s + odd / (2 * j + 1);
            if (next == s) return next;
            s = next;
        }
        return s;
    }
}
