using FsCheck;
using FsCheck.Fluent;
using Rongtong.Contracts.Registry;
using Rongtong.Outbreak.Cases;
using Rongtong.Outbreak.Publication;
using Rongtong.Registry.Regions;

namespace Rongtong.Outbreak.Tests;

public sealed class PublishedCountsTests
{
    private const int Days = 10;
    private static readonly DateOnly s_day = new(2020, 2, 1);

    /// <summary>Two provinces; cities of 8 million and of 60,000; counties below them, small because nobody imported their population; a province-wide group.</summary>
    private static readonly RegionTree s_tree = new(NationalCodeList.Regions(), [], new Dictionary<string, long> { ["42"] = 58_000_000, ["43"] = 66_000_000, ["4201"] = 8_000_000, ["4202"] = 60_000, ["4301"] = 8_000_000 });

    private static readonly string[] s_counties = ["420102", "420103", "420104", "420202", "420203", "430102", "430103"];

    [Fact]
    public void A_lone_held_county_is_not_given_away_by_the_page_of_its_province()
    {
        // One county rises by two on the second day and nothing else moves: city, province and nation leave the two out, all of them.
        var counts = PublishedCounts.Of(s_tree, World(code => code == "420102" ? [10, 12] : [20, 20]));
        counts.Of(new("420102"), s_day, 2).ShouldBe([10, 10]);
        counts.Of(new("4201"), s_day, 2).ShouldBe([50, 50]);
        counts.Of(new("42"), s_day, 2).ShouldBe([90, 90]);
        counts.Of(RegionCode.Nation, s_day, 2).ShouldBe([130, 130]);
    }

    [Fact]
    public void A_county_held_to_protect_another_is_held_on_its_own_page_too()
    {
        var counts = PublishedCounts.Of(s_tree, World(code => code switch { "420102" => [10, 12], "420103" => [20, 27], _ => [20, 20] }));
        counts.Of(new("420103"), s_day, 2).ShouldBe([20, 20]);
        counts.Of(new("4201"), s_day, 2).ShouldBe([50, 59]);
    }

    [Fact]
    public void Cases_from_abroad_live_nowhere_and_are_told_exactly()
    {
        var series = World(_ => [20, 20]);
        var abroad = s_tree.Resolve("湖北省", null, "境外输入", null)!.Value.Region;
        var tree = new RegionTree([.. NationalCodeList.Regions(), abroad], [], new Dictionary<string, long>());
        series[abroad.Code] = Series(abroad.Code, [0, 1]);
        PublishedCounts.Of(tree, series).Of(abroad.Code, s_day, 2).ShouldBe([0, 1]);
    }

    [Fact]
    public void No_page_minus_the_pages_below_it_gives_one_to_four_persons_of_a_single_place()
    {
        var worlds = Gen.ArrayOf(Gen.Frequency((6, Gen.Constant(0)), (3, Gen.Choose(1, 4)), (2, Gen.Choose(5, 9))), Days).ArrayOf(s_counties.Length).ToArbitrary();
        Prop.ForAll(worlds, rises =>
        {
            var exact = World(code => Accumulate(rises[Array.IndexOf(s_counties, code)]));
            var counts = PublishedCounts.Of(s_tree, exact);
            foreach (var above in new[] { "", "42", "43", "4201", "4202", "4301" })
            {
                RegionCode[] below = [.. exact.Keys.Where(code => code != RegionCode.Nation && s_tree.Find(code)!.Parent.Value == above)];
                var whole = counts.Of(new(above), s_day, Days);
                for (var day = 0; day < Days; day++)
                {
                    int[] hidden = [.. below.Select(code => exact[code].CumulativeOn(CaseKind.Confirmed, s_day.AddDays(day)) - counts.Of(code, s_day, Days)[day]).Where(d => d != 0)];
                    if (hidden is [> 0 and < SmallCounts.Threshold] && whole[day] - below.Sum(code => counts.Of(code, s_day, Days)[day]) == hidden[0]) return false;
                }
            }
            // Nor does a small place's own page, from one day to the next.
            return s_counties.Append("4202").Select(code => counts.Of(new(code), s_day, Days)).All(told => told.Zip(told.Prepend(0)).All(d => d.First == d.Second || Math.Abs(d.First - d.Second) >= SmallCounts.Threshold));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Figures_of_a_past_day_are_those_that_were_published_on_it()
    {
        var rises = Gen.ArrayOf(Gen.Choose(0, 6), Days).ArrayOf(s_counties.Length).ToArbitrary();
        Prop.ForAll(rises, r =>
        {
            var series = World(code => Accumulate(r[Array.IndexOf(s_counties, code)]));
            var cut = series.ToDictionary(s => s.Key, s => s.Value.Until(s_day.AddDays(5))!);
            var (all, part) = (PublishedCounts.Of(s_tree, series), PublishedCounts.Of(s_tree, cut));
            return series.Keys.All(code => all.Of(code, s_day, 6).SequenceEqual(part.Of(code, s_day, 6)));
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Counties as given, cities, provinces and the nation as their sums.</summary>
    private static Dictionary<RegionCode, CaseSeries> World(Func<string, int[]> county)
    {
        var series = new Dictionary<RegionCode, CaseSeries>();
        foreach (var code in s_counties)
        {
            foreach (var region in new[] { code, code[..4], code[..2], "" })
            {
                var counts = county(code);
                if (series.TryGetValue(new(region), out var sum)) counts = [.. counts.Zip(sum.Carried(CaseKind.Confirmed), (a, b) => a + b)];
                series[new(region)] = Series(new(region), counts);
            }
        }
        return series;
    }

    private static CaseSeries Series(RegionCode region, int[] cumulative) =>
        CaseSeries.From(region, [.. cumulative.Select((count, day) => new CaseCount { RegionCode = region.Value, Day = s_day.AddDays(day), Confirmed = count })]);

    private static int[] Accumulate(int[] rises)
    {
        var sum = 0;
        return [.. rises.Select(rise => sum += rise)];
    }
}
