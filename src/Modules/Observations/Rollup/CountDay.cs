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

    /// <summary>Shares above this say nothing more; sums of them stay far from the end of a long.</summary>
    private const long ShareMaxPpm = 1_000_000_000;

    /// <summary>Quantities that may well stay the same from day to day.</summary>
    private static readonly Quantity[] s_steady = [Quantity.IsOpen, Quantity.StaffTotal, Quantity.StaffPresent, Quantity.Output, Quantity.OutputNormal, Quantity.PlannedMinutes, Quantity.RunMinutes, Quantity.EnergyReading];

    private readonly Dimensions _dimensions;
    private readonly DateOnly _day;
    private readonly long[]?[] _sums;
    private readonly Dictionary<(BaselineKind, int Kind), long[]> _baselines = [];
    private readonly Dictionary<Measure, Column[]> _columns = [];

    private CountDay(DateOnly day, Dimensions dimensions) => (_day, _dimensions, _sums) = (day, dimensions, new long[dimensions.Kinds.Length][]);

    /// <summary>What the day's values are after judging: consumption from readings, suspicious ones left out.</summary>
    /// <param name="means">Daily means of December by series; null where a baseline itself is being made.</param>
    /// <param name="repeating">Groups already found to repeat themselves, where the values at hand are only some of the day's; null to find them.</param>
    public static long[] Judge(DayValues day, DayValues? before, Dimensions dimensions, long[]? means, IReadOnlySet<string>? repeating = null)
    {
        var counted = new long[day.Values.Length];
        var (meters, repeats) = (new int[dimensions.Kinds.Length], new int[dimensions.Kinds.Length]);
        var isSteady = Array.ConvertAll(dimensions.Kinds, k => s_steady.Contains(k.Quantity));
        var isReading = Array.ConvertAll(dimensions.Kinds, k => k.Quantity is Quantity.EnergyReading);
        for (var s = 0; s < counted.Length; s++)
        {
            var (value, old) = (day.Values[s], before is not null && s < before.Values.Length ? before.Values[s] : DayValues.Missing);
            counted[s] = value;
            if (value == DayValues.Missing) continue;
            var kind = dimensions.KindOf(s);
            if (isReading[kind])
            {
                counted[s] = old == DayValues.Missing || value < old ? DayValues.Missing : value - old;
                if (old != DayValues.Missing && value < old) day.Found("meter_reset");
            }
            else if (means is not null && s < means.Length && means[s] > 0 && old != DayValues.Missing && LooksLikeOtherUnit(value, old, means[s]))
            {
                counted[s] = DayValues.Missing;
                day.Found("suspected_unit");
            }
            if (value == 0 || old == DayValues.Missing || isSteady[kind]) continue;
            meters[kind]++;
            if (value == old) repeats[kind]++;
        }
        for (var kind = 0; kind < repeats.Length; kind++)
        {
            if (repeats[kind] == 0 || !(repeating?.Contains(RepeatName(dimensions.Kinds[kind])) ?? (meters[kind] >= RepeatMetersMin && repeats[kind] * 2 > meters[kind]))) continue;
            for (var s = 0; s < counted.Length; s++)
            {
                if (counted[s] == DayValues.Missing || counted[s] == 0 || dimensions.KindOf(s) != kind || before!.Values.Length <= s || before.Values[s] != day.Values[s]) continue;
                counted[s] = DayValues.Missing;
            }
            day.Found(RepeatName(dimensions.Kinds[kind]), repeats[kind]);
        }
        return counted;
    }

    /// <summary>Name of the finding that a source's meters repeat themselves.</summary>
    private static string RepeatName((Source Source, Quantity Quantity) of) => $"repeated_yesterday {Vocabulary.NameOf(of.Source)} {Vocabulary.NameOf(of.Quantity)}";

    /// <summary>Brings the judged values to enterprises; then <see cref="SumsOf"/> and <see cref="FigureOf(Measure, int)"/> can be asked.</summary>
    /// <param name="against">What is compared with, by series and kind of baseline; 0 where there is none.</param>
    public static CountDay Of(DateOnly date, long[] counted, Dimensions dimensions, IReadOnlyDictionary<BaselineKind, long[]> against)
    {
        var day = new CountDay(date, dimensions);
        for (var s = 0; s < counted.Length; s++)
        {
            var owner = dimensions.OwnerOf(s);
            if (counted[s] == DayValues.Missing || owner == Dimensions.None) continue;
            var sums = day._sums[dimensions.SumKinds[dimensions.KindOf(s)]] ??= Unknown(dimensions.EnterpriseIds.Length);
            sums[owner] = sums[owner] == DayValues.Missing ? counted[s] : sums[owner] + counted[s];
        }
        foreach (var (kind, means) in against)
        {
            var sums = new long[dimensions.Kinds.Length][];
            // Only the meters that speak today are compared: a missing meter makes less coverage, not less production.
            for (var s = 0; s < counted.Length && s < means.Length; s++)
            {
                var owner = dimensions.OwnerOf(s);
                if (means[s] > 0 && counted[s] != DayValues.Missing && owner != Dimensions.None) (sums[dimensions.SumKinds[dimensions.KindOf(s)]] ??= new long[dimensions.EnterpriseIds.Length])[owner] += means[s];
            }
            for (var k = 0; k < sums.Length; k++)
            {
                if (sums[k] is not null) day._baselines[(kind, k)] = sums[k];
            }
        }
        foreach (var measure in MeasureBook.All) day._columns[measure] = [.. measure.Sources.Select((source, place) => day.ColumnOf(measure, source, place))];
        return day;
    }

    public MeasureSums SumsOf(Measure measure)
    {
        var sums = new MeasureSums(measure, _dimensions.Cells.Count);
        var columns = _columns[measure];
        if (!Array.Exists(columns, c => c.Numerator is not null)) return sums;
        var leaves = _dimensions.LeafPlaces.Length / 24;
        var (covered, numerator, denominator, doubtful) = (new int[leaves], new long[leaves], new long[leaves], new int[leaves]);
        for (var e = 0; e < _dimensions.EnterpriseIds.Length; e++)
        {
            if (FigureOf(measure, columns, e) is not { } figure) continue;
            var leaf = _dimensions.LeafOf[e];
            covered[leaf]++;
            numerator[leaf] += figure.Numerator;
            denominator[leaf] += figure.Denominator;
            if (figure.Fused.HasConflict) doubtful[leaf]++;
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
    public EnterpriseFigure? FigureOf(Measure measure, int enterprise) => FigureOf(measure, _columns[measure], enterprise);

    /// <summary>What one source says of an enterprise; null where it says nothing.</summary>
    public Reading? ReadingOf(Measure measure, int place, int enterprise) => _columns[measure][place].ReadingOf(enterprise);

    private static EnterpriseFigure? FigureOf(Measure measure, Column[] columns, int enterprise)
    {
        Span<Reading> readings = stackalloc Reading[8];
        var count = 0;
        foreach (var column in columns)
        {
            if (column.Numerator is not null && column.ReadingOf(enterprise) is { } reading) readings[count++] = reading;
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

    private Column ColumnOf(Measure measure, MeasureSource source, int place)
    {
        var kind = _dimensions.KindOf(source.Source, source.Numerator);
        var isYesOrNo = measure.Kind is MeasureKind.Threshold or MeasureKind.Load;
        return new(place, source.SigmaPpm, source.IsOfBaseline || source.Denominator is not null,
            kind == Dimensions.None ? null : _sums[kind],
            source.IsOfBaseline ? _baselines.GetValueOrDefault((measure.Baseline, kind)) : source.Denominator is { } against ? ValuesOf(source.Source, against) : null,
            // What is counted by one source is often divided by what another says, as heads at the gate by staff reported.
            source.Denominator is { } reported ? ValuesOf(Source.SelfReport, reported) : null,
            isYesOrNo && source.IsOfBaseline ? _dimensions.ThresholdsOf(MeasureBook.Of("resumed"), _day) : null);
    }

    private long[]? ValuesOf(Source source, Quantity quantity) => _dimensions.KindOf(source, quantity) is >= 0 and var kind ? _sums[kind] : null;

    private static long[] Unknown(int width)
    {
        var values = new long[width];
        Array.Fill(values, DayValues.Missing);
        return values;
    }

    /// <summary>One source of a measure with the day's numbers of all enterprises.</summary>
    /// <param name="IsDivided">False where any positive count means yes.</param>
    /// <param name="Instead">Denominators taken where the source itself gives none.</param>
    /// <param name="Thresholds">Share from which an enterprise counts as one; null where the share itself is asked.</param>
    private sealed record Column(int Place, int SigmaPpm, bool IsDivided, long[]? Numerator, long[]? Denominator, long[]? Instead, int[]? Thresholds)
    {
        public Reading? ReadingOf(int enterprise)
        {
            if (Numerator is null || Numerator[enterprise] is var numerator && numerator == DayValues.Missing) return null;
            if (!IsDivided) return new(Place, numerator > 0 ? Fusion.One : 0, SigmaPpm, numerator, Vocabulary.Scale);
            var denominator = Denominator is not null && Denominator[enterprise] != DayValues.Missing ? Denominator[enterprise] : Instead is not null ? Instead[enterprise] : 0;
            if (denominator <= 0) return null;
            return new(Place, Thresholds is null ? Share(numerator, denominator) : Reaches(numerator, denominator, Thresholds[enterprise]) ? Fusion.One : 0, SigmaPpm, numerator, denominator);
        }

        private static long Share(long numerator, long denominator) => Math.Min(ShareMaxPpm, numerator < long.MaxValue / Fusion.One ? numerator * Fusion.One / denominator : (long)Int128.Min(long.MaxValue, (Int128)numerator * Fusion.One / denominator));

        private static bool Reaches(long numerator, long denominator, int thresholdPpm) => (Int128)numerator * Fusion.One >= (Int128)denominator * thresholdPpm;
    }

    private static bool LooksLikeOtherUnit(long value, long old, long mean)
    {
        // After a day near nothing, nothing can be said: a works that stands still does use about a thousandth.
        var wasUsual = old >= mean / 10 && old <= mean * 10;
        return wasUsual && value > 0 && (value >= mean / 2_000 && value <= mean / 500 || value / 500 >= mean && value / 2_000 <= mean);
    }
}
