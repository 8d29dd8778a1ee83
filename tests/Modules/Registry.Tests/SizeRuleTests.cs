using Rongtong.Contracts.Registry;
using Rongtong.Registry.Codes;

namespace Rongtong.Registry.Tests;

/// <summary>The table of 工信部联企业〔2011〕300号 once more, as it is printed: X persons, Y revenue, Z assets; large, medium, small.</summary>
public sealed class SizeRuleTests
{
    private static readonly (int Row, string Industry, string Bounds)[] s_printed =
    [
        (1, "0111", "Y 20000 500 50"), (2, "3525", "X 1000 300 20 Y 40000 2000 300"), (3, "4710", "Y 80000 6000 300 Z 80000 5000 300"), (4, "5154", "X 200 20 5 Y 40000 5000 1000"),
        (5, "5211", "X 300 50 10 Y 20000 500 100"), (6, "5431", "X 1000 300 20 Y 30000 3000 200"), (7, "5920", "X 200 100 20 Y 30000 1000 100"), (8, "6020", "X 1000 300 20 Y 30000 2000 100"),
        (9, "6110", "X 300 100 10 Y 10000 2000 100"), (10, "6210", "X 300 100 10 Y 10000 2000 100"), (11, "6410", "X 2000 100 10 Y 100000 1000 100"), (12, "6513", "X 300 100 10 Y 10000 1000 50"),
        (13, "7010", "Y 200000 1000 100 Z 10000 5000 2000"), (14, "7020", "X 1000 300 100 Y 5000 1000 500"), (15, "7212", "X 300 100 10 Z 120000 8000 100"), (16, "8040", "X 300 100 10"),
    ];

    public static IEnumerable<object[]> Printed() => s_printed.Select(p => new object[] { p.Row, p.Industry, p.Bounds });

    [Theory]
    [MemberData(nameof(Printed))]
    public void Each_bound_divides_one_below_it_from_itself_and_one_above(int number, string industry, string bounds)
    {
        SizeRule.RowOf(industry)!.Number.ShouldBe(number);
        var printed = bounds.Split(' ').Chunk(4).ToDictionary(c => c[0][0], c => c[1..].Select(n => long.Parse(n, System.Globalization.CultureInfo.InvariantCulture)).ToArray());
        EnterpriseSize Of(char indicator, long value)
        {
            long? Figure(char which) => which == indicator ? value : printed.TryGetValue(which, out var own) ? own[0] : null;
            return SizeRule.SizeOf(industry, Figure('X'), Figure('Y'), Figure('Z'));
        }
        foreach (var (indicator, steps) in printed)
        {
            for (var step = 0; step < 3; step++)
            {
                var above = EnterpriseSize.Large - step;
                Of(indicator, steps[step] - 1).ShouldBe(above - 1, $"{indicator} {steps[step]} - 1");
                Of(indicator, steps[step]).ShouldBe(above, $"{indicator} {steps[step]}");
                Of(indicator, steps[step] + 1).ShouldBe(above, $"{indicator} {steps[step]} + 1");
            }
        }
    }

    [Fact]
    public void The_lowest_grade_wins() => SizeRule.SizeOf("3525", 1_000, 2_000, null).ShouldBe(EnterpriseSize.Medium);

    [Fact]
    public void An_unknown_indicator_leaves_the_size_unknown_unless_another_makes_it_micro()
    {
        SizeRule.SizeOf("3525", 5_000, null, null).ShouldBe(EnterpriseSize.Unknown);
        SizeRule.SizeOf("3525", 19, null, null).ShouldBe(EnterpriseSize.Micro);
        SizeRule.SizeOf("8040", 5_000, null, null).ShouldBe(EnterpriseSize.Large);
        SizeRule.SizeOf("0111", null, 600, null).ShouldBe(EnterpriseSize.Medium);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("53", null)]
    [InlineData("6621", null)]
    [InlineData("8411", null)]
    [InlineData("7040", null)]
    [InlineData("59", null)]
    [InlineData("5910", 6)]
    [InlineData("591", 6)]
    [InlineData("5951", 7)]
    [InlineData("7030", 16)]
    [InlineData("06", 2)]
    [InlineData("44", 2)]
    [InlineData("85", 16)]
    public void Industries_fall_under_the_row_that_names_them(string industry, int? row) => (SizeRule.RowOf(industry)?.Number).ShouldBe(row);

    [Fact]
    public void Every_row_is_reached_by_some_class() => Industries.All.Where(i => i.Code.Length == 4).Select(i => SizeRule.RowOf(i.Code)?.Number).OfType<int>().Distinct().Order().ShouldBe(Enumerable.Range(1, 16));
}
