using System.Text.Json;

namespace Rongtong.Architecture.Tests;

/// <summary>The longest C# file of a project folder.</summary>
internal sealed record LongestFile(string Folder, string File, int Lines);

/// <summary>
/// The length in lines that no file of a project exceeds without somebody deciding so. A limit would be a guess; a ratchet keeps what is and
/// makes growth a visible edit of ratchet.json.
/// </summary>
internal sealed class Ratchet(IReadOnlyDictionary<string, int> linesMaxByFolder)
{
    private const string TableFile = "tests/Architecture.Tests/ratchet.json";

    public static Ratchet Of(SourceTree tree) =>
        new(JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(Path.Combine(tree.Root, TableFile)))!);

    /// <summary>Folders in the table without a project are passed over, so that a project can move in one change and its line go in the next.</summary>
    public IEnumerable<string> Refusals(IEnumerable<LongestFile> longestFiles) =>
        from longest in longestFiles
        let known = linesMaxByFolder.TryGetValue(longest.Folder, out var linesMax) ? linesMax : (int?)null
        where known is null || longest.Lines > known
        select known is null
            ? $"{longest.Folder} has no line in {TableFile}. Add \"{longest.Folder}\": {longest.Lines}, the length of its longest file {longest.File}."
            : $"{longest.File} has {longest.Lines} lines, {longest.Folder} allows {known}. Split it where a reader would, or, if it reads better whole, set \"{longest.Folder}\": {longest.Lines} in {TableFile} and say why in the commit.";

    public static IEnumerable<LongestFile> LongestFilesOf(SourceTree tree) =>
        from project in tree.Projects
        let longest = tree.SourceFilesOf(project).Select(file => (File: file, Lines: File.ReadLines(file).Count())).MaxBy(file => file.Lines)
        where longest.File is not null
        select new LongestFile(project.Folder, tree.Relative(longest.File), longest.Lines);
}
