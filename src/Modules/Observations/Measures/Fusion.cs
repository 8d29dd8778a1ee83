namespace Rongtong.Observations.Measures;

/// <summary>What one source says of one measure of one enterprise on one day.</summary>
/// <param name="Place">Place of the source in the measure's order of trust, 0 the most trusted.</param>
/// <param name="SharePpm">Its share, millionths; for a threshold 0 or 1,000,000.</param>
/// <param name="SigmaPpm">Its standard error.</param>
/// <param name="Numerator">What it counted, thousandths of the unit.</param>
/// <param name="Denominator">What that is divided by, thousandths of the unit.</param>
internal readonly record struct Reading(int Place, long SharePpm, int SigmaPpm, long Numerator, long Denominator);

/// <summary>The sources brought together.</summary>
internal readonly record struct Fused(long ValuePpm, long LowPpm, long HighPpm, bool HasConflict);

/// <summary>
/// Brings sources together.
/// <code>
/// rate:       x = sum(x_i / s_i^2) / sum(1 / s_i^2)            x_i share, s_i standard error of source i
///             agree when |x_i - x_j| &lt;= 2 (s_i + s_j) for all pairs:  interval x -+ 1.96 / sqrt(sum(1 / s_i^2))
///             else conflict:                                       interval from min(x_i - 2 s_i) to max(x_i + 2 s_i)
/// yes or no:  the most trusted source decides; sources that differ are a conflict, and the interval is then 0 to 1
/// </code>
/// No interval goes below zero. The order of the readings does not matter.
/// </summary>
internal static class Fusion
{
    public const long One = 1_000_000;

    public static Fused OfRate(ReadOnlySpan<Reading> readings)
    {
        var (sum, weight, hasConflict) = (0.0, 0.0, false);
        var (low, high) = (long.MaxValue, long.MinValue);
        for (var i = 0; i < readings.Length; i++)
        {
            var w = 1.0 / ((double)readings[i].SigmaPpm * readings[i].SigmaPpm);
            sum += readings[i].SharePpm * w;
            weight += w;
            low = Math.Min(low, readings[i].SharePpm - 2L * readings[i].SigmaPpm);
            high = Math.Max(high, readings[i].SharePpm + 2L * readings[i].SigmaPpm);
            for (var j = 0; j < i; j++) hasConflict |= Math.Abs(readings[i].SharePpm - readings[j].SharePpm) > 2L * (readings[i].SigmaPpm + readings[j].SigmaPpm);
        }
        var x = sum / weight;
        if (!hasConflict) (low, high) = ((long)Math.Round(x - 1.96 / Math.Sqrt(weight)), (long)Math.Round(x + 1.96 / Math.Sqrt(weight)));
        return new((long)Math.Round(x), Math.Max(0, low), high, hasConflict);
    }

    public static Fused OfYesOrNo(ReadOnlySpan<Reading> readings)
    {
        var (first, hasConflict) = (readings[0], false);
        foreach (var reading in readings)
        {
            hasConflict |= reading.SharePpm != readings[0].SharePpm;
            if (reading.Place < first.Place) first = reading;
        }
        return hasConflict ? new(first.SharePpm, 0, One, true) : new(first.SharePpm, first.SharePpm, first.SharePpm, false);
    }

    /// <summary>The Zhejiang index: half the share of resumed load, half the share of resumed firms, in points of a hundred.</summary>
    public static decimal Index(decimal resumedLoad, decimal load, decimal resumedFirms, decimal firms) => (resumedLoad / load * 0.5m + resumedFirms / firms * 0.5m) * 100m;
}
