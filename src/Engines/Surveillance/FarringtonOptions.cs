namespace Rongtong.Surveillance;

/// <summary>How the upper bound is taken from the fitted model.</summary>
public enum FarringtonThreshold
{
    /// <summary>Normal approximation on a power scale, with the estimation error by the delta method (Farrington et al. 1996).</summary>
    Delta,

    /// <summary>Quantile of a negative binomial with the fitted mean plugged in (Noufaily et al. 2013, as in Salmon et al. 2016).</summary>
    NbPlugin,

    /// <summary>Quantile of a negative binomial whose mean is the upper quantile of the fitted mean.</summary>
    Muan,
}

/// <summary>Scale on which the delta threshold is symmetric.</summary>
public enum PowerTransform
{
    /// <summary>Counts to the power 2/3.</summary>
    TwoThirds,

    /// <summary>Square root.</summary>
    SquareRoot,

    /// <summary>No transformation.</summary>
    None,
}

/// <summary>Settings of <see cref="FarringtonFlexible"/>; the defaults are those of R's <c>farringtonFlexible</c>.</summary>
public sealed record FarringtonOptions
{
    /// <summary>Years back in time (b).</summary>
    public int Years { get; init; } = 5;

    /// <summary>Half width of the window around the same week of past years (w), weeks.</summary>
    public int HalfWindow { get; init; } = 3;

    /// <summary>Observations per year: 52 weeks, 12 months or 365 days.</summary>
    public int Frequency { get; init; } = 52;

    /// <summary>Blocks of the year in the seasonal factor (noPeriods); 1 uses the windows only.</summary>
    public int Periods { get; init; } = 1;

    /// <summary>Whether past outbreaks are given less weight.</summary>
    public bool Reweight { get; init; } = true;

    /// <summary>Anscombe residual above which an observation loses weight.</summary>
    public double WeightsThreshold { get; init; } = 2.58;

    /// <summary>Whether a trend over time is tried.</summary>
    public bool Trend { get; init; } = true;

    /// <summary>The trend is kept when its p-value is below this; 1 keeps every one.</summary>
    public double TrendPThreshold { get; init; } = 0.05;

    /// <summary>Weeks before the current one that are left out of the fit; null is <see cref="HalfWindow"/>.</summary>
    public int? PastWeeksNotIncluded { get; init; }

    /// <summary>One-sided probability of a false alarm.</summary>
    public double Alpha { get; init; } = 0.05;

    /// <summary>No bound is given unless at least this many cases …</summary>
    public double LimitCases { get; init; } = 5;

    /// <summary>… were seen in this many weeks, the current one included.</summary>
    public int LimitPeriod { get; init; } = 4;

    /// <summary>How the bound is taken.</summary>
    public FarringtonThreshold Threshold { get; init; } = FarringtonThreshold.Delta;

    /// <summary>Scale of the delta bound.</summary>
    public PowerTransform Power { get; init; } = PowerTransform.TwoThirds;

    /// <summary>The configuration of Noufaily et al. (2013) with four years back.</summary>
    public static FarringtonOptions Noufaily(FarringtonThreshold threshold) => new()
    {
        Years = 4,
        Periods = 10,
        PastWeeksNotIncluded = 26,
        TrendPThreshold = 1,
        Threshold = threshold,
    };
}

/// <summary>What the method says of one week. NaN is "not defined": no convergence, or too few recent cases for a bound.</summary>
/// <param name="Index">Position of the week in the series, from 0.</param>
/// <param name="Observed">Cases.</param>
/// <param name="UpperBound">Alarm level, cases.</param>
/// <param name="IsAlarm">True when the count is above the bound, is not zero, and enough cases were seen lately.</param>
/// <param name="Expected">Fitted mean of the week, cases; 0 where no model converged, as R has it (<paramref name="Phi"/> is NaN then).</param>
/// <param name="Phi">Dispersion of the fit, at least 1.</param>
/// <param name="Score">Exceedance score: (observed - fit) / (bound - fit); for the two quantile methods with the fit on the log scale, as R has it.</param>
/// <param name="PValue">Probability of at least this count under the model.</param>
/// <param name="Trend">Slope per week on the log scale where a trend was kept, else NaN.</param>
public readonly record struct FarringtonResult(
    int Index, double Observed, double UpperBound, bool IsAlarm, double Expected, double Phi, double Score, double PValue, double Trend);
