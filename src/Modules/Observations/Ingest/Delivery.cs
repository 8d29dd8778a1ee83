using Rongtong.Platform;

namespace Rongtong.Observations.Ingest;

/// <summary>One value on its way in.</summary>
internal readonly record struct Arrival(int Series, DateOnly Day, long Value, Quality Quality);

/// <summary>
/// What one delivery brings, judged as far as it can be by itself. Nothing is dropped: what must not be counted keeps its quality and stays.
/// Of a day given twice the later line counts, so the earlier one is marked.
/// </summary>
internal sealed class Delivery(DateTimeOffset now)
{
    /// <summary>Lines of one delivery; a file is cut into as many as it needs.</summary>
    public const int RowsMax = 1_000_000;

    /// <summary>Days before this are taken for slips of the pen.</summary>
    public static readonly DateOnly FirstDay = new(2015, 1, 1);

    /// <summary>Days this far ahead are taken for slips of the pen, not for observations of the future.</summary>
    private const int DaysAheadMax = 366;

    private readonly DateOnly _today = ChinaDay.Of(now);
    private readonly List<Arrival> _rows = [];
    private readonly Dictionary<long, int> _places = [];

    public IReadOnlyList<Arrival> Rows => _rows;

    /// <summary>True when a value of the day can be kept at all.</summary>
    public bool Takes(DateOnly day) => day >= FirstDay && day <= _today.AddDays(DaysAheadMax);

    /// <summary>Takes a value, in thousandths of the quantity's own unit.</summary>
    public void Add(int series, DateOnly day, long value, bool isConverted)
    {
        var quality = value < 0 ? Quality.Negative : day > _today ? Quality.Future : isConverted ? Quality.UnitConverted : Quality.Good;
        var place = ((long)series << 24) | (uint)day.DayNumber;
        if (!_places.TryAdd(place, _rows.Count))
        {
            _rows[_places[place]] = _rows[_places[place]] with { Quality = Quality.Duplicate };
            _places[place] = _rows.Count;
        }
        _rows.Add(new(series, day, value, quality));
    }

    /// <summary>Marks the rows of series that the sender may not speak for.</summary>
    public void SetOutside(IReadOnlySet<int> series)
    {
        for (var i = 0; i < _rows.Count; i++)
        {
            if (series.Contains(_rows[i].Series)) _rows[i] = _rows[i] with { Quality = Quality.OutsideScope };
        }
    }

    public IReadOnlyDictionary<string, int> Flagged() =>
        _rows.Where(r => r.Quality is not (Quality.Good or Quality.UnitConverted)).GroupBy(r => r.Quality).ToDictionary(g => Name(g.Key), g => g.Count());

    public static string Name(Quality quality) => quality switch
    {
        Quality.Negative => "negative",
        Quality.Future => "future",
        Quality.Duplicate => "duplicate_day",
        Quality.OutsideScope => "outside_scope",
        Quality.UnitConverted => "unit_converted",
        _ => "good",
    };

    /// <summary>Largest amount of one series on one day in its unit: a country's day of electricity. Sums over a million enterprises stay within a long.</summary>
    public const decimal AmountMax = 10_000_000_000m;

    /// <summary>A stored value from a written one, rounded to a thousandth; null when it is beyond <see cref="AmountMax"/>.</summary>
    public static long? Stored(decimal value, decimal factor) =>
        Math.Abs(value) > AmountMax || Math.Abs(value * factor) > AmountMax ? null : (long)decimal.Round(value * factor * Vocabulary.Scale, MidpointRounding.AwayFromZero);
}
