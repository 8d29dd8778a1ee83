namespace Rongtong.Supplies.Planning.Audit;

/// <summary>A need of a facility, as far as it was met.</summary>
internal readonly record struct FilledNeed(string Facility, string Place, string Size, int Tier, long Needed, long Received);

/// <summary>How a group is served, with 95% intervals.</summary>
/// <param name="Whole">Needs met in full; its interval is Wilson's.</param>
/// <param name="Filled">Mean of the filled shares; its interval is bootstrapped over facilities, for needs of one facility go together.</param>
internal sealed record GroupRates(string Class, int Tier, int Facilities, int Needs, int Whole, double WholeLow, double WholeHigh, double Filled, double FilledLow, double FilledHigh)
{
    /// <summary>True when the intervals of the mean fill do not touch: more than chance tells them apart.</summary>
    public bool DiffersFrom(GroupRates other) => FilledLow > other.FilledHigh || other.FilledLow > FilledHigh;
}

/// <summary>
/// Compares how groups are served; pure. Wilson, JASA 22:209-212 (1927), for shares; percentile bootstrap of facilities (Efron 1979), 1,000 draws from
/// a fixed seed, for means, so that the same data give the same interval.
/// </summary>
internal static class FillRates
{
    public const int Draws = 1_000;

    /// <summary>97.5% quantile of the normal distribution.</summary>
    private const double Z = 1.959963984540054;

    /// <summary>town: a county or county-level city, digits 5 and 6 of the code from 21; city: a district, or a code without county.</summary>
    public static string PlaceClass(string region) => region.Length >= 6 && int.TryParse(region.AsSpan(4, 2), System.Globalization.CultureInfo.InvariantCulture, out var county) && county >= 21 ? "town" : "city";

    public static IReadOnlyList<GroupRates> Of(IReadOnlyCollection<FilledNeed> needs, Func<FilledNeed, string?> classOf)
    {
        var groups = new List<GroupRates>();
        for (var tier = 0; tier <= 4; tier++)
        {
            foreach (var group in needs.Where(n => n.Needed > 0 && (tier == 0 || n.Tier == tier) && classOf(n) is not null).GroupBy(n => classOf(n)!).OrderBy(g => g.Key, StringComparer.Ordinal)) groups.Add(Rates(group.Key, tier, [.. group]));
        }
        return groups;
    }

    private static GroupRates Rates(string name, int tier, FilledNeed[] needs)
    {
        var facilities = needs.GroupBy(n => n.Facility, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (Sum: g.Sum(Share), Count: g.Count())).ToArray();
        var whole = needs.Count(n => n.Received >= n.Needed);
        var (wholeLow, wholeHigh) = Wilson(whole, needs.Length);
        var (low, high) = Bootstrap(facilities);
        return new(name, tier, facilities.Length, needs.Length, whole, wholeLow, wholeHigh, needs.Average(Share), low, high);
    }

    private static double Share(FilledNeed need) => Math.Clamp((double)need.Received / need.Needed, 0, 1);

    internal static (double Low, double High) Wilson(int part, int of)
    {
        double n = of, p = part / n, z2 = Z * Z;
        var centre = (p + (z2 / (2 * n))) / (1 + (z2 / n));
        var half = Z / (1 + (z2 / n)) * Math.Sqrt((p * (1 - p) / n) + (z2 / (4 * n * n)));
        return (Math.Max(0, centre - half), Math.Min(1, centre + half));
    }

    /// <summary>One facility alone says nothing of its group: the interval is then everything.</summary>
    private static (double Low, double High) Bootstrap((double Sum, int Count)[] facilities)
    {
        if (facilities.Length < 2) return (0, 1);
        var (state, means) = (0x9E3779B97F4A7C15UL, new double[Draws]);
        for (var draw = 0; draw < Draws; draw++)
        {
            var (sum, count) = (0.0, 0);
            for (var i = 0; i < facilities.Length; i++)
            {
                var (more, needs) = facilities[(int)(Next(ref state) % (ulong)facilities.Length)];
                sum += more;
                count += needs;
            }
            means[draw] = sum / count;
        }
        Array.Sort(means);
        return (means[Draws * 25 / 1000], means[(Draws * 975 / 1000) - 1]);
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014); arithmetic is modulo 2^64 on purpose.</summary>
    private static ulong Next(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15UL;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }
}
