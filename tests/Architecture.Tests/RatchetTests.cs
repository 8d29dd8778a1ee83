namespace Rongtong.Architecture.Tests;

public sealed class RatchetTests
{
    private static readonly Ratchet Planted = new(new Dictionary<string, int> { ["src/Web"] = 100, ["src/Gone"] = 10 });

    [Fact]
    public void No_source_file_is_longer_than_its_project_allows() =>
        Ratchet.Of(SourceTree.Here).Refusals(Ratchet.LongestFilesOf(SourceTree.Here)).ShouldBeEmpty();

    [Fact]
    public void A_file_as_long_as_the_table_says_passes() =>
        Planted.Refusals([new LongestFile("src/Web", "src/Web/Page.cs", 100)]).ShouldBeEmpty();

    [Fact]
    public void A_file_one_line_longer_is_refused_and_told_how_to_raise_the_table() =>
        Planted.Refusals([new LongestFile("src/Web", "src/Web/Page.cs", 101)]).ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(
                refusal => refusal.ShouldStartWith("src/Web/Page.cs has 101 lines, src/Web allows 100."),
                refusal => refusal.ShouldContain("set \"src/Web\": 101 in tests/Architecture.Tests/ratchet.json"));

    [Fact]
    public void A_project_without_a_line_in_the_table_is_refused() =>
        Planted.Refusals([new LongestFile("src/New", "src/New/Page.cs", 5)]).ShouldHaveSingleItem().ShouldContain("Add \"src/New\": 5");

    [Fact]
    public void The_measure_sees_every_project_and_no_compiler_output()
    {
        var longest = Ratchet.LongestFilesOf(SourceTree.Here).ToList();

        longest.Select(file => file.Folder).ShouldContain("src/Platform");
        longest.ShouldAllBe(file => file.Lines > 0 && !file.File.Contains("/obj/"));
    }
}
