using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Rongtong.Platform.Access;
using Rongtong.Platform.Imports;
using Rongtong.Platform.Localisation;
using Spectre.Console;

namespace Rongtong.Host.Commands;

/// <summary><c>rongtong import …</c>: a file into the database, with a progress bar and a report of what was odd in it.</summary>
internal static class ImportCommand
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    public static Command Create()
    {
        var kind = new Argument<string>("KIND") { Description = "What the file holds; 'rongtong import kinds' lists them." };
        var file = new Argument<string>("FILE") { Description = "CSV or XLSX." };
        var strict = new Option<bool>("--strict") { Description = "Load nothing when any row is rejected." };
        var map = new Option<string[]>("--map") { Description = "Header=column, repeated.", AllowMultipleArgumentsPerToken = true };
        var mapping = new Option<string?>("--mapping") { Description = "Use a saved mapping." };
        var saveMapping = new Option<string?>("--save-mapping") { Description = "Save the mapping given by --map under this name." };
        var knownAt = new Option<DateTimeOffset?>("--known-at") { Description = "Load as history that has been known since this instant, such as 2020-02-13T18:00+08:00; older files first." };
        var hold = new Option<bool>("--hold") { Description = "Do not publish the figures with the import." };
        var language = new Option<string>("--lang") { Description = "zh-CN or en.", DefaultValueFactory = _ => (Environment.GetEnvironmentVariable("LANG") ?? "").StartsWith("en", StringComparison.Ordinal) ? "en" : "zh-CN" };
        var rejects = new Option<string?>("--rejects") { Description = "Write rejected rows to this CSV." };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON." };
        var command = new Command("import", "Import a file, or list and undo imports.") { kind, file, strict, map, mapping, saveMapping, knownAt, hold, language, rejects, json, Kinds(), List(), Undo() };
        command.SetAction((parsed, cancel) => CommandHost.RunAsync(async services =>
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(parsed.GetValue(language)!);
            var texts = services.GetRequiredService<Texts>();
            var imports = services.GetRequiredService<ImportService>();
            var wanted = imports.Kinds.FirstOrDefault(k => k.Name == parsed.GetValue(kind))
                ?? throw new CommandException($"there is no kind '{parsed.GetValue(kind)}'; there are: {string.Join(", ", imports.Kinds.Select(k => k.Name))}.");
            var path = parsed.GetValue(file)!;
            var options = new ImportOptions
            {
                IsStrict = parsed.GetValue(strict),
                Mapping = (parsed.GetValue(map) ?? []).Select(m => m.Split('=', 2) is [var header, var column] ? (header, column) : throw new CommandException($"--map: '{m}' is not of the form header=column."))
                    .ToDictionary(m => m.header, m => m.column),
                MappingName = parsed.GetValue(mapping),
                KnownFrom = parsed.GetValue(knownAt)?.ToUniversalTime(),
                SaveMappingAs = parsed.GetValue(saveMapping),
                Extra = parsed.GetValue(hold) ? new Dictionary<string, string> { ["hold"] = "yes" } : [],
            };
            try
            {
                await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
                var report = await WithProgressAsync(progress => imports.RunAsync(wanted, stream, Path.GetFileName(path), options, Actor.System, progress, cancel));
                if (parsed.GetValue(rejects) is { } rejectsPath) await File.WriteAllTextAsync(rejectsPath, RejectsCsv(report, texts), new UTF8Encoding(true), cancel);
                if (parsed.GetValue(json)) Console.WriteLine(JsonSerializer.Serialize(report, s_json));
                else Print(report, texts);
                return report.Rejected > 0 ? 1 : 0;
            }
            catch (ImportFileException e)
            {
                throw new CommandException($"{path}: {texts[e.TextKey, [.. e.Args]]}");
            }
        }, cancel));
        return command;
    }

    private static Command Kinds()
    {
        var command = new Command("kinds", "List what can be imported and the columns of each kind.");
        command.SetAction((_, cancel) => CommandHost.RunAsync(services =>
        {
            foreach (var kind in services.GetRequiredService<ImportService>().Kinds)
            {
                Console.WriteLine(kind.Name);
                foreach (var column in kind.Columns) Console.WriteLine($"  {column.Key}{(column.IsRequired ? " (required)" : "")}: {string.Join(", ", column.Aliases)}");
            }
            return Task.FromResult(0);
        }, cancel));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List the last imports.");
        command.SetAction((_, cancel) => CommandHost.RunAsync(async services =>
        {
            await using var session = await services.GetRequiredService<Platform.Data.Database>().BeginAsync(Actor.System, cancel);
            var batches = await session.QueryAsync<(long Id, string Kind, string File, string Status, DateTime Started, long New, long Changed, long Rejected)>(
                "SELECT id, kind, file_name, status, started_at, rows_new, rows_changed, rows_rejected FROM platform.import_batch ORDER BY id DESC LIMIT 50", cancel: cancel);
            foreach (var b in batches) Console.WriteLine($"{b.Id}\t{b.Started:yyyy-MM-dd HH:mm}Z\t{b.Kind}\t{b.Status}\tnew {b.New}, changed {b.Changed}, rejected {b.Rejected}\t{b.File}");
            return 0;
        }, cancel));
        return command;
    }

    private static Command Undo()
    {
        var batch = new Argument<long>("BATCH") { Description = "Number of the import." };
        var command = new Command("undo", "Take an import back.") { batch };
        command.SetAction((parsed, cancel) => CommandHost.RunAsync(async services =>
        {
            var done = await services.GetRequiredService<ImportService>().UndoAsync(parsed.GetValue(batch), Actor.System, cancel);
            if (!done) throw new CommandException($"there is no finished import {parsed.GetValue(batch)}.");
            Console.WriteLine($"import {parsed.GetValue(batch)} is undone");
            return 0;
        }, cancel));
        return command;
    }

    private static async Task<ImportReport> WithProgressAsync(Func<IProgress<ImportProgress>, Task<ImportReport>> run)
    {
        if (Console.IsErrorRedirected) return await run(new Progress<ImportProgress>());
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        ImportReport? report = null;
        await console.Progress().AutoClear(true).StartAsync(async bars =>
        {
            var bar = bars.AddTask("import");
            report = await run(new Progress<ImportProgress>(p =>
            {
                bar.MaxValue = Math.Max(1, p.BytesTotal);
                bar.Value = p.BytesRead;
            }));
        });
        return report!;
    }

    private static void Print(ImportReport report, Texts texts)
    {
        Console.WriteLine(texts["host.import.done", report.FileName, report.BatchId, report.Rows, report.New, report.Changed, report.Unchanged, report.Rejected]);
        foreach (var finding in report.Findings) Console.WriteLine("  · " + texts[finding.TextKey, [.. finding.Args]]);
        foreach (var reject in report.Rejects.Take(20)) Console.WriteLine("  ✗ " + texts["host.import.reject", report.FileName, reject.Line, reject.Column, reject.Value, texts[reject.TextKey]]);
        if (report.Rejects.Count > 20) Console.WriteLine("  " + texts["host.import.more-rejects", report.Rejects.Count - 20]);
    }

    private static string RejectsCsv(ImportReport report, Texts texts)
    {
        static string Quote(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
        var csv = new StringBuilder("file,row,column,value,expected\n");
        foreach (var r in report.Rejects) csv.AppendJoin(',', Quote(report.FileName), r.Line, Quote(r.Column), Quote(r.Value), Quote(texts[r.TextKey])).Append('\n');
        return csv.ToString();
    }
}
