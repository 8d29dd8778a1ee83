using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;

namespace Rongtong.Outbreak.Demo;

/// <summary>
/// An invented outbreak in a real province's regions, the same for the same last day on every machine: a wave that starts with travellers,
/// spreads in some cities, is contained, and flares up once near the end, so that every screen has something true to its kind to show.
/// <code>
/// per county: expected new = R(day, city) x sum of serial-interval weights x past new  +  travellers(day)
///             new          = Poisson(expected) from a SplitMix64 stream seeded by county and day
/// cities and the province are sums of their counties
/// </code>
/// </summary>
public static class DemoProvince
{
    /// <summary>Zhejiang's code; its regions are real, its counts here are not.</summary>
    public static RegionCode Code { get; } = new("33");

    /// <summary>Days of history.</summary>
    public const int Days = 120;

    /// <summary>Weights of the days 1 to 10 between a case and those it infects; mean about 4.8 days.</summary>
    private static readonly double[] s_serialInterval = [0.05, 0.13, 0.18, 0.18, 0.15, 0.11, 0.08, 0.06, 0.04, 0.02];

    /// <summary>All rows of the province, its cities and counties for the days that end with <paramref name="lastDay"/>.</summary>
    public static IReadOnlyList<CaseCount> Generate(IRegionTree tree, DateOnly lastDay)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var first = lastDay.AddDays(1 - Days);
        var rows = new List<CaseCount>();
        var province = new int[Days];
        var cities = tree.ChildrenOf(Code).Where(c => !c.IsStatistical).ToArray();
        for (var city = 0; city < cities.Length; city++)
        {
            var ofCity = new int[Days];
            foreach (var county in tree.ChildrenOf(cities[city].Code).Where(c => !c.IsStatistical))
            {
                var cases = NewCases(county.Code, city);
                for (var day = 0; day < Days; day++) ofCity[day] += cases[day];
                rows.AddRange(Rows(county.Code, first, cases));
            }
            for (var day = 0; day < Days; day++) province[day] += ofCity[day];
            rows.AddRange(Rows(cities[city].Code, first, ofCity));
        }
        rows.AddRange(Rows(Code, first, province));
        return rows;
    }

    /// <summary>Invented populations: counties of 300,000 to 1,200,000.</summary>
    public static IReadOnlyDictionary<RegionCode, long> Populations(IRegionTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var populations = new Dictionary<RegionCode, long>();
        foreach (var city in tree.ChildrenOf(Code).Where(c => !c.IsStatistical))
        {
            foreach (var county in tree.ChildrenOf(city.Code).Where(c => !c.IsStatistical))
                populations[county.Code] = 300_000 + (long)(Mix(Seed(county.Code)) % 90) * 10_000;
            populations[city.Code] = populations.Where(p => p.Key.IsWithin(city.Code) && p.Key != city.Code).Sum(p => p.Value);
        }
        populations[Code] = populations.Where(p => p.Key.Value.Length == 4).Sum(p => p.Value);
        return populations;
    }

    private static int[] NewCases(RegionCode county, int city)
    {
        var cases = new int[Days];
        var seed = Seed(county);
        for (var day = 0; day < Days; day++)
        {
            var expected = Travellers(day, city, seed);
            for (var s = 1; s <= s_serialInterval.Length && s <= day; s++) expected += Reproduction(day, city) * s_serialInterval[s - 1] * cases[day - s];
            cases[day] = Poisson(expected, unchecked(seed + (ulong)day * 0x9E37_79B9_7F4A_7C15));
        }
        return cases;
    }

    private static double Travellers(int day, int city, ulong seed) =>
        (day is >= 20 and < 34 && seed % 3 == 0 ? 0.9 : 0) + (day is >= 103 and < 107 && city == 2 && seed % 4 == 0 ? 1.5 : 0) + (seed % 29 == 0 && day % 37 == 5 ? 0.6 : 0);

    private static double Reproduction(int day, int city) => day switch
    {
        < 36 => 1.9 + 0.1 * (city % 4),
        < 48 => 1.1,
        < 100 => 0.45,
        _ => city == 2 ? 1.4 : 0.5,
    };

    private static IEnumerable<CaseCount> Rows(RegionCode region, DateOnly first, int[] cases)
    {
        var (confirmed, cured, dead) = (0, 0, 0);
        for (var day = 0; day < Days; day++)
        {
            confirmed += cases[day];
            // Of those confirmed 18 days ago about one in a hundred died, the others recovered.
            if (day >= 18) (cured, dead) = (cured + cases[day - 18] - cases[day - 18] / 90, dead + cases[day - 18] / 90);
            yield return new CaseCount { RegionCode = region.Value, Day = first.AddDays(day), Confirmed = confirmed, Suspected = cases[day] * 2, Cured = cured, Dead = dead, Imported = 0 };
        }
    }

    /// <summary>Knuth's product method; the means here stay below a few hundred.</summary>
    private static int Poisson(double mean, ulong state)
    {
        if (mean <= 0) return 0;
        var (limit, product, k) = (Math.Exp(-Math.Min(mean, 500)), 1.0, -1);
        do
        {
            state = unchecked(state + 0x9E37_79B9_7F4A_7C15);
            product *= (Mix(state) >> 11) * (1.0 / (1UL << 53));
            k++;
        }
        while (product > limit);
        return k;
    }

    private static ulong Seed(RegionCode county) => Mix(ulong.Parse(county.Value, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>SplitMix64's finaliser (Steele, Lea, Flood 2014): fixed arithmetic, so the demo is the same under every runtime.</summary>
    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z += 0x9E37_79B9_7F4A_7C15;
            z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
            z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
            return z ^ (z >> 31);
        }
    }
}
