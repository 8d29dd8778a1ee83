namespace Rongtong.Architecture.Tests;

/// <summary>A project of the product: its folder relative to the root, with forward slashes, and the full path of its project file.</summary>
internal sealed record SourceProject(string Folder, string File);

/// <summary>The checkout these tests were built from.</summary>
internal sealed class SourceTree
{
    public static SourceTree Here { get; } = new();

    public string Root { get; } = FindRoot();

    public IReadOnlyList<SourceProject> Projects => [.. Directory
        .EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
        .Select(file => new SourceProject(Relative(Path.GetDirectoryName(file)!), file))
        .OrderBy(project => project.Folder, StringComparer.Ordinal)];

    /// <summary>The C# files people wrote; obj and bin hold what the compiler wrote.</summary>
    public IEnumerable<string> SourceFilesOf(SourceProject project) => Directory
        .EnumerateFiles(Path.Combine(Root, project.Folder), "*.cs", SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(Path.Combine(Root, project.Folder), file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    public string Relative(string path) => Path.GetRelativePath(Root, path).Replace(Path.DirectorySeparatorChar, '/');

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Rongtong.slnx")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"No Rongtong.slnx above {AppContext.BaseDirectory}. Run these tests from a build inside the checkout.");
    }
}
