using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Rongtong.Testing;

namespace Rongtong.Rules.Tests;

public sealed class ExpressionTests
{
    [SharedFact("data/rules/certlogic")]
    public void Every_shared_conformance_suite_passes()
    {
        var passed = 0;
        foreach (var file in Directory.EnumerateFiles(SharedData.PathOf("data/rules/certlogic"), "*.json"))
        {
            using var suite = JsonDocument.Parse(File.ReadAllBytes(file));
            var result = ConformanceSuite.Run(Path.GetFileName(file), suite.RootElement);
            result.Failures.ShouldBeEmpty();
            passed += result.Passed;
        }
        passed.ShouldBeGreaterThan(150);
    }

    [Theory]
    [InlineData("""{"plusTime":["2020-02-29",1,"year"]}""", "2021-03-01T00:00:00.000Z")]
    [InlineData("""{"plusTime":["2020-01-31",1,"month"]}""", "2020-03-02T00:00:00.000Z")]
    [InlineData("""{"plusTime":["2021-06-01T00:00:00.123456+02:00",0,"day"]}""", "2021-05-31T22:00:00.123Z")]
    [InlineData("""{"plusTime":["2021-06-01T10:00:00",-3,"hour"]}""", "2021-06-01T07:00:00.000Z")]
    [InlineData("""{"dccDateOfBirth":["1990"]}""", "1990-12-31T00:00:00.000Z")]
    [InlineData("""{"dccDateOfBirth":["2020-02"]}""", "2020-02-29T00:00:00.000Z")]
    public void Times_shift_as_the_specification_says(string expression, string expected) => Evaluate(expression).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("1.5")]
    [InlineData("""{"foo":[1]}""")]
    [InlineData("""{"if":[true,1]}""")]
    [InlineData("""{"var":1}""")]
    [InlineData("""{"or":[true,false]}""")]
    public void What_CertLogic_does_not_have_is_refused_when_parsed(string expression) => Should.Throw<RuleException>(() => Evaluate(expression));

    [Theory]
    [InlineData("""{"in":["a","abc"]}""")]
    [InlineData("""{"<":[1,"2"]}""")]
    [InlineData("""{"+":[1,null]}""")]
    [InlineData("""{"before":["2020-01-01","2020-01-02"]}""")]
    [InlineData("""{"if":[{"plusTime":["2020-01-01",0,"day"]},1,2]}""")]
    [InlineData("""{"plusTime":["2020-13-01",0,"day"]}""")]
    public void Data_that_do_not_fit_an_operation_are_refused(string expression) => Should.Throw<RuleException>(() => Evaluate(expression));

    [Theory]
    [InlineData("""{"and":[{"var":"u"},false]}""", "false")]
    [InlineData("""{"and":[{"var":"u"},true]}""", "?")]
    [InlineData("""{"!":[{"var":"u"}]}""", "?")]
    [InlineData("""{"if":[{"var":"u"},7,7]}""", "7")]
    [InlineData("""{"if":[{"var":"u"},7,8]}""", "?")]
    [InlineData("""{"<":[5,{"var":"u"},3]}""", "?")]
    [InlineData("""{"<":[5,4,{"var":"u"}]}""", "false")]
    [InlineData("""{"in":[{"var":"u"},[]]}""", "false")]
    [InlineData("""{"in":[1,[{"var":"u"},1]]}""", "true")]
    [InlineData("""{"var":"u.deeper"}""", "?")]
    [InlineData("""{"var":"missing"}""", "null")]
    public void Unknown_spreads_unless_the_rest_decides(string expression, string expected) =>
        Expression.Parse(Json(expression)).Evaluate(Value.Of(new Dictionary<string, Value> { ["u"] = Value.Unknown })).ToString().ShouldBe(expected);

    [Fact]
    public void Telling_an_unknown_never_changes_what_was_certain()
    {
        var expressions = Truths(3).ToArbitrary();
        Prop.ForAll(expressions, text =>
        {
            var expression = Expression.Parse(Json(text));
            Value With(Value x) => expression.Evaluate(Value.Of(new Dictionary<string, Value> { ["x"] = x, ["y"] = Value.True }));
            var certain = With(Value.Unknown);
            return certain.IsUnknown || (With(Value.True) == certain && With(Value.False) == certain);
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<string> Truths(int depth) => depth == 0
        ? Gen.Elements("true", "false", """{"var":"x"}""", """{"var":"y"}""")
        : Gen.OneOf(
            Truths(0),
            Truths(depth - 1).Select(a => $$"""{"!":[{{a}}]}"""),
            Truths(depth - 1).SelectMany(a => Truths(depth - 1).Select(b => $$"""{"and":[{{a}},{{b}}]}""")),
            Truths(depth - 1).SelectMany(a => Truths(depth - 1).Select(b => $$"""{"===":[{{a}},{{b}}]}""")),
            Truths(depth - 1).SelectMany(a => Truths(depth - 1).SelectMany(b => Truths(depth - 1).Select(c => $$"""{"if":[{{a}},{{b}},{{c}}]}"""))));

    private static Value Evaluate(string expression) => Expression.Parse(Json(expression)).Evaluate(Value.Null);

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
