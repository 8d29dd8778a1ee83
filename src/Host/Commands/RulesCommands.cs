using System.CommandLine;
using System.Text.Json;
using Rongtong.Rules;

namespace Rongtong.Host.Commands;

/// <summary><c>rongtong rules …</c>: conformance suites and table checks, on files, without a database.</summary>
internal static class RulesCommands
{
    public static Command Create() => new("rules", "Decision rules: test conformance suites, check tables.") { Test(), Check() };

    private static Command Test()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder with CertLogic suites (*.json), searched with its subfolders." };
        var json = new Option<bool>("--json") { Description = "Print the counts as JSON in the last line." };
        var command = new Command("test", "Run CertLogic conformance suites.") { folder, json };
        command.SetAction(parsed =>
        {
            var root = parsed.GetValue(folder)!;
            if (!Directory.Exists(root)) return Refuse($"the folder '{root}' does not exist.");
            var (passed, failed, skipped) = (0, 0, 0);
            foreach (var file in Directory.EnumerateFiles(root, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                try
                {
                    using var suite = JsonDocument.Parse(File.ReadAllBytes(file));
                    if (suite.RootElement.ValueKind != JsonValueKind.Object || !suite.RootElement.TryGetProperty("cases", out _)) continue;
                    var result = ConformanceSuite.Run(Path.GetRelativePath(root, file), suite.RootElement);
                    (passed, failed, skipped) = (passed + result.Passed, failed + result.Failures.Count, skipped + result.Skipped);
                    foreach (var failure in result.Failures) Console.WriteLine($"FAILED {failure.Suite}: {failure.Case}: {failure.Reason}");
                    if (result.Skipped > 0) Console.WriteLine($"skipped {Path.GetRelativePath(root, file)}: {result.Skipped} (the suite says so)");
                }
                catch (JsonException e)
                {
                    failed++;
                    Console.WriteLine($"FAILED {Path.GetRelativePath(root, file)}: not JSON: {e.Message}");
                }
            }
            Console.WriteLine(parsed.GetValue(json) ? $$"""{"passed":{{passed}},"failed":{{failed}},"skipped":{{skipped}}}""" : $"{passed} passed, {failed} failed, {skipped} skipped");
            return passed + failed == 0 ? Refuse($"there are no suites in '{root}'.") : failed == 0 ? 0 : 1;
        });
        return command;
    }

    private static Command Check()
    {
        var file = new Argument<string>("FILE") { Description = "A decision table (JSON)." };
        var command = new Command("check", "Find gaps and overlaps in a decision table.") { file };
        command.SetAction(parsed =>
        {
            try
            {
                var table = DecisionTable.Parse(File.ReadAllText(parsed.GetValue(file)!));
                var findings = TableCheck.Find(table);
                foreach (var finding in findings)
                {
                    var place = string.Join(", ", finding.Example.Select(p => $"{p.Key}={p.Value}"));
                    Console.WriteLine(finding.IsGap ? $"gap: no row holds for {place}" : $"overlap: rows {string.Join(", ", finding.RowIds)} hold for {place}");
                }
                Console.WriteLine($"{table.Document.Id} {table.Document.Version}: {findings.Count(f => f.IsGap)} gaps, {findings.Count(f => !f.IsGap)} overlaps");
                return findings.Count == 0 ? 0 : 1;
            }
            catch (Exception e) when (e is RuleException or IOException or UnauthorizedAccessException)
            {
                return Refuse(e.Message);
            }
        });
        return command;
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine($"rongtong rules: {message}");
        return 2;
    }
}
