namespace Rongtong.Testing;

/// <summary>Where the shared golden files and real data lie, when they are there at all: a folder "shared" beside the checkout, or RONGTONG_SHARED.</summary>
public static class SharedData
{
    public static string? Root { get; } = Find();

    /// <summary>The full path of a shared file or folder; call only from tests marked with <see cref="SharedFactAttribute"/>.</summary>
    public static string PathOf(string relative) => Path.Combine(Root ?? throw new InvalidOperationException("The shared data are not here."), relative);

    public static bool Has(string relative) =>
        Root is not null && (File.Exists(Path.Combine(Root, relative)) || Directory.Exists(Path.Combine(Root, relative)));

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("RONGTONG_SHARED") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Rongtong.slnx")))
            {
                var beside = Path.Combine(folder.Parent?.FullName ?? "", "shared");
                return Directory.Exists(beside) ? beside : null;
            }
        }
        return null;
    }
}
