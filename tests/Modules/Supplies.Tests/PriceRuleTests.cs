using Rongtong.Rules;
using Rongtong.Supplies.Prices;

namespace Rongtong.Supplies.Tests;

public sealed class PriceRuleTests
{
    private static readonly DateOnly s_day = new(2020, 2, 5);

    [Fact]
    public void Every_rule_is_dated_cited_and_without_gaps_or_overlaps_that_matter()
    {
        foreach (var rule in PriceRules.All)
        {
            rule.Table.Document.Citation.Document.Chinese.ShouldContain("2020年");
            rule.ReferenceDay.ShouldBeLessThan(rule.Table.Document.ValidFrom);
            TableCheck.Find(rule.Table).Where(f => f.IsGap).ShouldBeEmpty(rule.Table.Document.Id);
        }
    }

    [Theory]
    // Margin rate of 19 January: (100 - 80) / 80 = 25%.
    [InlineData(150, 120, "none")] // the same 25%: a dearer purchase may be passed on
    [InlineData(151, 120, "gouging")]
    [InlineData(130, null, "asked")] // 30% above is not yet to be warned, and without the purchase price nothing more can be said
    [InlineData(131, null, "notice")]
    public void The_nation_s_rule_compares_the_margin_rate_with_that_of_the_last_sale_by_19_January(long price, int? purchase, string verdict) =>
        Verdict("42", new(true, price, purchase, null, null), new(100, 80, new(2020, 1, 19), "42", "test")).ShouldBe(verdict);

    [Theory]
    [InlineData(130, 100, "none")]
    [InlineData(131, 100, "notice")]
    public void Without_a_reference_price_the_nation_s_rule_warns_above_the_installation_s_threshold(long price, long purchase, string verdict) =>
        Verdict("42", new(true, price, purchase, null, null), null).ShouldBe(verdict);

    [Theory]
    [InlineData(true, 100, 80, "none")]
    [InlineData(true, 101, 80, "gouging")] // any rise
    [InlineData(true, 100, 79, "gouging")] // a wider difference
    [InlineData(true, 99, 80, "none")]
    [InlineData(false, 101, 81, "none")]
    public void Hainan_allows_no_rise_over_23_January_and_no_wider_difference_for_goods_against_the_epidemic(bool isMedical, long price, long purchase, string verdict) =>
        Hainan(new(isMedical, price, purchase, null, null), new(100, 80, new(2020, 1, 23), "46", "test")).ShouldBe(verdict);

    [Theory]
    [InlineData(115, "none")]
    [InlineData(116, "gouging")]
    public void Hainan_allows_fifteen_percent_over_the_purchase_where_there_is_no_former_price(long price, string verdict) =>
        Hainan(new(true, price, 100, null, null), null).ShouldBe(verdict);

    [Theory]
    [InlineData(200, 100, "none")]
    [InlineData(201, 100, "hoarding")]
    [InlineData(1, 0, "hoarding")]
    [InlineData(0, 0, "none")]
    public void Stock_above_two_months_of_sales_is_suspected_hoarding(long stock, long sales, string verdict) =>
        PriceRules.Judge(PriceRules.All, "42", s_day, new(true, 100, 80, stock, sales), _ => null).Single(f => f.Rule.Kind == "stock").Verdict.ShouldBe(verdict);

    [Fact]
    public void A_rule_is_not_asked_before_its_day_nor_outside_its_province()
    {
        PriceRules.InForce(PriceRules.All, "460105", new(2020, 1, 23)).ShouldBeEmpty();
        PriceRules.InForce(PriceRules.All, "460105", new(2020, 1, 24)).Select(r => r.Table.Document.Id).ShouldBe(["hainan.price-gouging"]);
        PriceRules.InForce(PriceRules.All, "420106", s_day).ShouldNotContain(r => r.Region == "46");
    }

    [Fact]
    public void The_explanation_names_document_and_clause_and_is_the_same_each_time()
    {
        PriceFinding Once() => PriceRules.Judge(PriceRules.All, "46", s_day, new(true, 500, null, null, null), _ => new(100, null, new(2020, 1, 23), "46", "test")).Single(f => f.Rule.Region == "46");
        Once().Trace.Text("en").ShouldBe(Once().Trace.Text("en"));
        Once().Trace.Text("en").ShouldContain("section 2 (1)");
        Once().Trace.Text("zh-CN").ShouldContain("海南省市场监督管理局");
    }

    [Fact]
    public void Amounts_at_the_edge_of_what_a_number_holds_do_not_overflow() =>
        PriceRules.Worst(PriceRules.Judge(PriceRules.All, "46", s_day, new(true, long.MaxValue, 1, long.MaxValue, 1), _ => new(1, 1, new(2020, 1, 1), "46", "test"))).ShouldBe("gouging");

    private static string Verdict(string region, PriceFacts facts, ReferencePrice? reference) =>
        PriceRules.Judge(PriceRules.All, region, s_day, facts, _ => reference).Single(f => f.Rule.Kind == "price" && f.Rule.Region.Length == 0).Verdict;

    private static string Hainan(PriceFacts facts, ReferencePrice? reference) =>
        PriceRules.Judge(PriceRules.All, "460105", s_day, facts, _ => reference).Single(f => f.Rule.Region == "46").Verdict;
}
