namespace Rongtong.Outbreak.Publication;

/// <summary>
/// What may be published of the counts of a small area without pointing at persons: no published number, and no difference between two
/// published numbers, stands for 1 to 4 persons.
/// <code>
///   time:  a cumulative count is published as the last published one until it has moved by 0 or by at least five ("held")
///   place: where exactly one part of a published whole is held, whole − parts would give it away, so the part with the
///          smallest movement is held with it
/// </code>
/// Pure functions over arrays of one element per day; persons.
/// </summary>
public static class SmallCounts
{
    /// <summary>Fewer persons than this are never shown for a small area.</summary>
    public const int Threshold = 5;

    /// <summary>Areas with fewer inhabitants than this are small; a county or statistical area of unknown population is small too.</summary>
    public const long SmallPopulation = 100_000;

    /// <summary>
    /// The publishable cumulative counts of all parts of a published whole, in the order given.
    /// <paramref name="isSmall"/> marks the small areas; others are exact unless one must protect a lone held part.
    /// </summary>
    public static int[][] HoldParts(IReadOnlyList<int[]> cumulative, IReadOnlyList<bool> isSmall)
    {
        ArgumentNullException.ThrowIfNull(cumulative);
        ArgumentNullException.ThrowIfNull(isSmall);
        var days = cumulative.Count == 0 ? 0 : cumulative[0].Length;
        var published = cumulative.Select(_ => new int[days]).ToArray();
        var last = new int[cumulative.Count];
        for (var day = 0; day < days; day++)
        {
            var held = 0;
            for (var part = 0; part < last.Length; part++)
            {
                var value = cumulative[part][day];
                // 0 is published only while nobody was ever counted: a fall to nobody from five or more is a move of at least five.
                var isHeld = isSmall[part] && value != last[part] && Math.Abs(value - last[part]) < Threshold;
                published[part][day] = isHeld ? last[part] : value;
                if (isHeld) held++;
            }
            if (held == 1) HoldOneMore(day);
            for (var part = 0; part < last.Length; part++) last[part] = published[part][day];
        }
        return published;

        void HoldOneMore(int day)
        {
            var partner = -1;
            for (var part = 0; part < last.Length; part++)
            {
                if (published[part][day] == last[part]) continue;
                if (partner < 0 || Math.Abs(published[part][day] - last[part]) < Math.Abs(published[partner][day] - last[partner])) partner = part;
            }
            if (partner >= 0)
            {
                published[partner][day] = last[partner];
                return;
            }
            // Nothing else moved today and a lone part hides in no crowd, so the whole is told without its rise: HoldWhole.
        }
    }

    /// <summary>
    /// The publishable cumulative counts of the whole: exact, except on days where the exact number minus the published parts would be
    /// the lone held part of 1 to 4 persons; there the whole repeats the sum of what is published.
    /// </summary>
    public static int[] HoldWhole(ReadOnlySpan<int> whole, IReadOnlyList<int[]> exactParts, IReadOnlyList<int[]> publishedParts)
    {
        ArgumentNullException.ThrowIfNull(exactParts);
        ArgumentNullException.ThrowIfNull(publishedParts);
        var published = whole.ToArray();
        for (var day = 0; day < published.Length; day++)
        {
            var held = 0;
            var hidden = 0;
            for (var part = 0; part < exactParts.Count; part++)
            {
                var difference = exactParts[part][day] - publishedParts[part][day];
                if (difference == 0) continue;
                held++;
                hidden += difference;
            }
            if (held == 1 && Math.Abs(hidden) < Threshold) published[day] -= hidden;
        }
        return published;
    }
}
