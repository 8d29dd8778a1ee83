using System.Globalization;
using System.Text.Json;
using Rongtong.Rules;

namespace Rongtong.Bench;

/// <summary>A table of ten rows over three facts, decided without trace; beside it certlogic-js on the same conditions and facts.</summary>
internal static class RulesBenches
{
    private const int Evaluations = 1_000_000;

    public static async Task<IReadOnlyList<BenchResult>> TableAsync()
    {
        var rows = string.Join(',', Enumerable.Range(0, 10).Select(i =>
            $"{{\"id\":\"r{i}\",\"title\":{{\"zh-CN\":\"行\",\"en\":\"row\"}},\"when\":{{\"and\":[{{\"<=\":[{i * 10},{{\"var\":\"x\"}},{i * 10 + 9}]}},{{\">\":[{{\"var\":\"y\"}},{i}]}},{{\"var\":\"z\"}}]}},\"outcome\":\"{(i % 2 == 0 ? "a" : "b")}\"}}"));
        var table = DecisionTable.Parse($$"""
            { "id": "bench", "version": "1", "title": {"zh-CN":"表","en":"table"}, "citation": {"document":{"zh-CN":"文","en":"d"},"clause":{"zh-CN":"条","en":"c"} }, "validFrom": "2020-01-01", "hitPolicy": "FIRST",
              "facts": [{"name":"x","type":"INTEGER","title":{"zh-CN":"x","en":"x"} },{"name":"y","type":"INTEGER","title":{"zh-CN":"y","en":"y"} },{"name":"z","type":"TRUTH","title":{"zh-CN":"z","en":"z"} }],
              "outcomes": [{"name":"a","title":{"zh-CN":"甲","en":"A"} },{"name":"b","title":{"zh-CN":"乙","en":"B"} }], "rows": [{{rows}}] }
            """);
        Value[][] facts = [.. Enumerable.Range(0, 100).Select(i => new[] { Value.Of(i), Value.Of(20), Value.True })];
        var seconds = Measure.Seconds(() =>
        {
            for (var i = 0; i < Evaluations; i++) table.Decide(facts[i % 100]);
        }, 5);
        const string Name = "rules, ten-row table without trace, one core", Peer = "certlogic-js 1.2.2 on Node.js";
        var rate = Evaluations / seconds;
        return await PeerAsync(table, facts) is { } peer ? [new(Name, rate, "evaluations/s", Peer, peer, rate / peer)] : [new(Name, rate, "evaluations/s", Peer + " is not installed")];
    }

    private static async Task<double?> PeerAsync(DecisionTable table, Value[][] facts)
    {
        var file = Path.Combine(Path.GetTempPath(), $"rongtong-bench-{Guid.NewGuid():N}.json");
        var data = facts.Select(f => table.Document.Facts.Zip(f).ToDictionary(p => p.First.Name, p => p.Second.Kind is ValueKind.Truth ? (object)p.Second.AsTruth : p.Second.AsNumber));
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { rows = table.Document.Rows.Select(r => r.When), facts = data }));
        try
        {
            return double.TryParse(await Measure.RunAsync("node", Path.Combine(AppContext.BaseDirectory, "peers", "rules.mjs"), file), CultureInfo.InvariantCulture, out var rate) ? rate : null;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
