namespace Rongtong.Rules.Tests.Peers;

/// <summary>The rule engine against the reference implementation: the same value, or both refuse.</summary>
public sealed class CertLogicPeerTests
{
    private const int Expressions = 20_000;

    [CertLogicJsFact]
    public async Task Twenty_thousand_random_expressions_give_what_certlogic_js_gives()
    {
        var random = new RandomExpressions(int.TryParse(Environment.GetEnvironmentVariable("RONGTONG_PEER_SEED"), out var seed) ? seed : 20200220);
        (string Expression, string Data, bool IsMalformed)[] cases = [.. Enumerable.Range(0, Expressions).Select(_ => random.Next())];
        var theirs = await CertLogicJs.EvaluateAsync([.. cases.Select(c => (c.Expression, c.Data))]);
        var (differences, values) = (new List<string>(), 0);
        foreach (var ((expression, data, isMalformed), their) in cases.Zip(theirs))
        {
            var (ours, refusedWhenParsed) = CertLogicJs.Ours(expression, data);
            if (ours is not null) values++;
            // The one difference that random expressions meet: ours refuses a malformed part when it is parsed, certlogic-js when it is reached.
            if (ours == their || (isMalformed && refusedWhenParsed)) continue;
            differences.Add($"{expression} over {data}: {ours ?? "refused"} against {their ?? "refused"}");
        }
        differences.ShouldBeEmpty($"{differences.Count} differences:\n{string.Join('\n', differences.OrderBy(d => d.Length).Take(20))}");
        values.ShouldBeGreaterThan(Expressions / 2, "most of the expressions must be worth comparing");
    }

    /// <summary>Where the two differ on purpose, each seen to differ.</summary>
    [CertLogicJsTheory]
    // A malformed part is refused when the rule is loaded, not on the day somebody's data reach it.
    [InlineData("""{"if":[true,1,{"nothing":[1]}]}""", "null", null, "1")]
    // Operands that an operation does not have are a mistake of the author, not decoration.
    [InlineData("""{"!":[true,false]}""", "null", null, "false")]
    [InlineData("""{"if":[true,1,2,3]}""", "null", null, "1")]
    // A day or time that does not exist is refused; JavaScript rolls it over or carries an invalid date along.
    [InlineData("""{"plusTime":["2021-02-30",0,"day"]}""", "null", null, "2021-03-02T00:00:00.000Z")]
    [InlineData("""{"plusTime":["2021-13-01",0,"day"]}""", "null", null, "no date")]
    [InlineData("""{"plusTime":["2021-06-01T10:00:00+25:00",0,"day"]}""", "null", null, "no date")]
    [InlineData("""{"plusTime":["2021-06-01",9000,"year"]}""", "null", null, "+011021-06-01T00:00:00.000Z")]
    // JavaScript's own members of texts and lists are no facts.
    [InlineData("""{"var":"s.length"}""", """{"s":"abc"}""", "null", "3")]
    [InlineData("""{"var":"s.0"}""", """{"s":"abc"}""", "null", "\"a\"")]
    [InlineData("""{"var":"xs.1st"}""", """{"xs":[7,8]}""", "null", "8")]
    // The specification's reduce sees the data around it; certlogic-js 1.2.2 has that commented out.
    [InlineData("""{"reduce":[[1],{"var":"data.z"},0]}""", """{"z":9}""", "9", "null")]
    public async Task Differences_from_certlogic_js_are_these(string expression, string data, string? ours, string? theirs)
    {
        CertLogicJs.Ours(expression, data).Value.ShouldBe(ours);
        (await CertLogicJs.EvaluateAsync([(expression, data)]))[0].ShouldBe(theirs);
    }
}
