using System.CommandLine;
using System.Text.Json;
using Rongtong.HealthPass;

namespace Rongtong.Host.Commands;

/// <summary><c>rongtong verify dgc DIR</c>: the EU's public test vectors, stage by stage, on files alone.</summary>
internal static class VerifyDgcCommand
{
    /// <summary>A vector with its picture has some hundred kilobytes.</summary>
    private const long FileBytesMax = 16 * 1024 * 1024;

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "Folder with vectors (*.json), searched with its subfolders; or one file." };
        var json = new Option<bool>("--json") { Description = "Print stages and counts as JSON." };
        var command = new Command("dgc", "Run EU digital certificate test vectors (dgc-testdata).") { folder, json };
        command.SetAction(parsed =>
        {
            var root = parsed.GetValue(folder)!;
            string[] files = File.Exists(root) ? [root] : Directory.Exists(root) ? [.. Directory.EnumerateFiles(root, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];
            if (files.Length == 0)
            {
                Console.Error.WriteLine($"rongtong verify dgc: there are no vectors (*.json) in '{root}'.");
                return 2;
            }
            return Run(root, files, parsed.GetValue(json));
        });
        return command;
    }

    private static int Run(string root, string[] files, bool json)
    {
        var stages = new SortedDictionary<string, StageCount>(StringComparer.Ordinal);
        var counts = new Dictionary<VectorOutcome, int>();
        foreach (var file in files)
        {
            var name = root == file ? Path.GetFileName(file) : Path.GetRelativePath(root, file);
            var result = Read(file);
            counts[result.Outcome] = counts.GetValueOrDefault(result.Outcome) + 1;
            foreach (var stage in result.Stages)
            {
                var isAsExpected = stage.Actual == stage.Expected;
                if (!stages.TryGetValue(stage.Name, out var count)) stages[stage.Name] = count = new();
                if (stage.Actual is null) count.Skip(stage.Reason);
                else if (isAsExpected) count.AsExpected++;
                else
                {
                    count.Different++;
                    Console.WriteLine($"FAILED {name}: {stage.Name}: expected {stage.Expected}, got {stage.Actual}{(stage.Reason.Length == 0 ? "" : ": " + stage.Reason)} ({result.Description})");
                }
            }
            if (result.Outcome == VectorOutcome.Skipped) Console.WriteLine($"skipped {name}: {string.Join("; ", result.Stages.Select(s => $"{s.Name}: {s.Reason}"))}");
        }
        var (passed, failed, skipped) = (counts.GetValueOrDefault(VectorOutcome.Passed), counts.GetValueOrDefault(VectorOutcome.Failed), counts.GetValueOrDefault(VectorOutcome.Skipped));
        if (json) Console.WriteLine(JsonSerializer.Serialize(new { stages }, JsonSerializerOptions.Web));
        else
        {
            foreach (var (name, count) in stages)
                Console.WriteLine($"{name}: {count.AsExpected} as expected, {count.Different} different, {count.Skipped} not tried{(count.SkippedBecause.Count == 0 ? "" : $" ({string.Join("; ", count.SkippedBecause)})")}");
        }
        Console.WriteLine(json ? $$"""{"passed":{{passed}},"failed":{{failed}},"skipped":{{skipped}}}""" : $"{passed} passed, {failed} failed, {skipped} skipped");
        return failed == 0 ? 0 : 1;
    }

    private static VectorResult Read(string file)
    {
        try
        {
            if (new FileInfo(file).Length > FileBytesMax) return Unreadable($"larger than {FileBytesMax} bytes");
            // As text, so that a byte order mark does no harm.
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            return DgcVector.Run(document.RootElement, TimeProvider.System.GetUtcNow());
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return Unreadable(e.Message);
        }
    }

    private static VectorResult Unreadable(string reason) => new("", [new("FILE", true, false, reason)]);

    private sealed class StageCount
    {
        public int AsExpected { get; set; }

        public int Different { get; set; }

        public int Skipped { get; private set; }

        public SortedSet<string> SkippedBecause { get; } = new(StringComparer.Ordinal);

        public void Skip(string reason)
        {
            Skipped++;
            SkippedBecause.Add(reason);
        }
    }
}
