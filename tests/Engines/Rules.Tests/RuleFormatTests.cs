using System.Globalization;

namespace Rongtong.Rules.Tests;

/// <summary>docs/formats/rules.md does what it says.</summary>
public sealed class RuleFormatTests
{
    private static readonly string[] s_page = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "rules.md"));
    private static readonly DecisionTable s_example = DecisionTable.Parse(Block("json"));

    [Fact]
    public void The_example_decides_as_its_table_says()
    {
        string[][] lines = [.. s_page.SkipWhile(l => !l.StartsWith("| cases14d |", StringComparison.Ordinal)).Skip(2).TakeWhile(l => l.StartsWith('|')).Select(l => l.Trim('|').Split('|', StringSplitOptions.TrimEntries))];
        lines.Length.ShouldBeGreaterThan(4);
        foreach (var line in lines)
        {
            var decided = s_example.Decide(Facts(line[0], line[1])).ShouldBeOfType<Decision.Decided>(string.Join(' ', line));
            (decided.Outcome + (decided.IsProvisional ? ", provisional" : ""), decided.RowId).ShouldBe((line[2], line[3]), string.Join(' ', line));
        }
    }

    [Fact]
    public void The_explanation_is_the_one_on_the_page() => s_example.Explain(Facts("20", "?")).Text("en").ShouldBe(Block("text"));

    [Fact]
    public void Every_member_and_hit_policy_is_on_the_page()
    {
        var page = string.Join('\n', s_page);
        foreach (var property in typeof(TableDocument).GetProperties())
            page.ShouldContain($"`{char.ToLowerInvariant(property.Name[0])}{property.Name[1..]}`", Case.Sensitive);
        foreach (var policy in Enum.GetNames<HitPolicy>().Concat(Enum.GetNames<FactType>())) page.ShouldContain($"`{policy.ToUpperInvariant()}`", Case.Sensitive);
    }

    [Fact]
    public void The_example_has_no_gap() => TableCheck.Find(s_example).ShouldAllBe(finding => !finding.IsGap);

    private static Dictionary<string, Fact> Facts(string cases, string ventilated) => new()
    {
        ["cases14d"] = cases == "?" ? new Fact(Value.Unknown, []) : Fact.Of(int.Parse(cases, CultureInfo.InvariantCulture)),
        ["ventilated"] = Fact.Of(ventilated == "?" ? null : bool.Parse(ventilated)),
    };

    private static string Block(string language) =>
        string.Concat(s_page.SkipWhile(l => l != "```" + language).Skip(1).TakeWhile(l => l != "```").Select(l => l + "\n"));
}
