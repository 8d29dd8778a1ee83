using System.Text.Json;

namespace Rongtong.Rules;

/// <summary>One assertion of a conformance suite that was not met.</summary>
public sealed record ConformanceFailure(string Suite, string Case, string Reason);

/// <summary>Counts of a run, and every failure by name.</summary>
public sealed record ConformanceResult(int Passed, int Skipped, IReadOnlyList<ConformanceFailure> Failures);

/// <summary>Runs suites in the format of the EU business-rules repository: cases with assertions of expression, data and expected value.</summary>
public static class ConformanceSuite
{
    /// <summary>Runs one suite.</summary>
    /// <param name="name">Name for failures, such as the file's.</param>
    /// <param name="suite">The suite's JSON.</param>
    public static ConformanceResult Run(string name, JsonElement suite)
    {
        var (passed, skipped) = (0, 0);
        var failures = new List<ConformanceFailure>();
        var suiteSkips = Directive(suite) == "skip";
        foreach (var @case in suite.GetProperty("cases").EnumerateArray())
        {
            var caseName = @case.GetProperty("name").GetString() ?? "";
            foreach (var assertion in @case.GetProperty("assertions").EnumerateArray())
            {
                if (suiteSkips || Directive(@case) == "skip" || Directive(assertion) == "skip")
                {
                    skipped++;
                    continue;
                }
                var hasOwn = assertion.TryGetProperty("certLogicExpression", out var expression);
                if (!hasOwn && !@case.TryGetProperty("certLogicExpression", out expression))
                {
                    failures.Add(new(name, caseName, "neither the case nor the assertion has a certLogicExpression"));
                    continue;
                }
                var label = assertion.TryGetProperty("message", out var message) ? $"{caseName}: {message.GetString()}" : caseName;
                if (Check(expression, assertion) is { } reason) failures.Add(new(name, label, reason));
                else passed++;
            }
        }
        return new(passed, skipped, failures);
    }

    private static string? Check(JsonElement expression, JsonElement assertion)
    {
        var data = assertion.TryGetProperty("data", out var given) ? Value.From(given) : Value.Null;
        var expected = assertion.TryGetProperty("expected", out var wanted) ? Value.From(wanted) : Value.Null;
        try
        {
            var actual = Expression.Parse(expression).Evaluate(data);
            var same = actual == expected || (actual.Kind is ValueKind.Instant && expected.Kind is ValueKind.Text && CertLogicTime.Parse(expected.AsText) == actual.AsInstant);
            return same ? null : $"gave {actual}, expected {expected}";
        }
        catch (RuleException e)
        {
            return e.Message;
        }
    }

    private static string? Directive(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("directive", out var directive) ? directive.GetString() : null;
}
