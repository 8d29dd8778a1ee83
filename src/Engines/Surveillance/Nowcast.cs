namespace Rongtong.Surveillance;

/// <summary>How many events of a day there will be once all are reported.</summary>
/// <param name="Day">Index of the event day.</param>
/// <param name="Reported">Reported so far.</param>
/// <param name="Estimate">Expected in the end; NaN when nothing can have been reported yet by the delays seen.</param>
/// <param name="Low">2.5% quantile.</param>
/// <param name="High">97.5% quantile.</param>
public readonly record struct NowcastDay(int Day, double Reported, double Estimate, double Low, double High);

/// <summary>
/// Correction for reporting delay by the reverse-time hazard (Brookmeyer and Damiano 1989; Lawless 1994).
/// <code>
/// g(d) = reports with delay d / reports with delay &lt;= d, over days for which delay d could have been seen
/// F(d) = product over j &gt; d of (1 - g(j))                 share reported within d days
/// estimate(t) = reported(t) / F(T - t);  not yet reported | reported ~ negative binomial(reported + 1, F)
/// </code>
/// The interval carries the chance of the reports still to come, not the error of F itself; with fewer than some hundred reports read it as too narrow.
/// Delays longer than the triangle is wide are taken not to exist. Closed form, one pass.
/// </summary>
public static class Nowcast
{
    /// <summary>Nowcasts every day of a reporting triangle.</summary>
    /// <param name="reports">reports[t, d]: events of day t reported d days later. Cells with t + d beyond the last day are ignored.</param>
    /// <exception cref="SeriesException">Empty or negative.</exception>
    public static NowcastDay[] Estimate(double[,] reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        var (days, delays) = (reports.GetLength(0), reports.GetLength(1));
        if (days == 0 || delays == 0) throw new SeriesException("The reporting triangle is empty.");
        var share = Shares(reports, days, delays);
        var result = new NowcastDay[days];
        for (var t = 0; t < days; t++)
        {
            var seen = Math.Min(delays - 1, days - 1 - t);
            var reported = 0.0;
            for (var d = 0; d <= seen; d++) reported += reports[t, d];
            var f = share[seen];
            if (f >= 1) result[t] = new(t, reported, reported, reported, reported);
            else if (f <= 0) result[t] = new(t, reported, double.NaN, double.NaN, double.NaN);
            else
            {
                var mean = (reported + 1) * (1 - f) / f;
                result[t] = new(t, reported, reported / f, reported + CountDistributions.Quantile(0.025, mean, 1 / f), reported + CountDistributions.Quantile(0.975, mean, 1 / f));
            }
        }
        return result;
    }

    private static double[] Shares(double[,] reports, int days, int delays)
    {
        var (hazard, reported) = (new double[delays], new double[days]);
        for (var d = 0; d < delays; d++)
        {
            var (at, within) = (0.0, 0.0);
            for (var t = 0; t + d < days; t++)
            {
                var n = reports[t, d];
                if (!(n >= 0)) throw new SeriesException($"Day {t + 1}, delay {d}: {n} reports; counts must not be negative or missing.");
                reported[t] += n;
                (at, within) = (at + n, within + reported[t]);
            }
            hazard[d] = within > 0 ? at / within : 0;
        }
        var share = new double[delays];
        share[delays - 1] = 1;
        for (var d = delays - 1; d > 0; d--) share[d - 1] = share[d] * (1 - hazard[d]);
        return share;
    }
}
