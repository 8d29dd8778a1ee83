using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Rongtong.Rules.Tests;

public sealed class DecisionTableTests
{
    private static readonly DecisionTable s_tiers = DecisionTable.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "tier-rules.json")));

    [Theory]
    [InlineData(0, 0, null, "low", "low-none", false)]
    [InlineData(60, 0, null, "low", "low-14d", false)]
    [InlineData(50, 1, null, "medium", "medium-50", false)]
    [InlineData(51, 1, false, "medium", "medium-no-cluster", false)]
    [InlineData(51, 1, true, "high", "high-cluster", false)]
    [InlineData(51, 1, null, "high", "high-cluster", true)]
    public void The_criteria_of_February_2020(int cumulative, int recent, bool? cluster, string outcome, string row, bool provisional)
    {
        var decided = s_tiers.Decide(Facts(cumulative, recent, cluster)).ShouldBeOfType<Decision.Decided>();
        (decided.Outcome, decided.RowId, decided.IsProvisional).ShouldBe((outcome, row, provisional));
    }

    [Fact]
    public void An_unknown_finding_leaves_two_tiers_open_and_is_asked_for()
    {
        var trace = s_tiers.Explain(Facts(67, 3, null));
        trace.Decision.ShouldBeOfType<Decision.Decided>().Possible.ShouldBe(["medium", "high"]);
        trace.Questions.ShouldHaveSingleItem().Name.ShouldBe("clusterWithin14d");
        trace.Text("zh-CN").ShouldContain("暂定；可能为中风险或高风险");
        trace.Text("en").ShouldContain("provisional; possible: Medium risk or High risk");
    }

    [Fact]
    public void The_explanation_names_facts_row_source_and_what_would_change_it_and_is_the_same_every_time()
    {
        var text = s_tiers.Explain(Facts(67, 3, true)).Text("zh-CN");
        text.ShouldBe(s_tiers.Explain(Facts(67, 3, true)).Text("zh-CN"));
        text.ShouldStartWith("高风险。");
        text.ShouldContain("累计确诊 67 例");
        text.ShouldContain("联防联控机制");
        text.ShouldContain("若近14天新增确诊为 0 例，则为低风险");
        text.ShouldContain("若近14天聚集性疫情为 否，则为中风险");
    }

    [Fact]
    public void The_checker_finds_the_overlap_that_the_published_criteria_have()
    {
        var findings = TableCheck.Find(s_tiers);
        findings.ShouldAllBe(f => !f.IsGap);
        var trap = findings.Single(f => f.RowIds.SequenceEqual(["low-14d", "medium-no-cluster"]));
        trap.Example["newConfirmed14d"].AsNumber.ShouldBe(0);
        trap.Example["cumulativeConfirmed"].AsNumber.ShouldBeGreaterThan(50);
    }

    [Theory]
    [InlineData("UNIQUE", 5, "conflict")]
    [InlineData("ANY", 5, "conflict")]
    [InlineData("ANY", 25, "b")]
    [InlineData("FIRST", 5, "a")]
    [InlineData("COLLECT", 5, "a,b")]
    [InlineData("UNIQUE", 40, "none")]
    public void Hit_policies_treat_several_rows_as_DMN_says(string policy, int x, string expected)
    {
        var table = DecisionTable.Parse($$"""
            { "id": "t", "version": "1", "title": {"zh-CN":"表","en":"table"}, "citation": {"document":{"zh-CN":"文","en":"d"},"clause":{"zh-CN":"条","en":"c"} },
              "validFrom": "2020-01-01", "hitPolicy": "{{policy}}",
              "facts": [{"name":"x","type":"INTEGER","title":{"zh-CN":"x","en":"x"} }],
              "outcomes": [{"name":"a","title":{"zh-CN":"甲","en":"A"} },{"name":"b","title":{"zh-CN":"乙","en":"B"} }],
              "rows": [
                {"id":"1","title":{"zh-CN":"一","en":"one"},"when":{"<":[{"var":"x"},10]},"outcome":"a"},
                {"id":"2","title":{"zh-CN":"二","en":"two"},"when":{"<":[{"var":"x"},30]},"outcome":"b"},
                {"id":"3","title":{"zh-CN":"三","en":"three"},"when":{"<":[20,{"var":"x"},30]},"outcome":"b"}] }
            """);
        var decision = table.Decide([Value.Of(x)]);
        (decision switch { Decision.Decided d => d.Outcome, Decision.Conflict => "conflict", _ => "none" }).ShouldBe(expected);
        if (policy == "UNIQUE") TableCheck.Find(table).ShouldContain(f => f.IsGap);
    }

    [Fact]
    public void Telling_an_unknown_fact_never_turns_a_certain_decision()
    {
        var worlds = Gen.Choose(0, 120).SelectMany(c => Gen.Choose(0, 20).Select(n => (c, Math.Min(n, c)))).ToArbitrary();
        Prop.ForAll(worlds, w =>
        {
            var unknown = (Decision.Decided)s_tiers.Decide(Facts(w.c, w.Item2, null));
            string[] told = [.. new bool?[] { true, false }.Select(cluster => ((Decision.Decided)s_tiers.Decide(Facts(w.c, w.Item2, cluster))).Outcome)];
            return unknown.IsProvisional ? unknown.Possible.ToHashSet().SetEquals(told) : told.All(t => t == unknown.Outcome);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_checker_agrees_with_looking_at_every_point()
    {
        var tables = Gen.ArrayOf(Gen.Choose(0, 9).SelectMany(a => Gen.Choose(0, 9).SelectMany(b => Gen.Elements("a", "b").Select(o => (Low: Math.Min(a, b), High: Math.Max(a, b), Outcome: o)))), 4).ToArbitrary();
        Prop.ForAll(tables, rows =>
        {
            var rowsJson = string.Join(",", rows.Select((r, i) =>
                $"{{\"id\":\"{i}\",\"title\":{{\"zh-CN\":\"行\",\"en\":\"row\"}},\"when\":{{\"<=\":[{r.Low},{{\"var\":\"x\"}},{r.High}]}},\"outcome\":\"{r.Outcome}\"}}"));
            var table = DecisionTable.Parse($$"""
                { "id": "t", "version": "1", "title": {"zh-CN":"表","en":"t"}, "citation": {"document":{"zh-CN":"文","en":"d"},"clause":{"zh-CN":"条","en":"c"} },
                  "validFrom": "2020-01-01", "hitPolicy": "UNIQUE", "facts": [{"name":"x","type":"INTEGER","least":-1,"title":{"zh-CN":"x","en":"x"} }],
                  "outcomes": [{"name":"a","title":{"zh-CN":"甲","en":"A"} },{"name":"b","title":{"zh-CN":"乙","en":"B"} }],
                  "rows": [{{rowsJson}}] }
                """);
            var expected = Enumerable.Range(-1, 12).Select(x => Enumerable.Range(0, rows.Length).Where(i => rows[i].Low <= x && x <= rows[i].High).ToArray())
                .Where(holding => holding.Length == 0 || holding.Select(i => rows[i].Outcome).Distinct().Count() > 1).Select(holding => string.Join(',', holding)).ToHashSet();
            return TableCheck.Find(table).Select(f => string.Join(',', f.RowIds)).ToHashSet().SetEquals(expected);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_malformed_table_says_which_row_and_why()
    {
        var json = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "tier-rules.json")).Replace("\"var\": \"clusterWithin14d\"", "\"var\": \"cluster\"", StringComparison.Ordinal);
        Should.Throw<RuleException>(() => DecisionTable.Parse(json)).Message.ShouldSatisfyAllConditions(m => m.ShouldContain("medium-no-cluster"), m => m.ShouldContain("cluster"));
    }

    private static Dictionary<string, Fact> Facts(int cumulative, int recent, bool? cluster) => new()
    {
        ["cumulativeConfirmed"] = Fact.Of(cumulative, "case:1"),
        ["newConfirmed14d"] = Fact.Of(recent, "case:1", "case:2"),
        ["clusterWithin14d"] = Fact.Of(cluster),
    };
}
