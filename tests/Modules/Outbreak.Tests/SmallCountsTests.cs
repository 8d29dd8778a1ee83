using FsCheck;
using FsCheck.Fluent;
using Rongtong.Outbreak.Publication;

namespace Rongtong.Outbreak.Tests;

public sealed class SmallCountsTests
{
    private static readonly Arbitrary<int[]> s_cumulative =
        ArbMap.Default.GeneratorFor<int>().Select(n => Math.Abs(n % 7)).ArrayOf().Select(Accumulate).ToArbitrary();

    [Fact]
    public void A_held_count_moves_by_nothing_or_by_at_least_five() =>
        Hold([0, 1, 3, 4, 5, 6, 9, 10, 10, 2]).ShouldBe([0, 0, 0, 0, 5, 5, 5, 10, 10, 2]);

    [Fact]
    public void No_published_number_or_difference_of_a_small_area_is_one_to_four()
    {
        Prop.ForAll(s_cumulative, cumulative =>
        {
            var published = Hold(cumulative);
            return published.Zip(published.Prepend(0)).All(p => p.First == p.Second || Math.Abs(p.First - p.Second) >= SmallCounts.Threshold);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Whole_minus_published_parts_never_gives_one_to_four_persons_of_a_single_part()
    {
        var worlds = Gen.ArrayOf(Gen.Choose(0, 6), 12).ArrayOf(4)
            .Select(parts => parts.Select(Accumulate).ToArray()).ToArbitrary();
        Prop.ForAll(worlds, parts =>
        {
            var isSmall = new[] { true, true, false, false };
            var whole = Enumerable.Range(0, 12).Select(day => parts.Sum(p => p[day])).ToArray();
            var published = SmallCounts.HoldParts(parts, isSmall);
            var publishedWhole = SmallCounts.HoldWhole(whole, parts, published);
            for (var day = 0; day < 12; day++)
            {
                var hidden = parts.Select((p, i) => p[day] - published[i][day]).Where(d => d != 0).ToArray();
                var remainder = publishedWhole[day] - published.Sum(p => p[day]);
                if (hidden.Length == 1 && Math.Abs(hidden[0]) < SmallCounts.Threshold && remainder == hidden[0]) return false;
            }
            return true;
        }).QuickCheckThrowOnFailure();
    }

    private static int[] Hold(int[] cumulative) => SmallCounts.HoldParts([cumulative], [true])[0];

    private static int[] Accumulate(int[] steps)
    {
        var sum = 0;
        return [.. steps.Select(step => sum += step)];
    }
}
