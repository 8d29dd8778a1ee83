using Rongtong.Observations.Ingest;
using Rongtong.Observations.Measures;

namespace Rongtong.Observations.Rollup;

/// <summary>The values that count on one day, by series; <see cref="Missing"/> where there is none.</summary>
internal sealed class DayValues(DateOnly day, int seriesWidth)
{
    public const long Missing = long.MinValue;

    public DateOnly Day { get; } = day;

    public long[] Values { get; } = Filled(seriesWidth);

    /// <summary>Rank of the delivery that each value came with: a later-issued one takes its place.</summary>
    public int[] Ranks { get; } = new int[seriesWidth];

    public long Observations { get; set; }

    public SortedDictionary<string, long> Findings { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes a stored row. Rank 0 is a delivery that was withdrawn, or that will mark the day again when it is there.</summary>
    public void Take(int series, long value, Quality quality, int rank)
    {
        if (rank == 0 || series >= Values.Length) return;
        Observations++;
        if (quality is not (Quality.Good or Quality.UnitConverted))
        {
            Found(Delivery.Name(quality));
            return;
        }
        if (quality is Quality.UnitConverted) Found(Delivery.Name(quality));
        if (rank < Ranks[series]) return;
        if (Ranks[series] > 0) Found("superseded");
        (Values[series], Ranks[series]) = (value, rank);
    }

    public void Found(string what, long times = 1) => Findings[what] = Findings.GetValueOrDefault(what) + times;

    private static long[] Filled(int width)
    {
        var values = new long[width];
        Array.Fill(values, Missing);
        return values;
    }
}

/// <summary>Sums of one measure over the cells of the cube.</summary>
internal sealed class MeasureSums(Measure measure, int cells)
{
    public Measure Measure { get; } = measure;
    public int[] Covered { get; } = new int[cells];
    public long[] Numerator { get; } = new long[cells];
    public long[] Denominator { get; } = new long[cells];
    public int[] Doubtful { get; } = new int[cells];
}

/// <summary>One enterprise's measure on one day.</summary>
internal readonly record struct EnterpriseFigure(Fused Fused, long Numerator, long Denominator);

/// <summary>
/// Counts one day: which values can be believed, what each enterprise's measures are, and their sums. A function of the day's values, those of the
/// day before, baselines and dimensions alone, so that whatever way the observations came, the same ones give the same figures.
/// Named outcomes of bad input, none of which counts: suspected_unit (about a thousandth or a thousandfold of the baseline, after a usual day),
/// meter_reset (a cumulative reading that falls), repeated_yesterday (more than half of a source's meters say exactly what they said the day before).
/// </summary>
internal sealed class CountDay
{
    /// <summary>A source with fewer meters is not suspected of repeating itself.</summary>
    public const int RepeatMetersMin = 20;

    /// <summary>Quantities that may well stay the same from day to day.</summary>
    private static readonly Quantity[] s_steady = [Quantity.IsOpen, Quantity.StaffTotal, Quantity.StaffPresent, Quantity.Output, Quantity.OutputNormal, Quantity.PlannedMinutes, Quantity.RunMinutes, Quantity.EnergyReading];

    private readonly Dimensions _dimensions;
    private readonly Dictionary<(Source, Quantity), long[]> _sums = [];
    private readonly Dictionary<BaselineKind, long[]> _baselines = [];
    private readonly int[] _thresholds;

    private CountDay(Dimensions dimensions, int[] thresholds) => (_dimensions, _thresholds) = (dimensions, thresholds);

    /// <summary>What the day's values are after judging: consumption from readings, suspicious ones left out.</summary>
    /// <param name="repeating">Groups already found to repeat themselves, where the values at hand are only some of the day's; null to find them.</param>
    public static long[] Judge(DayValues day, DayValues? before, Dimensions dimensions, long[]? means, IReadOnlySet<string>? repeating = null)
    {
        var counted = new long[day.Values.Length];
        var (meters, repeats) = (new Dictionary<(Source, Quantity), int>(), new Dictionary<(Source, Quantity), int>());
        for (var s = 0; s < counted.Length; s++)
        {
            var (value, old) = (day.Values[s], before is not null && s < before.Values.Length ? before.Values[s] : DayValues.Missing);
            counted[s] = value;
            if (value == DayValues.Missing) continue;
            var quantity = dimensions.QuantityOf(s);
            if (quantity is Quantity.EnergyReading)
            {
                counted[s] = old == DayValues.Missing || value < old ? DayValues.Missing : value - old;
                if (old != DayValues.Missing && value < old) day.Found("meter_reset");
            }
            else if (means is not null && s < means.Length && means[s] > 0 && old != DayValues.Missing && LooksLikeOtherUnit(value, old, means[s]))
            {
                counted[s] = DayValues.Missing;
                day.Found("suspected_unit");
            }
            if (value == 0 || old == DayValues.Missing || s_steady.Contains(quantity)) continue;
            var of = (dimensions.SourceOf(s), quantity);
            meters[of] = meters.GetValueOrDefault(of) + 1;
            if (value == old) repeats[of] = repeats.GetValueOrDefault(of) + 1;
        }
        foreach (var (of, times) in repeats.Where(r => repeating?.Contains(RepeatName(r.Key)) ?? (meters[r.Key] >= RepeatMetersMin && r.Value * 2 > meters[r.Key])))
        {
            for (var s = 0; s < counted.Length; s++)
            {
                if (counted[s] == DayValues.Missing || counted[s] == 0 || (dimensions.SourceOf(s), dimensions.QuantityOf(s)) != of || before!.Values.Length <= s || before.Values[s] != day.Values[s]) continue;
                counted[s] = DayValues.Missing;
            }
            day.Found(RepeatName(of), times);
        }
        return counted;
    }

    /// <summary>Name of the finding that a source's meters repeat themselves.</summary>
    private static string RepeatName((Source Source, Quantity Quantity) of) => $"repeated_yesterday {Vocabulary.NameOf(of.Source)} {Vocabulary.NameOf(of.Quantity)}";

    /// <summary>Brings the judged values to enterprises; then <see cref="SumsOf"/> and <see cref="FigureOf"/> can be asked.</summary>
    public static CountDay Of(long[] counted, Dimensions dimensions, IReadOnlyDictionary<BaselineKind, long[]> means, Measure threshold)
    {
        var day = new CountDay(dimensions, ThresholdsOf(dimensions, threshold));
        foreach (var kind in means.Keys) day._baselines[kind] = new long[dimensions.EnterpriseIds.Length];
        for (var s = 0; s < counted.Length; s++)
        {
            var owner = dimensions.OwnerOf(s);
            if (counted[s] == DayValues.Missing || owner == Dimensions.None) continue;
            var quantity = dimensions.QuantityOf(s) is Quantity.EnergyReading ? Quantity.EnergyKwh : dimensions.QuantityOf(s);
            if (!day._sums.TryGetValue((dimensions.SourceOf(s), quantity), out var sums))
            {
                day._sums[(dimensions.SourceOf(s), quantity)] = sums = new long[dimensions.EnterpriseIds.Length];
                Array.Fill(sums, DayValues.Missing);
            }
            sums[owner] = sums[owner] == DayValues.Missing ? counted[s] : sums[owner] + counted[s];
            if (quantity is not Quantity.EnergyKwh) continue;
            // Only the meters that speak today are compared: a missing meter makes less coverage, not less production.
            foreach (var (kind, mean) in means)
            {
                if (s < mean.Length) day._baselines[kind][owner] += mean[s];
            }
        }
        return day;
    }

    public MeasureSums SumsOf(Measure measure)
    {
        var sums = new MeasureSums(measure, _dimensions.Cells.Count);
        var leaves = _dimensions.LeafPlaces.Length / 24;
        var (covered, numerator, denominator, doubtful) = (new int[leaves], new long[leaves], new long[leaves], new int[leaves]);
        if (measure.Sources.Any(s => _sums.ContainsKey((s.Source, s.Numerator))))
        {
            for (var e = 0; e < _dimensions.EnterpriseIds.Length; e++)
            {
                if (FigureOf(measure, e) is not { } figure) continue;
                var leaf = _dimensions.LeafOf[e];
                covered[leaf]++;
                numerator[leaf] += figure.Numerator;
                denominator[leaf] += figure.Denominator;
                if (figure.Fused.HasConflict) doubtful[leaf]++;
            }
        }
        for (var leaf = 0; leaf < leaves; leaf++)
        {
            if (covered[leaf] == 0) continue;
            foreach (var cell in _dimensions.PlacesOf(leaf))
            {
                sums.Covered[cell] += covered[leaf];
                sums.Numerator[cell] += numerator[leaf];
                sums.Denominator[cell] += denominator[leaf];
                sums.Doubtful[cell] += doubtful[leaf];
            }
        }
        return sums;
    }

    /// <summary>A measure of the enterprise with the dense number; null where no source says anything.</summary>
    public EnterpriseFigure? FigureOf(Measure measure, int enterprise)
    {
        Span<Reading> readings = stackalloc Reading[8];
        var count = 0;
        for (var place = 0; place < measure.Sources.Count && count < readings.Length; place++)
        {
            if (ReadingOf(measure, place, enterprise) is { } reading) readings[count++] = reading;
        }
        if (count == 0) return null;
        var said = readings[..count];
        var isYesOrNo = measure.Kind is MeasureKind.Threshold or MeasureKind.Load;
        var fused = isYesOrNo ? Fusion.OfYesOrNo(said) : Fusion.OfRate(said);
        var first = said[0];
        return measure.Kind switch
        {
            MeasureKind.Threshold => new(fused, fused.ValuePpm / Fusion.One, 1),
            MeasureKind.Load => new(fused, fused.ValuePpm > 0 ? first.Numerator : 0, first.Denominator),
            MeasureKind.Mean => new(fused, fused.ValuePpm, Fusion.One),
            _ when measure.Sources[first.Place].SumsApart => null,
            _ => new(fused, first.Numerator, first.Denominator),
        };
    }

    /// <summary>What one source says of an enterprise; null where it says nothing.</summary>
    public Reading? ReadingOf(Measure measure, int place, int enterprise)
    {
        var source = measure.Sources[place];
        if (ValueOf(source.Source, source.Numerator, enterprise) is not { } numerator) return null;
        if (source.IsOfBaseline)
        {
            var baseline = _baselines.TryGetValue(measure.Baseline, out var of) ? of[enterprise] : 0;
            if (baseline <= 0) return null;
            var share = (long)(numerator * (decimal)Fusion.One / baseline);
            return measure.Kind is MeasureKind.Threshold or MeasureKind.Load
                ? new(place, numerator * (decimal)Fusion.One >= (decimal)baseline * _thresholds[enterprise] ? Fusion.One : 0, source.SigmaPpm, numerator, baseline) : new(place, share, source.SigmaPpm, numerator, baseline);
        }
        if (source.Denominator is not { } against) return new(place, numerator > 0 ? Fusion.One : 0, source.SigmaPpm, numerator, Vocabulary.Scale);
        // What is counted by one source is often divided by what another says, as heads at the gate by staff reported.
        var denominator = ValueOf(source.Source, against, enterprise) ?? ValueOf(Source.SelfReport, against, enterprise);
        return denominator is > 0 ? new(place, (long)(numerator * (decimal)Fusion.One / denominator.Value), source.SigmaPpm, numerator, denominator.Value) : null;
    }

    private long? ValueOf(Source source, Quantity quantity, int enterprise) =>
        _sums.TryGetValue((source, quantity), out var values) && values[enterprise] is var value and not DayValues.Missing ? value : null;

    private static int[] ThresholdsOf(Dimensions dimensions, Measure measure)
    {
        var byRegion = new Dictionary<string, int>();
        var thresholds = new int[dimensions.Regions.Length];
        for (var e = 0; e < thresholds.Length; e++)
        {
            if (!byRegion.TryGetValue(dimensions.Regions[e], out var ppm)) byRegion[dimensions.Regions[e]] = ppm = measure.ThresholdIn(dimensions.Regions[e]);
            thresholds[e] = ppm;
        }
        return thresholds;
    }

    private static bool LooksLikeOtherUnit(long value, long old, long mean)
    {
        // After a day near nothing, nothing can be said: a works that stands still does use about a thousandth.
        var wasUsual = old >= mean / 10 && old <= mean * 10;
        return wasUsual && value > 0 && (value >= mean / 2_000 && value <= mean / 500 || value / 500 >= mean && value / 2_000 <= mean);
    }
}
