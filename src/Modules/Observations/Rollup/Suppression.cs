namespace Rongtong.Observations.Rollup;

/// <summary>
/// Which cells are kept back. A figure behind which fewer than <see cref="FirmsMin"/> firms stand is (primary); then, in every sum of which parts
/// are shown beside the whole, the parts kept back must together have at least as many firms and be at least two, or the smallest shown part is
/// kept back too (complementary), until nothing changes. Cells without data say nothing about anybody and are not kept back.
/// </summary>
internal static class Suppression
{
    public const int FirmsMin = 3;

    /// <param name="covered">Firms behind each cell.</param>
    /// <param name="sums">The whole, then its parts.</param>
    public static bool[] Of(ReadOnlySpan<int> covered, IReadOnlyList<int[]> sums)
    {
        var held = new bool[covered.Length];
        for (var i = 0; i < covered.Length; i++) held[i] = covered[i] is > 0 and < FirmsMin;
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var sum in sums)
            {
                // Whoever does not see the whole cannot subtract from it.
                if (!held[sum[0]]) changed |= HoldMore(held, covered, sum);
            }
        }
        return held;
    }

    private static bool HoldMore(bool[] held, ReadOnlySpan<int> covered, int[] sum)
    {
        var changed = false;
        while (true)
        {
            var (kept, firms, smallest) = (0, 0, -1);
            for (var i = 1; i < sum.Length; i++)
            {
                var part = sum[i];
                if (covered[part] == 0) continue;
                if (held[part]) (kept, firms) = (kept + 1, firms + covered[part]);
                else if (smallest < 0 || covered[part] < covered[smallest]) smallest = part;
            }
            if (kept == 0 || kept >= 2 && firms >= FirmsMin) return changed;
            if (smallest < 0)
            {
                // All parts are kept back and still give each other away: the whole goes too.
                held[sum[0]] = true;
                return true;
            }
            held[smallest] = true;
            changed = true;
        }
    }
}
