using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Rongtong.Testing;

namespace Rongtong.Rules.Tests.Peers;

/// <summary>A test against certlogic-js; skips by name where Node.js or the package is absent.</summary>
public sealed class CertLogicJsFactAttribute : FactAttribute
{
    public CertLogicJsFactAttribute() => Skip = CertLogicJs.WhyAbsent;
}

/// <summary>As <see cref="CertLogicJsFactAttribute"/>, with data.</summary>
public sealed class CertLogicJsTheoryAttribute : TheoryAttribute
{
    public CertLogicJsTheoryAttribute() => Skip = CertLogicJs.WhyAbsent;
}

/// <summary>The reference implementation of CertLogic as the peer, all questions in one process of Node.js.</summary>
internal static class CertLogicJs
{
    public static string? WhyAbsent { get; } =
        Programs.Find("node") is null ? "Needs the program 'node' on the PATH."
        : !IsInstalled() ? "Needs the npm package 'certlogic-js': run 'npm ci' in the checkout." : null;

    /// <summary>What it answers: a value in the form of <see cref="Form"/>, or null for an error.</summary>
    public static async Task<IReadOnlyList<string?>> EvaluateAsync(IReadOnlyList<(string Expression, string Data)> questions)
    {
        using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "Peers", "certlogic.mjs")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        var output = node.StandardOutput.ReadToEndAsync();
        foreach (var (expression, data) in questions) await node.StandardInput.WriteLineAsync($$"""{"e":{{expression}},"d":{{data}}}""");
        node.StandardInput.Close();
        var lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await node.WaitForExitAsync();
        lines.Length.ShouldBe(questions.Count, "certlogic-js must answer every question");
        return [.. lines.Select(line =>
        {
            using var answer = JsonDocument.Parse(line);
            return answer.RootElement.TryGetProperty("v", out var value) ? Form(value) : null;
        })];
    }

    /// <summary>What our engine answers, in the same form; a refusal when parsed is told from one when evaluated.</summary>
    public static (string? Value, bool RefusedWhenParsed) Ours(string expression, string data)
    {
        using var json = JsonDocument.Parse(expression);
        using var given = JsonDocument.Parse(data);
        Expression parsed;
        try
        {
            parsed = Expression.Parse(json.RootElement);
        }
        catch (RuleException)
        {
            return (null, true);
        }
        try
        {
            return (Form(parsed.Evaluate(Value.From(given.RootElement))), false);
        }
        catch (RuleException)
        {
            return (null, false);
        }
    }

    private static string Form(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object when json.TryGetProperty("t", out var instant) => instant.ToString() is { Length: > 0 } text ? text : "no date",
        JsonValueKind.Object => "{" + string.Join(',', json.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name}:{Form(p.Value)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(',', json.EnumerateArray().Select(Form)) + "]",
        _ => Form(Value.From(json)),
    };

    private static string Form(Value value) => value.Kind switch
    {
        ValueKind.List => "[" + string.Join(',', value.AsList.Select(Form)) + "]",
        ValueKind.Map => "{" + string.Join(',', value.AsMap.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}:{Form(p.Value)}")) + "}",
        _ => value.ToString(),
    };

    private static bool IsInstalled()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "node_modules", "certlogic-js"))) return true;
        return false;
    }
}
