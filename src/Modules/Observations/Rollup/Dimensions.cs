using System.Collections.Concurrent;
using Rongtong.Observations.Ingest;
using Rongtong.Observations.Measures;
using Rongtong.Platform.Data;

namespace Rongtong.Observations.Rollup;

/// <summary>One enterprise as the roll-ups see it.</summary>
/// <param name="Division">Division of GB/T 4754, 1 to 97; 99 where unknown.</param>
/// <param name="Size">1 micro to 4 large, 5 unknown.</param>
/// <param name="CountsAs">Number of the kept one after a merge, else its own.</param>
internal sealed record EnterpriseEntry(int Id, string Region, short Division, short Size, int CountsAs);

/// <summary>From which share of the baseline on an enterprise counts as resumed in a region, where that is not the measure's own.</summary>
/// <param name="FromDay">First day on which it holds.</param>
internal sealed record Strictness(string Region, DateOnly FromDay, int ThresholdPpm);

/// <summary>
/// Enterprises, series and the cube of cells, as of one revision; immutable.
/// <code>
/// series ──owner──> enterprise (dense number of the kept one) ──leaf──> county x division x size ──24 places──> cube
/// cube: region (county, prefecture, province, nation) x industry (division, section, all) x size (one, all)
/// </code>
/// 300,000 enterprises: some 25,000 leaves and 60,000 cells.
/// </summary>
internal sealed class Dimensions
{
    public const int None = -1;
    private const int SectionKeys = 100;
    private const int SizesWide = 8;

    /// <summary>Last division of each section A to T, GB/T 4754-2017.</summary>
    private static readonly int[] s_lastDivision = [5, 12, 43, 46, 50, 52, 60, 62, 65, 69, 70, 72, 75, 79, 82, 83, 85, 90, 96, 97];

    private readonly int[] _ownerOfSeries;
    private readonly short[] _kindOfSeries;
    private readonly ConcurrentDictionary<(Measure, int), int[]> _thresholds = [];
    private readonly Strictness[] _strictness;

    public Dimensions(long revision, IReadOnlyList<EnterpriseEntry> enterprises, IReadOnlyList<(int Id, short Source, short Quantity, int? Enterprise)> series, IEnumerable<Strictness>? strictness = null)
    {
        Revision = revision;
        _strictness = [.. (strictness ?? []).OrderBy(s => s.FromDay)];
        var kept = enterprises.Where(e => e.CountsAs == e.Id).OrderBy(e => e.Id).ToArray();
        EnterpriseIds = [.. kept.Select(e => e.Id)];
        Regions = [.. kept.Select(e => e.Region)];
        Divisions = [.. kept.Select(e => e.Division)];
        Sizes = [.. kept.Select(e => e.Size)];
        var dense = new Dictionary<int, int>(kept.Length);
        for (var i = 0; i < kept.Length; i++) dense[kept[i].Id] = i;
        foreach (var merged in enterprises.Where(e => e.CountsAs != e.Id))
        {
            if (dense.TryGetValue(merged.CountsAs, out var owner)) dense[merged.Id] = owner;
        }
        var width = (series.Count == 0 ? 0 : series.Max(s => s.Id)) + 1;
        (_ownerOfSeries, _kindOfSeries) = (new int[width], new short[width]);
        Array.Fill(_ownerOfSeries, None);
        // Cumulative readings are brought to consumption, so theirs is a kind even where nobody sends it.
        Kinds = [.. series.Select(s => ((Source)s.Source, (Quantity)s.Quantity)).SelectMany(k => k.Item2 is Quantity.EnergyReading ? [k, (k.Item1, Quantity.EnergyKwh)] : new[] { k }).Distinct().Order()];
        SumKinds = [.. Kinds.Select(k => KindOf(k.Source, k.Quantity is Quantity.EnergyReading ? Quantity.EnergyKwh : k.Quantity))];
        foreach (var (id, source, quantity, enterprise) in series)
        {
            _kindOfSeries[id] = (short)KindOf((Source)source, (Quantity)quantity);
            if (enterprise is { } number && dense.TryGetValue(number, out var owner)) _ownerOfSeries[id] = owner;
        }
        (LeafOf, LeafPlaces, Cells) = BuildCube();
        FirmsOf = new int[Cells.Count];
        foreach (var leaf in LeafOf)
        {
            foreach (var place in PlacesOf(leaf)) FirmsOf[place]++;
        }
        Sums = BuildSums();
        // Starred regions only make places known no finer than a prefecture or province add up; nobody asks for them.
        ByRegion = [.. Enumerable.Range(0, Cells.Count).Where(i => !Cells[i].Region.EndsWith('*')).GroupBy(i => Cells[i].Region).Select(g => new RegionCells(g.Key, [.. g.OrderBy(i => Cells[i].Key)], this))];
    }

    public long Revision { get; }
    public int[] EnterpriseIds { get; }
    public string[] Regions { get; }
    public short[] Divisions { get; }
    public short[] Sizes { get; }

    /// <summary>Leaf of each enterprise.</summary>
    public int[] LeafOf { get; }

    /// <summary>24 cells for each leaf.</summary>
    public int[] LeafPlaces { get; }

    /// <summary>Region and key of each cell.</summary>
    public IReadOnlyList<(string Region, short Key)> Cells { get; }

    /// <summary>Enterprises of the register in each cell.</summary>
    public int[] FirmsOf { get; }

    /// <summary>The cells of each region in the order of their keys, as they are stored.</summary>
    public IReadOnlyList<RegionCells> ByRegion { get; }

    /// <summary>Which cells add up to which: the whole, then its parts.</summary>
    public IReadOnlyList<int[]> Sums { get; }

    public int SeriesWidth => _ownerOfSeries.Length;

    public int OwnerOf(int series) => series < _ownerOfSeries.Length ? _ownerOfSeries[series] : None;

    /// <summary>What the series are of: each source with each quantity it sends.</summary>
    public (Source Source, Quantity Quantity)[] Kinds { get; }

    /// <summary>Kind under which a kind's values are added up: consumption for readings, else itself.</summary>
    public int[] SumKinds { get; }

    /// <summary>Place of a series' kind in <see cref="Kinds"/>.</summary>
    public int KindOf(int series) => _kindOfSeries[series];

    /// <summary>Place of the kind; <see cref="None"/> where nobody sends it.</summary>
    public int KindOf(Source source, Quantity quantity) => Array.IndexOf(Kinds, (source, quantity));

    /// <summary>Threshold of a measure for each enterprise on the day, millionths: its county's, prefecture's or province's own where one is in force, else the measure's.</summary>
    public int[] ThresholdsOf(Measure measure, DateOnly day)
    {
        var inForce = Array.FindLastIndex(_strictness, s => s.FromDay <= day) + 1;
        return _thresholds.GetOrAdd((measure, inForce), _ =>
        {
            var by = new Dictionary<string, int>();
            foreach (var s in _strictness.Take(inForce)) by[s.Region] = s.ThresholdPpm;
            var byRegion = Regions.Distinct().ToDictionary(r => r, r => by.Where(s => r.StartsWith(s.Key, StringComparison.Ordinal)).OrderByDescending(s => s.Key.Length).Select(s => (int?)s.Value).FirstOrDefault() ?? measure.ThresholdPpm);
            return Array.ConvertAll(Regions, r => byRegion[r]);
        });
    }

    public ReadOnlySpan<int> PlacesOf(int leaf) => LeafPlaces.AsSpan(leaf * 24, 24);

    /// <summary>Key of an industry (0 all, 1 to 99 a division, 101 on a section) and a size (0 all).</summary>
    public static short KeyOf(int industry, int size) => (short)(industry * SizesWide + size);

    public static (int Industry, int Size) Of(short key) => (key / SizesWide, key % SizesWide);

    /// <summary>Industry number of the section to which a division belongs; 199 where the division is unknown.</summary>
    public static int SectionOf(int division)
    {
        var place = Array.FindIndex(s_lastDivision, last => division <= last);
        return place < 0 || division <= 0 ? SectionKeys + 99 : SectionKeys + 1 + place;
    }

    /// <summary>Letter of a section's industry number.</summary>
    public static string LetterOf(int section) => section == SectionKeys + 99 ? "?" : ((char)('A' + section - SectionKeys - 1)).ToString();

    /// <summary>Industry number of a section letter; null for none.</summary>
    public static int? SectionNumber(string? letter) => letter is { Length: 1 } && letter[0] is >= 'A' and <= 'T' ? SectionKeys + 1 + letter[0] - 'A' : letter == "?" ? SectionKeys + 99 : null;

    /// <summary>Division of an industry code of two to four digits.</summary>
    public static short DivisionOf(string industry) => industry.Length >= 2 && int.TryParse(industry.AsSpan(0, 2), out var division) && division is >= 1 and <= 97 ? (short)division : (short)99;

    public static async Task<Dimensions> ReadAsync(Session session, CancellationToken cancel)
    {
        var revision = await session.QuerySingleAsync<long>("SELECT number FROM observations.revision", cancel: cancel);
        var enterprises = await session.QueryAsync<(int Id, string Region, short Division, short Size, int CountsAs)>("SELECT id, region, division, size, counts_as FROM observations.enterprise_dimension", cancel: cancel);
        var series = await session.QueryAsync<(int, short, short, int?)>("SELECT id, source, quantity, enterprise_id FROM observations.series WHERE region IS NULL", cancel: cancel);
        return new(revision, [.. enterprises.Select(e => new EnterpriseEntry(e.Id, e.Region, e.Division, e.Size, e.CountsAs))], series, await StrictnessAsync(session, cancel));
    }

    /// <summary>Thresholds that regions have set, in the order in which they came into force.</summary>
    public static Task<IReadOnlyList<Strictness>> StrictnessAsync(Session session, CancellationToken cancel) =>
        session.QueryAsync<Strictness>("SELECT region, from_day, threshold_ppm FROM observations.strictness ORDER BY from_day, id", cancel: cancel);

    private (int[] LeafOf, int[] LeafPlaces, List<(string, short)> Cells) BuildCube()
    {
        var (leaves, cells) = (new Dictionary<(string, short, short), int>(), new Dictionary<(string, short), int>());
        var (places, list, leafOf) = (new List<int>(), new List<(string, short)>(), new int[Regions.Length]);
        for (var e = 0; e < Regions.Length; e++)
        {
            var name = (Regions[e], Divisions[e], Sizes[e]);
            if (!leaves.TryGetValue(name, out var leaf))
            {
                leaves[name] = leaf = leaves.Count;
                foreach (var region in Levels(Regions[e]))
                {
                    foreach (var industry in (int[])[Divisions[e], SectionOf(Divisions[e]), 0])
                    {
                        foreach (var size in (int[])[Sizes[e], 0]) places.Add(Cell(region, KeyOf(industry, size)));
                    }
                }
            }
            leafOf[e] = leaf;
        }
        return (leafOf, [.. places], list);

        int Cell(string region, short key)
        {
            if (cells.TryGetValue((region, key), out var place)) return place;
            list.Add((region, key));
            return cells[(region, key)] = list.Count - 1;
        }
    }

    /// <summary>County, prefecture, province, nation; a region that is known less finely stands for its own parts.</summary>
    private static string[] Levels(string region) =>
        [region, region.Length > 4 ? region[..4] : region.Length == 4 ? region + "*" : region, region.Length > 2 ? region[..2] : region + "*", ""];

    private List<int[]> BuildSums()
    {
        var place = new Dictionary<(string, short), int>(Cells.Count);
        for (var i = 0; i < Cells.Count; i++) place[Cells[i]] = i;
        var parts = new Dictionary<(int Whole, char Way), List<int>>();
        for (var i = 0; i < Cells.Count; i++)
        {
            var (region, key) = Cells[i];
            var (industry, size) = Of(key);
            if (region.Length > 0) Part(region.TrimEnd('*').Length > 4 ? region[..4] : region.TrimEnd('*').Length > 2 ? region[..2] : "", key, 'r', i);
            if (industry is > 0 and < SectionKeys) Part(region, KeyOf(SectionOf(industry), size), 'i', i);
            else if (industry > SectionKeys) Part(region, KeyOf(0, size), 'i', i);
            if (size > 0) Part(region, KeyOf(industry, 0), 's', i);
        }
        return [.. parts.Select(p => (int[])[p.Key.Whole, .. p.Value])];

        void Part(string region, short key, char way, int part)
        {
            if (!place.TryGetValue((region, key), out var whole)) return;
            if (!parts.TryGetValue((whole, way), out var list)) parts[(whole, way)] = list = [];
            if (whole != part) list.Add(part);
        }
    }
}

/// <summary>Cells of one region in the order of their keys.</summary>
internal sealed class RegionCells(string region, int[] places, Dimensions dimensions)
{
    public string Region { get; } = region;
    public short[] Keys { get; } = Array.ConvertAll(places, p => dimensions.Cells[p].Key);
    public int[] Firms { get; } = Array.ConvertAll(places, p => dimensions.FirmsOf[p]);

    /// <summary>The region's part of an array over all cells.</summary>
    public T[] Of<T>(T[] cells) => Array.ConvertAll(places, p => cells[p]);
}
